"""How something said reaches a follower: the decisions, without a database or a platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from wechatpy.constants import WeChatErrorCode

from bot.channels.transcript import BOT, OFFICER, WAITS, Button, Message
from bot.channels.wechat.customers import Customer
from bot.channels.wechat.ladder import (
    CODES,
    NUDGE_AGAIN,
    QUIET,
    Move,
    Nudge,
    Outgoing,
    Rung,
    State,
    Verdict,
    chars_with,
    left_of,
    next_move,
    next_nudge,
    nudge_due,
    parts_of,
    verdict_on,
)
from bot.channels.wechat.numbering import spoken
from bot.channels.wechat.splitting import LONGEST_BYTES
from tests.fakes import NOW

REFERENCE = "TS20261123-7K3QF8K"
HOUR = timedelta(hours=1)
YES, NO = Button(title="同意", payload="/yes"), Button(title="不同意", payload="/no")
LONG = "".join(f"第{number}条：请您核对这一项内容，有不同意见请告诉我们。" for number in range(99))


def message(text: str = "您好", buttons: Sequence[Button] = (), **changes: Any) -> Message:
    said = Message(7, BOT, "filed/1", None, text, tuple(buttons), True, NOW)
    return replace(said, **changes)


def outgoing(**changes: Any) -> Outgoing:
    """A notice about a complaint that could not be brought."""
    out = Outgoing(message(), "wechat-1", State.PARKED, None, 0, 0, None, REFERENCE, NOW, "a:5005")
    return replace(out, **changes)


def follower(**changes: Any) -> Customer:
    """Has not spoken for a day."""
    return replace(Customer("openid", True, NOW - 24 * HOUR, None), **changes)


# -- cutting -----------------------------------------------------------------------------------


def test_a_short_text_goes_in_one_part() -> None:
    (part,) = parts_of(message("您好"))
    assert (part.text, part.end, part.items) == ("您好", 2, ())


def test_an_officers_words_stand_under_their_name() -> None:
    (part,) = parts_of(message("请稍等", author=OFFICER, author_name="工作人员 王敏"))
    assert part.text == "工作人员 王敏：\n请稍等"


def test_choices_are_a_menu_whose_ids_lead_back_to_the_message() -> None:
    (part,) = parts_of(message("同意吗？", [YES, NO]))
    assert part.text == "同意吗？"
    assert part.items == [("m7.1", "同意"), ("m7.2", "不同意")]
    assert left_of(message("同意吗？", [YES, NO]), part.end).text == ""


def test_choices_under_a_long_text_are_a_menu_of_their_own() -> None:
    said = message(LONG, [YES, NO])
    *texts, menu = parts_of(said)
    assert texts
    assert "".join(part.text for part in texts) == LONG
    assert all(part.items == () for part in texts)
    assert menu.items == [("m7.1", "同意"), ("m7.2", "不同意")]
    assert menu.end == len(spoken([said]))


def test_choices_a_reply_has_begun_to_number_go_on_as_numbered_lines() -> None:
    said = message(LONG, [YES, NO])
    begun = spoken([said]).index("2. 不同意")
    (part,) = parts_of(said, begun)
    assert part.text.startswith("2. 不同意")
    assert part.items == ()


def test_a_long_text_goes_in_parts_that_leave_nothing_out() -> None:
    said = message(LONG)
    parts = parts_of(said)
    assert all(len(part.text.encode()) <= LONGEST_BYTES for part in parts)
    assert "".join(part.text for part in parts) == LONG
    assert parts[-1].end == len(LONG)


def test_after_every_part_the_rest_is_what_follows() -> None:
    said = message(LONG.replace("第", "\n\n第"), [YES, NO], author=OFFICER, author_name="王敏")
    parts = parts_of(said)
    for number, part in enumerate(parts, 1):
        assert parts_of(said, part.end) == parts[number:]
        rest = left_of(said, part.end)
        assert rest.text == spoken([said])[part.end :].lstrip()
        assert (rest.buttons, rest.author_name) == ((), None), "they are words by now"


def test_what_was_given_elsewhere_counts_wherever_it_was_cut() -> None:
    said = message(LONG)
    given = chars_with(said, 0, LONG[:100])
    assert given == 100
    assert chars_with(said, given, LONG[100:250]) == 250
    assert chars_with(said, given, "没有说过的话") == given


# -- customer-service messages -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts_left", "quota_left", "more_waits", "move"),
    [
        (1, 5, False, Move.SEND),
        (9, 5, True, Move.SEND),
        (1, 1, False, Move.SEND),
        (2, 1, False, Move.HINT),
        (1, 1, True, Move.HINT),
        (1, 0, False, Move.PARK),
        (9, 0, True, Move.PARK),
    ],
)
def test_the_last_message_allowed_says_that_there_is_more(
    parts_left: int, quota_left: int, more_waits: bool, move: Move
) -> None:
    assert next_move(parts_left, quota_left, more_waits=more_waits) is move


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (-1, Verdict.RETRY),
        (WeChatErrorCode.INVALID_CREDENTIAL, Verdict.RETRY),
        (WeChatErrorCode.INVALID_ACCESS_TOKEN, Verdict.RETRY),
        (WeChatErrorCode.EXPIRED_ACCESS_TOKEN, Verdict.RETRY),
        (WeChatErrorCode.INVALID_APP_SECRET, Verdict.RETRY),
        (WeChatErrorCode.OUT_OF_API_FREQ_LIMIT, Verdict.RETRY),
        (WeChatErrorCode.API_MINUTE_QUOTA_REACH_LIMIT, Verdict.RETRY),
        (WeChatErrorCode.UNAUTHORIZED_API, Verdict.RETRY),
        (WeChatErrorCode.OUT_OF_RESPONSE_TIME_LIMIT, Verdict.EXHAUSTED),
        (WeChatErrorCode.OUT_OF_RESPONSE_COUNT_LIMIT, Verdict.EXHAUSTED),
        (WeChatErrorCode.REQUIRE_SUBSCRIBE, Verdict.GONE),
        (WeChatErrorCode.USER_BLOCK_MESSAGE, Verdict.GONE),
        (WeChatErrorCode.INVALID_OPENID, Verdict.NEVER),
        (WeChatErrorCode.OUT_OF_CONTENT_SIZE_LIMIT, Verdict.NEVER),
        (99999, Verdict.NEVER),
    ],
)
def test_every_code_means_what_another_implementation_says(code: int, verdict: Verdict) -> None:
    assert verdict_on(int(code)) is verdict


def test_no_code_that_is_listed_would_be_given_up() -> None:
    assert Verdict.NEVER not in CODES.values()


# -- calling -----------------------------------------------------------------------------------


def test_nobody_is_called_for_an_answer() -> None:
    answer = outgoing(message=message(reply_to="24001"))
    assert nudge_due(answer, follower(), NOW) is None


def test_nobody_is_called_for_what_can_wait() -> None:
    quiz = outgoing(message=message(key=f"{WAITS}quiz/315-2027/20270316"))
    assert nudge_due(quiz, follower(), NOW) is None


@pytest.mark.parametrize("rung", [Rung.TEMPLATE, Rung.SMS])
def test_nobody_is_called_twice_for_one_thing(rung: Rung) -> None:
    assert nudge_due(outgoing(rung=rung), follower(), NOW) is None


def test_who_is_looking_at_the_window_is_called_when_they_have_been_quiet() -> None:
    here = follower(last_spoke_at=NOW - HOUR / 4)
    due = NOW - HOUR / 4 + QUIET
    assert nudge_due(outgoing(), here, NOW) == due
    assert _next(outgoing(), here) == Nudge(at=due)
    assert nudge_due(outgoing(), follower(), NOW) == NOW
    assert nudge_due(outgoing(), None, NOW) == NOW


def _next(
    out: Outgoing, customer: Customer | None, *, template: bool = True, sms: bool = True
) -> Nudge:
    return next_nudge(out, customer, NOW, has_template=template, has_sms=sms)


def test_the_template_message_comes_first_and_once_a_day() -> None:
    assert _next(outgoing(), follower()) == Nudge(Rung.TEMPLATE)
    told_at = NOW - HOUR
    assert _next(outgoing(), follower(nudged_at=told_at)) == Nudge(at=told_at + NUDGE_AGAIN)
    assert _next(outgoing(), follower(nudged_at=NOW - NUDGE_AGAIN)) == Nudge(Rung.TEMPLATE)


@pytest.mark.parametrize(
    ("out", "customer"),
    [
        (outgoing(rung=Rung.TEMPLATE), follower()),
        (outgoing(), follower(subscribed=False)),
        (outgoing(error_code=43004), follower()),
        (outgoing(error_code=40003, state=State.GIVEN_UP), follower()),
        (outgoing(), None),
    ],
    ids=["it did not arrive", "has left", "refuses", "unknown to the platform", "a stranger"],
)
def test_who_cannot_get_a_template_message_gets_a_text_message(
    out: Outgoing, customer: Customer | None
) -> None:
    assert _next(out, customer) == Nudge(Rung.SMS)


def test_without_a_template_the_text_message_comes_first() -> None:
    assert _next(outgoing(), follower(), template=False) == Nudge(Rung.SMS)


@pytest.mark.parametrize("code", [45015, 45047, 45009])
def test_a_message_that_had_to_wait_is_still_announced_by_template(code: int) -> None:
    assert _next(outgoing(error_code=code), follower()) == Nudge(Rung.TEMPLATE)


def test_where_nothing_is_left_nobody_is_called() -> None:
    assert _next(outgoing(), follower(), template=False, sms=False) == Nudge()
    assert _next(outgoing(reference=None), follower(subscribed=False)) == Nudge(), "no phone"
    assert _next(outgoing(rung=Rung.SMS), follower(subscribed=False)) == Nudge()
