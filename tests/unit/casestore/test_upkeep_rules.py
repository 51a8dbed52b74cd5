"""How long cases are kept, when jobs are due, what checklists and messages hold."""

import json
import threading
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from casestore.domain.checklist import CheckItem, Checklist, lists_for
from casestore.domain.deadlines import CHINA_TIME
from casestore.domain.reminder import ReminderKind
from casestore.domain.retention import kept_from
from casestore.domain.task import RootCause, TaskDraft, draft_problems
from casestore.domain.webhook import is_webhook_url
from casestore.edge.messenger import WebhookMessenger
from casestore.service.jobs import LABELS, Job
from casestore.storage.checklist_file import read_checklists

ACT_ID_LEFT_FOR_AN_ITEM = 58 - len("c:TS20261123-7K3QF9X:")


@pytest.mark.parametrize(
    ("today", "years", "expected"),
    [
        ("2029-11-25", 3, "2026-11-25"),
        ("2028-02-29", 3, "2025-02-28"),
        ("2032-02-29", 4, "2028-02-29"),
        ("2030-01-01", 5, "2025-01-01"),
    ],
)
def test_keeping_ends_on_the_same_day_of_the_year(today: str, years: int, expected: str) -> None:
    assert kept_from(date.fromisoformat(today), years) == date.fromisoformat(expected)


def job(**changes: object) -> Job:
    values = {"name": "watch", "every": timedelta(minutes=1), "run": lambda: 0, **changes}
    return Job(**values)  # type: ignore[arg-type]


NOW = datetime(2026, 11, 23, 2, 0, tzinfo=CHINA_TIME)


@pytest.mark.parametrize(
    ("worked_at", "is_due"),
    [(None, True), (NOW - timedelta(seconds=59), False), (NOW - timedelta(seconds=60), True)],
)
def test_a_job_is_due_after_its_interval(worked_at: datetime | None, is_due: bool) -> None:
    assert job().is_due(worked_at, NOW) is is_due


@pytest.mark.parametrize(
    ("now", "worked_at", "is_due"),
    [
        (NOW - timedelta(minutes=1), None, False),
        (NOW, None, True),
        (NOW, NOW - timedelta(hours=20), True),  # late yesterday
        (NOW + timedelta(hours=9), NOW + timedelta(minutes=1), False),
        (NOW + timedelta(hours=9), NOW - timedelta(hours=1), True),  # the night was missed
    ],
)
def test_a_nightly_job_runs_once_a_day(
    now: datetime, worked_at: datetime | None, is_due: bool
) -> None:
    nightly = job(every=timedelta(days=1), not_before=time(2, 0))
    assert nightly.is_due(worked_at, now.astimezone(timezone.utc)) is is_due


@pytest.mark.parametrize(
    ("every", "until_retry"),
    [(timedelta(seconds=10), timedelta(seconds=10)), (timedelta(days=1), timedelta(hours=1))],
)
def test_what_failed_is_tried_again_within_an_hour(
    every: timedelta, until_retry: timedelta
) -> None:
    assert job(every=every).retry_at(NOW) == NOW + until_retry


def test_every_kind_of_reminder_has_words() -> None:
    assert all(kind.label for kind in ReminderKind)


def test_jobs_have_words() -> None:
    assert set(LABELS) >= {"assignment", "watch", "tasks", "messenger", "retention"}


class TestChecklists:
    LISTS = (
        Checklist("每件", (), (CheckItem("a", "甲"),)),
        Checklist("收费", ("收费",), (CheckItem("b", "乙"),)),
        Checklist("贷款", ("贷款",), (CheckItem("c", "丙"),)),
    )

    def test_lists_follow_from_business_and_reason(self) -> None:
        found = lists_for(self.LISTS, "个人住房贷款", "定价收费")
        assert [one.title for one in found] == ["每件", "收费", "贷款"]
        assert [one.title for one in lists_for(self.LISTS, "银行卡", "营销")] == ["每件"]

    def test_ids_of_the_file_are_unique_and_fit_into_an_act(self) -> None:
        ids = [item.id for one in read_checklists() for item in one.items]
        assert len(ids) == len(set(ids))
        assert max(map(len, ids)) <= ACT_ID_LEFT_FOR_AN_ITEM

    def test_every_complaint_has_a_list(self) -> None:
        assert lists_for(read_checklists(), "其他（业务）", "其他")[0].title == "每件都要"


def test_a_draft_of_a_task_that_is_complete_has_no_problems() -> None:
    today = date(2026, 11, 23)
    draft = TaskDraft(RootCause.RULES, "没有规定", "写规定", "li", None, today)
    assert draft_problems(draft, today) == {}


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("https://qyapi.example.com/cgi-bin/webhook/send?key=1", True),
        ("http://10.0.0.1/hook", True),
        ("file:///etc/passwd", False),
        ("ftp://example.com", False),
        ("https://", False),
        ("example.com/hook", False),
    ],
)
def test_messages_go_to_web_addresses_only(url: str, is_one: bool) -> None:
    assert is_webhook_url(url) is is_one


class Robot(BaseHTTPRequestHandler):
    """A group robot of a messenger."""

    answer = b'{"errcode": 0}'
    status = 200
    heard: list[dict[str, object]]

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        type(self).heard.append(json.loads(self.rfile.read(length)))
        self.send_response(type(self).status)
        self.end_headers()
        self.wfile.write(type(self).answer)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def robot() -> Iterator[tuple[type[Robot], str]]:
    kind = type("OneRobot", (Robot,), {"heard": []})
    server = HTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield kind, f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    thread.join()
    server.server_close()


class TestMessenger:
    def test_a_text_arrives_as_robots_want_it(self, robot: tuple[type[Robot], str]) -> None:
        kind, url = robot
        assert WebhookMessenger(url).post("请登录查看")
        assert kind.heard == [{"msgtype": "text", "text": {"content": "请登录查看"}}]

    @pytest.mark.parametrize("answer", [b"", b"ok", b"[]"])
    def test_another_answer_with_status_200_counts(
        self, robot: tuple[type[Robot], str], answer: bytes
    ) -> None:
        kind, url = robot
        kind.answer = answer
        assert WebhookMessenger(url).post("请登录查看")

    def test_a_refusal_is_no_delivery(self, robot: tuple[type[Robot], str]) -> None:
        kind, url = robot
        kind.answer = b'{"errcode": 45009, "errmsg": "too often"}'
        assert not WebhookMessenger(url).post("请登录查看")

    def test_an_error_is_no_delivery(self, robot: tuple[type[Robot], str]) -> None:
        kind, url = robot
        kind.status = 500
        assert not WebhookMessenger(url).post("请登录查看")

    def test_nobody_there_is_no_delivery(self) -> None:
        assert not WebhookMessenger("http://127.0.0.1:9/hook", timeout=1).post("请登录查看")
