"""nginx sends all messages of a sender to one Rasa process, and to the next when it is gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import datetime, timedelta, timezone
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from bot.channels.web.requests import LONGEST_WAIT
from bot.channels.web.session import Sessions
from bot.settings import Settings
from tests.channels.counter import Counter, Visitor
from tests.deploy.nginx import CONFIGURATION, Nginx, running_nginx
from tests.deploy.shards import Shard, running_shards
from tests.ports import free_ports
from tests.stack import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.nginx

NOW = datetime(2026, 11, 26, tzinfo=timezone.utc)
SESSIONS = Sessions(["secret"], timedelta(days=7), uuid4)
MESSAGES = "/webhooks/web/messages"


@pytest.fixture
def shards() -> Iterator[list[Shard]]:
    with running_shards(3) as shards:
        yield shards


@pytest.fixture
def nginx(shards: list[Shard], tmp_path: Path) -> Iterator[Nginx]:
    with (
        running_shards(1) as (store,),
        running_nginx(tmp_path, [shard.port for shard in shards], store.port) as nginx,
    ):
        yield nginx


def new_token() -> str:
    return SESSIONS.token(SESSIONS.open(NOW))[0]


def ask(nginx: Nginx, path: str = MESSAGES, token: str = "", **more: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.post(nginx.customers + path, headers=headers, timeout=PATIENCE_SECONDS, **more)


def shard_of(nginx: Nginx, token: str) -> int:
    return int(ask(nginx, token=token).json()["shard"])


# -- who goes where ----------------------------------------------------------------------------


def test_a_web_session_stays_with_its_process_when_its_token_is_renewed(nginx: Nginx) -> None:
    for _ in range(30):
        session = SESSIONS.open(NOW)
        found = set()
        for day in range(4):
            session = SESSIONS.renew(session, NOW + timedelta(days=day))
            found.add(shard_of(nginx, SESSIONS.token(session)[0]))
        assert len(found) == 1


def test_web_sessions_are_spread_over_all_processes(nginx: Nginx) -> None:
    assert len({shard_of(nginx, new_token()) for _ in range(60)}) == 3


def test_whoever_has_no_session_is_spread_by_address(nginx: Nginx) -> None:
    answers = [ask(nginx, "/webhooks/web/session", json={}) for _ in range(10)]
    assert len({answer.json()["shard"] for answer in answers}) == 1


def test_a_customer_on_wechat_is_known_by_the_openid_whatever_else_is_signed(nginx: Nginx) -> None:
    def shard(query: str) -> int:
        return int(ask(nginx, f"/webhooks/wechat/?{query}").json()["shard"])

    for number in range(10):
        signed = [f"signature={n}&timestamp={n}&nonce={n}&openid=o{number}" for n in range(5)]
        assert len({shard(query) for query in signed}) == 1
    assert len({shard(f"openid=o{number}") for number in range(60)}) == 3


def test_messages_of_wechat_without_an_openid_stay_together(nginx: Nginx) -> None:
    answers = [ask(nginx, f"/webhooks/wechat/?signature={n}&nonce={n}") for n in range(10)]
    assert len({answer.json()["shard"] for answer in answers}) == 1


# -- when a process dies -----------------------------------------------------------------------


def test_of_a_dead_process_only_its_own_senders_move_and_they_move_together(
    nginx: Nginx, shards: list[Shard]
) -> None:
    tokens = [new_token() for _ in range(60)]
    before = {token: shard_of(nginx, token) for token in tokens}
    shards[0].stop()
    after = {token: shard_of(nginx, token) for token in tokens}
    moved = [token for token in tokens if after[token] != before[token]]
    assert moved == [token for token in tokens if before[token] == shards[0].port]
    assert {token: shard_of(nginx, token) for token in moved} == {t: after[t] for t in moved}


def test_its_senders_come_back_when_it_does(nginx: Nginx, shards: list[Shard]) -> None:
    token = new_token()
    home = shard_of(nginx, token)
    (shard,) = [shard for shard in shards if shard.port == home]
    shard.stop()
    assert shard_of(nginx, token) != home
    shard.start()
    wait_until(lambda: shard_of(nginx, token) == home, PATIENCE_SECONDS, "the sender is home again")


def test_a_message_whose_process_dies_over_it_goes_to_the_next_with_its_body(
    nginx: Nginx, shards: list[Shard]
) -> None:
    token, body = new_token(), {"id": str(uuid4()), "text": "你好"}
    home = shard_of(nginx, token)
    (shard,) = [shard for shard in shards if shard.port == home]
    shard.breaks = True
    answer = ask(nginx, token=token, json=body)
    assert answer.status_code == 200
    assert answer.json()["shard"] != home
    assert answer.json()["bytes"] == len(json.dumps(body))
    assert shard.calls[-1] == f"POST {MESSAGES}"


def test_with_no_process_left_the_page_is_told_to_come_back_and_wechat_to_try_again(
    nginx: Nginx, shards: list[Shard]
) -> None:
    for shard in shards:
        shard.stop()
    answer = ask(nginx, token=new_token(), json={})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "3"
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.json()["error"] == {"code": "busy", "message": "系统正忙，请稍后再发一次。"}
    assert ask(nginx, "/webhooks/wechat/?openid=o").status_code == 502


# -- what passes -------------------------------------------------------------------------------


def test_the_processes_hear_where_the_request_came_from(nginx: Nginx) -> None:
    headers = {"X-Forwarded-For": "203.0.113.9"}
    answer = requests.get(
        nginx.customers + "/webhooks/web/", headers=headers, timeout=PATIENCE_SECONDS
    )
    heard = answer.json()["headers"]
    assert heard["X-Forwarded-For"] == "203.0.113.9, 127.0.0.1"
    assert heard["X-Forwarded-Proto"] == "http"
    assert heard["Host"] == nginx.customers.removeprefix("http://")


def test_headers_of_security_pass_once_and_unchanged(nginx: Nginx) -> None:
    answer = requests.get(nginx.customers + "/webhooks/web/", timeout=PATIENCE_SECONDS)
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" not in answer.headers
    assert answer.headers["Server"] == "nginx"


def test_what_a_process_has_said_of_a_long_poll_is_not_held_back(
    nginx: Nginx, shards: list[Shard]
) -> None:
    for shard in shards:
        shard.pause.clear()
    url = nginx.customers + MESSAGES
    with requests.get(url, stream=True, timeout=PATIENCE_SECONDS) as answer:
        assert answer.raw.read(1) == b" ", "the first half is here before the second is sent"
        for shard in shards:
            shard.pause.set()
        assert json.loads(answer.raw.read())["bytes"] == 0


def test_a_document_passes_and_anything_else_that_large_does_not(nginx: Nginx) -> None:
    document = b"x" * (10 * 1024 * 1024)
    assert ask(nginx, "/webhooks/web/attachments", data=document).json()["bytes"] == len(document)
    assert ask(nginx, "/webhooks/web/attachments", data=document * 2).status_code == 413
    refused = ask(nginx, data=document)
    assert refused.status_code == 413
    assert refused.json()["error"]["code"] == "too_long"


def test_nothing_else_of_the_processes_is_open(nginx: Nginx, shards: list[Shard]) -> None:
    closed = ["/version", "/webhooks/rest/webhook", "/webhooks/web/health", "/webhooks/web/ready"]
    closed += ["/webhooks/web/metrics", "/webhooks/wechat/health", "/webhooks/wechat/health/"]
    closed += ["/webhooks/web/health/", "//webhooks/web/metrics", "/webhooks/web/x/../metrics"]
    host = nginx.customers.removeprefix("http://")
    for path in closed:
        with closing(HTTPConnection(host, timeout=PATIENCE_SECONDS)) as connection:
            connection.request("GET", path)  # as it stands; requests would tidy it first
            assert connection.getresponse().status == 404, path
    assert all(shard.calls == [] for shard in shards)


def test_the_console_is_reached_and_the_api_beside_it_is_not(nginx: Nginx) -> None:
    headers = {"X-Forwarded-For": "203.0.113.9"}
    answer = requests.get(nginx.console + "/cases", headers=headers, timeout=PATIENCE_SECONDS)
    assert answer.json()["headers"]["X-Forwarded-For"] == "127.0.0.1"
    for path in ("/api/v1/complaints", "/health", "/metrics", "/docs", "/openapi.json"):
        assert requests.get(nginx.console + path, timeout=PATIENCE_SECONDS).status_code == 404


def test_no_log_holds_an_openid_or_a_token(nginx: Nginx, shards: list[Shard]) -> None:
    ask(nginx, "/webhooks/wechat/?openid=o-planted&signature=s-planted")
    token = new_token()
    for shard in shards:
        shard.stop()
    ask(nginx, "/webhooks/wechat/?openid=o-planted&signature=s-planted")
    ask(nginx, token=token)
    wait_until(lambda: nginx.log.read_text().count("POST") == 3, PATIENCE_SECONDS, "three lines")
    said = nginx.log.read_text() + nginx.errors.read_text()
    assert "planted" not in said
    assert token[:52] not in said


def test_nobody_is_cut_off_before_the_product_itself_gives_up() -> None:
    text = (CONFIGURATION / "xiaobao" / "customers.conf").read_text(encoding="utf-8")
    _, _, messages = text.partition("location = /webhooks/web/messages {")
    seconds = float(messages.partition("proxy_read_timeout ")[2].partition("s;")[0])
    assert seconds >= max(Settings.__fields__["web_turn_timeout"].default, LONGEST_WAIT) + 5


# -- with the product's own channel ------------------------------------------------------------


def test_a_conversation_goes_on_at_another_process_and_every_message_is_one_turn(
    tmp_path: Path,
) -> None:
    first = Counter(tmp_path, web_session_secret="w", web_trusted_proxies=1)
    keys = first.config.field_keys
    second = Counter(tmp_path, web_session_secret="w", web_trusted_proxies=1, field_keys=keys)
    ports = [counter.config.rasa_port for counter in (first, second)]
    with ExitStack() as running:
        serving = {counter: running.enter_context(ExitStack()) for counter in (first, second)}
        for counter, server in serving.items():
            server.enter_context(counter.open())
        (tmp_path / "nginx").mkdir()
        nginx = running.enter_context(running_nginx(tmp_path / "nginx", ports, free_ports(1)[0]))
        customer, key = Visitor(nginx.customers + "/webhooks/web/"), str(uuid4())
        assert customer.say("你好", key).status_code == 200
        (home,) = [counter for counter in serving if counter.assistant.turns]
        (other,) = [counter for counter in serving if counter is not home]
        serving[home].close()
        repeated, next_one = customer.say("你好", key), customer.say("谢谢")
    assert (repeated.status_code, next_one.status_code) == (200, 200)
    assert [turn.text for turn in home.assistant.turns] == ["你好"]
    assert [turn.text for turn in other.assistant.turns] == ["谢谢"]
