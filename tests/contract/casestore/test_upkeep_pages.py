"""The pages of reminders, routing rules, tasks and checklists as officers use them."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from casestore.domain.case import EventKind
from casestore.domain.reminder import ReminderKind
from casestore.domain.staff import Branch, Officer, StaffRole
from casestore.edge.services import Services
from casestore.service.acting import Deed
from casestore.service.ports import Store
from tests.contract.casestore.browser_kit import page, send
from tests.contract.casestore.kit import (
    NOW,
    Clock,
    TestClient,
    make_complaint,
    make_id,
    make_reference,
)

REFERENCE = make_reference()
NewBrowser = Callable[..., TestClient]
TASK = {
    "category": "disclosure",
    "root_cause": "收费没有事先说明",
    "measure": "补做公示",
    "owner": "owner",
    "unit": "",
    "due_on": "2026-11-30",
}


@pytest.fixture
def filed(services: Services, office: Store) -> str:
    with office.transaction() as tx:
        tx.branches.put(Branch("B1", "人民路支行", None))
        tx.commit()
    services.desk.file(make_complaint(), "bot")
    return REFERENCE


def remind(office: Store, username: str, key: str = "k") -> None:
    with office.transaction() as tx:
        text = f"{REFERENCE} 法定期限将到。"
        tx.reminders.put(username, ReminderKind.LEGAL_SOON, REFERENCE, text, key, NOW)
        tx.commit()


def test_an_officer_sees_only_their_own_reminders_and_marks_them_read(
    browser_as: NewBrowser, office: Store
) -> None:
    mine = browser_as(StaffRole.HANDLER, username="mine")
    other = browser_as(StaffRole.HANDLER, username="other")
    remind(office, "mine")
    assert "法定期限将到" in page(mine, "/reminders")
    assert "没有未读的提醒" in page(other, "/reminders")
    with office.transaction() as tx:
        [reminder] = tx.reminders.unread("mine", 10)
    assert send(other, "/reminders/read", "/reminders", reminder=reminder.id).status_code == 303
    assert "未读（1）" in page(mine, "/reminders")
    assert send(mine, "/reminders/read", "/reminders", reminder=reminder.id).status_code == 303
    assert "没有未读的提醒" in page(mine, "/reminders")
    assert "最近读过的" in page(mine, "/reminders")


def test_a_reminder_of_a_task_leads_to_the_tasks(browser_as: NewBrowser, filed: str) -> None:
    owner = browser_as(StaffRole.HANDLER, username="owner", branch="B1")
    opened(browser_as(StaffRole.HANDLER, username="worker"), filed)
    text = page(owner, "/reminders")
    assert f'<a href="/tasks">{filed}</a>' in text
    assert f"/cases/{filed}" not in text


def test_all_reminders_are_marked_read_at_once(browser_as: NewBrowser, office: Store) -> None:
    mine = browser_as(StaffRole.HANDLER, username="mine")
    remind(office, "mine", "one")
    remind(office, "mine", "two")
    send(mine, "/reminders/read", "/reminders")
    assert "没有未读的提醒" in page(mine, "/reminders")


def test_every_page_shows_how_many_reminders_wait(browser_as: NewBrowser, office: Store) -> None:
    mine = browser_as(StaffRole.HANDLER, username="mine")
    assert "条未读" not in page(mine, "/tasks")
    remind(office, "mine")
    assert '1<span class="unseen"> 条未读' in page(mine, "/tasks")


def test_rules_are_added_ordered_and_deleted(browser_as: NewBrowser, filed: str) -> None:
    del filed
    boss = browser_as(StaffRole.SUPERVISOR, username="boss")
    assert "还没有规则" in page(boss, "/routes")
    assert send(boss, "/routes", business="贷款", unit="B1").status_code == 303
    assert send(boss, "/routes", accused="B1", assignee="boss").status_code == 303
    text = page(boss, "/routes")
    assert text.index("人民路支行，按手头件数") < text.index(
        '<td data-label="被投诉机构">人民路支行'
    )
    [up] = re.findall(r'action="(/routes/[^"]+/up)"', text)
    assert send(boss, up, "/routes").status_code == 303
    text = page(boss, "/routes")
    assert text.index('<td data-label="被投诉机构">人民路支行') < text.index(
        "人民路支行，按手头件数"
    )
    rule = re.findall(r'name="rule" value="([^"]+)"', text)[0]
    assert send(boss, "/routes/drop", "/routes", rule=rule).status_code == 303
    assert len(re.findall(r'name="rule"', page(boss, "/routes"))) == 1


def test_a_refused_rule_comes_back_filled_in(browser_as: NewBrowser, filed: str) -> None:
    del filed
    boss = browser_as(StaffRole.SUPERVISOR)
    answer = send(boss, "/routes", business="贷款", assignee="nobody")
    assert answer.status_code == 422
    assert "没有这个处理人员" in answer.text
    assert '<option value="贷款" selected>' in answer.text
    assert send(boss, "/routes", business="没有这种业务").status_code == 422


def test_handlers_have_no_business_with_the_rules(browser_as: NewBrowser) -> None:
    handler = browser_as(StaffRole.HANDLER)
    assert handler.get("/routes", headers={"Accept": "text/html"}).status_code == 403


def opened(client: TestClient, reference: str, **changes: str) -> Any:
    path = f"/cases/{reference}/tasks"
    return send(client, path, f"{path}/new", task_id=make_id(5), **{**TASK, **changes})


def test_a_task_from_the_case_to_confirmed(browser_as: NewBrowser, filed: str) -> None:
    worker = browser_as(StaffRole.HANDLER, username="worker")
    owner = browser_as(StaffRole.HANDLER, username="owner")
    boss = browser_as(StaffRole.SUPERVISOR, username="boss")
    answer = opened(worker, filed)
    assert answer.status_code == 303
    path = answer.headers["location"]
    assert "收费没有事先说明" in page(owner, "/tasks")
    assert "收费没有事先说明" in page(worker, f"/cases/{filed}")
    assert "提交结果" not in page(worker, path)
    assert send(owner, f"{path}/done", path, result="已公示").status_code == 303
    assert "已公示" in page(boss, path)
    returned = send(boss, f"{path}/check", path, verdict="return", note="照片呢？")
    assert returned.status_code == 303
    assert "照片呢？" in page(owner, path)
    send(owner, f"{path}/done", path, result="已公示，附照片")
    assert send(boss, f"{path}/check", path, verdict="confirm", note="").status_code == 303
    assert "已完成" in page(boss, path)
    assert "提交结果" not in page(owner, path)


def test_a_refused_task_comes_back_with_every_fault_and_what_was_typed(
    browser_as: NewBrowser, filed: str
) -> None:
    worker = browser_as(StaffRole.HANDLER, username="worker")
    answer = opened(worker, filed, measure="", due_on="昨天", category="")
    assert answer.status_code == 422
    assert "有 3 处要改" in answer.text
    assert "收费没有事先说明" in answer.text
    assert opened(worker, filed, owner="nobody").status_code == 422


def test_a_result_that_is_missing_is_asked_for(browser_as: NewBrowser, filed: str) -> None:
    owner = browser_as(StaffRole.HANDLER, username="owner")
    path = opened(owner, filed).headers["location"]
    assert send(owner, f"{path}/done", path, result=" ").status_code == 422


def test_what_is_typed_is_kept_when_a_colleague_was_faster(
    browser_as: NewBrowser, filed: str
) -> None:
    owner = browser_as(StaffRole.HANDLER, username="owner")
    path = opened(owner, filed).headers["location"]
    send(owner, f"{path}/done", path, result="第一次")
    answer = send(owner, f"{path}/done", path, result="第二次写的")
    assert answer.status_code == 409


def test_lists_of_tasks_have_their_own_empty_words(browser_as: NewBrowser) -> None:
    worker = browser_as(StaffRole.HANDLER)
    assert "没有您要做的整改任务" in page(worker, "/tasks")
    assert "没有过期的整改任务" in page(worker, "/tasks?view=overdue")


def test_an_item_is_ticked_on_the_case(browser_as: NewBrowser, filed: str) -> None:
    worker = browser_as(StaffRole.HANDLER, username="worker")
    case = f"/cases/{filed}"
    assert "核对清单" in page(worker, case)
    answer = send(worker, f"{case}/checks", case, item="fee-list")
    assert answer.status_code == 303
    assert "1/3" in page(worker, case)
    assert send(worker, f"{case}/checks", case, item="nonsense").status_code == 422


def test_the_page_of_an_erased_case_still_opens(
    browser_as: NewBrowser, filed: str, services: Services, clock: Clock
) -> None:
    worker = browser_as(StaffRole.HANDLER, StaffRole.SUPERVISOR, username="worker")
    opened(worker, filed, owner="worker")
    boss = Officer("worker", "worker", frozenset({StaffRole.SUPERVISOR, StaffRole.HANDLER}))
    for number, (kind, data) in enumerate(
        [
            (EventKind.ASSIGNED, {"assignee": "worker"}),
            (EventKind.GRADED, {"grade": "complex", "priority": "urgent", "flags": "media"}),
            (EventKind.WITHDRAWN, {}),
        ]
    ):
        services.casework.do(filed, Deed(kind, make_id(50 + number), "客户说的话", data), boss)
    clock.forward(days=3 * 366)
    assert services.retention.run().cases == 1
    later = browser_as(StaffRole.HANDLER, StaffRole.SUPERVISOR, username="later")
    text = page(later, f"/cases/{filed}")
    assert "到期删除" in text
    assert "客户说的话" not in text
    assert page(later, "/tasks?view=all")


def test_forms_without_our_token_are_refused(browser_as: NewBrowser, filed: str) -> None:
    worker = browser_as(StaffRole.SUPERVISOR)
    for path in ("/reminders/read", "/routes", "/routes/drop", f"/cases/{filed}/checks"):
        assert worker.post(path, data={}).status_code == 403
