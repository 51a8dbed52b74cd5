"""`wechat check` and `wechat menu`: against the simulator, and against our own address over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography.fernet import Fernet
from sqlalchemy.engine import Engine

from bot.channels.wechat.advice import advice
from bot.channels.wechat.checks import Checks, Result, State
from bot.channels.wechat.client import Platform, open_client
from bot.channels.wechat.envelope import Account, Envelopes
from bot.channels.wechat.guard import Guard
from bot.channels.wechat.menu import load_menu
from bot.channels.wechat.own_address import OwnAddress
from bot.errors import ChannelError, WeChatError, WeChatUnreachable
from bot.privacy.sealing import Sealer
from bot.settings import ROOT, Settings
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from tests.channels.wechat.kit import town
from wechatsim import Mode, Simulator, running
from wechatsim import Platform as SimulatedPlatform

OF_PLATFORM = ("微信的回调地址", "菜单", "客服消息")
OF_ADDRESS = ("验证请求", "收消息", "拒绝假签名")
OTHER_KEY = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
FIELD_KEY = Fernet.generate_key().decode()
Answer = tuple[int, bytes, dict[str, str]]
Behaviour = Callable[[dict[str, str], bytes | None], Answer]
"""What stands at our address: query and body (None for GET) in; status, body, headers out."""


def now() -> datetime:
    return datetime.now(timezone.utc)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    made = create_engine(f"sqlite:///{tmp_path_factory.mktemp('channel') / 'channel.db'}")
    upgrade(made, "channel")
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def platform() -> Iterator[Simulator]:
    with running(SimulatedPlatform()) as simulator:
        yield simulator


@pytest.fixture
def sim(platform: Simulator, engine: Engine) -> Simulator:
    """A platform that has no menu yet, and whose token nobody holds."""
    platform.platform.menu = None
    platform.faults.refusals.clear()
    with engine.begin() as tx:
        tx.exec_driver_sql("DELETE FROM wechat_token")
    return platform


@contextmanager
def address(behaviour: Behaviour) -> Iterator[str]:
    """Our own address, behaving as told, for as long as the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self, body: bytes | None) -> None:
            status, content, headers = behaviour(dict(parse_qsl(urlsplit(self.path).query)), body)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            with suppress(BrokenPipeError):  # nobody waits any more
                self.end_headers()
                self.wfile.write(content)

        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, *_: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/webhooks/wechat/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def channel(account: Account, engine: Engine) -> Behaviour:
    """The channel as it should be: opens what comes, answers nothing to the event of the check."""
    envelopes = Envelopes(account, Guard(engine), now)

    def behave(query: dict[str, str], body: bytes | None) -> Answer:
        try:
            if body is None:
                return 200, envelopes.verify_url(query).encode(), {}
            envelopes.open(query, body)
        except ChannelError as exc:
            return exc.status, b"{}", {}
        return 200, b"success", {}

    return behave


def always(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    return lambda _query, _body: (status, body, headers)


def environment(sim: Simulator, url: str = "", **others: str) -> dict[str, str]:
    account = sim.platform.account
    return {
        "wechat_app_id": account.app_id,
        "wechat_app_secret": account.secret,
        "wechat_token": account.token,
        "wechat_aes_key": account.aes_key,
        "wechat_api_url": sim.url,
        "wechat_public_url": url,
        "web_session_secret": "s",
        "case_store_token": "t",
        "analytics_secret": "a",
        "field_keys": FIELD_KEY,
        **others,
    }


def account_of(config: Settings) -> Account:
    account = Account.of(config)
    assert account is not None
    return account


async def checked(config: Settings, engine: Engine, patience: float = 5.0) -> dict[str, Result]:
    """All results by what was looked at."""
    own = OwnAddress(config.wechat_public_url, account_of(config), now, os.urandom, patience)
    platform = Platform(config.wechat_api_url)
    client = open_client(config, engine, Sealer([FIELD_KEY]), now, "check")
    try:
        return {r.what: r async for r in Checks(config, platform, client, own).run()}
    finally:
        await platform.close()
        await client.close()


def publish(sim: Simulator, url: str) -> None:
    sim.platform.menu = load_menu().to_platform(url)["button"]


# -- all is well ---------------------------------------------------------------------------------


async def test_when_all_is_well_every_line_says_so(sim: Simulator, engine: Engine) -> None:
    rightly = channel(account_of(Settings(**environment(sim))), engine)
    with address(rightly) as url:
        publish(sim, url)
        results = await checked(Settings(**environment(sim, url)), engine)
    assert {r.state for r in results.values()} == {State.GOOD}
    assert [*results] == ["设置", "access_token", *OF_PLATFORM, "服务器地址", *OF_ADDRESS]
    assert str(results["客服消息"]) == "✓ 客服消息：账号有权限"


async def test_nobody_is_sent_anything(sim: Simulator, engine: Engine) -> None:
    before = len(sim.journal.calls("custom/send"))
    await checked(Settings(**environment(sim)), engine)
    assert [call.errcode for call in sim.journal.calls("custom/send")[before:]] == [40003]


@pytest.mark.parametrize("mode", ["plain", "compatible"])
async def test_without_encryption_everything_else_is_tried_all_the_same(
    sim: Simulator, engine: Engine, mode: str
) -> None:
    config = Settings(**environment(sim, wechat_mode=mode))
    with address(channel(account_of(config), engine)) as url:
        config = Settings(**environment(sim, url, wechat_mode=mode))
        results = await checked(config, engine)
    assert results["设置"].state is State.BAD
    assert all(results[what].state is State.GOOD for what in OF_ADDRESS)


# -- the platform --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "wrong", "hint"),
    [
        ("wechat_app_secret", "wrong", "WECHAT_APP_SECRET"),
        ("wechat_app_id", "wx0000000000000000", "WECHAT_APP_ID"),
        ("wechat_api_url", "http://127.0.0.1:9", "WECHAT_API_URL"),
    ],
)
async def test_a_token_that_is_not_to_be_had_names_the_setting(
    sim: Simulator, engine: Engine, setting: str, wrong: str, hint: str
) -> None:
    config = Settings(**{**environment(sim), setting: wrong})
    results = await checked(config, engine)
    assert results["access_token"].state is State.BAD
    assert hint in results["access_token"].said
    assert {results[what].state for what in OF_PLATFORM} == {State.SKIPPED}


async def test_a_secret_changed_since_is_noticed_although_a_token_is_held(
    sim: Simulator, engine: Engine
) -> None:
    await checked(Settings(**environment(sim)), engine)
    results = await checked(Settings(**environment(sim, wechat_app_secret="new")), engine)
    assert results["access_token"].state is State.BAD


async def test_without_a_secret_what_needs_none_is_tried(sim: Simulator, engine: Engine) -> None:
    values = environment(sim, wechat_app_secret="", wechat_customer_service="False")
    results = await checked(Settings(**values), engine)
    assert results["access_token"].state is State.SKIPPED


async def test_a_menu_that_is_missing_or_different_says_how_to_publish_it(
    sim: Simulator, engine: Engine
) -> None:
    config = Settings(**environment(sim, "https://bot.example.com/webhooks/wechat/"))
    missing = (await checked(config, engine))["菜单"]
    publish(sim, "https://another.example.com/")
    different = (await checked(config, engine))["菜单"]
    for result in (missing, different):
        assert result.state is State.BAD
        assert "wechat menu --publish" in result.said


@pytest.mark.parametrize(("code", "hint"), [(48001, "认证的服务号"), (-1, "过一会儿")])
async def test_a_right_to_send_that_is_not_there_is_said(
    sim: Simulator, engine: Engine, code: int, hint: str
) -> None:
    sim.faults.refuse("message/custom/send", code)
    result = (await checked(Settings(**environment(sim)), engine))["客服消息"]
    assert result.state is State.BAD
    assert hint in result.said


async def test_an_account_that_only_answers_is_not_asked_for_that_right(
    sim: Simulator, engine: Engine
) -> None:
    config = Settings(**environment(sim, wechat_customer_service="False"))
    assert (await checked(config, engine))["客服消息"].state is State.SKIPPED


def test_the_address_to_be_allowed_is_named() -> None:
    detail = "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 1"
    assert "203.0.113.7 不在 IP 白名单" in advice(WeChatError(code=40164, detail=detail))


@pytest.mark.parametrize(
    "error", [WeChatError(code=12345, detail="new"), WeChatUnreachable(detail="TimeoutError")]
)
def test_an_error_nobody_foresaw_is_shown_with_the_platforms_words(error: WeChatError) -> None:
    assert error.detail in advice(error)


# -- our own address -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("", "WECHAT_PUBLIC_URL"),
        ("http://bot.example.com/webhooks/wechat/", "https"),
        ("https://bot.example.com:8443/webhooks/wechat/", "443"),
    ],
)
async def test_an_address_the_platform_would_not_call_is_not_tried(
    sim: Simulator, engine: Engine, url: str, hint: str
) -> None:
    results = await checked(Settings(**environment(sim, url)), engine)
    assert results["服务器地址"].state is State.BAD
    assert hint in results["服务器地址"].said
    assert {results[what].state for what in OF_ADDRESS} == {State.SKIPPED}


@pytest.mark.parametrize(
    ("behaviour", "what", "hint"),
    [
        (always(301, Location="https://b.example.com/x"), "验证请求", "https://b.example.com/x"),
        (always(404), "验证请求", "/webhooks/wechat"),
        (always(502), "验证请求", "代理"),
        (always(500), "收消息", "HTTP 500"),
        (always(200, b"<html>"), "验证请求", "echostr"),
        (always(200, b"<html>"), "收消息", "success"),
        (always(200, b"success"), "拒绝假签名", "没有被拒绝"),
    ],
)
async def test_whatever_else_stands_at_our_address_is_recognised(
    sim: Simulator, engine: Engine, behaviour: Behaviour, what: str, hint: str
) -> None:
    with address(behaviour) as url:
        results = await checked(Settings(**environment(sim, url)), engine)
    assert results[what].state is State.BAD
    assert hint in results[what].said


@pytest.mark.parametrize(
    ("setting", "value", "what", "hint"),
    [
        ("wechat_token", "another", "验证请求", "WECHAT_TOKEN"),
        ("wechat_aes_key", OTHER_KEY, "收消息", "WECHAT_AES_KEY"),
    ],
)
async def test_a_running_bot_with_other_settings_is_recognised(
    sim: Simulator, engine: Engine, setting: str, value: str, what: str, hint: str
) -> None:
    runs_with = account_of(Settings(**{**environment(sim), setting: value}))
    with address(channel(runs_with, engine)) as url:
        results = await checked(Settings(**environment(sim, url)), engine)
    assert results[what].state is State.BAD
    assert hint in results[what].said


async def test_an_address_where_nobody_listens_is_said(sim: Simulator, engine: Engine) -> None:
    config = Settings(**environment(sim, "http://127.0.0.1:9/webhooks/wechat/"))
    assert "连不上" in (await checked(config, engine))["验证请求"].said


async def test_an_address_that_takes_longer_than_the_platform_waits_is_said(
    sim: Simulator, engine: Engine
) -> None:
    gone = threading.Event()

    def slow(_query: dict[str, str], _body: bytes | None) -> Answer:
        gone.wait(20)
        return 200, b"", {}

    with address(slow) as url:
        results = await checked(Settings(**environment(sim, url)), engine, patience=0.1)
        gone.set()
    assert {"没有回答" in results[what].said for what in OF_ADDRESS} == {True}


@pytest.mark.parametrize("mode", [*Mode])
async def test_the_channel_itself_passes_and_nobody_answers_the_event(
    engine: Engine, tmp_path: Path, mode: Mode
) -> None:
    with town(tmp_path, mode=mode) as bank:
        config = bank.line.config.copy(update={"wechat_public_url": bank.line.url})
        results = await checked(config, engine)
        assert bank.assistant.heard() == []
    assert {results[what].state for what in OF_ADDRESS} == {State.GOOD}


# -- the verbs -----------------------------------------------------------------------------------


def verb(*arguments: str, folder: Path, values: dict[str, str]) -> subprocess.CompletedProcess[str]:
    given = {name.upper(): value for name, value in values.items() if value}
    return subprocess.run(
        [sys.executable, "-m", "bot", "wechat", *arguments],
        cwd=ROOT,
        env={**os.environ, **given, "VAR_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_menu_is_published_and_then_the_check_is_content(
    sim: Simulator, engine: Engine, tmp_path: Path
) -> None:
    upgraded = create_engine(f"sqlite:///{tmp_path / 'channel.db'}")
    upgrade(upgraded, "channel")
    upgraded.dispose()
    rightly = channel(account_of(Settings(**environment(sim))), engine)
    with address(rightly) as url:
        before = verb("check", folder=tmp_path, values=environment(sim, url))
        published = verb("menu", "--publish", folder=tmp_path, values=environment(sim, url))
        after = verb("check", folder=tmp_path, values=environment(sim, url))
    assert before.returncode == 1
    assert "✗ 菜单：平台上还没有菜单" in before.stdout
    assert published.returncode == 0, published.stderr
    assert after.returncode == 0, after.stdout
    assert "✗" not in after.stdout
    assert sim.platform.account.secret not in before.stdout + after.stdout + after.stderr


def test_without_an_account_the_check_says_what_to_fill_in(tmp_path: Path) -> None:
    values = {
        "web_session_secret": "s",
        "case_store_token": "t",
        "field_keys": FIELD_KEY,
        "analytics_secret": "a",
    }
    done = verb("check", folder=tmp_path, values=values)
    assert done.returncode == 1
    assert "WECHAT_" in done.stderr


def test_a_menu_that_is_not_fit_is_neither_shown_nor_published(tmp_path: Path) -> None:
    file = tmp_path / "menu.yml"
    file.write_text("menu: [{name: 名称实在太长了, do: fly}]", encoding="utf-8")
    done = verb("menu", "--publish", "--file", str(file), folder=tmp_path, values={})
    assert done.returncode == 1
    assert "最多 4 个汉字" in done.stderr
    assert "不会办“fly”" in done.stderr
