"""What a backup says of itself: when it was made, a digest of every file, what each part held."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bot.errors import BackupFailed
from bot.launcher.backup.contents import Contents, Table
from bot.launcher.backup.snapshots import sync

MANIFEST = "manifest.json"


@dataclass
class Part:
    """A database or a folder: how many seconds its copy took, and what the live database held at
    that moment (None for a folder)."""

    seconds: float = 0.0
    tables: Contents | None = None


@dataclass
class Manifest:
    """`files`: SHA-256 by path within the backup, those of folders as they were read from the live
    files; `parts` is empty in a backup of a version that did not note them."""

    made_at: str
    files: dict[str, str] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)


def write(folder: Path, manifest: Manifest) -> None:
    """Last of all: a backup without it is not complete. Raises OSError."""
    for path in files_in(folder):
        name = str(path.relative_to(folder))
        if name not in manifest.files:
            manifest.files[name] = sha256(path)
    place = folder / MANIFEST
    place.write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), encoding="utf-8")
    place.chmod(0o600)
    sync(place)


def read(folder: Path) -> Manifest:
    """The manifest of a backup whose files are all as they were. Raises BackupFailed."""
    try:
        manifest = _parsed(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        damaged = [name for name, digest in manifest.files.items() if _is_not(folder, name, digest)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise BackupFailed(f"{folder} 不是一份完整的备份，什么也没有改动。") from exc
    if damaged:
        raise BackupFailed(f"备份里的 {'、'.join(damaged)} 已损坏，什么也没有改动。")
    return manifest


def _parsed(body: dict[str, Any]) -> Manifest:
    parts = {name: _part(part) for name, part in body.get("parts", {}).items()}
    return Manifest(str(body["made_at"]), dict(body["files"]), parts)


def _part(body: dict[str, Any]) -> Part:
    tables = body["tables"]
    held = None if tables is None else {name: Table(**table) for name, table in tables.items()}
    return Part(float(body["seconds"]), held)


def _is_not(folder: Path, name: str, digest: str) -> bool:
    return sha256(folder / name) != digest


def files_in(folder: Path) -> Iterator[Path]:
    """Every file of a folder and the folders in it."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def sha256(path: Path) -> str:
    """Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
