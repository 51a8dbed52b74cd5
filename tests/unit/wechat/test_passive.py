"""What one reply holds: everything, else whole messages, else a part; never more than 2,048 bytes."""

from __future__ import annotations

from datetime import datetime, timezone

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.transcript import BOT, Button, Message
from bot.channels.wechat.numbering import spoken
from bot.channels.wechat.passive import ROOM, pack, with_line
from bot.channels.wechat.splitting import LONGEST_BYTES
from bot.channels.wechat.texts import MORE, MORE_FOLLOWS, UNREAD

NOW = datetime(2026, 11, 26, tzinfo=timezone.utc)
AGREE = Button(title="同意", payload="/agree")


def message(text: str, cursor: int = 1, *buttons: Button) -> Message:
    return Message(cursor, BOT, f"k/{cursor}", "k", text, buttons, True, NOW)


def test_everything_that_fits_goes_together_and_is_numbered_together() -> None:
    bundle = pack([message("一", 1, AGREE), message("二", 2, AGREE)])
    assert bundle.text == "一\n1. 同意\n\n二\n2. 同意\n\n回复数字选择"
    assert (bundle.whole, bundle.begun, bundle.left) == ((1, 2), None, 0)


def test_what_does_not_fit_together_goes_in_whole_messages() -> None:
    bundle = pack([message("短", 1), message("额" * 600, 2), message("额" * 600, 3)])
    assert bundle.text.startswith("短\n\n额")
    assert (bundle.whole, bundle.begun, bundle.left) == ((1, 2), None, 1)


def test_what_is_too_long_alone_begins() -> None:
    bundle = pack([message("额" * 700, 1), message("短", 2)])
    assert (bundle.whole, bundle.begun, bundle.left) == ((), 1, 2)
    assert set(bundle.text) == {"额"}


@given(st.lists(st.text(st.characters(blacklist_categories=("Cs",)), min_size=1), min_size=1))
def test_a_reply_is_never_too_long_and_names_what_is_in_it(words: list[str]) -> None:
    messages = [message(f"｛{text}｝" * 9, number) for number, text in enumerate(words)]
    bundle = pack(messages)
    limit = LONGEST_BYTES - ROOM if bundle.left else LONGEST_BYTES
    assert len(bundle.text.encode()) <= limit
    assert len(bundle.whole) + bundle.left == len(messages)
    given_whole = [m for m in messages if m.cursor in bundle.whole]
    if bundle.begun is None:
        assert bundle.text == spoken(given_whole)


def test_the_channels_own_sentences_have_room() -> None:
    for line in (MORE, MORE_FOLLOWS, UNREAD.format(count=500)):
        full = "额" * ((LONGEST_BYTES - ROOM) // 3)
        assert with_line(full, line).endswith(line)
        assert len(with_line(full, line).encode()) <= LONGEST_BYTES


def test_a_sentence_without_room_is_left_out() -> None:
    assert with_line("额" * 682, MORE) == "额" * 682
