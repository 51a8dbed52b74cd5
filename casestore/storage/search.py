"""The full-text index: which cases hold which pieces of text (``casestore.domain.grams``).

PostgreSQL: a GIN index over one integer per piece, measured smaller and faster than text arrays and
than tsvector (docs/adr/0008-full-text-search.md). SQLite: its own FTS5. The tables differ, so they
are not part of ``tables.metadata``; the migration makes them.
"""

import zlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Integer,
    Text,
    any_,
    column,
    delete,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection

from casestore.domain.grams import grams
from casestore.storage.tables import cases

_POSTGRESQL = table("case_search", column("reference", Text), column("grams", ARRAY(Integer)))
_SQLITE = table(
    "case_search", column("rowid", Integer), column("reference", Text), column("grams", Text)
)

_UPSERT = text(
    "INSERT INTO case_search (reference, grams) VALUES (:reference, :grams) "
    "ON CONFLICT (reference) DO UPDATE SET grams = excluded.grams"
)
# In up to so many cases a word is rare: reading them all is quicker than going through the newest
# until a page is full. Going through takes longer where other conditions must be met as well.
_RARE_ALONE = 6_000
_RARE = 30_000
_SIGNED = 2**31
_UNICODE_BITS = 16
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base32, as in a reference
_DAY, _NUMBER = slice(2, 10), slice(11, 17)


class SqlSearch:
    """Implements ``service.listing_ports.Search`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"
        self._table = _SQLITE if self._is_sqlite else _POSTGRESQL

    def put(self, reference: str, words: str) -> None:
        """See the port."""
        self._write(reference, grams(words))

    def add(self, reference: str, words: str) -> None:
        """See the port."""
        query = select(self._table.c.grams).where(self._is(reference))
        found = self._connection.execute(query).scalar_one_or_none()
        self._write(reference, grams(words), found or ())

    def drop(self, reference: str) -> None:
        """See the port."""
        self._connection.execute(delete(self._table).where(self._is(reference)))

    def references(self, after: str, size: int) -> Sequence[str]:
        """See the port."""
        query = select(cases.c.reference).where(
            cases.c.reference > after, cases.c.erased_at.is_(None)
        )
        ordered = query.order_by(cases.c.reference).limit(size)
        found: Sequence[str] = self._connection.execute(ordered).scalars().all()
        return found

    def _write(self, reference: str, pieces: Sequence[str], found: Any = ()) -> None:
        if self._is_sqlite:  # FTS5 knows no unique key
            all_pieces = dict.fromkeys([*str(found or "").split(), *pieces])
            self.drop(reference)
            row = {
                "rowid": sqlite_rowid(reference),
                "reference": reference,
                "grams": " ".join(all_pieces),
            }
            self._connection.execute(insert(_SQLITE).values(**row))
            return
        row = {"reference": reference, "grams": sorted({*found, *codes(pieces)})}
        self._connection.execute(_UPSERT, row)

    def _is(self, reference: str) -> Any:
        if self._is_sqlite:  # FTS5 finds rows by number only
            return _SQLITE.c.rowid == sqlite_rowid(reference)
        return _POSTGRESQL.c.reference == reference


def holds(pieces: Sequence[str], connection: Connection, is_all: bool) -> tuple[Any, bool]:
    """The condition that a case holds all of these pieces, and whether the cases that do are listed
    by it, so that counting them costs what finding them does. ``is_all``: nothing else is asked for.

    PostgreSQL takes pieces for independent of each other, which those of one word are not, and
    would read the whole index for a word that is everywhere. So it is asked first: a rare word
    becomes the list of its cases, a common one is looked for in each case a query comes to.
    """
    if connection.dialect.name == "sqlite":
        wanted = " ".join(f'"{piece}"' for piece in pieces)
        found = select(_SQLITE.c.reference).where(literal_column("case_search").op("MATCH")(wanted))
        return cases.c.reference.in_(found), False
    has_all = _POSTGRESQL.c.grams.contains(codes(pieces))
    found = select(_POSTGRESQL.c.reference).where(has_all)
    rare = _RARE_ALONE if is_all else _RARE
    counted = select(func.count()).select_from(found.limit(rare + 1).subquery())
    if connection.execute(counted).scalar_one() <= rare:
        return cases.c.reference == any_(func.array(found.scalar_subquery())), True
    of_case = _POSTGRESQL.c.reference == cases.c.reference
    return select(has_all).where(of_case).scalar_subquery(), False


def codes(pieces: Sequence[str]) -> list[int]:
    """One 32-bit number per piece for PostgreSQL: both characters of a Chinese pair, a checksum of
    a word. Should a word meet a pair's number, a search finds a case too many."""
    return [_code(piece) - _SIGNED for piece in pieces]


def sqlite_rowid(reference: str) -> int:
    """A number that belongs to the reference alone, in the order of their days: SQLite may renumber
    the rows of ``cases``."""
    number = 0
    for digit in reference[_NUMBER]:
        number = number * len(_ALPHABET) + _ALPHABET.index(digit)
    return int(reference[_DAY]) * len(_ALPHABET) ** 6 + number


def _code(piece: str) -> int:
    if piece.isascii():
        return zlib.crc32(piece.encode())
    first, second = piece[0], piece[1]
    return (ord(first) << _UNICODE_BITS) | ord(second)
