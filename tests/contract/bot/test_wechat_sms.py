"""Text messages: what both adapters do alike, and what becomes of a bank's answers."""

from __future__ import annotations

import json
import stat
import traceback
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.wechat.sms import FileSms, HttpSms, Sms, open_sms
from bot.errors import SmsError, SmsUnreachable
from bot.settings import Settings
from tests.samples import PHONE, SEAL_KEY

TEXT = "示例银行：您的投诉有新的办理进展。"


class Bank:
    """The bank's own platform: sends each message once, or answers as told."""

    def __init__(self) -> None:
        self.sent: dict[str, dict[str, str]] = {}
        self.headers: list[Any] = []
        self.answer: web.Response | None = None

    async def serve(self, request: web.Request) -> web.Response:
        self.headers.append(request.headers)
        if self.answer is not None:
            return self.answer
        body = await request.json()
        self.sent.setdefault(request.headers["Idempotency-Key"], body)
        return web.json_response({"id": f"sms-{len(self.sent)}"}, status=202)


@pytest.fixture
async def bank() -> Bank:
    return Bank()


@pytest.fixture
async def http(bank: Bank) -> AsyncIterator[HttpSms]:
    app = web.Application()
    app.router.add_post("/sms", bank.serve)
    async with TestServer(app) as server:
        sms = HttpSms(str(server.make_url("/sms?key=in-the-address")), "the-token")
        yield sms
        await sms.close()


@pytest.fixture(params=["http", "file"])
def port(
    request: pytest.FixtureRequest, http: HttpSms, bank: Bank, tmp_path: Path
) -> tuple[Sms, Callable[[], list[dict[str, str]]]]:
    """Each adapter, and what it has sent."""
    path = tmp_path / "folder" / "sms.jsonl"
    if request.param == "http":
        return http, lambda: list(bank.sent.values())
    return FileSms(path), lambda: [
        json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]
    ]


async def test_a_message_is_handed_over_once_however_often(
    port: tuple[Sms, Callable[[], list[dict[str, str]]]],
) -> None:
    sms, sent = port
    first = await sms.send(PHONE, TEXT, "xiaobao-7")
    assert await sms.send(PHONE, TEXT, "xiaobao-7") == first
    await sms.send(PHONE, TEXT, "xiaobao-8")
    assert [message["id"] for message in sent()] == ["xiaobao-7", "xiaobao-8"]
    assert sent()[0] == {"id": "xiaobao-7", "phone": PHONE, "text": TEXT}
    await sms.close()


async def test_the_bank_knows_who_asks(http: HttpSms, bank: Bank) -> None:
    assert await http.send(PHONE, TEXT, "xiaobao-7") == "sms-1"
    assert bank.headers[0]["Authorization"] == "Bearer the-token"


@pytest.mark.parametrize("body", ["", "好的", "[]", "{}"])
async def test_a_message_is_taken_also_when_it_gets_no_number(
    http: HttpSms, bank: Bank, body: str
) -> None:
    bank.answer = web.Response(status=200, text=body)
    assert await http.send(PHONE, TEXT, "xiaobao-7") == "xiaobao-7"


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
async def test_a_platform_in_trouble_is_asked_again_later(
    http: HttpSms, bank: Bank, status: int
) -> None:
    bank.answer = web.Response(status=status)
    with pytest.raises(SmsUnreachable):
        await http.send(PHONE, TEXT, "xiaobao-7")


@pytest.mark.parametrize("status", [302, 400, 401, 404, 422])
async def test_a_refusal_is_a_refusal(http: HttpSms, bank: Bank, status: int) -> None:
    bank.answer = web.Response(status=status)
    with pytest.raises(SmsError) as refused:
        await http.send(PHONE, TEXT, "xiaobao-7")
    assert not isinstance(refused.value, SmsUnreachable)
    assert refused.value.status == status


async def test_no_error_holds_the_address_the_token_or_the_phone() -> None:
    address, phone, token = "127.0.0.1:1/sms?key=abc", "1" + "3" * 10, "t" * 9
    sms = HttpSms(f"http://{address}", token)
    with pytest.raises(SmsUnreachable) as failed:
        await sms.send(phone, TEXT, "xiaobao-7")
    shown = "".join(traceback.format_exception(failed.value))
    assert all(secret not in shown for secret in (address, phone, token, TEXT))
    await sms.close()


async def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "sms.jsonl"
    await FileSms(path).send(PHONE, TEXT, "xiaobao-7")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_file_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    with pytest.raises(SmsUnreachable):
        await FileSms(tmp_path).send(PHONE, TEXT, "xiaobao-7")


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({}, type(None)),
        ({"sms_file": "sms.jsonl"}, FileSms),
        ({"sms_url": "http://127.0.0.1/sms", "sms_file": "sms.jsonl"}, HttpSms),
    ],
)
def test_the_settings_choose_the_adapter(settings: dict[str, str], kind: type) -> None:
    secrets = {
        "web_session_secret": "s",
        "field_keys": SEAL_KEY,
        "analytics_secret": "a",
        "case_store_token": "c",
    }
    assert isinstance(open_sms(Settings(**secrets, **settings)), kind)
