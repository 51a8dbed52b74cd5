"""更正登记: a registration put right, without personal data in the history."""

import pytest

from casestore.domain.case import EventKind
from casestore.domain.correction import CORRECTABLE
from casestore.domain.errors import (
    CaseNotFound,
    IdempotencyConflict,
    InvalidRequest,
    NotAllowed,
    StaleCase,
)
from casestore.domain.staff import SYSTEM, StaffRole, officer_of
from casestore.service.acting import Deed
from casestore.service.desk import ComplaintDesk
from casestore.service.ports import Store
from tests.contract.casestore.kit import (
    PHONE,
    PROMISE,
    Clock,
    make_complaint,
    make_id,
    make_reference,
)
from tests.contract.casestore.reply_kit import LI, REFERENCE, SUN, Office, account

NEW_PHONE = "13911112222"
VALUES = {
    "name": "欧阳晓雨",
    "phone": NEW_PHONE,
    "id_number": "11010519491231002X",
    "contact": "短信",
    "branch": "解放路支行",
    "staff": "陈某",
}
SHOWN = {"branch": {"field": "branch", "old": "人民路支行", "new": "解放路支行"}}


@pytest.fixture
def office(store: Store) -> Office:
    office = Office(store, Clock())
    office.open()
    return office


@pytest.fixture
def desk(office: Office) -> ComplaintDesk:
    return ComplaintDesk(office.store, office.clock, PROMISE)


def test_every_field_that_may_be_put_right_is(office: Office, desk: ComplaintDesk) -> None:
    assert set(VALUES) == set(CORRECTABLE)
    for field, value in VALUES.items():
        office.do(EventKind.CORRECTED, SUN, "客户来电说登记错了", field=field, value=value)
        file = desk.open_case(REFERENCE, SYSTEM)
        assert CORRECTABLE[field].read(file.case.complaint) == value
        act = file.events[-1].act
        assert act is not None
        assert act.data == SHOWN.get(field, {"field": field})
        assert value not in (act.text or "")


def test_a_corrected_phone_is_the_one_that_counts(office: Office, desk: ComplaintDesk) -> None:
    office.do(EventKind.CORRECTED, LI, "写错一位", field="phone", value=NEW_PHONE)
    assert desk.status(REFERENCE, NEW_PHONE[-4:]).standing == office.standing()
    with pytest.raises(CaseNotFound):
        desk.status(REFERENCE, PHONE[-4:])
    other, former = make_reference(1), make_reference(2)
    desk.file(make_complaint(reference=other, complainant_phone=NEW_PHONE), "bot")
    desk.file(make_complaint(reference=former), "bot")
    with office.store.transaction() as tx:
        assert list(tx.cases.same_customer(other)) == [REFERENCE]
        assert list(tx.cases.same_customer(former)) == []


def test_the_client_that_filed_the_case_still_knows_it(office: Office, desk: ComplaintDesk) -> None:
    office.do(EventKind.CORRECTED, LI, "写错一位", field="phone", value=NEW_PHONE)
    assert not desk.file(make_complaint(), "bot").created


def test_a_case_is_found_by_the_branch_it_was_put_right_to(office: Office) -> None:
    office.do(EventKind.CORRECTED, LI, "网点写错了", field="branch", value="解放路支行")
    with office.store.transaction() as tx:
        branch = tx.cases.page(None, 1)[0].branch
    assert branch == "解放路支行"


def test_one_form_corrects_once_and_a_stale_one_nothing(
    office: Office, desk: ComplaintDesk
) -> None:
    seen = office.version
    data = {"field": "branch", "value": "解放路支行"}
    deed = Deed(EventKind.CORRECTED, make_id(900), "网点写错了", data, seen)
    assert office.casework.do(REFERENCE, deed, LI).created
    assert not office.casework.do(REFERENCE, deed, LI).created
    with pytest.raises(StaleCase):
        office.casework.do(REFERENCE, Deed(EventKind.CORRECTED, make_id(901), "x", data, seen), LI)
    with pytest.raises(IdempotencyConflict):
        office.casework.do(REFERENCE, Deed(EventKind.CORRECTED, make_id(900), "别的", data), LI)
    events = desk.open_case(REFERENCE, SYSTEM).events
    assert [event.kind for event in events].count(EventKind.CORRECTED) == 1


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "field"),
        ({"field": "detail", "value": "没有这回事"}, "field"),
        ({"field": "phone", "value": "电话"}, "value"),
        ({"field": "phone", "value": ""}, "value"),
        ({"field": "id_number", "value": "1"}, "value"),
        ({"field": "name", "value": "长" * 51}, "value"),
        ({"field": "branch", "value": " "}, "value"),
    ],
)
def test_what_cannot_be_kept_is_refused(office: Office, data: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        office.do(EventKind.CORRECTED, LI, "更正", **data)
    assert set(caught.value.fields) == {field}


def test_others_correct_nothing(office: Office) -> None:
    auditor = officer_of(account("zhou", StaffRole.AUDITOR))
    stranger = officer_of(account("far", *StaffRole, branch="B77"))
    for officer, refusal in ((auditor, NotAllowed), (stranger, CaseNotFound)):
        with pytest.raises(refusal):
            office.do(EventKind.CORRECTED, officer, "更正", field="name", value="某某")
