"""Wrong requests: 4xx or an empty success, never a stack trace, nothing lost."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.channels.counter import Counter
from tests.channels.wechat.kit import Town, post, town
from wechatsim import Mode, posting
from wechatsim.packets import Packet


@pytest.fixture(scope="module")
def open_bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Plain mode: nothing but the signature protects it."""
    with town(tmp_path_factory.mktemp("bank"), mode=Mode.PLAIN) as opened:
        yield opened


def refused(answer: requests.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("mode", list(Mode))
def test_every_mode_of_the_platform_works(tmp_path: Path, mode: Mode) -> None:
    with town(tmp_path, mode=mode) as bank:
        assert bank.sim.verify()
        assert [m.text for m in bank.person().say("你好😀")] == ["收到：你好😀"]


def test_the_address_is_verified_with_and_without_a_slash(open_bank: Town) -> None:
    platform = open_bank.sim.platform
    account = platform.account
    try:
        platform.account = replace(account, server_url=account.server_url.rstrip("/"))
        assert open_bank.sim.verify()
        assert [m.text for m in open_bank.person().say("你好")] == ["收到：你好"]
    finally:
        platform.account = account


def test_a_wrong_signature_is_refused(open_bank: Town) -> None:
    account = replace(
        open_bank.sim.platform.account, token="another", server_url=open_bank.line.url
    )
    at = int(datetime.now(timezone.utc).timestamp())
    request = posting(account, open_bank.text("你好"), at, "1", secrets.token_bytes(16))
    refused(post(request), 403, "bad_signature")
    refused(requests.post(open_bank.line.url, data=request.body, timeout=10), 403, "bad_signature")
    refused(requests.get(open_bank.line.url, timeout=10), 403, "bad_signature")


def test_an_old_request_is_refused(open_bank: Town) -> None:
    account = replace(open_bank.sim.platform.account, server_url=open_bank.line.url)
    at = int(datetime.now(timezone.utc).timestamp()) - 301
    request = posting(account, open_bank.text("你好"), at, "1", secrets.token_bytes(16))
    refused(post(request), 403, "stale")


def test_a_signature_cannot_carry_another_message(open_bank: Town) -> None:
    request = open_bank.request(open_bank.text("你好"))
    assert post(request).status_code == 200
    assert post(request).status_code == 200, "the same again is a repeat of the platform's"
    forged = replace(request, body=request.body.replace("你好".encode(), "转账".encode()))
    refused(post(forged), 403, "replayed")
    assert "转账" not in open_bank.assistant.heard()


def test_another_method_and_another_path_are_refused_in_our_own_words(open_bank: Town) -> None:
    refused(requests.put(open_bank.line.url, timeout=10), 405, "method_not_allowed")
    refused(requests.get(open_bank.line.url + "nothing", timeout=10), 404, "not_found")


def test_a_body_that_is_too_long_is_refused(open_bank: Town) -> None:
    request = open_bank.request(Packet("o", b"x" * 70_000, "much"))
    refused(post(request), 413, "too_long")


GARBAGE = [
    b"",
    b"<xml>",
    b"<xml></xml>",
    b"{}",
    b"\xff\xfe\x00",
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><xml><MsgType>&b;</MsgType></xml>',
    b"<xml><MsgType>text</MsgType><FromUserName>o</FromUserName></xml>",
    "<xml><MsgType>text</MsgType></xml>".encode("utf-16"),
]


@pytest.mark.parametrize("body", GARBAGE)
def test_a_signed_body_that_is_no_message_is_refused(open_bank: Town, body: bytes) -> None:
    refused(post(open_bank.request(Packet("o", body, "garbage"))), 400, "bad_envelope")


FIELDS = ("MsgType", "Event", "EventKey", "MsgId", "MediaId", "PicUrl", "Content", "Recognition")
VALUES = st.one_of(
    st.sampled_from(["text", "image", "voice", "event", "click", "subscribe", "CLICK", "0", "-1"]),
    st.text(max_size=40),
)


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(fields=st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_whatever_a_signed_message_says_there_is_an_answer(
    open_bank: Town, fields: dict[str, str]
) -> None:
    head = open_bank.text("").xml.partition(b"<MsgType>")[0]
    body = "".join(f"<{n}><![CDATA[{v}]]></{n}>" for n, v in fields.items() if "]]>" not in v)
    answer = post(open_bank.request(Packet("o", head + body.encode() + b"</xml>", "anything")))
    assert answer.status_code in (200, 400), answer.text
    assert "Traceback" not in answer.text
    if answer.status_code == 200:
        assert answer.text == "success" or answer.text.startswith("<xml>")


@settings(max_examples=40)
@given(body=st.binary(max_size=300))
def test_random_bytes_are_refused(open_bank: Town, body: bytes) -> None:
    answer = post(open_bank.request(Packet("o", body, "noise")))
    refused(answer, 400, "bad_envelope")


def test_without_an_account_there_is_nothing_here(tmp_path: Path) -> None:
    class WithoutAccount(Counter):
        def mount(self, app, parts) -> None:  # type: ignore[no-untyped-def]
            from bot.channels.wechat.channel import WeChatInput

            blueprint = WeChatInput(parts).blueprint(self.assistant)
            app.blueprint(blueprint, url_prefix="/webhooks/wechat")

    with WithoutAccount(tmp_path).open() as counter:
        url = counter.web.replace("/web/", "/wechat/")
        for method, path in (("GET", ""), ("POST", ""), ("GET", "health")):
            refused(requests.request(method, url + path, timeout=10), 404, "not_found")
