"""What a case's page and the work list say is to be done next."""

from dataclasses import replace
from datetime import date, datetime, timezone

import pytest

from casestore.console.next_step import next_step
from casestore.domain.case import CaseStanding, CaseState, Progress
from casestore.domain.deadlines import DueDates
from casestore.domain.directory import Directory
from casestore.domain.reply import ReplyStage, ReplyStatus

REVIEW_DUE = date(2026, 12, 20)
DIRECTORY = Directory(people={"li": "李明"})
STANDING = CaseStanding(
    "TS20261123-7K3QF8K",
    Progress(CaseState.INVESTIGATING),
    datetime(2026, 11, 23, tzinfo=timezone.utc),
    DueDates(date(2026, 11, 25), date(2026, 11, 30), date(2026, 12, 8), provisional=False),
)


def step(state: CaseState, status: ReplyStatus | None = None) -> str:
    review_due = REVIEW_DUE if state is CaseState.UNDER_REVIEW else None
    standing = replace(STANDING, progress=Progress(state, review_due=review_due))
    return next_step(standing, ReplyStage(status, "li") if status else None, DIRECTORY)


def test_a_reply_handed_in_waits_for_approval_and_says_whose_it_is() -> None:
    assert step(CaseState.INVESTIGATING, ReplyStatus.SUBMITTED) == "等待审批（李明送审）"


def test_a_reply_sent_back_is_to_be_changed() -> None:
    assert step(CaseState.INVESTIGATING, ReplyStatus.RETURNED) == "按退回意见修改答复"


@pytest.mark.parametrize("status", [None, ReplyStatus.DRAFT, ReplyStatus.RELEASED])
def test_until_it_is_handed_in_the_reply_is_to_be_written(status: ReplyStatus | None) -> None:
    assert step(CaseState.INVESTIGATING, status) == "查清事实，写答复"


def test_a_decision_is_to_be_told() -> None:
    assert step(CaseState.DECIDED, ReplyStatus.APPROVED) == "告知客户"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (ReplyStatus.RELEASED, "最晚 2026-12-20 作出核查决定"),
        (ReplyStatus.SUBMITTED, "等待审批（李明送审），最晚 2026-12-20 作出核查决定"),
        (ReplyStatus.RETURNED, "按退回意见修改答复，最晚 2026-12-20 作出核查决定"),
    ],
)
def test_a_review_says_until_when_it_must_be_decided(status: ReplyStatus, words: str) -> None:
    assert step(CaseState.UNDER_REVIEW, status) == words


def test_the_reply_before_says_nothing_about_a_case_that_was_reopened() -> None:
    assert step(CaseState.REOPENED, ReplyStatus.RELEASED) == "重新调查并答复"


@pytest.mark.parametrize("state", [CaseState.CLOSED, CaseState.WITHDRAWN, CaseState.MERGED])
def test_where_it_is_over_nothing_is_next(state: CaseState) -> None:
    assert step(state, ReplyStatus.RELEASED) == ""
