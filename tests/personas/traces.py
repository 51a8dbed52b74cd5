"""Searches everything a product has written for strings that may be stored nowhere."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

_SEPARATORS = b" -."
_DIGITS = str.maketrans("０１２３４５６７８９〇零一幺二三四五六七八九", "0123456789001123456789")
_SHORT = re.compile(r"\d{1,9}")
_ESCAPED = re.compile(rb"\\u[0-9A-Fa-f]{4}")
_PART_OF_MORE = re.compile(rb"[0-9A-Za-z.]")


def traces(folder: Path, secrets: Iterable[str]) -> list[str]:
    """「secret in place」 for each of `secrets` found in a file or a database cell under `folder`.

    A secret is looked for as typed and as plain digits, with and without blanks, dashes and dots,
    in UTF-8, UTF-16 and JSON escapes. A number of less than ten digits counts only where it stands
    alone, since the microseconds of some moment and the figures of some id will look like it.
    """
    wanted = list(secrets)
    return [
        f"{secret} in {place}"
        for place, content in _written(folder)
        for secret in wanted
        if holds(content, secret)
    ]


def holds(content: bytes, secret: str) -> bool:
    """True when `content` has `secret` in one of the ways it may be written."""
    squeezed = content.translate(None, _SEPARATORS)
    for form in {secret, secret.translate(_DIGITS)}:
        plain = form.encode().translate(None, _SEPARATORS).decode()
        if _SHORT.fullmatch(plain):
            spaced = form != plain and form.encode() in content
            if spaced or _stands_alone(content, plain.encode()) or _in_utf16(content, plain):
                return True
        elif any(_written_as(squeezed, plain)) or _in_utf16(content, form):
            return True
    return False


def _written_as(squeezed: bytes, plain: str) -> Iterator[bool]:
    yield plain.encode() in squeezed
    yield json.dumps(plain)[1:-1].encode() in squeezed


def _in_utf16(content: bytes, form: str) -> bool:
    return form.encode("utf-16-le") in content or form.encode("utf-16-be") in content


def _stands_alone(content: bytes, number: bytes) -> bool:
    start = content.find(number)
    while start >= 0:
        end = start + len(number)
        before, after = content[max(0, start - 6) : start], content[end : end + 1]
        begins = _ESCAPED.fullmatch(before) or not _PART_OF_MORE.fullmatch(before[-1:])
        if begins and not _PART_OF_MORE.fullmatch(after):
            return True
        start = content.find(number, end)
    return False


def _written(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file, and the cells of every database table, which a file runs into one another."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = str(path.relative_to(folder))
        yield name, path.read_bytes()
        if path.suffix == ".db":
            yield from ((f"{name}, table {table}", cells) for table, cells in _tables(path))


def _tables(database: Path) -> Iterator[tuple[str, bytes]]:
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        for (table,) in connection.execute(query).fetchall():
            rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608
            yield table, b"\n".join(_bytes(cell) for row in rows for cell in row)


def _bytes(cell: object) -> bytes:
    return cell if isinstance(cell, bytes) else str(cell).encode()
