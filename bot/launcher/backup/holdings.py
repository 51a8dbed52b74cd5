"""What this machine holds that must not be lost: databases and folders of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import URL, make_url

from bot.settings import ROOT, Settings

JOURNAL = "journal"
EVIDENCE, CASE_FILES = "evidence", "casestore-files"


@dataclass(frozen=True)
class Database:
    """One database: its name in a backup and where it is."""

    name: str
    setting: str
    url: URL

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database, None for a server."""
        is_file = self.url.get_backend_name() == "sqlite" and self.url.database
        return ROOT / str(self.url.database) if is_file else None

    @property
    def copy(self) -> str:
        """The name of its copy in a backup."""
        return f"{self.name}.db" if self.file is not None else f"{self.name}.dump"


@dataclass(frozen=True)
class Holdings:
    """Databases in the order of their backup, folders by their name in a backup, and the addresses
    at which the processes that use them listen.

    Order (docs/adr/0003-journal-and-relay.md): the journal goes before the case store, so that what
    the copy of the journal calls delivered is in the copy of the case store; what is not is
    delivered again, which the case store knows as a repeat. So do the conversations, with the facts
    that wait in them, before the facts that are counted.
    """

    databases: list[Database]
    folders: dict[str, Path]
    addresses: list[tuple[str, int]]

    @classmethod
    def of(cls, config: Settings, environment: Mapping[str, str]) -> Holdings:
        """`environment` holds the settings of the case store, which are not the assistant's."""
        urls = {
            name: (f"{name.upper()}_URL", config.database_url(name))
            for name in (JOURNAL, "channel", "knowledge", "tracker", "analytics")
        }
        folders = {EVIDENCE: config.evidence_dir}
        addresses = [(config.rasa_host, config.rasa_port)]
        addresses.append((config.actions_host, config.actions_port))
        store = urlsplit(config.case_store_url)
        if store.hostname in ("127.0.0.1", "localhost"):  # else the bank's own system
            # The defaults are those of casestore/settings.py.
            url = environment.get("DATABASE_URL", "sqlite:///var/casestore.db")
            urls["casestore"] = ("DATABASE_URL", url)
            files = environment.get("CASE_STORE_FILES_DIR", "var/casestore-files")
            folders[CASE_FILES] = ROOT / files
            addresses.append((str(store.hostname), store.port or 80))
        databases = [
            Database(name, setting, make_url(url)) for name, (setting, url) in urls.items()
        ]
        return cls(_distinct(databases), folders, addresses)


def _distinct(databases: list[Database]) -> list[Database]:
    """Without those that share the file, or the server's database, of one before them."""
    first = {_place(database): database for database in reversed(databases)}
    return [database for database in databases if first[_place(database)] is database]


def _place(database: Database) -> object:
    url = database.url
    host = url.host or url.query.get("host")
    return database.file or (host, url.port, url.database)
