"""Our calls of the platform: what is sent, what an error becomes, what never leaves the module."""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.engine import Engine

from bot.channels.wechat.client import Answered, Platform, WeChatClient, checked, open_client
from bot.channels.wechat.token import FORCE_EVERY, REFRESH_BEFORE, Fetched, TokenHolder, TokenStore
from bot.errors import WeChatError, WeChatUnreachable
from bot.settings import Settings
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from tests.channels.wechat.platform_kit import APP_ID, HANG, SECRET, SEND, PlatformServer
from tests.fakes import Clock
from tests.samples import SEAL_KEY, sealer

OPENID = "oABCDEFGHIJKLMNOPQRSTUVWXYZ1"
TOKEN = "/cgi-bin/stable_token"
Open = Callable[[str], WeChatClient]


@pytest.fixture
async def platform() -> AsyncIterator[PlatformServer]:
    async with PlatformServer().running() as server:
        yield server


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    made = create_engine(f"sqlite:///{tmp_path / 'channel.db'}")
    upgrade(made, "channel")
    return made


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def opened(
    platform: PlatformServer, engine: Engine, clock: Clock
) -> AsyncIterator[Callable[[str], WeChatClient]]:
    """Opens the client of a process by its name."""
    clients: list[WeChatClient] = []

    def make(owner: str) -> WeChatClient:
        config = Settings(
            wechat_app_id=APP_ID,
            wechat_app_secret=SECRET,
            wechat_token="t",
            wechat_mode="plain",
            wechat_api_url=platform.url,
            web_session_secret="s",
            field_keys=SEAL_KEY,
            case_store_token="c",
            analytics_secret="a",
        )
        clients.append(open_client(config, engine, sealer(), clock, owner))
        return clients[-1]

    yield make
    for client in clients:
        await client.close()


@pytest.fixture
def client(opened: Open) -> WeChatClient:
    return opened("a:5005")


# -- what is sent ------------------------------------------------------------------------------


async def test_a_text_goes_out_in_plain_chinese(
    client: WeChatClient, platform: PlatformServer
) -> None:
    assert await client.send_text(OPENID, "您好😀") is None
    message = {"touser": OPENID, "msgtype": "text", "text": {"content": "您好😀"}}
    assert platform.sent() == [message]


async def test_choices_go_out_as_a_menu(client: WeChatClient, platform: PlatformServer) -> None:
    await client.send_menu(OPENID, "同意吗？", [("m7.1", "同意"), ("m7.2", "不同意")])
    (message,) = platform.sent()
    assert message["msgtype"] == "msgmenu"
    assert message["msgmenu"] == {
        "head_content": "同意吗？",
        "list": [{"id": "m7.1", "content": "同意"}, {"id": "m7.2", "content": "不同意"}],
        "tail_content": "",
    }


async def test_a_template_message_gives_its_number_back(
    client: WeChatClient, platform: PlatformServer
) -> None:
    given = await client.send_template(OPENID, "T1", {"thing1": "有新进展"}, once="nudge-7")
    assert given == "200163836"
    path, body = platform.calls[-1]
    assert path == "/cgi-bin/message/template/send"
    assert (body["touser"], body["template_id"]) == (OPENID, "T1")
    assert (body["client_msg_id"], body["data"]) == ("nudge-7", {"thing1": {"value": "有新进展"}})
    assert "url" not in body


async def test_pictures_addresses_and_menus_come_back(
    client: WeChatClient, platform: PlatformServer
) -> None:
    assert await client.media("M1") == platform.media
    assert await client.callback_ips() == ["101.226.103.0/25"]
    await client.create_menu({"button": []})
    assert await client.get_menu() == {"menu": {"button": []}}


async def test_a_code_works_for_a_time_or_for_good(
    client: WeChatClient, platform: PlatformServer
) -> None:
    assert await client.create_code("315-2027-hall", 2_592_000) == platform.code_url
    assert await client.create_code("315-2027-hall", None) == platform.code_url
    scene = {"action_info": {"scene": {"scene_str": "315-2027-hall"}}}
    assert [body for path, body in platform.calls if path == "/cgi-bin/qrcode/create"] == [
        {**scene, "action_name": "QR_STR_SCENE", "expire_seconds": 2_592_000},
        {**scene, "action_name": "QR_LIMIT_STR_SCENE"},
    ]


async def test_an_answer_without_a_code_is_none(
    client: WeChatClient, platform: PlatformServer
) -> None:
    platform.code_url = ""
    with pytest.raises(WeChatUnreachable):
        await client.create_code("315-2027-hall", None)


async def test_a_picture_that_is_gone_is_an_error_and_no_picture(
    client: WeChatClient, platform: PlatformServer
) -> None:
    platform.refuses("/cgi-bin/media/get", 40007, "invalid media_id")
    with pytest.raises(WeChatError) as refused:
        await client.media("M1")
    assert refused.value.code == 40007


async def test_a_picture_larger_than_allowed_is_not_read_to_its_end(
    client: WeChatClient, platform: PlatformServer
) -> None:
    platform.media = (b"x" * (10 * 1024 * 1024 + 1), "image/jpeg")
    with pytest.raises(WeChatUnreachable):
        await client.media("M1")


# -- what an error becomes ---------------------------------------------------------------------


async def test_a_refusal_carries_the_platforms_code_and_words(
    client: WeChatClient, platform: PlatformServer
) -> None:
    platform.refuses(SEND, 45047, "out of response count limit")
    with pytest.raises(WeChatError) as refused:
        await client.send_text(OPENID, "您好")
    assert (refused.value.code, refused.value.detail) == (45047, "out of response count limit")
    assert not isinstance(refused.value, WeChatUnreachable)


@pytest.mark.parametrize("answer", [503, 200, 302, {"errcode": "none"}], ids=str)
async def test_what_is_no_proper_answer_is_tried_again_later(
    client: WeChatClient, platform: PlatformServer, answer: int
) -> None:
    platform.answers[SEND].append(answer)
    with pytest.raises(WeChatUnreachable):
        await client.send_text(OPENID, "您好")


@pytest.mark.parametrize("body", [b"[]", b"null", b"\xff", b'{"errcode": []}'])
def test_json_of_another_shape_is_no_proper_answer(body: bytes) -> None:
    with pytest.raises(WeChatUnreachable):
        checked(Answered(200, "application/json", body))


async def test_a_platform_that_does_not_answer_is_not_waited_for(
    platform: PlatformServer,
) -> None:
    impatient = Platform(platform.url, timeout=0.05)
    platform.answers["/cgi-bin/stable_token"].append(HANG)
    with pytest.raises(WeChatUnreachable):
        await impatient.ask("/cgi-bin/stable_token", {}, {})
    await impatient.close()


@pytest.mark.parametrize("where", ["http://127.0.0.1:1", "not a url", "http://nowhere.invalid"])
async def test_no_error_holds_the_token_or_the_secret(where: str) -> None:
    away, token = Platform(where), uuid4().hex
    with pytest.raises(WeChatUnreachable) as failed:
        await away.ask("/cgi-bin/menu/get", {"access_token": token}, {"secret": SECRET})
    shown = "".join(traceback.format_exception(failed.value)) + repr(failed.value.detail)
    assert token not in shown
    assert SECRET not in shown
    await away.close()


# -- the access token --------------------------------------------------------------------------


async def test_one_token_serves_all_calls_until_shortly_before_its_end(
    client: WeChatClient, platform: PlatformServer, clock: Clock
) -> None:
    for _ in range(3):
        await client.send_text(OPENID, "您好")
    assert platform.count(TOKEN) == 1
    clock.moment += timedelta(seconds=7200) - REFRESH_BEFORE
    await client.send_text(OPENID, "您好")
    assert platform.count(TOKEN) == 2
    forced = [body["force_refresh"] for path, body in platform.calls if path == TOKEN]
    assert forced == [False, False]


async def test_processes_share_the_token_and_ask_for_it_once(
    opened: Open, platform: PlatformServer
) -> None:
    clients = [opened(f"host:{number}") for number in range(4)]
    await asyncio.gather(
        *(client.send_text(OPENID, "您好") for client in clients for _ in range(3))
    )
    assert platform.count(TOKEN) == 1
    assert len(platform.sent()) == 12


async def test_the_token_is_sealed_on_disk(
    client: WeChatClient, platform: PlatformServer, engine: Engine
) -> None:
    await client.token()
    with engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT * FROM wechat_token").one()
    assert platform.token not in json.dumps(list(row), default=str)


async def test_a_token_that_ends_in_mid_send_is_replaced_and_the_message_goes_once(
    opened: Open, platform: PlatformServer
) -> None:
    here, there = opened("a:5005"), opened("b:5005")
    await here.send_text(OPENID, "一")
    await there.send_text(OPENID, "二")
    platform.issued += 1  # another one than ours is valid now
    await asyncio.gather(here.send_text(OPENID, "三"), there.send_text(OPENID, "四"))
    assert sorted(platform.texts()) == sorted(["一", "二", "三", "四"])
    assert platform.count(TOKEN) <= 3, "who finds it replaced does not ask again"


async def test_a_platform_that_insists_on_a_refused_token_is_made_to_issue_another(
    client: WeChatClient, platform: PlatformServer, clock: Clock
) -> None:
    await client.token()
    platform.refused.add(platform.token)
    await client.send_text(OPENID, "您好")
    assert platform.texts() == ["您好"]
    platform.refused.add(platform.token)
    with pytest.raises(WeChatError) as refused:
        await client.send_text(OPENID, "再来")
    assert refused.value.code == 40001
    assert platform.issued == 2, "not twice within five minutes"
    clock.moment += FORCE_EVERY
    await client.send_text(OPENID, "再来")
    assert platform.issued == 3


async def test_a_call_is_repeated_once_and_no_more(
    client: WeChatClient, platform: PlatformServer
) -> None:
    await client.token()
    platform.refuses(SEND, 42001, "access_token expired", times=5)
    with pytest.raises(WeChatError) as refused:
        await client.send_text(OPENID, "您好")
    assert refused.value.code == 42001
    assert len(platform.answers[SEND]) == 3


async def test_a_wrong_secret_is_said_so_and_the_next_process_may_ask(
    opened: Open, platform: PlatformServer
) -> None:
    platform.refuses(TOKEN, 40125, "invalid appsecret")
    with pytest.raises(WeChatError) as refused:
        await opened("a:5005").token()
    assert refused.value.code == 40125
    assert await opened("b:5005").token() == platform.token


async def test_a_token_that_is_about_to_end_is_not_asked_for_with_every_call(
    client: WeChatClient, platform: PlatformServer, clock: Clock
) -> None:
    platform.expires_in = 200
    for _ in range(3):
        await client.token()
    assert platform.count(TOKEN) == 1
    clock.moment += timedelta(seconds=31)
    await client.token()
    assert platform.count(TOKEN) == 2


async def test_who_waits_for_another_process_is_not_kept_for_ever(
    engine: Engine, clock: Clock
) -> None:
    async def never(_force: bool) -> Fetched:
        raise AssertionError("the other process has the right to ask")

    assert TokenStore(engine, sealer(), APP_ID, "b:5005").begin(clock())
    waiting = TokenHolder(TokenStore(engine, sealer(), APP_ID, "a:5005"), never, clock, pause=0.001)
    with pytest.raises(WeChatUnreachable):
        await waiting.token()


async def test_a_process_that_died_while_asking_holds_nobody_up(
    opened: Open, platform: PlatformServer, engine: Engine, clock: Clock
) -> None:
    assert TokenStore(engine, sealer(), APP_ID, "dead:5005").begin(clock())
    clock.moment += timedelta(seconds=11)
    assert await opened("a:5005").token() == platform.token
