"""News for the client and its backlog report over HTTP, as the contract says."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from casestore.domain.notice import NoticeKind
from casestore.edge.services import Services
from tests.contract.casestore.http_kit import (
    BACKLOG,
    EVENTS,
    REFERENCE,
    file,
    make_backlog,
    refused,
)
from tests.contract.casestore.kit import Clock, TestClient, make_id, make_reference
from tests.contract.casestore.reply_kit import LI

PARKED = make_reference(7)


def events(bot: TestClient, **query: object) -> dict[str, Any]:
    response = bot.get(EVENTS, params={name: str(value) for name, value in query.items()})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def tell(services: Services, count: int) -> None:
    for number in range(1, count + 1):
        services.notices.write(REFERENCE, NoticeKind.PROGRESS, f"第{number}次", LI, make_id(number))


def test_without_news_the_cursor_stays(bot: TestClient) -> None:
    assert events(bot) == {"events": [], "cursor": 0}
    assert events(bot, after=41) == {"events": [], "cursor": 41}


def test_what_the_customer_must_be_told_is_news(
    bot: TestClient, services: Services, clock: Clock
) -> None:
    file(bot)
    tell(services, 1)
    found = events(bot, after=0)
    (event,) = found["events"]
    assert event == {
        "cursor": found["cursor"],
        "reference": REFERENCE,
        "kind": "notice",
        "text": "第1次",
        "happened_at": clock.moment.isoformat(),
        "notice": services.notices.of(REFERENCE)[0].id,
    }


def test_news_is_read_in_order_page_by_page(bot: TestClient, services: Services) -> None:
    file(bot)
    tell(services, 5)
    seen, cursor = [], 0
    while (found := events(bot, after=cursor, limit=2))["events"]:
        seen += [event["text"] for event in found["events"]]
        assert len(found["events"]) <= 2
        assert found["cursor"] == found["events"][-1]["cursor"] > cursor
        cursor = found["cursor"]
    assert seen == [f"第{number}次" for number in range(1, 6)]


def test_news_lost_on_the_way_can_be_read_again(bot: TestClient, services: Services) -> None:
    file(bot)
    tell(services, 2)
    assert events(bot, after=0) == events(bot, after=0)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"after": -1}, "after"),
        ({"after": "x"}, "after"),
        ({"after": 2**31}, "after"),
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
    ],
)
def test_a_wrong_place_or_number_is_named(
    bot: TestClient, query: dict[str, Any], field: str
) -> None:
    error = refused(bot.get(EVENTS, params=query), 422, "invalid_request")
    assert list(error["fields"]) == [field]


def test_a_report_is_kept_with_the_time_it_came(
    bot: TestClient, services: Services, clock: Clock
) -> None:
    response = bot.put(BACKLOG, json=make_backlog())
    assert (response.status_code, response.content) == (204, b"")
    (report,) = services.exchange.reports()
    assert (report.client, report.reported_at) == ("bot", clock.moment)
    assert [item.kind.value for item in report.backlog.items] == ["complaint", "supplement"]


def test_a_later_report_replaces_the_one_before(bot: TestClient, services: Services) -> None:
    bot.put(BACKLOG, json=make_backlog())
    bot.put(BACKLOG, json=make_backlog(pending=0, parked=0, oldest_seconds=0, items=[]))
    (report,) = services.exchange.reports()
    assert (report.backlog.pending, report.backlog.items) == (0, ())


def test_a_retry_is_told_to_who_reported_it(bot: TestClient, services: Services) -> None:
    bot.put(BACKLOG, json=make_backlog())
    services.exchange.retry(PARKED, "admin")
    (event,) = events(bot)["events"]
    assert (event["kind"], event["reference"], event["text"]) == ("retry", PARKED, None)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"pending": -1}, "pending"),
        ({"pending": "1"}, "pending"),
        ({"pending": 1.5}, "pending"),
        ({"parked": True}, "parked"),
        ({"oldest_seconds": 2**31}, "oldest_seconds"),
        ({"oldest_seconds": None}, "oldest_seconds"),
        ({"items": {}}, "items"),
        ({"items": make_backlog()["items"] * 51}, "items"),
        ({"unexpected": 1}, "unexpected"),
    ],
)
def test_a_wrong_figure_is_named(bot: TestClient, change: dict[str, Any], path: str) -> None:
    error = refused(bot.put(BACKLOG, json=make_backlog(**change)), 422, "invalid_request")
    assert list(error["fields"]) == [path]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reference", "TS20261123-0000000"),
        ("kind", "letter"),
        ("status", "delivered"),
        ("attempts", -1),
        ("attempts", "3"),
        ("waiting_since", "2026-11-23T08:00:00"),
        ("last_error", "长" * 2001),
        ("last_error", 5),
    ],
)
def test_a_wrong_item_is_named(bot: TestClient, field: str, value: Any) -> None:
    first, second = make_backlog()["items"]
    body = make_backlog(items=[first, {**second, field: value}])
    error = refused(bot.put(BACKLOG, json=body), 422, "invalid_request")
    assert list(error["fields"]) == [f"items.1.{field}"]


def test_a_report_is_json(bot: TestClient) -> None:
    response = bot.put(BACKLOG, content=b"{}", headers={"Content-Type": "image/png"})
    refused(response, 415, "unsupported_media_type")


def test_metrics_show_the_backlog_and_how_old_the_report_is(bot: TestClient, clock: Clock) -> None:
    assert "casestore_backlog_pending{" not in bot.get("/metrics").text
    bot.put(BACKLOG, json=make_backlog())
    clock.forward(seconds=90)
    exposed = bot.get("/metrics").text
    for line in (
        'casestore_backlog_pending{client="bot"} 1.0',
        'casestore_backlog_parked{client="bot"} 1.0',
        'casestore_backlog_oldest_seconds{client="bot"} 10920.0',
        'casestore_backlog_report_age_seconds{client="bot"} 90.0',
    ):
        assert line in exposed
    assert PARKED not in exposed


def test_without_the_database_metrics_show_no_old_backlog(
    bot: TestClient, sqlite_engine: Engine
) -> None:
    bot.put(BACKLOG, json=make_backlog())
    assert 'casestore_backlog_pending{client="bot"}' in bot.get("/metrics").text
    with sqlite_engine.begin() as connection:
        connection.execute(text("DROP TABLE backlogs"))
    response = bot.get("/metrics")
    assert response.status_code == 200
    assert "casestore_backlog_pending{" not in response.text
