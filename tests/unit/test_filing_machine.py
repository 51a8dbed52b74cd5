"""Filing under all mishaps in any order: what was acknowledged is journaled and arrives once.

Hypothesis plays customers, case store, clock and kills against a real journal file, real relays
and the real transcript; after every step the sets must fit, and once all is mended, journal and
case store must hold the same. Short histories are gone through one by one.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from enum import Enum, auto
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.channels.transcript import Transcript
from bot.channels.wechat.outbound import Outbound
from bot.errors import Permanent, Retryable
from bot.intake.acts import SqlActs
from bot.intake.bootstrap import callback_reference
from bot.intake.callbacks import SqlCallbacks
from bot.intake.cancellations import SqlCancellations
from bot.intake.evidence import SqlEvidence
from bot.intake.feed import SqlFeed
from bot.intake.journal import SqlJournal
from bot.intake.outbox import DELIVERED, PARKED, PENDING, together
from bot.intake.relay import LEASE, Relay
from bot.launcher.notices import Notices
from bot.launcher.receipts import Receipts
from bot.launcher.relay_process import Desk, build_relay
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from tests.fakes import Clock, FakeCaseStore, references
from tests.handover import FakeDesk
from tests.samples import PDF, act, complaint, sealer

IN_MEMORY = Path("/dev/shm")
"""Thousands of commits are no burden there; what a power cut does is not the matter here."""
RELAYS = ("a", "b")
OUTBOXES = ("intake", "act", "evidence")
STEPS = {"complaint": 6, "supplement": 8, "document": 14}
"""Before and after each call a relay makes to look for such a thing, hand it over and mark it."""
HELD_UP = (0, int(LEASE.total_seconds()) + 1)
"""Seconds a relay may be held up: not at all, and longer than its lease."""


class Killed(BaseException):
    """Stands in for SIGKILL: what is killed handles nothing any more."""


class Fault(Enum):
    """What the case store, or the way to it, is like."""

    NONE = auto()
    DOWN = auto()
    SLOW = auto()  # the client gives up first, the case store commits later
    ANSWER_LOST = auto()  # it commits, and the answer never arrives
    REFUSES = auto()


WEATHER = [fault for fault in Fault if fault is not Fault.DOWN]
FAULTS = st.just(Fault.NONE) | st.sampled_from(Fault)
"""Whole more often than not, or too little would get as far as being killed."""


class FaultyWay:
    """The case store over a way with faults; every call of the port takes it."""

    def __init__(self, cases: FakeCaseStore) -> None:
        self._cases = cases
        self._late: list[Callable[[], Any]] = []
        self.fault = Fault.NONE
        self.refused = False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._cases, name)
        return lambda *args, **kwargs: self._take(partial(call, *args, **kwargs))

    def _take(self, call: Callable[[], Any]) -> Any:
        if self.fault is Fault.DOWN:
            raise Retryable("连接失败：ConnectionError")
        if self.fault is Fault.REFUSES:
            self.refused = True
            raise Permanent("HTTP 422 invalid_request")
        if self.fault is Fault.SLOW:
            self._late.append(call)
            raise Retryable("连接失败：ReadTimeout")
        answer = call()
        if self.fault is Fault.ANSWER_LOST:
            raise Retryable("连接失败：ConnectionError")
        return answer

    def catch_up(self) -> None:
        """The slow case store commits what it was given long ago."""
        while self._late:
            self._late.pop(0)()


class Stepped:
    """A port that calls `between` before and after each of its calls."""

    def __init__(self, port: Any, between: Callable[[], None]) -> None:
        self._port = port
        self._between = between

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._port, name)

        def stepped(*args: Any, **kwargs: Any) -> Any:
            self._between()
            answer = call(*args, **kwargs)
            self._between()
            return answer

        return stepped


class Disk:
    """A folder with the database, made empty for every history.

    Its connections are closed with every history; only compiled statements are kept, so that a
    process that starts anew may share it. `reader` reads past the code under test.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file, self._empty = folder / "bot.db", folder / "empty.db"
        self.engine = create_engine(f"sqlite:///{self.file}")
        for schema in ("journal", "channel"):
            upgrade(self.engine, schema)
        self.engine.dispose()
        shutil.copyfile(self.file, self._empty)
        self.reader = sqlite3.connect(self.file)

    def make_empty(self) -> None:
        self.reader.close()
        self.engine.dispose()
        for side_file in self.folder.glob("bot.db-*"):
            side_file.unlink()
        shutil.copyfile(self._empty, self.file)
        shutil.rmtree(self.folder / "evidence", ignore_errors=True)
        self.reader = sqlite3.connect(self.file)


class FilingMachine(RuleBasedStateMachine):
    """Customers with numbered complaints, one database file, two relays and a case store."""

    filed = Bundle("filed")

    def __init__(self, disk: Disk) -> None:
        super().__init__()
        self.disk = disk
        disk.make_empty()
        self.clock, self.mint = Clock(), references()
        self.cases = FakeCaseStore()
        self.way = FaultyWay(self.cases)
        self.numbers: list[int] = []
        self.acknowledged: dict[int, str] = {}
        self.amended: set[tuple[int, int]] = set()
        self.supplements: list[str] = []
        self.documents: list[str] = []
        self.done: set[str] = set()
        self.starts = 0
        self.at_step: dict[int, Callable[[], None]] = {}
        self.restart()

    # -- the parts ----------------------------------------------------------------------------

    def open_desk(self) -> Desk:
        """New objects on the same file, as a process makes them when it starts."""
        engine = self.disk.engine
        journal = SqlJournal(engine, sealer(), self.mint)
        evidence = SqlEvidence(engine, sealer(), self.disk.folder / "evidence")
        transcript = Transcript(engine)
        notices = Notices(
            transcript,
            journal,
            evidence,
            hotline="400-000-0000",
            hotline_hours="每天",
            now=self.clock,
        )
        return Desk(
            journal=Stepped(journal, self.between),
            acts=Stepped(SqlActs(engine, sealer()), self.between),
            callbacks=SqlCallbacks(engine, sealer(), callback_reference),
            cancellations=SqlCancellations(engine, callback_reference),
            evidence=Stepped(evidence, self.between),
            feed=SqlFeed(engine),
            case_store=Stepped(self.way, self.between),
            chats=FakeDesk(),
            notices=notices,
            receipts=Receipts(Outbound(engine, transcript), self.way),
        )

    def start_relay(self, name: str) -> None:
        self.starts += 1
        owner = f"{name}-{self.starts}"
        self.relays[name] = build_relay(self.open_desk(), owner, self.clock, lambda: 0.0)

    def between(self) -> None:
        """One step of a process: does what was planned for it."""
        self.at_step = {left - 1: plan for left, plan in self.at_step.items()}
        if plan := self.at_step.pop(0, None):
            plan()

    def record(self, number: int, **changes: Any) -> str:
        """Records complaint `number` as the action server does."""
        made = complaint(number, self.clock(), **{"complaint_detail": f"第{number}件", **changes})
        receipt = self.desk.journal.record(made, self.clock())
        assert receipt.first_time == (number not in self.numbers)
        if receipt.first_time:
            self.numbers.append(number)
        return receipt.reference

    def acknowledge(self, number: int, reference: str) -> None:
        """The customer sees the reference; it never changes."""
        assert self.acknowledged.setdefault(number, reference) == reference

    def journaled(self) -> dict[str, str]:
        """Reference → status, read past the code under test."""
        found = self.disk.reader.execute("SELECT reference, status, id FROM intake").fetchall()
        assert len({row[0] for row in found}) == len({row[2] for row in found}) == len(found)
        return {reference: status for reference, status, _ in found}

    def rows(self, condition: str = "1") -> list[tuple[str, str, str]]:
        """Id, reference and status of everything that must arrive."""
        columns = "id, reference, status"
        queries = [f"SELECT {columns} FROM {table} WHERE {condition}" for table in OUTBOXES]  # noqa: S608
        return self.disk.reader.execute(" UNION ALL ".join(queries)).fetchall()

    def parked(self) -> list[str]:
        return [reference for _, reference, _ in self.rows(f"status = '{PARKED}'")]

    def something_pending(self) -> bool:
        return bool(self.rows(f"status = '{PENDING}'"))

    def arrived(self) -> set[str]:
        """Ids of everything the case store holds."""
        by_reference = dict(self.disk.reader.execute("SELECT reference, id FROM intake").fetchall())
        complaints = {by_reference[reference] for reference in self.cases.filed}
        return complaints | self.cases.acts.keys() | self.cases.documents.keys()

    def told(self) -> Counter[str]:
        """Beginning of a notice's key → number of notices; a reference or an id is the rest."""
        found = self.disk.reader.execute("SELECT key FROM message").fetchall()
        return Counter(key.partition("/")[0] for (key,) in found)

    # -- what happens -------------------------------------------------------------------------

    @rule(target=filed)
    def submit(self) -> int:
        number = len(self.numbers)
        self.acknowledge(number, self.record(number))
        return number

    @rule(target=filed)
    def submit_and_lose_the_answer(self) -> int:
        number = len(self.numbers)
        self.record(number)
        return number

    @rule(target=filed)
    def confirm_twice_in_two_processes(self) -> int:
        number = len(self.numbers)
        self.acknowledge(number, self.record(number))
        self.desk = self.open_desk()
        self.acknowledge(number, self.record(number))
        return number

    @rule(number=filed)
    def repeat(self, number: int) -> None:
        self.acknowledge(number, self.record(number))

    @rule(number=filed, yuan=st.integers(1, 3))
    def repeat_with_other_content(self, number: int, yuan: int) -> None:
        self.acknowledge(number, self.record(number, complaint_amount=float(yuan)))
        self.amended.add((number, yuan))

    @rule(number=filed)
    def supplement_twice(self, number: int) -> None:
        """The same act comes again: it is one."""
        self.repeat(number)
        made = act(len(self.supplements), self.acknowledged[number], submitted_at=self.clock())
        assert self.desk.acts.record(made, self.clock())
        assert not self.desk.acts.record(made, self.clock())
        self.supplements.append(str(made.id))

    @rule(number=filed)
    def send_a_document_twice(self, number: int) -> None:
        self.repeat(number)
        document = UUID(int=len(self.documents), version=4)
        whose = (f"web-{number}", "web", "凭证.pdf", PDF)
        for _ in range(2):
            self.desk.evidence.keep(document, *whose, self.clock())
            self.desk.evidence.attach([str(document)], self.acknowledged[number], self.clock())
        self.documents.append(str(document))

    @rule(fault=FAULTS)
    def case_store_becomes(self, fault: Fault) -> None:
        self.way.fault = fault

    @rule()
    def case_store_is_down_for_hours(self) -> None:
        self.way.fault = Fault.DOWN
        for _ in range(6):
            self.clock.forward(hours=1)
            self.relays["a"].deliver_next()

    @rule()
    def slow_case_store_catches_up(self) -> None:
        self.way.catch_up()

    @rule(seconds=st.sampled_from([-90, 1, 6, HELD_UP[1], 1000, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.clock.forward(seconds=seconds)

    @rule(name=st.sampled_from(RELAYS))
    def relay_delivers_one(self, name: str) -> None:
        self.relays[name].deliver_next()

    @precondition(lambda self: self.something_pending())
    @rule(name=st.sampled_from(RELAYS), step=st.integers(1, max(STEPS.values())), fault=FAULTS)
    def relay_is_killed_at(self, name: str, step: int, fault: Fault) -> None:
        def kill() -> None:
            raise Killed()

        self.clock.forward(hours=1)
        self.at_step = {step: kill}
        self.way.fault = fault
        try:
            self.relays[name].deliver_next()
        except Killed:
            self.start_relay(name)
        self.at_step = {}

    @precondition(lambda self: self.something_pending())
    @rule(
        step=st.integers(1, max(STEPS.values())),
        seconds=st.sampled_from(HELD_UP),
        fault=st.sampled_from(Fault),
    )
    def one_relay_overtakes_the_other_at(self, step: int, seconds: int, fault: Fault) -> None:
        """The first is held up, perhaps longer than its lease, and goes on in another world."""

        def overtake() -> None:
            self.clock.forward(seconds=seconds)
            self.relays["b"].deliver_next()
            self.the_sets_fit()
            self.way.fault = fault

        self.clock.forward(hours=1)
        self.way.fault = Fault.NONE
        self.at_step = {step: overtake}
        self.relays["a"].deliver_next()
        self.at_step = {}

    @rule()
    def restart(self) -> None:
        self.desk = self.open_desk()
        self.relays: dict[str, Relay] = {}
        for name in RELAYS:
            self.start_relay(name)

    @precondition(lambda self: self.parked())
    @rule()
    def a_person_tries_again(self) -> None:
        self.try_again(self.parked()[0])

    def try_again(self, reference: str) -> None:
        outboxes = (self.desk.journal, self.desk.acts, self.desk.evidence)
        found = [outbox.try_again(reference, self.clock()) for outbox in outboxes]
        assert any(found)

    # -- what always holds --------------------------------------------------------------------

    @invariant()
    def the_sets_fit(self) -> None:
        rows = self.rows()
        self.what_was_acknowledged_is_journaled(rows)
        self.every_case_was_journaled_and_is_one()
        self.what_counts_as_delivered_has_arrived_and_stays_so(rows)
        self.what_is_not_delivered_shows(Counter(status for _, _, status in rows))
        self.acts_arrive_in_order()

    def what_was_acknowledged_is_journaled(self, rows: list[tuple[str, str, str]]) -> None:
        assert set(self.acknowledged.values()) <= self.journaled().keys()
        assert len(set(self.acknowledged.values())) == len(self.acknowledged)
        assert {*self.supplements, *self.documents} <= {each for each, _, _ in rows}
        made = (self.numbers, self.amended, self.supplements, self.documents)
        assert len(rows) == sum(map(len, made))

    def every_case_was_journaled_and_is_one(self) -> None:
        assert self.cases.filed.keys() <= self.journaled().keys()
        told_of = Counter(case["complaint_detail"] for case in self.cases.filed.values())
        assert set(told_of.values()) <= {1}

    def what_counts_as_delivered_has_arrived_and_stays_so(
        self, rows: list[tuple[str, str, str]]
    ) -> None:
        done, arrived = {each for each, _, status in rows if status == DELIVERED}, self.arrived()
        assert self.done <= done <= arrived <= {each for each, _, _ in rows}
        assert self.told()["filed"] <= len(self.cases.filed)
        self.done = done

    def what_is_not_delivered_shows(self, statuses: Counter[str]) -> None:
        outboxes = (self.desk.journal, self.desk.acts, self.desk.evidence)
        shown = together(outbox.backlog(self.clock()) for outbox in outboxes)
        assert (shown.pending, shown.parked) == (statuses[PENDING], statuses[PARKED])
        failed = shown.parked + self.told()["parked"]
        assert self.way.refused or not failed, "only a refusal parks; trying never ends"

    def acts_arrive_in_order(self) -> None:
        """As long as nothing was parked, which lets what came later go first."""
        made = self.disk.reader.execute("SELECT reference, id FROM act ORDER BY number").fetchall()
        for about in self.journaled() if not self.way.refused else ():
            arrived = [each for each, (_, of, _) in self.cases.acts.items() if of == about]
            assert arrived == [each for of, each in made if of == about][: len(arrived)]

    # -- and in the end -----------------------------------------------------------------------

    def teardown(self) -> None:
        self.mend_everything()
        self.the_sets_fit()
        self.all_is_as_if_nothing_had_happened()

    def mend_everything(self) -> None:
        self.case_store_becomes(Fault.NONE)
        self.slow_case_store_catches_up()
        for number in list(self.numbers):
            self.repeat(number)
        for reference in set(self.parked()):
            self.try_again(reference)
        self.clock.forward(days=1)
        for _ in self.rows():
            assert self.relays["a"].deliver_next() or not self.something_pending()

    def all_is_as_if_nothing_had_happened(self) -> None:
        journaled = self.journaled()
        assert set(self.acknowledged.values()) == journaled.keys() == self.cases.filed.keys()
        assert {status for _, _, status in self.rows()} <= {DELIVERED}
        for number, reference in self.acknowledged.items():
            assert self.cases.filed[reference]["complaint_detail"] == f"第{number}件"
        told = self.told()
        assert told["filed"] == len(journaled)
        assert len(self.cases.acts) <= told["delivered"] <= len(self.rows()) - len(journaled)


@pytest.fixture(scope="module")
def disk() -> Iterator[Disk]:
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        made = Disk(Path(folder))
        yield made
        made.reader.close()


def test_whatever_happens_what_was_acknowledged_arrives_once(disk: Disk) -> None:
    run_state_machine_as_test(
        partial(FilingMachine, disk),
        settings=settings(
            derandomize=True,
            phases=(Phase.generate,),  # shrinking a history takes minutes: add Phase.shrink
            max_examples=12,
            stateful_step_count=40,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


def about_to_deliver(disk: Disk, what: str) -> FilingMachine:
    """A machine whose relay has such a thing to deliver next."""
    machine = FilingMachine(disk)
    machine.submit()
    if what != "complaint":
        machine.relay_delivers_one("a")
        {"supplement": machine.supplement_twice, "document": machine.send_a_document_twice}[what](0)
    return machine


@pytest.mark.parametrize("what", STEPS)
def test_a_relay_killed_at_any_step_in_any_weather(disk: Disk, what: str) -> None:
    for step, fault in product(range(1, STEPS[what] + 1), WEATHER):
        machine = about_to_deliver(disk, what)
        machine.relay_is_killed_at("a", step, fault)
        machine.the_sets_fit()
        machine.teardown()


@pytest.mark.parametrize("what", STEPS)
def test_a_relay_overtaken_at_any_step_in_any_weather(disk: Disk, what: str) -> None:
    for step, fault in product(range(1, STEPS[what] + 1), WEATHER):
        machine = about_to_deliver(disk, what)
        machine.one_relay_overtakes_the_other_at(step, HELD_UP[1], fault)
        machine.the_sets_fit()
        machine.teardown()
