"""How something said reaches a follower, rung by rung: decisions only.

With the request that brought their message; by customer-service message while the platform allows
it; its last message says that there is more; then the rest waits until they speak. What was said
unasked is then announced, without its content, by template message and at last by text message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from bot.channels.transcript import WAITS, Message
from bot.channels.wechat.customers import Customer
from bot.channels.wechat.numbering import OFFER, spoken
from bot.channels.wechat.splitting import LONGEST_BYTES, split

LONGEST_TRIED = timedelta(hours=48)
"""After this the platform would refuse it anyway (45015): it waits for the customer."""
QUIET = timedelta(hours=1)
"""Whoever spoke within it is looking at the window: no template and no text message calls them."""
NUDGE_AGAIN = timedelta(days=1)
MOST_NUDGES = 12
"""Attempts at a text or template message, about two hours of them."""


class State(str, Enum):
    """Where a message to a follower stands; stored as text."""

    PENDING = "pending"
    PASSIVE = "passive"
    """Given with the answer to a request."""
    SENT = "sent"
    PARKED = "parked"
    """Waits until the follower says something."""
    GIVEN_UP = "given_up"


class Rung(str, Enum):
    """The last rung that was tried; stored as text."""

    PASSIVE = "passive"
    SERVICE = "service"
    CONTINUE = "continue"
    """The last message allowed said that there is more."""
    TEMPLATE = "template"
    SMS = "sms"


@dataclass(frozen=True)
class Outgoing:
    """A message on its way; `chars_sent` characters of it, as spoken, were given.

    `owner`: the process it is leased to, empty when it is to none.
    `message.reply_to` is None for what was said unasked; `reference` is the complaint it is about.
    """

    message: Message
    sender_id: str
    state: State
    rung: Rung | None
    chars_sent: int
    attempts: int
    error_code: int | None
    reference: str | None
    created_at: datetime
    owner: str

    @property
    def is_worth_a_call(self) -> bool:
        return self.message.reply_to is None and not self.message.key.startswith(WAITS)


# -- cutting -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """What one call sends; with it, `end` characters of the message are given.

    `items` are the choices of a menu, (id, title): `text` then stands above them.
    """

    text: str
    end: int
    items: Sequence[tuple[str, str]] = ()


def parts_of(message: Message, chars_sent: int = 0) -> list[Part]:
    """What is left of a message: texts, and its buttons as a menu, under the text if it fits.

    Buttons are numbered lines only where a reply that took part of them along has begun to number.
    """
    whole, body = spoken([message]), spoken([replace(message, buttons=())])
    if not message.buttons or chars_sent > len(body):
        return _texts(whole, chars_sent)
    items = [(item_id(message, n), b["title"]) for n, b in enumerate(message.buttons, 1)]
    if not chars_sent and len(whole.encode()) <= LONGEST_BYTES:
        return [Part(body, len(whole), items)]
    return [*_texts(body, chars_sent), Part(OFFER, len(whole), items)]


def _texts(whole: str, place: int) -> list[Part]:
    parts = []
    for text in split(whole[place:].lstrip()):
        place = whole.index(text, place) + len(text)
        parts.append(Part(text, place))
    return parts


def item_id(message: Message, number: int) -> str:
    """The id of a menu's choice, counted from 1; it comes back with the click."""
    return f"m{message.cursor}.{number}"


def left_of(message: Message, chars_sent: int) -> Message:
    """The message as what is left to be said of it; its choices are numbered lines by then."""
    if not chars_sent:
        return message
    rest = spoken([message])[chars_sent:].lstrip()
    return replace(message, text=rest, buttons=(), author_name=None)


def chars_with(message: Message, chars_sent: int, given: str) -> int:
    """How many characters are given once `given`, the beginning of what was left, is."""
    place = spoken([message]).find(given, chars_sent)
    return chars_sent if place < 0 else place + len(given)


# -- customer-service messages -----------------------------------------------------------------


class Move(Enum):
    """What to do with the next part."""

    SEND = "send"
    HINT = "hint"
    """Spend the last message on saying that there is more."""
    PARK = "park"


def next_move(parts_left: int, quota_left: int, *, more_waits: bool) -> Move:
    """`more_waits`: something else is to be said to the same follower after this."""
    if quota_left <= 0:
        return Move.PARK
    if quota_left == 1 and (parts_left > 1 or more_waits):
        return Move.HINT
    return Move.SEND


class Verdict(Enum):
    """What an error code of the platform means for a message."""

    RETRY = "retry"
    """The platform is busy, or the account is not in order: an operator can mend it."""
    EXHAUSTED = "exhausted"
    """Not before the follower speaks."""
    GONE = "gone"
    """The follower does not take messages of the account: nothing is sent until they do."""
    NEVER = "never"


CODES: dict[int, Verdict] = {
    -1: Verdict.RETRY,  # system busy
    40001: Verdict.RETRY,  # access token refused, also a new one
    40013: Verdict.RETRY,  # AppID unknown
    40014: Verdict.RETRY,  # access token malformed
    40125: Verdict.RETRY,  # AppSecret wrong
    40164: Verdict.RETRY,  # our address is not on the account's list
    41004: Verdict.RETRY,  # AppSecret missing
    42001: Verdict.RETRY,  # access token expired
    45009: Verdict.RETRY,  # calls of the day used up
    45011: Verdict.RETRY,  # too many calls a minute
    48001: Verdict.RETRY,  # the account has no right to this call
    48004: Verdict.RETRY,  # the call is banned for the account
    50002: Verdict.RETRY,  # the account is restricted
    45015: Verdict.EXHAUSTED,  # nothing heard for 48 hours
    45047: Verdict.EXHAUSTED,  # customer-service messages used up
    43004: Verdict.GONE,  # not a follower
    43019: Verdict.GONE,  # on the account's black list
    43101: Verdict.GONE,  # refuses such messages
    48002: Verdict.GONE,  # has switched messages of the account off
}
"""Global return codes (全局返回码, developers.weixin.qq.com; as in wechatpy.constants.WeChatErrorCode).
Every other code says something about this one message: 40003 invalid OpenID, 45002 too long."""


def verdict_on(code: int) -> Verdict:
    return CODES.get(code, Verdict.NEVER)


# -- text and template messages ----------------------------------------------------------------


@dataclass(frozen=True)
class Nudge:
    """How to call a follower: by `rung` now, else at `at`; neither: not at all."""

    rung: Rung | None = None
    at: datetime | None = None


def nudge_due(outgoing: Outgoing, customer: Customer | None, now: datetime) -> datetime | None:
    """When somebody may be called for what cannot be brought; None: they are not called for it."""
    if not outgoing.is_worth_a_call or outgoing.rung in (Rung.TEMPLATE, Rung.SMS):
        return None
    if customer is None or customer.last_spoke_at is None:
        return now
    return max(now, customer.last_spoke_at + QUIET)


def next_nudge(
    outgoing: Outgoing,
    customer: Customer | None,
    now: datetime,
    *,
    has_template: bool,
    has_sms: bool,
) -> Nudge:
    """The template message comes first, once a day; who cannot get it gets a text message."""
    if customer and customer.last_spoke_at and customer.last_spoke_at + QUIET > now:
        return Nudge(at=customer.last_spoke_at + QUIET)
    if has_template and customer is not None and _can_be_told(outgoing, customer):
        again_at = customer.nudged_at and customer.nudged_at + NUDGE_AGAIN
        if again_at and again_at > now:
            return Nudge(at=again_at)
        return Nudge(Rung.TEMPLATE)
    if has_sms and outgoing.reference is not None and outgoing.rung is not Rung.SMS:
        return Nudge(Rung.SMS)
    return Nudge()


def _can_be_told(outgoing: Outgoing, customer: Customer) -> bool:
    """Whether the account may still write to this follower, and has not tried in vain."""
    code = outgoing.error_code
    is_refused = code is not None and verdict_on(code) in (Verdict.GONE, Verdict.NEVER)
    return customer.subscribed and not is_refused and outgoing.rung is not Rung.TEMPLATE
