"""Sealed files in one folder, written so that none is ever seen half."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from casestore.domain.errors import ConfigurationError, StoreUnavailable
from casestore.storage.keyring import Keyring


class SealedFiles:
    """Implements ``service.ports.Files``; makes the folder. Raises ConfigurationError.

    Nobody but the service's own user may look into the folder, which must not lie under anything
    that a web server shows.
    """

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self._folder = folder
        self._keyring = keyring
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as exc:
            raise ConfigurationError(
                f"无法建立附件目录 {folder}：请检查 CASE_STORE_FILES_DIR 和上级目录的权限。"
            ) from exc

    def put(self, name: str, content: bytes) -> None:
        """See the port: written aside, made durable, then put in place in one step."""
        sealed = self._keyring.seal_file(content)
        try:
            self._write(name, sealed)
        except OSError as exc:
            raise StoreUnavailable from exc

    def get(self, name: str) -> bytes:
        """See the port."""
        try:
            sealed = (self._folder / name).read_bytes()
        except OSError as exc:
            raise StoreUnavailable from exc
        return self._keyring.open_file(sealed)

    def is_writable(self) -> bool:
        """See the port."""
        return os.access(self._folder, os.W_OK | os.X_OK)

    def names(self, older_than: datetime) -> Iterator[str]:
        """See ``service.retention_ports.FileRoom``; what a crash left half written is among them."""
        limit = older_than.timestamp()
        try:
            with os.scandir(self._folder) as entries:
                # Folders are not ours: lost+found of a disk, what a restore set aside.
                files = [entry for entry in entries if entry.is_file()]
                found = [entry.name for entry in files if entry.stat().st_mtime < limit]
        except OSError as exc:
            raise StoreUnavailable from exc
        yield from sorted(found)

    def delete(self, name: str) -> bool:
        """See ``service.retention_ports.FileRoom``."""
        try:
            os.unlink(self._folder / name)
        except FileNotFoundError:
            return False
        except OSError as exc:
            raise StoreUnavailable from exc
        self._make_name_durable()
        return True

    def reseal(self, name: str) -> bool:
        """Bring a file under the current key; False if it is already, or is gone meanwhile.

        Raises FieldUnreadable, StoreUnavailable.
        """
        try:
            sealed = (self._folder / name).read_bytes()
            if self._keyring.is_current(sealed):
                return False
            self._write(name, self._keyring.resealed(sealed))
        except FileNotFoundError:
            return False
        except OSError as exc:
            raise StoreUnavailable from exc
        return True

    def _write(self, name: str, sealed: bytes) -> None:
        descriptor, aside = tempfile.mkstemp(prefix=".new-", dir=self._folder)  # mode 0600
        try:
            with open(descriptor, "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, self._folder / name)
        except OSError:
            with suppress(OSError):
                os.unlink(aside)
            raise
        self._make_name_durable()

    def _make_name_durable(self) -> None:
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
