"""From a turn to facts: what was done counts, not what the words look like."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from bot.analytics.counting import COUNTED, Counter
from bot.analytics.fact import FactKind, Outcome

NOW = datetime(2027, 3, 15, 17, tzinfo=timezone.utc)
VISIT = {"campaign": "315-2027", "scene": "hall", "at": NOW.isoformat()}
COUNTER = Counter(
    b"secret",
    channel_of=lambda sender: sender.split("-")[0],
    day_of=lambda at: (at + timedelta(hours=8)).date(),
)


def user(later: timedelta = timedelta(0), key: str = "k1", **more: Any) -> dict[str, Any]:
    at = (NOW + later).timestamp()
    return {"event": "user", "timestamp": at, "message_id": key, **more}


def bot(name: str | None, **metadata: Any) -> dict[str, Any]:
    said = {} if name is None else {"utter_action": name}
    return {"event": "bot", "text": "…", "metadata": {**said, **metadata}}


ANSWER = bot("utter_faq/fees.sms")


def counted(later: timedelta = timedelta(0), **deed: Any) -> dict[str, Any]:
    value = [{"key": "k1", **deed}]
    at = (NOW + later).timestamp()
    return {"event": "slot", "name": COUNTED, "value": value, "timestamp": at}


def facts(*events: dict[str, Any], visit: Any = VISIT) -> list[Any]:
    return COUNTER.facts("wechat-1", events, visit)


def test_an_answered_question_is_a_consultation() -> None:
    (fact,) = facts(user(), ANSWER)
    assert (fact.kind, fact.outcome, fact.topic) == (
        FactKind.CONSULTATION,
        Outcome.ANSWERED,
        "faq/fees.sms",
    )
    assert (fact.campaign, fact.scene, fact.channel) == ("315-2027", "hall", "wechat")
    assert fact.day == date(2027, 3, 16), "a day is a day in China"


@pytest.mark.parametrize(
    ("said", "outcome", "topic"),
    [
        ("utter_clarify", Outcome.ASKED_BACK, None),
        ("utter_which_matter", Outcome.ASKED_BACK, None),
        ("utter_out_of_scope", Outcome.UNKNOWN, None),
        ("utter_default", Outcome.UNKNOWN, None),
        ("utter_offer_person_misses", Outcome.UNKNOWN, None),
        ("utter_emergency_card", Outcome.ANSWERED, "emergency_card"),
        ("utter_account_service", Outcome.ANSWERED, "account_service"),
    ],
)
def test_how_it_ended_is_told_by_what_was_said(
    said: str, outcome: Outcome, topic: str | None
) -> None:
    (fact,) = facts(user(), bot(said))
    assert (fact.outcome, fact.topic) == (outcome, topic)


def test_an_answer_that_may_not_be_given_today_has_answered_nothing() -> None:
    (fact,) = facts(user(), bot("utter_faq/fees.sms", withdrawn=True))
    assert (fact.outcome, fact.topic) == (Outcome.UNKNOWN, None)


@pytest.mark.parametrize("said", ["utter_ask_complaint_form_amount", "utter_greet", None])
def test_what_answers_no_question_makes_no_consultation(said: str | None) -> None:
    assert facts(user(), bot(said)) == []


def test_a_question_counts_once_with_two_answers() -> None:
    (fact,) = facts(user(), ANSWER, bot("utter_faq/loan.early"))
    assert fact.topic == "faq/fees.sms"


def test_an_answer_stands_whatever_else_is_said_beside_it() -> None:
    beside = [bot("utter_emergency"), bot("utter_ask_complaint_form_amount")]
    (fact,) = facts(user(), bot("utter_clarify"), *beside)
    assert (fact.outcome, fact.topic) == (Outcome.ANSWERED, "emergency")


def test_two_questions_stored_at_once_are_two_consultations() -> None:
    both = facts(user(), ANSWER, user(key="k2"), bot("utter_out_of_scope"))
    assert [fact.outcome for fact in both] == [Outcome.ANSWERED, Outcome.UNKNOWN]


def test_what_is_said_to_nobody_is_no_consultation() -> None:
    assert facts(ANSWER) == []


def test_who_never_came_by_a_code_is_not_counted() -> None:
    assert facts(user(), ANSWER, visit=None) == []


def test_who_chose_the_campaign_in_the_chat_is_not_counted_for_any_stand() -> None:
    assert facts(user(), ANSWER, visit={**VISIT, "scene": ""}) == []


def test_a_day_after_the_scan_questions_no_longer_count_for_the_stand() -> None:
    assert facts(user(later=timedelta(hours=24)), ANSWER)
    assert facts(user(later=timedelta(hours=24, seconds=1)), ANSWER) == []
    late = counted(timedelta(days=2), kind="complaint")
    assert facts(late) == []


def test_the_quiz_counts_on_whenever_it_is_resumed() -> None:
    late = counted(
        timedelta(days=9), kind="quiz_answered", question="q1", outcome="right", number=2
    )
    (fact,) = facts(late)
    assert (fact.question, fact.outcome, fact.number) == ("q1", Outcome.RIGHT, 2)


def test_the_same_turn_again_makes_the_same_facts() -> None:
    events = [user(), ANSWER, counted(kind="scan")]
    assert facts(*events) == facts(*events)
    assert len({fact.id for fact in facts(*events)}) == 2


def test_nothing_of_the_customer_is_in_a_fact() -> None:
    (fact,) = facts(user(text="我叫李建国，电话13800138000"), ANSWER)
    assert "李建国" not in repr(fact)
    assert "wechat-1" not in repr(fact)
