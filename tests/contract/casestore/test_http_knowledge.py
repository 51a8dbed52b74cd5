"""A client's report on its questions and answers over HTTP, as the contract says."""

from typing import Any

import pytest

from casestore.edge.middleware import BODY_LIMIT
from casestore.edge.services import Services
from tests.contract.casestore.http_kit import refused
from tests.contract.casestore.kit import Clock, TestClient
from tests.contract.casestore.knowledge_kit import KNOWLEDGE, make_knowledge


def test_a_report_is_kept_with_the_time_it_came(
    bot: TestClient, services: Services, clock: Clock
) -> None:
    response = bot.put(KNOWLEDGE, json=make_knowledge())
    assert (response.status_code, response.content) == (204, b"")
    (report,) = services.knowledge.reports()
    assert (report.client, report.reported_at) == ("bot", clock.moment)
    assert (report.knowledge.missed, report.knowledge.drafts_total) == (8, 203)
    assert [question.times for question in report.knowledge.questions] == [5, 2]
    assert [answer.owner for answer in report.knowledge.due] == ["财务部", "运营部"]


def test_a_later_report_replaces_the_one_before(bot: TestClient, services: Services) -> None:
    bot.put(KNOWLEDGE, json=make_knowledge())
    bot.put(KNOWLEDGE, json=make_knowledge(missed=0, questions=[], due=[]))
    (report,) = services.knowledge.reports()
    assert (report.knowledge.missed, report.knowledge.questions, report.knowledge.due) == (
        0,
        (),
        (),
    )


def test_a_stranger_reports_nothing(anonymous: TestClient, services: Services) -> None:
    refused(anonymous.put(KNOWLEDGE, json=make_knowledge()), 401, "unauthorized")
    assert services.knowledge.reports() == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"days": 0}, "days"),
        ({"days": 367}, "days"),
        ({"missed": -1}, "missed"),
        ({"missed": "8"}, "missed"),
        ({"drafts_total": True}, "drafts_total"),
        ({"answers_total": 1.5}, "answers_total"),
        ({"due_total": 2**31}, "due_total"),
        ({"questions": {}}, "questions"),
        ({"questions": make_knowledge()["questions"] * 51}, "questions"),
        ({"due": make_knowledge()["due"] * 101}, "due"),
        ({"unexpected": 1}, "unexpected"),
    ],
)
def test_a_wrong_figure_is_named(bot: TestClient, change: dict[str, Any], path: str) -> None:
    error = refused(bot.put(KNOWLEDGE, json=make_knowledge(**change)), 422, "invalid_request")
    assert list(error["fields"]) == [path]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("question", ""),
        ("question", " "),
        ("question", "问" * 201),
        ("question", "空\0字符"),
        ("times", 0),
        ("first_seen", "2026-11-20"),
        ("last_seen", "2026-11-20T01:00:00"),
        ("kind", "rude"),
        ("theme", None),
    ],
)
def test_a_wrong_question_is_named(bot: TestClient, field: str, value: Any) -> None:
    first, second = make_knowledge()["questions"]
    body = make_knowledge(questions=[first, {**second, field: value}])
    error = refused(bot.put(KNOWLEDGE, json=body), 422, "invalid_request")
    assert list(error["fields"]) == [f"questions.1.{field}"]


def test_a_question_is_not_seen_last_before_it_was_seen_first(bot: TestClient) -> None:
    first, _ = make_knowledge()["questions"]
    body = make_knowledge(questions=[{**first, "first_seen": "2026-11-24T00:00:00+00:00"}])
    error = refused(bot.put(KNOWLEDGE, json=body), 422, "invalid_request")
    assert error["fields"] == {"questions.0.__root__": "最后一次早于第一次"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", ""),
        ("title", "题" * 101),
        ("owner", None),
        ("status", "withdrawn"),
        ("review_due", "23.11.2026"),
        ("review_due", None),
        ("valid_until", 20261123),
    ],
)
def test_a_wrong_answer_is_named(bot: TestClient, field: str, value: Any) -> None:
    first, second = make_knowledge()["due"]
    body = make_knowledge(due=[first, {**second, field: value}])
    error = refused(bot.put(KNOWLEDGE, json=body), 422, "invalid_request")
    assert list(error["fields"]) == [f"due.1.{field}"]


def test_the_largest_report_of_the_contract_is_not_too_large(bot: TestClient) -> None:
    question, _ = make_knowledge()["questions"]
    answer, _ = make_knowledge()["due"]
    body = make_knowledge(
        questions=[{**question, "question": "问" * 100}] * 100,
        due=[{**answer, "title": "题" * 18, "owner": "部" * 20}] * 200,
    )
    response = bot.put(KNOWLEDGE, json=body)
    assert response.status_code == 204
    assert len(response.request.content) < BODY_LIMIT
