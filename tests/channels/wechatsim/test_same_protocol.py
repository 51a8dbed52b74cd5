"""The simulator's protocol against wechatpy's, which neither wrote from the other."""

from __future__ import annotations

import pytest
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import ArticlesReply, ImageReply, TextReply
from wechatpy.utils import check_signature

from wechatsim import Account, Mode, packets
from wechatsim.account import ORIGINAL_ID
from wechatsim.packets import Packet, Sent
from wechatsim.replies import BadReply, Reply, read
from wechatsim.sealing import NotSealed, Sealer
from wechatsim.signing import signature

ACCOUNT = Account("wx0123456789abcdef", "secret", "token", "a1B2" * 10 + "xyz", mode=Mode.PLAIN)
SENT = Sent("openid-1", ORIGINAL_ID, 1_795_680_000)
SALT = bytes(range(16))
NASTY = "投诉😀 ]]> <a href='x'>&amp;\n第二行"


def crypto() -> WeChatCrypto:
    return WeChatCrypto(ACCOUNT.token, ACCOUNT.aes_key, ACCOUNT.app_id)


# -- signature and encryption ------------------------------------------------------------------


def test_the_signature_is_the_one_wechatpy_expects() -> None:
    check_signature("token", signature("token", "1795680000", "42"), "1795680000", "42")


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 31, 32, 33, 4096])
def test_wechatpy_opens_what_the_simulator_seals(length: int) -> None:
    text = "票" * length
    sealed = Sealer(ACCOUNT.aes_key, ACCOUNT.app_id).seal(text.encode(), SALT)
    envelope = f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    signed = signature(ACCOUNT.token, "1", "2", sealed)
    opened = crypto().decrypt_message(envelope, signed, "1", "2")
    assert (opened if isinstance(opened, str) else opened.decode()) == text


@pytest.mark.parametrize("mode", [Mode.COMPATIBLE, Mode.ENCRYPTED])
def test_the_simulator_opens_what_wechatpy_seals(mode: Mode) -> None:
    account = Account(**{**vars(ACCOUNT), "mode": mode})
    # wechatpy does not escape "]]>" in a reply.
    content = NASTY.replace("]]>", "]]")
    reply = TextReply(content=content, source=ORIGINAL_ID, target="openid-1").render()
    body = crypto().encrypt_message(reply, "77", "1795680000").encode()
    assert read(body, account, "openid-1") == Reply("text", content)


@pytest.mark.parametrize(
    ("sealed", "why"),
    [("密", "Base64"), ("", "16"), ("QUJD", "16"), ("A" * 64, "密钥|填充")],
)
def test_what_is_not_sealed_is_not_opened(sealed: str, why: str) -> None:
    with pytest.raises(NotSealed, match=why):
        Sealer(ACCOUNT.aes_key, ACCOUNT.app_id).open(sealed)


def test_a_message_sealed_for_another_account_is_not_opened() -> None:
    sealed = Sealer(ACCOUNT.aes_key, "wxffffffffffffffff").seal(b"text", SALT)
    with pytest.raises(NotSealed, match="AppID"):
        Sealer(ACCOUNT.aes_key, ACCOUNT.app_id).open(sealed)


# -- packets -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("packet", "kind", "expected"),
    [
        (packets.text(SENT, NASTY, 7), "text", {"content": NASTY, "id": 7}),
        (packets.choice(SENT, "101", "满意", 7), "text", {"content": "满意", "id": 7}),
        (
            packets.picture(SENT, "m", "http://p/", 7),
            "image",
            {"media_id": "m", "image": "http://p/"},
        ),
        (
            packets.voice(SENT, "m", "我要投诉", 7),
            "voice",
            {"recognition": "我要投诉", "format": "amr"},
        ),
        (packets.voice(SENT, "m", None, 7), "voice", {"recognition": None, "media_id": "m"}),
        (packets.video(SENT, "m", "t", 7), "video", {"media_id": "m", "thumb_media_id": "t"}),
        (
            packets.location(SENT, 39.9, 116.4, "北京", 7),
            "location",
            {"location_x": "39.9", "location_y": "116.4", "label": "北京"},
        ),
        (packets.link(SENT, "标题", "http://u/", 7), "link", {"title": "标题", "url": "http://u/"}),
    ],
    ids=lambda value: value.what if isinstance(value, Packet) else None,
)
def test_wechatpy_reads_every_message(
    packet: Packet, kind: str, expected: dict[str, object]
) -> None:
    message = parse_message(packet.xml)
    assert (message.type, message.source, message.target) == (kind, "openid-1", ORIGINAL_ID)
    assert {name: getattr(message, name) for name in expected} == expected


def test_the_choice_of_a_message_menu_carries_its_id() -> None:
    assert (
        b"<bizmsgmenuid><![CDATA[101]]></bizmsgmenuid>" in packets.choice(SENT, "101", "好", 7).xml
    )


@pytest.mark.parametrize(
    ("packet", "event", "expected"),
    [
        (packets.subscribe(SENT), "subscribe", {"key": ""}),
        (
            packets.subscribe(SENT, "网点1", "t"),
            "subscribe_scan",
            {"scene_id": "网点1", "ticket": "t"},
        ),
        (packets.unsubscribe(SENT), "unsubscribe", {}),
        (packets.scan(SENT, "网点1", "t"), "scan", {"scene_id": "网点1", "ticket": "t"}),
        (packets.click(SENT, "KEY"), "click", {"key": "KEY"}),
        (packets.view(SENT, "http://u/"), "view", {"url": "http://u/"}),
        (
            packets.scancode(SENT, "scancode_waitmsg", "KEY", "found"),
            "scancode_waitmsg",
            {"scan_type": "qrcode", "scan_result": "found"},
        ),
        (
            packets.template_finished(SENT, 9, "failed:user block"),
            "templatesendjobfinish",
            {"id": 9, "status": "failed:user block"},
        ),
    ],
    ids=lambda value: value.what if isinstance(value, Packet) else None,
)
def test_wechatpy_reads_every_event(
    packet: Packet, event: str, expected: dict[str, object]
) -> None:
    message = parse_message(packet.xml)
    assert (message.type, message.event, message.source) == ("event", event, "openid-1")
    assert {name: getattr(message, name) for name in expected} == expected


def test_characters_xml_does_not_know_are_left_out() -> None:
    assert parse_message(packets.text(SENT, "a\x00b\ud800c", 7).xml).content == "abc"


# -- replies -----------------------------------------------------------------------------------


def test_replies_of_wechatpy_are_understood() -> None:
    to = {"source": ORIGINAL_ID, "target": "openid-1"}
    picture = ImageReply(media_id="m", **to).render().encode()
    assert read(picture, ACCOUNT, "openid-1") == Reply("image", "［图片］", "m")
    article = {"title": "标题", "description": "", "url": "http://u/", "image": ""}
    news = ArticlesReply(articles=[article], **to).render().encode()
    assert read(news, ACCOUNT, "openid-1") == Reply("news", "标题 http://u/")


@pytest.mark.parametrize("body", [b"", b"success", b" success\n"])
def test_success_and_nothing_show_nothing(body: bytes) -> None:
    assert read(body, ACCOUNT, "openid-1") is None


def _text(content: str = "好", to: str = "openid-1", **fields: str) -> bytes:
    parts = {"ToUserName": to, "FromUserName": ORIGINAL_ID, "CreateTime": "1", "MsgType": "text"}
    parts |= {"Content": content, **fields}
    return f"<xml>{''.join(f'<{k}>{v}</{k}>' for k, v in parts.items())}</xml>".encode()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"text": "hi"}', "不是 XML"),
        (b"<html></html>", "根元素"),
        (b'<!DOCTYPE x [<!ENTITY e "e">]><xml>&e;</xml>', "不是 XML"),
        (_text(to="openid-2"), "ToUserName"),
        (_text(FromUserName="gh_000000000000"), "FromUserName"),
        (_text(CreateTime="now"), "CreateTime"),
        (_text(MsgType="file"), "MsgType"),
        (_text(content=""), "Content"),
        (_text(content="长" * 683), "45002"),
    ],
)
def test_what_the_platform_cannot_use_is_a_failure(body: bytes, why: str) -> None:
    with pytest.raises(BadReply, match=why):
        read(body, ACCOUNT, "openid-1")


def test_a_text_of_2048_bytes_still_fits() -> None:
    content = "长" * 682 + "ab"
    assert read(_text(content=content), ACCOUNT, "openid-1") == Reply("text", content)


def test_the_safe_mode_takes_no_reply_in_the_clear() -> None:
    safe = Account(**{**vars(ACCOUNT), "mode": Mode.ENCRYPTED})
    with pytest.raises(BadReply, match="没有加密"):
        read(_text(), safe, "openid-1")


def test_a_sealed_reply_with_a_wrong_signature_is_a_failure() -> None:
    safe = Account(**{**vars(ACCOUNT), "mode": Mode.ENCRYPTED})
    body = (
        crypto()
        .encrypt_message(_text().decode(), "77", "1")
        .replace("<Nonce><![CDATA[77]", "<Nonce><![CDATA[78]")
    )
    with pytest.raises(BadReply, match="MsgSignature"):
        read(body.encode(), safe, "openid-1")
