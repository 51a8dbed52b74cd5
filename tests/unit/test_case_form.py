"""What a customer does after filing, from the customer's side."""

from __future__ import annotations

import pytest

from bot.intake import case_fields as c
from bot.intake.forms import table as t
from bot.intake.forms.table import FormState
from tests.unit.case_talk import ACT_ID, CASE_FORM, REFERENCE, CaseTalk

LAST = {c.SUPPLEMENT: c.TEXT, c.WITHDRAWAL: c.CONFIRMED, c.REVIEW: c.TEXT, c.RATE: c.RATING}


@pytest.mark.parametrize("act", c.ASKED_FOR)
def test_without_a_known_case_reference_and_proof_come_first(act: str) -> None:
    talk = CaseTalk(act)
    assert talk.requested == c.REFERENCE
    talk.say(REFERENCE)
    assert talk.requested == c.PROOF
    talk.say("8000", "status_tail")
    assert talk[c.PROOF] == {"tail": "8000"}
    assert talk.requested == c.ASKED_FOR[act][2]
    assert talk[c.BOOK]["id"] == str(ACT_ID)


@pytest.mark.parametrize("act", c.ASKED_FOR)
def test_reference_and_tail_may_come_in_one_message(act: str) -> None:
    talk = CaseTalk(act)
    talk.say(f"{REFERENCE} 8000", "complaint_status")
    assert talk[c.PROOF] == {"tail": "8000"}
    assert talk.requested == c.ASKED_FOR[act][2]


@pytest.mark.parametrize("act", c.ASKED_FOR)
def test_the_only_complaint_of_the_conversation_needs_neither(act: str) -> None:
    talk = CaseTalk(act, own=(REFERENCE,))
    assert talk.said == ["utter_case_meant"]
    assert talk[c.PROOF] == {"by": "conversation"}
    assert talk.requested == c.ASKED_FOR[act][2]


def test_of_two_complaints_of_the_conversation_one_must_be_named() -> None:
    other = "TS20261123-ABCDEF9"
    talk = CaseTalk(c.SUPPLEMENT, own=(other, REFERENCE))
    assert talk.requested == c.REFERENCE
    talk.say(REFERENCE)
    assert talk[c.PROOF] == {"by": "conversation"}


def test_somebody_elses_reference_is_not_proven_by_the_conversation() -> None:
    talk = CaseTalk(c.WITHDRAWAL, f"撤回 {REFERENCE}", own=("TS20261123-ABCDEF9",))
    assert talk[c.REFERENCE] == REFERENCE
    assert talk[c.PROOF] is None
    assert talk.requested == c.PROOF


def test_what_is_to_be_added_may_stand_in_the_first_message() -> None:
    talk = CaseTalk(c.SUPPLEMENT, "我要补充一下：柜员姓王，工号尾号是07", own=(REFERENCE,))
    assert talk[c.TEXT] == "柜员姓王，工号尾号是07"
    assert talk.requested is None


def test_the_intent_that_opened_the_act_is_an_answer_inside_it() -> None:
    talk = CaseTalk(c.REVIEW, own=(REFERENCE,))
    talk.say("你们的答复我不认，根本没去查录像", "complaint_review")
    assert talk[c.TEXT] == "你们的答复我不认，根本没去查录像"
    assert talk.requested == c.CONFIRMED


def test_another_act_said_inside_is_left_to_the_rules() -> None:
    talk = CaseTalk(c.SUPPLEMENT, own=(REFERENCE,))
    assert talk.say("我要撤诉", "complaint_withdraw").aside


@pytest.mark.parametrize("yes", ["是的", "确认"])
def test_a_withdrawal_is_confirmed_first(yes: str) -> None:
    talk = CaseTalk(c.WITHDRAWAL, own=(REFERENCE,))
    assert talk.requested == c.CONFIRMED
    talk.say(yes)
    assert talk[c.CONFIRMED] is True
    assert talk.requested is None


def test_a_withdrawal_not_confirmed_changes_nothing() -> None:
    talk = CaseTalk(c.WITHDRAWAL, own=(REFERENCE,))
    talk.press(c.CONFIRMED, False)
    assert talk.said == ["utter_case_form_cancelled"]
    assert all(talk[name] is None for name in c.SLOTS)


@pytest.mark.parametrize(("text", "rating"), [("非常满意", 5), ("不满意", 2), ("3分", 3)])
def test_a_rating_is_read_from_words(text: str, rating: int) -> None:
    talk = CaseTalk(c.RATE, own=(REFERENCE,))
    talk.say(text, "complaint_rate")
    assert talk[c.RATING] == rating
    assert talk.requested is None


@pytest.mark.parametrize("value", [0, 6, "5", None, True])
def test_a_forged_rating_is_refused(value: object) -> None:
    talk = CaseTalk(c.RATE, own=(REFERENCE,))
    talk.press(c.RATING, value)
    assert talk[c.RATING] is None
    assert talk.requested == c.RATING


def test_wrong_proof_asks_for_both_again_and_tells_nothing() -> None:
    talk = CaseTalk(c.SUPPLEMENT)
    talk.say(f"{REFERENCE} 0000")
    talk.apply(CASE_FORM.refuse(FormState(talk.values, talk.requested), talk.step))
    assert talk[c.REFERENCE] is None
    assert talk[c.PROOF] is None
    assert talk.requested == c.REFERENCE


@pytest.mark.parametrize("act", c.ASKED_FOR)
def test_cancel_back_and_why_work_as_in_every_form(act: str) -> None:
    talk = CaseTalk(act)
    talk.say(REFERENCE)
    talk.say("为什么")
    assert talk.said == ["utter_why_case_proof"]
    talk.say("上一步")
    assert talk.requested == c.REFERENCE
    talk.say("继续")
    assert talk.requested == c.PROOF
    talk.say("取消")
    assert talk.requested == t.CANCEL
    talk.say("是的")
    assert talk.said == ["utter_case_form_cancelled"]
    assert talk.requested is None


@pytest.mark.parametrize("act", c.ASKED_FOR)
def test_two_misses_offer_a_way_out(act: str) -> None:
    talk = CaseTalk(act)
    talk.say("不知道啦")
    assert talk.said == ["utter_help_case_reference"]
    talk.say("不知道啦")
    assert talk.requested == t.WAY_OUT
