"""Two officers act on one case at the same moment: one is first, the other is told and loses
nothing of what they wrote."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy.engine import Engine

from casestore.domain.case import EventKind
from casestore.domain.errors import StaleCase
from casestore.domain.staff import Officer, StaffRole
from casestore.service.acting import Deed, Done
from casestore.service.casework import Casework
from casestore.service.desk import ComplaintDesk
from casestore.storage.keyring import Keyring
from casestore.storage.store import SqlStore
from tests.contract.casestore.kit import FIELD_KEY, PROMISE, Clock, make_complaint, make_id

ROUNDS = 12
EVERYTHING = frozenset({StaffRole.HANDLER, StaffRole.SUPERVISOR})
ZHAO = Officer("zhao", "赵", EVERYTHING)
QIAN = Officer("qian", "钱", EVERYTHING)


@pytest.fixture
def store(engine: Engine) -> SqlStore:
    return SqlStore(engine, Keyring([FIELD_KEY]))


@pytest.fixture
def casework(store: SqlStore) -> Casework:
    return Casework(store, Clock())


@pytest.fixture
def reference(store: SqlStore) -> str:
    return ComplaintDesk(store, Clock(), PROMISE).file(make_complaint(), "bot").standing.reference


def together(*acts: Callable[[], Done]) -> list[Done | Exception]:
    """What comes of acts begun at the same moment, in their order."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Done]) -> Done | Exception:
        start.wait()
        try:
            return act()
        except StaleCase as exc:
            return exc

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def grading(by: Officer, number: int, version: int | None) -> Deed:
    grade = "complex" if by is ZHAO else "ordinary"
    data = {"grade": grade, "priority": "normal", "flags": ""}
    reason = f"{by.name}的理由 {number}"
    return Deed(EventKind.GRADED, make_id(number), reason, data, version)


def test_of_two_who_saw_the_same_version_one_wins_and_the_other_is_told(
    store: SqlStore, casework: Casework, reference: str
) -> None:
    for number in range(ROUNDS):
        version = seen(store, reference)
        first, second = grading(ZHAO, 2 * number, version), grading(QIAN, 2 * number + 1, version)
        results = together(
            lambda deed=first: casework.do(reference, deed, ZHAO),
            lambda deed=second: casework.do(reference, deed, QIAN),
        )
        kinds = sorted(type(result).__name__ for result in results)
        assert kinds == ["Done", "StaleCase"]
        assert seen(store, reference) == version + 1
        winner = first if isinstance(results[0], Done) else second
        assert standing_grade(store, reference) == winner.data["grade"]
    assert len(graded(store, reference)) == ROUNDS


def test_the_one_who_came_second_can_do_it_again_after_looking(
    store: SqlStore, casework: Casework, reference: str
) -> None:
    version = seen(store, reference)
    casework.do(reference, grading(ZHAO, 1, version), ZHAO)
    with pytest.raises(StaleCase):
        casework.do(reference, grading(QIAN, 2, version), QIAN)
    assert casework.do(reference, grading(QIAN, 2, version + 1), QIAN).created
    assert graded(store, reference) == ["赵的理由 1", "钱的理由 2"]


def test_acts_that_look_at_no_version_are_all_written_down(
    store: SqlStore, casework: Casework, reference: str
) -> None:
    version = seen(store, reference)
    deeds = [(by, grading(by, number, None)) for number, by in enumerate([ZHAO, QIAN] * 4)]
    results = together(
        *(lambda by=by, deed=deed: casework.do(reference, deed, by) for by, deed in deeds)
    )
    assert all(isinstance(result, Done) and result.created for result in results)
    assert seen(store, reference) == version + len(deeds)
    assert sorted(graded(store, reference)) == sorted(str(deed.text) for _, deed in deeds)


def test_one_form_sent_twice_at_once_is_done_once(
    store: SqlStore, casework: Casework, reference: str
) -> None:
    version = seen(store, reference)
    deed = grading(ZHAO, 1, version)
    results = together(*(lambda: casework.do(reference, deed, ZHAO) for _ in range(4)))
    assert sorted(result.created for result in results if isinstance(result, Done)) == [
        False,
        False,
        False,
        True,
    ]
    assert seen(store, reference) == version + 1


def seen(store: SqlStore, reference: str) -> int:
    """The version an officer sees who opens the case now."""
    with store.transaction() as tx:
        standing = tx.cases.standing(reference)
    assert standing is not None
    return standing.handling.version


def standing_grade(store: SqlStore, reference: str) -> str:
    with store.transaction() as tx:
        standing = tx.cases.standing(reference)
    assert standing is not None
    return standing.handling.grade.value


def graded(store: SqlStore, reference: str) -> list[str]:
    """The reasons written down, in their order."""
    with store.transaction() as tx:
        events = tx.cases.events(reference)
    return [str(event.act.text) for event in events if event.kind is EventKind.GRADED and event.act]
