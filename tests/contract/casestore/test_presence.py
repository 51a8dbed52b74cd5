"""Who else looks at a case, and the lists an officer keeps."""

import pytest

from casestore.domain.errors import CaseNotFound, InvalidRequest
from casestore.domain.fingerprint import fingerprint
from casestore.domain.presence import LONGEST_VIEW_NAME, MOST_VIEWS
from casestore.domain.staff import Officer, StaffRole
from casestore.service.directory import Reception
from casestore.service.ports import Store
from casestore.service.presence import Presence
from casestore.service.saved_views import SavedViewBook
from tests.contract.casestore.browser_kit import REFERENCE
from tests.contract.casestore.kit import Clock, Ids, QuickPasswords, make_case, make_reference
from tests.officers import make_account


def account(store: Store, username: str, name: str = "", branch: str | None = None) -> Officer:
    roles = {StaffRole.HANDLER}
    return make_account(store, username, QuickPasswords(), roles, branch, name)


@pytest.fixture
def case(store: Store) -> str:
    filed = make_case()
    with store.transaction() as tx:
        tx.cases.add(filed, fingerprint(filed.complaint))
        tx.commit()
    return REFERENCE


@pytest.fixture
def presence(store: Store, clock: Clock) -> Presence:
    return Presence(store, clock)


def test_colleagues_at_the_same_case_are_named(store: Store, presence: Presence, case: str) -> None:
    li, wang = account(store, "li", "李志强"), account(store, "wang", "王芳")
    assert presence.look(case, li, is_writing=False) == []
    (seen,) = presence.look(case, wang, is_writing=True)
    assert (seen.name, seen.is_writing) == ("李志强", False)
    (seen,) = presence.look(case, li, is_writing=False)
    assert (seen.name, seen.is_writing) == ("王芳", True)


def test_whoever_gave_no_sign_for_three_minutes_has_gone(
    store: Store, presence: Presence, clock: Clock, case: str
) -> None:
    li, wang = account(store, "li"), account(store, "wang")
    presence.look(case, li, is_writing=False)
    clock.forward(minutes=3)
    assert len(presence.look(case, wang, is_writing=False)) == 1
    clock.forward(seconds=1)
    assert presence.look(case, wang, is_writing=False) == []


@pytest.mark.parametrize("reference", [make_reference(7), "nonsense\0"])
def test_nobody_is_at_a_case_there_is_not(store: Store, presence: Presence, reference: str) -> None:
    with pytest.raises(CaseNotFound):
        presence.look(reference, account(store, "li"), is_writing=False)


def test_a_case_of_another_branch_is_not_watched(
    store: Store, presence: Presence, case: str
) -> None:
    with pytest.raises(CaseNotFound):
        presence.look(case, account(store, "sun", branch="1002"), is_writing=False)


def test_views_are_each_officers_own(store: Store) -> None:
    book, li, wang = SavedViewBook(store, Ids()), account(store, "li"), account(store, "wang")
    book.save(li, " 我的未结 ", "mine=1")
    book.save(wang, "我的未结", "due=soon")
    (mine,) = book.of(li)
    assert (mine.name, mine.query) == ("我的未结", "mine=1")
    book.delete(wang, mine.id)
    book.rename(wang, mine.id, "别的")
    assert book.of(li) == [mine]


def test_saving_under_a_known_name_replaces_the_list(store: Store) -> None:
    book, li = SavedViewBook(store, Ids()), account(store, "li")
    book.save(li, "未结", "mine=1")
    book.save(li, "未结", "due=soon")
    assert [view.query for view in book.of(li)] == ["due=soon"]


def test_a_view_is_renamed_and_deleted(store: Store) -> None:
    book, li = SavedViewBook(store, Ids()), account(store, "li")
    book.save(li, "甲", "mine=1")
    book.save(li, "乙", "due=soon")
    first = next(view for view in book.of(li) if view.name == "甲")
    book.rename(li, first.id, "丙")
    assert {view.name for view in book.of(li)} == {"乙", "丙"}
    other = next(view for view in book.of(li) if view.name == "乙")
    with pytest.raises(InvalidRequest):
        book.rename(li, other.id, "丙")
    book.delete(li, other.id)
    assert [view.name for view in book.of(li)] == ["丙"]


@pytest.mark.parametrize("name", ["", "  ", "空\0", "长" * (LONGEST_VIEW_NAME + 1)])
def test_a_view_needs_a_usable_name(store: Store, name: str) -> None:
    book, li = SavedViewBook(store, Ids()), account(store, "li")
    with pytest.raises(InvalidRequest) as caught:
        book.save(li, name, "mine=1")
    assert "name" in caught.value.fields
    assert book.of(li) == []


def test_views_do_not_pile_up(store: Store) -> None:
    book, li = SavedViewBook(store, Ids()), account(store, "li")
    for number in range(MOST_VIEWS):
        book.save(li, f"视图{number}", "mine=1")
    with pytest.raises(InvalidRequest):
        book.save(li, "多一个", "mine=1")
    book.save(li, "视图0", "due=soon")
    assert len(book.of(li)) == MOST_VIEWS


def test_the_directory_knows_people_branches_and_programs(store: Store) -> None:
    account(store, "li", "李志强")
    directory = Reception(store).directory()
    assert directory.person("li") == "李志强"
    assert directory.person("gone") == "gone"
    assert directory.person(None) == ""
    assert directory.person("system") == "系统"
    assert directory.branch("1002") == "1002"
    assert directory.actor("client:bot") == "接入系统 bot"
    assert directory.actor("staff:li") == "李志强"
    assert directory.actor("system") == "系统"
    assert [officer.username for officer in directory.officers] == ["li"]
