"""Whatever is sent to the web channel, the answer is plain Chinese in JSON and never a fault."""

from __future__ import annotations

import http.client
import json
import re
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import requests

from bot.channels.web.session import Sessions
from tests.stack import Chat, Stack

NOT_ASCII = "Bearer 会话".encode()
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ERROR_HEADERS = {
    "Content-Type": "application/json",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@pytest.fixture(scope="module")
def chat(stack: Stack) -> Chat:
    return stack.chat()


def refused(answer: requests.Response, status: int, code: str) -> None:
    """Checks the shape of every error: status, code, a Chinese sentence, safe headers."""
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error.keys() == {"code", "message"}
    assert error["code"] == code
    assert CHINESE.search(error["message"]), error
    assert "Traceback" not in answer.text
    assert ERROR_HEADERS.items() <= answer.headers.items(), answer.headers
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def post_raw(chat: Chat, body: bytes | str, **headers: str) -> requests.Response:
    content = body.encode() if isinstance(body, str) else body
    sent = {"Content-Type": "application/json", **headers}
    return chat.http.post(chat.base + "messages", data=content, headers=sent, timeout=30)


def message(**parts: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), **parts}


# -- texts ---------------------------------------------------------------------------------------

TEXTS_REFUSED = {
    "empty": ("", 400, "invalid_request"),
    "blank": (" \n\t　", 400, "invalid_request"),
    "invisible": ("\u200b\u2060\ufeff", 400, "invalid_request"),
    "5,000 characters": ("我" * 5000, 413, "too_long"),
    "null byte": ("卡\x00丢了", 422, "invalid_request"),
    "control characters": ("\x1b[31m卡丢了\x07", 422, "invalid_request"),
    "lone surrogate": ("卡\ud800丢了", 422, "invalid_request"),
    "private use": ("卡\ue000丢了", 422, "invalid_request"),
    "number": (5, 400, "invalid_request"),
    "list": (["卡丢了"], 400, "invalid_request"),
    "object": ({"text": "卡丢了"}, 400, "invalid_request"),
}
TEXTS_ANSWERED = {
    "emoji alone": "😀👍🏽",
    "emoji with joiner": "👨‍👩‍👧",
    "marks alone": "？？？……",
    "longest allowed": "我" * 2000,
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "SQL": "'; DROP TABLE message; --",
    "template": "{{7*7}} ${hotline} {bank_name} %s",
    "traditional characters": "請問銀行卡丟了要怎麼辦",
    "Rasa's restart": "/restart",
    "Rasa's intent": "/complaint_file",
    "Rasa's intent with arguments": '/answer{"field": "consent", "value": true}',
    "Rasa's slots": '/SetSlots(consent="x")',
    "right-to-left override": "\u202e你好",
    "lines": "你好\n\n\r\n银行卡丢了怎么办",
}


@pytest.mark.parametrize("kind", TEXTS_REFUSED)
def test_an_unfit_text_is_refused_with_a_sentence(chat: Chat, kind: str) -> None:
    text, status, code = TEXTS_REFUSED[kind]
    refused(chat.post(message(text=text)), status, code)


@pytest.mark.parametrize("kind", TEXTS_ANSWERED)
def test_an_odd_text_gets_an_answer_and_is_kept_as_typed(stack: Stack, kind: str) -> None:
    chat, text = stack.chat(), TEXTS_ANSWERED[kind]
    replies = chat.say(text)
    assert replies
    assert all(CHINESE.search(reply) for reply in replies)
    assert chat.history()[0]["text"] == text.strip()


def test_typed_intents_start_and_answer_no_form(stack: Stack) -> None:
    chat = stack.chat()
    chat.say("/complaint_file")
    assert "同意，开始登记" not in chat.titles()
    chat.say("我要投诉")
    replies = chat.say('/answer{"field": "consent", "value": true}')
    assert "登记投诉前" in replies[-1], "consent is still asked for"
    chat.say("/restart")
    chat.say("/session_start")
    assert "登记投诉前" in chat.say("柜员态度很差，骂了我")[-1], "the form was not thrown away"


# -- sessions ------------------------------------------------------------------------------------


def token_issued(stack: Stack, hours_ago: float, secret: str | None = None) -> str:
    """A session token as the server would have signed it `hours_ago`."""
    sessions = Sessions([secret or stack.env["WEB_SESSION_SECRET"]], timedelta(days=7), uuid4)
    opened = sessions.open(datetime.now(timezone.utc) - timedelta(hours=hours_ago))
    return sessions.token(opened)[0]


def get_with(stack: Stack, authorization: str | bytes) -> requests.Response:
    headers = {"Authorization": authorization} if authorization else {}
    return requests.get(stack.web + "messages", headers=headers, timeout=10)


def test_a_session_lasts_seven_days_and_not_longer(stack: Stack) -> None:
    assert get_with(stack, f"Bearer {token_issued(stack, 167.9)}").status_code == 200
    refused(get_with(stack, f"Bearer {token_issued(stack, 168.1)}"), 401, "session_expired")


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a.b.c", "Bearer " + "a" * 5000, NOT_ASCII],
    ids=["none", "no token", "blank token", "another scheme", "unsigned", "long", "not ASCII"],
)
def test_no_or_a_nonsense_token_is_no_session(stack: Stack, authorization: str | bytes) -> None:
    refused(get_with(stack, authorization), 401, "unauthorized")


def test_a_token_of_another_secret_or_altered_is_no_session(stack: Stack, chat: Chat) -> None:
    forged = token_issued(stack, 0, secret=uuid4().hex)
    refused(get_with(stack, f"Bearer {forged}"), 401, "unauthorized")
    altered = ("B" if chat.token[2] != "B" else "C").join((chat.token[:2], chat.token[3:]))
    refused(get_with(stack, f"Bearer {altered}"), 401, "unauthorized")


def test_an_ended_session_is_over_for_every_call(stack: Stack) -> None:
    chat = stack.chat()
    chat.say("你好")
    for _ in range(2):  # ending twice, as two open pages would
        ended = chat.http.post(chat.base + "session/end", json={}, timeout=10)
        if ended.status_code != 204:
            refused(ended, 401, "unauthorized")
    refused(chat.post(message(text="你好")), 401, "unauthorized")
    refused(chat.http.get(chat.base + "messages", timeout=10), 401, "unauthorized")


# -- bodies --------------------------------------------------------------------------------------

BODIES_REFUSED = {
    "nothing": b"",
    "half an object": b'{"id": "',
    "array": b"[1, 2]",
    "number": b"5",
    "null": b"null",
    "not UTF-8": b"\xff\xfe\x00\x01",
    "deep arrays": b"[" * 60_000,
    "deep objects": b'{"a":' * 10_000,
    "deep text": b'{"id":"x","text":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "huge number": b'{"id": 1, "text": ' + b"9" * 6000 + b"}",
}
MESSAGES_REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "no id": ({"text": "你好"}, 400, "invalid_request"),
    "id of another kind": ({"id": 5, "text": "你好"}, 400, "invalid_request"),
    "id that is a path": ({"id": "../../x", "text": "你好"}, 400, "invalid_request"),
    "neither text nor choice": ({"id": str(uuid4())}, 400, "invalid_request"),
    "both": ({"id": str(uuid4()), "text": "你好", "choice": "x"}, 400, "invalid_request"),
    "made-up choice": ({"id": str(uuid4()), "choice": "x.y"}, 422, "unknown_choice"),
    "choice of another kind": ({"id": str(uuid4()), "choice": 5}, 422, "unknown_choice"),
    "choice of odd characters": ({"id": str(uuid4()), "choice": "\ud800是"}, 422, "unknown_choice"),
}


@pytest.mark.parametrize("kind", BODIES_REFUSED)
def test_a_body_that_is_no_json_object_is_refused(chat: Chat, kind: str) -> None:
    refused(post_raw(chat, BODIES_REFUSED[kind]), 400, "invalid_request")


@pytest.mark.parametrize("kind", MESSAGES_REFUSED)
def test_an_incomplete_message_is_refused(chat: Chat, kind: str) -> None:
    body, status, code = MESSAGES_REFUSED[kind]
    refused(chat.post(body), status, code)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_content_type_is_refused(chat: Chat, content_type: str) -> None:
    body = json.dumps(message(text="你好"))
    answer = post_raw(chat, body, **{"Content-Type": content_type})
    refused(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("megabytes", [0.1, 13])
def test_a_huge_body_is_refused(chat: Chat, megabytes: float) -> None:
    refused(post_raw(chat, b" " * int(megabytes * 1024 * 1024)), 413, "too_long")


def test_a_choice_offered_to_somebody_else_is_refused(stack: Stack) -> None:
    theirs = stack.chat()
    theirs.say("你好")
    choice = theirs.buttons[0]["choice"]
    refused(stack.chat().post(message(choice=choice)), 422, "unknown_choice")


def test_a_refused_message_leaves_no_trace(stack: Stack) -> None:
    chat = stack.chat()
    chat.post(message(text=""))
    chat.post(message(choice="x.y"))
    assert chat.history() == []


@pytest.mark.parametrize("query", ["after=x", "after=-1", "after=1.5", "after=" + "9" * 30])
def test_a_bad_cursor_is_refused(chat: Chat, query: str) -> None:
    refused(chat.http.get(f"{chat.base}messages?{query}", timeout=10), 400, "invalid_request")


@pytest.mark.parametrize("wait", ["x", "nan"])
def test_a_bad_waiting_time_is_refused(chat: Chat, wait: str) -> None:
    answer = chat.http.get(f"{chat.base}messages?after=0&wait={wait}", timeout=10)
    refused(answer, 400, "invalid_request")


# -- addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "messages"), ("DELETE", "session"), ("GET", "session/end"), ("POST", "health")],
)
def test_another_method_is_refused(chat: Chat, method: str, path: str) -> None:
    refused(chat.http.request(method, chat.base + path, timeout=10), 405, "method_not_allowed")


@pytest.mark.parametrize(
    "path",
    [
        "nothing",
        "static/",
        "static/nothing.js",
        "static/../channel.py",
        "static/%2e%2e/channel.py",
        "static/..%2fchannel.py",
        "static/..%5cchannel.py",
        "static//etc/passwd",
        "static/%00",
        "static/chat.js%00",
        "%ff%fe",
        "../rest/webhook",
        "../../conversations/x/tracker",
        "../../status",
    ],
)
def test_an_unknown_path_shows_no_file_and_no_fault(stack: Stack, path: str) -> None:
    answer = get_exactly(stack, path)
    refused(answer, 404, "not_found")


def get_exactly(stack: Stack, path: str) -> requests.Response:
    """GET of a path as written: requests and urllib3 would tidy it up."""
    address = urlsplit(stack.web)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=10)
    try:
        connection.request("GET", address.path + path)
        raw = connection.getresponse()
        answer = requests.Response()
        answer.status_code, answer._content = raw.status, raw.read()
        answer.headers.update(raw.getheaders())
        return answer
    finally:
        connection.close()
