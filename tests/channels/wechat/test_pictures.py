"""Pictures: fetched from the platform only, kept before the turn runs, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

import pytest

from bot.channels.wechat import texts
from bot.channels.wechat.media import Pictures, picture_name
from bot.errors import ChannelError, WeChatError
from bot.intake.evidence import LARGEST_BYTES
from tests.channels.counter import JPEG, PDF, PNG
from tests.channels.wechat.kit import Town
from wechatsim import packets

NOON = int(datetime(2026, 11, 26, 4, 0, tzinfo=timezone.utc).timestamp())


def test_a_picture_is_kept_and_becomes_a_turn(bank: Town) -> None:
    bank.person().picture(JPEG)
    turn = bank.assistant.turns[0].text
    assert turn.startswith("/attachment")
    assert bank.line.files()[0] in turn
    said = bank.line.history()[0].text
    assert said.startswith("［图片］微信图片_")
    assert said.endswith(".jpg")


def test_an_account_without_the_media_interface_uses_the_address(quiet_bank: Town) -> None:
    quiet_bank.person().picture(PNG, "image/png")
    assert len(quiet_bank.line.files()) == 1
    assert quiet_bank.line.history()[0].text.endswith(".png")


def test_a_picture_delivered_again_is_kept_once(bank: Town) -> None:
    bank.sim.faults.drop_replies = 2
    bank.person().picture(JPEG)
    assert len(bank.line.files()) == 1
    assert len(bank.assistant.turns) == 1


def test_a_picture_whose_turn_failed_is_kept_all_the_same(bank: Town) -> None:
    bank.assistant.away = True
    (shown,) = bank.person().picture(JPEG)
    assert "小保已经记下" in shown.text
    assert len(bank.line.files()) == 1


def test_a_picture_that_does_not_come_is_asked_for_again(bank: Town) -> None:
    packet = packets.picture(bank.sent(), "gone", "https://bank.example/picture", 5)
    assert bank.deliver(packet) == texts.PICTURE_MISSING
    assert bank.assistant.turns == []
    assert bank.line.files() == []


def test_what_is_no_picture_is_refused_with_the_reason(bank: Town) -> None:
    (shown,) = bank.person().picture(b"MZ no picture at all", "image/jpeg")
    assert shown.text.startswith("这种文件收不了")
    assert bank.line.files() == []


def test_a_picture_named_as_a_pdf_says_nothing_wrong(bank: Town) -> None:
    bank.person().picture(PDF, "image/jpeg")
    assert "文件" in bank.assistant.turns[0].text


@pytest.mark.parametrize(
    ("content", "name"), [(PNG, "微信图片_1126-1200.png"), (b"?", "微信图片_1126-1200.jpg")]
)
def test_a_picture_is_named_by_beijing_time_and_what_it_is(content: bytes, name: str) -> None:
    assert picture_name(content, NOON) == name


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a.qpic.cn",
        "https://evilqpic.cn/a",
        "https://mmbiz.qpic.cn@10.0.0.1/a",
        "https://mmbiz.qpic.cn:8443/a",
        "https://10.0.0.1\\.qpic.cn/a",
        "https://10.0.0.1%23.qpic.cn/a",
        "https://.qpic.cn/a",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "https://[::1",
        "",
    ],
)
async def test_pictures_are_fetched_from_the_platform_only(url: str, message: Callable) -> None:
    pictures = Pictures("https://api.weixin.qq.com", None)
    with pytest.raises(ChannelError) as caught:
        await pictures.fetch(message(url))
    assert caught.value.code == "picture_missing"
    await pictures.close()


@pytest.fixture
def message() -> Callable:
    from bot.channels.wechat.message import Kind, WeChatMessage

    def make(url: str | None, media_id: str | None = None) -> WeChatMessage:
        names = {"openid": "o", "account": "gh", "key": "1"}
        return WeChatMessage(
            **names, created_at=NOON, kind=Kind.IMAGE, picture_url=url, media_id=media_id
        )

    return make


async def test_the_address_is_used_when_the_media_interface_fails(message: Callable) -> None:
    async def refused(_media_id: str) -> tuple[bytes, str]:
        raise WeChatError(code=40007)

    pictures = Pictures("https://api.weixin.qq.com", refused)
    with pytest.raises(ChannelError, match="图片没有收到"):
        await pictures.fetch(message(None, "media"))


def test_the_limit_is_that_of_documents() -> None:
    assert f"{LARGEST_BYTES // 1024 // 1024}MB" in texts.PICTURE_TOO_LARGE
