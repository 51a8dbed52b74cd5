"""Bodies and parameters of the web channel are checked at the edge."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.web.requests import (
    LONGEST_BODY,
    LONGEST_TEXT,
    LONGEST_WAIT,
    read_message,
    read_object,
    read_poll,
)
from bot.errors import ChannelError

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@dataclass
class Request:
    """What the readers use of Sanic's request."""

    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    args: dict[str, str] = field(default_factory=dict)


def posted(**body: Any) -> Any:
    return Request(json.dumps(body).encode())


def refused(call: Any, request: Any) -> tuple[int, str]:
    with pytest.raises(ChannelError) as caught:
        call(request)
    assert caught.value.message
    return caught.value.status, caught.value.code


def test_a_text_and_a_choice_are_read() -> None:
    message = read_message(posted(id=ID, text="  我要投诉\n "))
    assert (message.id, message.text, message.choice) == (ID, "我要投诉", None)
    message = read_message(posted(id=ID.upper(), choice="token"))
    assert (message.id, message.text, message.choice) == (ID, None, "token")


@pytest.mark.parametrize(
    "content_type", ["application/json", "APPLICATION/JSON", "application/json; charset=utf-8"]
)
def test_content_types_of_json(content_type: str) -> None:
    assert read_object(Request(b"{}", {"content-type": content_type})) == {}


@pytest.mark.parametrize("headers", [{}, {"content-type": "text/plain"}, {"content-type": ""}])
def test_other_content_types_are_refused(headers: dict[str, str]) -> None:
    assert refused(read_object, Request(b"{}", headers)) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"null", b"\xff", b"[" * 60_000, b"{'id': 1}"]
)
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    assert refused(read_object, Request(body)) == (400, "invalid_request")


def test_a_huge_body_is_refused_before_it_is_parsed() -> None:
    assert refused(read_object, Request(b"x" * (LONGEST_BODY + 1))) == (413, "too_long")


@pytest.mark.parametrize(
    "body",
    [
        {"id": ID},
        {"id": ID, "text": None, "choice": None},
        {"id": ID, "text": "a", "choice": "b"},
        {"id": ID, "text": ""},
        {"id": ID, "text": " \n\t\u3000"},
        {"id": ID, "text": "\u200b\u200b"},
        {"id": ID, "text": 7},
        {"id": ID, "text": ["a"]},
        {"text": "a"},
        {"id": None, "text": "a"},
        {"id": 7, "text": "a"},
        {"id": "7", "text": "a"},
        {"id": {"a": 1}, "text": "a"},
        {"id": ID + "0", "text": "a"},
    ],
)
def test_incomplete_and_contradictory_messages_are_refused(body: dict[str, Any]) -> None:
    assert refused(read_message, posted(**body)) == (400, "invalid_request")


@pytest.mark.parametrize("choice", [7, {}, ["a"], True])
def test_a_choice_that_is_no_text_is_unknown(choice: Any) -> None:
    assert refused(read_message, posted(id=ID, choice=choice)) == (422, "unknown_choice")


@pytest.mark.parametrize(
    "text", ["a\u0000b", "\ud800", "\ue000", "\u0007", "\uffff", "\ufdd0", "\U0001fffe"]
)
def test_unreadable_characters_are_refused(text: str) -> None:
    assert refused(read_message, posted(id=ID, text=text)) == (422, "invalid_request")


def test_the_longest_text_fits_and_one_more_does_not() -> None:
    assert read_message(posted(id=ID, text="长" * LONGEST_TEXT)).text
    assert refused(read_message, posted(id=ID, text="长" * (LONGEST_TEXT + 1)))[0] == 413


@pytest.mark.parametrize(
    "text", ["第一行\n第二行", "😀", "新表情\U0001fae9", "王\u200d美", "𠮷野家"]
)
def test_ordinary_texts_pass_unchanged(text: str) -> None:
    assert read_message(posted(id=ID, text=text)).text == text


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({}, (0, 0.0)),
        ({"after": "5"}, (5, LONGEST_WAIT)),
        ({"after": "5", "wait": "3.5"}, (5, 3.5)),
        ({"after": "5", "wait": "999"}, (5, LONGEST_WAIT)),
        ({"after": "5", "wait": "inf"}, (5, LONGEST_WAIT)),
        ({"after": "5", "wait": "-1"}, (5, 0.0)),
    ],
)
def test_polls_have_a_cursor_and_a_limited_wait(
    args: dict[str, str], expected: tuple[int, float]
) -> None:
    request: Any = Request(args=args)
    assert read_poll(request) == expected


@pytest.mark.parametrize(
    "args",
    [{"after": a} for a in ("", "x", "-1", "1.5", "9" * 30, str(2**31))]
    + [{"after": "1", "wait": w} for w in ("", "x", "nan")],
)
def test_other_cursors_are_refused(args: dict[str, str]) -> None:
    assert refused(read_poll, Request(args=args)) == (400, "invalid_request")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=300)
@given(
    st.fixed_dictionaries({}, optional={"id": _JSON | st.just(ID), "text": _JSON, "choice": _JSON})
)
def test_no_body_gets_further_than_a_message_or_a_refusal(body: dict[str, Any]) -> None:
    try:
        message = read_message(posted(**body))
    except ChannelError as exc:
        assert 400 <= exc.status < 500
    else:
        assert (message.text is None) != (message.choice is None)
