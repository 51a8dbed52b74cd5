"""Reading what customers send and do."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.parser import parse_message

from bot.channels.wechat.message import BadEnvelope, Kind, WeChatMessage, parse
from tests.unit.wechat.samples import OPENID, ORIGINAL_ID, TIMESTAMP, message_xml, text_xml, xml

KEY = re.compile(r"[0-9A-Za-z:-]{1,64}")


def event(name: str, **fields: object) -> WeChatMessage:
    return parse(message_xml(MsgType="event", Event=name, **fields))


def test_a_text() -> None:
    message = parse(text_xml("银行卡被盗刷了😀"))
    assert (message.openid, message.account) == (OPENID, ORIGINAL_ID)
    assert (message.kind, message.text) == (Kind.TEXT, "银行卡被盗刷了😀")
    assert (message.created_at, message.key) == (int(TIMESTAMP), "6054768590064713728")
    assert (message.event, message.menu_choice) == (None, None)


def test_a_text_that_is_a_clicked_choice() -> None:
    message = parse(message_xml(Content="满意", MsgId=1, bizmsgmenuid=101))
    assert (message.text, message.menu_choice) == ("满意", "101")


def test_a_picture() -> None:
    message = parse(message_xml(MsgType="image", PicUrl="https://p/1", MediaId="m-1", MsgId=2))
    assert message.kind is Kind.IMAGE
    assert (message.picture_url, message.media_id) == ("https://p/1", "m-1")


@pytest.mark.parametrize("recognised", ["我要投诉。", ""])
def test_a_voice_message_with_and_without_recognition(recognised: str) -> None:
    fields = {"MsgType": "voice", "MediaId": "m", "Format": "amr", "Recognition": recognised}
    message = parse(message_xml(**fields, MsgId=3))
    assert (message.kind, message.text, message.media_id) == (Kind.VOICE, recognised, "m")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("video", Kind.VIDEO),
        ("shortvideo", Kind.VIDEO),
        ("location", Kind.LOCATION),
        ("link", Kind.LINK),
        ("hologram", Kind.OTHER),
    ],
)
def test_other_sorts_of_messages(name: str, kind: Kind) -> None:
    assert parse(message_xml(MsgType=name, MsgId=4)).kind is kind


def test_somebody_follows_by_a_code_and_somebody_scans_one() -> None:
    followed = event("subscribe", EventKey="qrscene_branch-7", Ticket="t")
    scanned = event("SCAN", EventKey="branch-7", Ticket="t")
    assert (followed.kind, followed.event, followed.event_key) == (
        Kind.EVENT,
        "subscribe",
        "branch-7",
    )
    assert (scanned.event, scanned.event_key) == ("scan", "branch-7")


def test_a_menu_is_clicked_and_a_template_message_has_arrived() -> None:
    clicked = event("CLICK", EventKey="complaint_file")
    arrived = event("TEMPLATESENDJOBFINISH", MsgID=200163836, Status="failed:user block")
    assert (clicked.event, clicked.event_key) == ("click", "complaint_file")
    assert (arrived.message_ref, arrived.status) == ("200163836", "failed:user block")


def test_events_differ_by_who_did_what_when() -> None:
    keys = {
        event("CLICK", EventKey="help").key,
        event("CLICK", EventKey="handoff").key,
        event("VIEW", EventKey="help").key,
        event("CLICK", EventKey="help", CreateTime=1).key,
        event("CLICK", EventKey="help", FromUserName="o-2").key,
        event("TEMPLATESENDJOBFINISH", MsgID=1).key,
        event("TEMPLATESENDJOBFINISH", MsgID=2).key,
    }
    assert len(keys) == 7
    assert event("CLICK", EventKey="help").key in keys


def test_a_key_is_fit_to_be_stored_and_names_nobody() -> None:
    for message in (parse(text_xml()), event("CLICK", EventKey="help"), event("subscribe")):
        assert KEY.fullmatch(message.key)
        assert OPENID not in message.key


def test_nothing_of_the_customer_is_in_the_printed_form() -> None:
    printed = repr(parse(text_xml("我叫王小明")))
    assert OPENID not in printed
    assert "王小明" not in printed


@pytest.mark.parametrize("missing", ["ToUserName", "FromUserName", "CreateTime", "MsgType"])
def test_a_message_without_a_field_it_must_have_is_refused(missing: str) -> None:
    with pytest.raises(BadEnvelope):
        parse(message_xml(Content="你好", MsgId=1, **{missing: ""}))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<xml>",
        b"<html/>",
        b"\xff\xfe",
        b'<?xml version="1.0" encoding="klingon"?><xml/>',
        message_xml(MsgType="event"),
        message_xml(CreateTime="昨天", MsgId=1),
        message_xml(CreateTime=99999999999, MsgId=1),
        message_xml(CreateTime="１４０９", MsgId=1),
        message_xml(MsgId="1 OR 1=1"),
        message_xml(FromUserName="o'; --", MsgId=1),
        text_xml().replace(b"</xml>", b"<MsgId>2</MsgId></xml>"),
    ],
)
def test_what_is_no_message_is_refused(body: bytes) -> None:
    with pytest.raises(BadEnvelope) as caught:
        parse(body)
    assert (caught.value.status, caught.value.code) == (400, "bad_envelope")


def test_entities_and_document_types_are_refused() -> None:
    bomb = b'<!DOCTYPE xml [<!ENTITY a "ha">]><xml><Content>&a;</Content></xml>'
    outside = b'<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml/>'
    for body in (bomb, outside):
        with pytest.raises(BadEnvelope):
            parse(body)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with pytest.raises(BadEnvelope):
        parse(body)


@given(st.text(st.characters(min_codepoint=32, blacklist_categories=["Cs", "Cn", "Co"])))
def test_the_other_implementation_reads_the_same(content: str) -> None:
    body = xml(
        ToUserName=ORIGINAL_ID,
        FromUserName=OPENID,
        CreateTime=int(TIMESTAMP),
        MsgType="text",
        Content=content.replace("]]>", ""),
        MsgId=7,
    )
    ours, theirs = parse(body), parse_message(body)
    assert (ours.openid, ours.account) == (theirs.source, theirs.target)
    assert (ours.text.strip(), ours.key) == ((theirs.content or "").strip(), str(theirs.id))
