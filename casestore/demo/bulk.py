"""Writes made cases in bulk: COPY on PostgreSQL, by several processes; plain inserts on SQLite.

Fields are sealed and the search index filled as in real life. While rows pour into PostgreSQL its
indexes and foreign keys are away and are built again at the end, which is many times faster.
"""

import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.engine import Connection, Engine

from casestore.demo.bank import open_bank
from casestore.demo.crowd import CLIENT, HANDLERS, Chronicle, Crowd
from casestore.domain.deadlines import ServicePromise
from casestore.domain.errors import ConfigurationError
from casestore.domain.grams import grams
from casestore.domain.masking import mask_text
from casestore.service.ports import Store
from casestore.storage.engine import build_engine
from casestore.storage.keyring import Keyring
from casestore.storage.rows import FINGERPRINT, case_row, event_row, phone_tail_purpose
from casestore.storage.search import SqlSearch, codes
from casestore.storage.tables import case_events, cases

ECHOES = 10
"""On PostgreSQL each invented complaint is filed that many times, so that making texts and sealing
fields does not take longer than writing."""

_CHUNK = 5_000
_CASES = tuple(column.name for column in cases.c)
_EVENTS = tuple(column.name for column in case_events.c if column.name != "id")
_SEARCH = ("reference", "grams")
_ACT_ID = _EVENTS.index("act_id")
_NULL = "\\N"
_FILLED = ("cases", "case_events", "case_search")
_MIXED = "数据库里有真实的投诉，压测数据不能混进去：请把 DATABASE_URL 指到一个单独的库。"
# Escapes of PostgreSQL's COPY in text format.
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@dataclass(frozen=True)
class Batch:
    """What one process writes in one transaction, and with what; can be sent to it."""

    database_url: str
    keys: Sequence[str]
    seed: int
    until: datetime
    promise: ServicePromise
    first: int
    count: int

    @property
    def numbers(self) -> range:
        """The numbers of the cases to write."""
        return range(self.first, self.first + self.count)

    def originals(self) -> Iterator[Chronicle]:
        """The cases of this batch that are no echoes."""
        return Crowd(self.seed, self.until, self.promise).make(self.numbers[::ECHOES])


def loaded_cases(engine: Engine) -> int:
    """How many made cases there are. Raises ConfigurationError if there are real ones too."""
    with engine.connect() as connection:
        _take_your_time(connection)
        others = select(cases.c.reference).where(cases.c.client != CLIENT).limit(1)
        if connection.execute(others).first() is not None:
            raise ConfigurationError(_MIXED)
        found: int = connection.execute(select(func.count()).select_from(cases)).scalar_one()
        return found


def staff_the_bank(store: Store, now: datetime) -> None:
    """Branches, accounts and enough handlers for many cases; once."""
    with store.transaction() as tx:
        if tx.branches.all():
            return
    open_bank(store, now)
    with store.transaction() as tx:
        for account in HANDLERS:
            tx.staff.add_account(account, now)
            tx.staff.put_account(account)
        tx.commit()


def load(engine: Engine, whole: Batch) -> Iterator[int]:
    """Write the cases of ``whole``; gives how many are written so far."""
    batches = [_part(whole, first) for first in range(0, whole.count, _CHUNK)]
    written = 0
    for count in (
        _on_postgresql(engine, batches) if _has_copy(engine) else _on_sqlite(engine, batches)
    ):
        written += count
        yield written


def _part(whole: Batch, first: int) -> Batch:
    count = min(_CHUNK, whole.count - first)
    return Batch(
        whole.database_url,
        whole.keys,
        whole.seed,
        whole.until,
        whole.promise,
        whole.first + first,
        count,
    )


def _has_copy(engine: Engine) -> bool:
    return bool(engine.dialect.name == "postgresql")


def _on_sqlite(engine: Engine, batches: Iterable[Batch]) -> Iterator[int]:
    for batch in batches:
        keyring = Keyring(batch.keys)
        with engine.begin() as connection:
            search = SqlSearch(connection)
            for made in Crowd(batch.seed, batch.until, batch.promise).make(batch.numbers):
                connection.execute(insert(cases), _case_row(made, keyring))
                connection.execute(insert(case_events), _event_rows(made))
                search.put(made.case.standing.reference, _words(made))
        yield batch.count


def _on_postgresql(engine: Engine, batches: Sequence[Batch]) -> Iterator[int]:
    put_back = _take_away(engine)
    try:
        with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
            for done in as_completed([pool.submit(_copy_batch, batch) for batch in batches]):
                yield done.result()
    finally:
        _run(engine, [*put_back, *(f"ANALYZE {table}" for table in _FILLED)])


def _take_away(engine: Engine) -> list[str]:
    """Drop foreign keys and indexes of the tables to fill; the statements that make them again."""
    with engine.connect() as connection:
        keys = connection.execute(text(_FOREIGN_KEYS)).all()
        indexes = connection.execute(text(_INDEXES)).all()
    drops = [f"ALTER TABLE {row.owner} DROP CONSTRAINT {row.name}" for row in keys]
    drops += [f"DROP INDEX {row.name}" for row in indexes]
    _run(engine, drops)
    made_again = [row.definition for row in indexes]
    return [
        *made_again,
        *(f"ALTER TABLE {row.owner} ADD CONSTRAINT {row.name} {row.definition}" for row in keys),
    ]


_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text AS owner, conname AS name,
           pg_get_constraintdef(oid) AS definition
    FROM pg_constraint
    WHERE contype = 'f' AND conrelid::regclass::text IN ('case_events', 'case_search')
"""
_INDEXES = """
    SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid::regclass::text IN ('cases', 'case_events', 'case_search')
      AND NOT i.indisprimary
"""


def _run(engine: Engine, statements: Iterable[str]) -> None:
    with engine.begin() as connection:
        _take_your_time(connection)
        for statement in statements:
            connection.execute(text(statement))


def _take_your_time(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))


def _copy_batch(batch: Batch) -> int:
    """In a process of its own."""
    lines = _Lines(Keyring(batch.keys))
    for made in batch.originals():
        lines.add(made, min(ECHOES, batch.first + batch.count - made.number))
    engine = build_engine(batch.database_url)
    try:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL synchronous_commit = off"))
            _copy(connection, "cases", _CASES, lines.cases)
            _copy(connection, "case_events", _EVENTS, lines.events)
            _copy(connection, "case_search", _SEARCH, lines.search)
    finally:
        engine.dispose()
    return batch.count


class _Lines:
    """Lines for COPY: each made case and its echoes, which differ in their references and in what
    is signed or named after those."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self.cases: list[str] = []
        self.events: list[str] = []
        self.search: list[str] = []

    def add(self, made: Chronicle, times: int) -> None:
        """A case under so many references."""
        case = _fields(_case_row(made, self._keyring), _CASES)
        events = [_fields(row, _EVENTS) for row in _event_rows(made)]
        search = _fields(_search_row(made), _SEARCH)
        for echo in range(times):
            reference = made.reference_of(echo)
            self.cases.append(_line(case, _CASES, self._own(made, reference)))
            self.search.append(_line(search, _SEARCH, {"reference": reference}))
            for place, event in enumerate(events):
                own = {"reference": reference}
                if event[_ACT_ID] != _NULL:
                    own["act_id"] = made.act_id(place, echo)
                self.events.append(_line(event, _EVENTS, own))

    def _own(self, made: Chronicle, reference: str) -> dict[str, str]:
        tail = made.case.complaint.complainant.phone_tail
        return {
            "reference": reference,
            "fingerprint": self._keyring.sign(FINGERPRINT, reference),
            "phone_tail_mac": self._keyring.sign(phone_tail_purpose(reference), tail),
        }


def _fields(row: dict[str, Any], names: Sequence[str]) -> list[str]:
    return [_field(row.get(name)) for name in names]


def _line(fields: list[str], names: Sequence[str], own: dict[str, str]) -> str:
    changed = fields.copy()
    for name, value in own.items():
        changed[names.index(name)] = value
    return "\t".join(changed)


def _copy(connection: Connection, table: str, names: Sequence[str], lines: list[str]) -> None:
    data = io.StringIO("\n".join(lines) + "\n")
    with connection.connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({', '.join(names)}) FROM STDIN", data)


def _field(value: Any) -> str:
    if value is None:
        return _NULL
    if isinstance(value, (list, dict)):
        value = json.dumps(value, ensure_ascii=False)
    return str(value).translate(_ESCAPES)


def _case_row(made: Chronicle, keyring: Keyring) -> dict[str, Any]:
    """Nobody files such a case again, so its reference does for the fingerprint of its content."""
    row = case_row(made.case, made.case.standing.reference, keyring)
    return {name: row.get(name) for name in _CASES}


def _event_rows(made: Chronicle) -> list[dict[str, Any]]:
    rows = map(event_row, made.events)
    return [{name: row.get(name) for name in _EVENTS} for row in rows]


def _search_row(made: Chronicle) -> dict[str, Any]:
    numbers = ",".join(map(str, codes(grams(_words(made)))))
    return {"reference": made.case.standing.reference, "grams": f"{{{numbers}}}"}


def _words(made: Chronicle) -> str:
    complaint = made.case.complaint
    words = f"{complaint.detail}\n{complaint.request}\n{complaint.branch}"
    return mask_text(words, name=complaint.complainant.name, phone=complaint.complainant.phone)
