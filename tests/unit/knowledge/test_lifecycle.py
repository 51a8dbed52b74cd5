"""When an answer is given, given with a warning, or not given; and what is read instead."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.knowledge.answer import Metadata
from bot.knowledge.lifecycle import AWAITING, HEDGE, UPDATING, Serving, served_text, serving
from bot.knowledge.standing import due_within, opening_line
from tests.unit.knowledge.kit import CITATION, ID, TEXT, TODAY, answer

DAY = timedelta(days=1)


def how(today: date = TODAY, *, approved_only: bool = False, **metadata: str) -> Serving:
    return serving(answer(**metadata).metadata, today, approved_only=approved_only)


def read(approved_only: bool = False, **metadata: str) -> str:
    return served_text(TEXT, answer(**metadata).metadata, TODAY, approved_only=approved_only)


def test_an_answer_is_current_up_to_the_day_of_its_review_and_hedged_after() -> None:
    due = TODAY.isoformat()
    assert how(review_due=due) is Serving.CURRENT
    assert how(TODAY + DAY, review_due=due) is Serving.HEDGED


def test_an_answer_is_given_from_the_first_to_the_last_day_of_its_validity() -> None:
    days = {"valid_from": TODAY.isoformat(), "valid_until": (TODAY + DAY).isoformat()}
    given = [how(TODAY + n * DAY, **days) for n in range(-1, 3)]
    withdrawn, current = Serving.WITHDRAWN, Serving.CURRENT
    assert given == [withdrawn, current, current, withdrawn]


def test_a_draft_is_withdrawn_only_where_approved_answers_alone_are_given() -> None:
    assert how() is Serving.CURRENT
    assert how(approved_only=True) is Serving.WITHDRAWN
    assert how(approved_only=True, status="approved") is Serving.CURRENT
    assert how(approved_only=True, status="approved", review_due="2026-01-01") is Serving.HEDGED
    assert how(approved_only=True, status="approved", valid_until="2026-01-01").name == "WITHDRAWN"


def test_an_answer_without_dates_or_with_a_malformed_one_breaks_nothing() -> None:
    assert serving(Metadata("标题"), TODAY, approved_only=False) is Serving.CURRENT
    assert how(review_due="2027年") is Serving.CURRENT


def test_a_current_answer_is_read_as_written() -> None:
    assert read() == TEXT


def test_the_warning_stands_before_the_source() -> None:
    lines = read(review_due="2026-11-30").splitlines()
    assert lines[-2:] == [HEDGE, CITATION]
    assert lines[:-2] == TEXT.splitlines()[:-1]
    assert "内容待复核，以网点答复为准" in HEDGE


def test_a_text_without_source_ends_with_the_warning() -> None:
    overdue = answer(review_due="2026-11-30").metadata
    assert served_text("短", overdue, TODAY, approved_only=False) == f"短\n{HEDGE}"


@pytest.mark.parametrize("approved_only", [False, True])
def test_an_answer_out_of_date_is_being_updated(approved_only: bool) -> None:
    assert read(approved_only, valid_until="2026-11-30") == UPDATING


def test_a_withheld_draft_awaits_approval() -> None:
    assert read(approved_only=True) == AWAITING


@pytest.mark.parametrize("text", [UPDATING, AWAITING])
def test_what_is_read_instead_names_hotline_and_hours(text: str) -> None:
    assert "{hotline}（{hotline_hours}）" in text


def test_the_opening_line_counts_drafts_and_says_what_is_withheld() -> None:
    draft, approved = answer(), answer("fees.free", status="approved")
    both = {draft.id: draft, approved.id: approved}
    assert "2 条，其中 1 条是草稿" in opening_line(both, approved_only=False)
    assert "这 1 条不对客户回答" in opening_line(both, approved_only=True)
    assert opening_line({approved.id: approved}, approved_only=True) == "问答 1 条，都经过审批。"


def test_reviews_are_listed_the_oldest_first_up_to_the_last_day() -> None:
    dues = {"a.a": "2026-12-31", "a.b": "2026-11-30", "a.c": "2027-01-01", ID: "2026-12-31"}
    every = {key: answer(key, review_due=due) for key, due in dues.items()}
    assert [found.id for found in due_within(every, TODAY, 30)] == ["a.b", "a.a", ID]
