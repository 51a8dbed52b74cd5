"""Brings everything sealed or signed under the current key, so that older keys can be removed.

Works beside the running service, a batch and its locks at a time, and can be stopped and started
again at any point: what is under the current key already is left alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, and_, func, select, tuple_, update
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from casestore.domain.errors import StoreUnavailable
from casestore.domain.fingerprint import fingerprint
from casestore.domain.phone import phone_key
from casestore.storage.files import SealedFiles
from casestore.storage.keyring import Keyring
from casestore.storage.rows import FINGERPRINT, PHONE, phone_tail_purpose, read_case
from casestore.storage.tables import cases, metadata

_SEALED = "_sealed"
_BATCH = 200
_FILES = "files"

Progress = Callable[[str, int, int], None]
"""Called on the way with the part (a table, or ``files``), how many of it were looked at, and how
many there are."""


@dataclass(frozen=True)
class RotationReport:
    """``fields`` and ``files`` were sealed anew, ``signatures`` made anew; ``unsigned`` are cases
    whose filing cannot be recognised any more, because the registration was corrected since."""

    fields: int = 0
    signatures: int = 0
    files: int = 0
    unsigned: int = 0

    def plus(self, other: "RotationReport") -> "RotationReport":
        """Both together."""
        return RotationReport(
            self.fields + other.fields,
            self.signatures + other.signatures,
            self.files + other.files,
            self.unsigned + other.unsigned,
        )


def sealed_columns() -> Mapping[str, tuple[str, ...]]:
    """The encrypted columns of every table that has some, by table."""
    found = {
        table.name: tuple(column.name for column in table.c if column.name.endswith(_SEALED))
        for table in metadata.sorted_tables
    }
    return {table: columns for table, columns in found.items() if columns}


class KeyRotation:
    """``keyring`` has the current key first, and every key still in use."""

    def __init__(self, engine: Engine, keyring: Keyring, files: SealedFiles) -> None:
        self._engine = engine
        self._keyring = keyring
        self._files = files

    def run(self, now: datetime, progress: Progress) -> RotationReport:
        """Everything once. Files written after ``now`` are under the current key anyway.

        Raises FieldUnreadable where no key opens something, StoreUnavailable; what was done until
        then stays done.
        """
        report = RotationReport()
        try:
            for name, columns in sealed_columns().items():
                for part in self._rotate_table(metadata.tables[name], columns, progress):
                    report = report.plus(part)
        except SQLAlchemyError as exc:
            raise StoreUnavailable from exc
        return report.plus(RotationReport(files=self._rotate_files(now, progress)))

    def _rotate_table(
        self, table: Table, columns: Sequence[str], progress: Progress
    ) -> Iterator[RotationReport]:
        total, done, last = self._count(table), 0, None
        while True:
            with self._engine.connect() as connection:
                rows = _next_rows(connection, table, last)
                yield self._rotate_rows(connection, table, columns, rows)
                connection.commit()
            done += len(rows)
            progress(table.name, done, max(done, total))
            if len(rows) < _BATCH:
                return
            last = tuple(getattr(rows[-1], column.name) for column in table.primary_key)

    def _count(self, table: Table) -> int:
        with self._engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

    def _rotate_rows(
        self, connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Any]
    ) -> RotationReport:
        report = RotationReport()
        for row in rows:
            resealed = self._resealed(row, columns)
            resigned, is_lost = self._resigned(row) if table is cases else ({}, False)
            if values := {**resealed, **resigned}:
                mine = and_(*(column == getattr(row, column.name) for column in table.primary_key))
                connection.execute(update(table).where(mine).values(**values))
            found = RotationReport(len(resealed), len(resigned), unsigned=int(is_lost))
            report = report.plus(found)
        return report

    def _resealed(self, row: Any, columns: Sequence[str]) -> dict[str, str]:
        found = ((name, (getattr(row, name) or "").encode()) for name in columns)
        return {
            name: self._keyring.resealed(sealed).decode()
            for name, sealed in found
            if sealed and not self._keyring.is_current(sealed)
        }

    def _resigned(self, row: Any) -> tuple[dict[str, str], bool]:
        """The signatures that change, and whether that of the filing had to be left as it is."""
        if row.erased_at is not None:
            return {}, False
        complaint = read_case(row, self._keyring).complaint
        phone, sign = complaint.complainant.phone, self._keyring.sign
        tail = complaint.complainant.phone_tail
        mark = fingerprint(complaint)
        signed = {
            "phone_mac": sign(PHONE, phone_key(phone)),
            "phone_tail_mac": sign(phone_tail_purpose(row.reference), tail),
            "fingerprint": sign(FINGERPRINT, mark),
        }
        is_lost = not self._keyring.recognises(FINGERPRINT, mark, row.fingerprint)
        if is_lost:
            del signed["fingerprint"]
        return {name: mac for name, mac in signed.items() if mac != getattr(row, name)}, is_lost

    def _rotate_files(self, now: datetime, progress: Progress) -> int:
        names = list(self._files.names(now))
        count = 0
        for number, name in enumerate(names, start=1):
            count += self._files.reseal(name)
            if number % _BATCH == 0 or number == len(names):
                progress(_FILES, number, len(names))
        return count


def _next_rows(connection: Connection, table: Table, last: tuple[Any, ...] | None) -> Sequence[Any]:
    key = list(table.primary_key)
    query = select(table).order_by(*key).limit(_BATCH).with_for_update()
    if last is not None:
        query = query.where(tuple_(*key) > tuple_(*last))
    rows: Sequence[Any] = connection.execute(query).all()
    return rows
