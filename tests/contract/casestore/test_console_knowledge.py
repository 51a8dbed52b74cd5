"""Pages of unanswered questions and of answers due for review."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from casestore.domain.staff import StaffRole
from casestore.edge.services import Services
from casestore.service.audit_ports import AuditQuery
from tests.contract.casestore.browser_kit import OWN_PAGE, form_token, page
from tests.contract.casestore.kit import Clock, TestClient
from tests.contract.casestore.knowledge_kit import KNOWLEDGE, make_knowledge

QUESTIONS, DUE, MARK = "/questions", "/knowledge", "/questions/mark"
WALLET, COINS = "数字人民币钱包怎么开", "=外币兑换要预约吗"
HTML = {"Accept": "text/html"}


@pytest.fixture
def handler(browser_as: Callable[..., TestClient]) -> TestClient:
    return browser_as(StaffRole.HANDLER, username="li")


def key_of(services: Services, question: str) -> str:
    return next(
        asked.question.key
        for asked in services.knowledge.unanswered()
        if asked.question.question == question
    )


def mark(client: TestClient, key: str, department: str, **chosen: str) -> Any:
    form = {"form_token": form_token(client, QUESTIONS), "key": key, "department": department}
    return client.post(MARK, data={**form, **chosen}, headers={**HTML, **OWN_PAGE})


@pytest.mark.parametrize("path", [QUESTIONS, DUE])
def test_without_any_report_the_page_says_so(handler: TestClient, path: str) -> None:
    assert "还没有收到过小保的报告" in page(handler, path)


@pytest.mark.parametrize(
    ("path", "words"),
    [(QUESTIONS, "最近没有答不上来的提问"), (DUE, "90 天内没有要复核的问答")],
)
def test_nothing_to_do_is_said_too(
    bot: TestClient, handler: TestClient, path: str, words: str
) -> None:
    bot.put(KNOWLEDGE, json=make_knowledge(missed=0, questions=[], due_total=0, due=[]))
    assert words in page(handler, path)


@pytest.mark.parametrize("path", [QUESTIONS, DUE])
def test_silence_is_shown(
    bot: TestClient, browser_as: Callable[..., TestClient], clock: Clock, path: str
) -> None:
    bot.put(KNOWLEDGE, json=make_knowledge())
    clock.forward(days=3)
    assert "已经 3 天没有报告" in page(browser_as(StaffRole.HANDLER), path)


def test_questions_are_shown_the_most_frequent_first(bot: TestClient, handler: TestClient) -> None:
    bot.put(KNOWLEDGE, json=make_knowledge())
    shown = page(handler, QUESTIONS)
    assert shown.index(WALLET) < shown.index(COINS)
    assert "有 8 次没有答上来" in shown
    assert "1 次没有列出" in shown
    assert "没有听懂" in shown
    assert "没有头绪" in shown


@pytest.mark.parametrize("query", ["kind=unsolved", "theme=残损币、零钞"])
def test_a_filter_leaves_what_was_asked_for(
    bot: TestClient, handler: TestClient, query: str
) -> None:
    bot.put(KNOWLEDGE, json=make_knowledge())
    shown = page(handler, f"{QUESTIONS}?{query}")
    assert COINS in shown
    assert WALLET not in shown


def test_a_filter_that_means_nothing_shows_all(bot: TestClient, handler: TestClient) -> None:
    bot.put(KNOWLEDGE, json=make_knowledge())
    shown = page(handler, f"{QUESTIONS}?kind=rude&marked=maybe&theme=%00")
    assert WALLET in shown
    assert COINS in shown


def test_a_question_is_handed_to_a_department_and_taken_back(
    bot: TestClient, handler: TestClient, services: Services
) -> None:
    bot.put(KNOWLEDGE, json=make_knowledge())
    key = key_of(services, WALLET)
    answer = mark(handler, key, "电子银行部", kind="unknown")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{QUESTIONS}?kind=unknown")
    assert "已交 电子银行部" in page(handler, f"{QUESTIONS}?marked=yes")
    assert COINS not in page(handler, f"{QUESTIONS}?marked=yes")
    mark(handler, key, "")
    assert "没有符合条件的提问" in page(handler, f"{QUESTIONS}?marked=yes")


def test_a_name_that_is_too_long_comes_back(
    bot: TestClient, handler: TestClient, services: Services
) -> None:
    bot.put(KNOWLEDGE, json=make_knowledge())
    typed = "部" * 51
    answer = mark(handler, key_of(services, WALLET), typed)
    assert answer.status_code == 422
    assert "最多 50 个字" in answer.text
    assert answer.text.count(f'value="{typed}"') == 1


def test_an_auditor_reads_and_marks_nothing(
    bot: TestClient, browser_as: Callable[..., TestClient], services: Services
) -> None:
    bot.put(KNOWLEDGE, json=make_knowledge())
    auditor = browser_as(StaffRole.AUDITOR)
    shown = page(auditor, QUESTIONS)
    assert "还没有交" in shown
    assert MARK not in shown
    assert mark(auditor, key_of(services, WALLET), "电子银行部").status_code == 403


def test_the_download_holds_what_was_chosen_runs_nothing_and_is_noted(
    bot: TestClient, handler: TestClient, services: Services
) -> None:
    bot.put(KNOWLEDGE, json=make_knowledge())
    answer = handler.get(f"{QUESTIONS}.csv?kind=unsolved")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert ["筛选条件", "答了没解决"] in rows
    assert rows[-1][:3] == ["'" + COINS, "2", "答了没解决"]
    (entry,) = services.audit.page(AuditQuery(action="exported")).entries
    assert (entry.actor, entry.subject, entry.detail) == ("staff:li", "questions", "答了没解决")


def test_reviews_are_shown_by_date_and_what_is_overdue_stands_out(
    bot: TestClient, handler: TestClient
) -> None:
    bot.put(KNOWLEDGE, json=make_knowledge())
    shown = page(handler, DUE)
    assert shown.index("小额账户管理费") < shown.index("假币收缴凭证")
    assert shown.count("已过期") == 1  # the last day of a review is not overdue
    assert "2027-01-01" in shown
    assert "草稿，还没有审批" in shown


def test_reviews_of_one_owner(bot: TestClient, handler: TestClient) -> None:
    bot.put(KNOWLEDGE, json=make_knowledge())
    shown = page(handler, f"{DUE}?owner=财务部")
    assert "小额账户管理费" in shown
    assert "假币收缴凭证" not in shown
    assert "这个部门没有要复核的问答" in page(handler, f"{DUE}?owner=没有的部门")


@pytest.mark.parametrize("path", [QUESTIONS, DUE, f"{QUESTIONS}.csv"])
def test_an_administrator_of_accounts_has_no_business_here(
    browser_as: Callable[..., TestClient], path: str
) -> None:
    assert browser_as(StaffRole.ADMIN).get(path, headers=HTML).status_code == 403
