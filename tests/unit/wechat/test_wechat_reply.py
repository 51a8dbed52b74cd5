"""The XML of answers: whatever is in the text, the platform reads that text and nothing else."""

from __future__ import annotations

import xmltodict
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat.message import fields_of, parse
from bot.channels.wechat.reply import text_reply
from tests.unit.wechat.samples import OPENID, ORIGINAL_ID, text_xml

MESSAGE = parse(text_xml())


def test_an_answer_goes_back_to_who_asked() -> None:
    assert xmltodict.parse(text_reply(MESSAGE, "您好\n😀", 1409735670))["xml"] == {
        "ToUserName": OPENID,
        "FromUserName": ORIGINAL_ID,
        "CreateTime": "1409735670",
        "MsgType": "text",
        "Content": "您好\n😀",
    }


def test_a_text_cannot_end_its_section_and_add_fields() -> None:
    text = "好]]></Content><MsgType><![CDATA[news]]></MsgType><Content><![CDATA["
    fields = fields_of(text_reply(MESSAGE, text, 1).encode())
    assert (fields["MsgType"], fields["Content"]) == ("text", text)


def test_characters_xml_forbids_are_left_out() -> None:
    fields = fields_of(text_reply(MESSAGE, "a\x00b\x0b\ufffe\ud800c", 1).encode())
    assert fields["Content"] == "abc"


@given(st.text(st.characters(min_codepoint=32, blacklist_categories=["Cs", "Cn"])))
def test_every_text_arrives_as_it_is(text: str) -> None:
    assert fields_of(text_reply(MESSAGE, text, 1).encode())["Content"] == text
