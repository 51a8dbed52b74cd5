"""The checklists of a case: the right ones, each item ticked once and by name."""

import pytest

from casestore.domain.case import Case, EventKind
from casestore.domain.errors import CaseNotFound, InvalidRequest
from casestore.service.checklist import ChecklistRoom
from casestore.service.ports import Store
from casestore.storage.checklist_file import read_checklists
from tests.contract.casestore.kit import make_reference
from tests.contract.casestore.upkeep_kit import REFERENCE, Bank, account


@pytest.fixture
def bank(store: Store) -> Bank:
    made = Bank(store)
    made.hire(account("worker"), account("other"))
    made.file(complaint_reason="定价收费", complaint_branch="不清楚")
    return made


@pytest.fixture
def room(bank: Bank) -> ChecklistRoom:
    return ChecklistRoom(bank.store, bank.clock, read_checklists())


def case(bank: Bank) -> Case:
    with bank.store.transaction() as tx:
        found = tx.cases.get(REFERENCE)
    assert found is not None
    return found


def test_a_case_has_the_general_list_and_those_of_its_subject(
    bank: Bank, room: ChecklistRoom
) -> None:
    assert [section.title for section in room.sections(case(bank))] == ["每件都要", "收费"]


def test_fees_of_a_card_are_not_about_theft(store: Store) -> None:
    bank = Bank(store)
    bank.hire(account("worker"))
    bank.file(complaint_reason="因定价收费引起的投诉", complaint_business="借记卡")
    room = ChecklistRoom(bank.store, bank.clock, read_checklists())
    assert [section.title for section in room.sections(case(bank))] == ["每件都要", "收费"]


def test_a_ticked_item_says_by_whom_and_is_in_the_history(bank: Bank, room: ChecklistRoom) -> None:
    room.tick(REFERENCE, "fee-list", bank.officer("worker"))
    lines = {line.item.id: line for each in room.sections(case(bank)) for line in each.lines}
    ticked = lines["fee-list"].check
    assert ticked is not None
    assert ticked.done_by == "worker"
    assert lines["fee-flow"].check is None
    assert bank.kinds()[-1] is EventKind.CHECKED


def test_the_second_tick_changes_nothing(bank: Bank, room: ChecklistRoom) -> None:
    room.tick(REFERENCE, "fee-list", bank.officer("worker"))
    room.tick(REFERENCE, "fee-list", bank.officer("other"))
    assert bank.kinds().count(EventKind.CHECKED) == 1


def test_what_is_on_no_list_cannot_be_ticked(bank: Bank, room: ChecklistRoom) -> None:
    with pytest.raises(InvalidRequest):
        room.tick(REFERENCE, "nonsense", bank.officer("worker"))
    with pytest.raises(CaseNotFound):
        room.tick(make_reference(9), "fee-list", bank.officer("worker"))


def test_items_keep_their_words_for_the_history(room: ChecklistRoom) -> None:
    assert room.text_of("fee-list").startswith("核对收费公示")
    assert room.text_of("gone") == "gone"
