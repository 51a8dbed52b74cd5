"""The simulator's own interface under /sim: the page's and that of tests over HTTP."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

from tests.channels.wechatsim.echo import EchoServer
from wechatsim import Simulator


@pytest.fixture
def http(sim: Simulator) -> Any:
    """Calls a path under /sim; the status and the JSON."""

    def ask(method: str, path: str, **how: Any) -> tuple[int, Any]:
        answer = requests.request(method, f"{sim.url}/sim/{path}", timeout=10, **how)
        return answer.status_code, answer.json()

    return ask


def test_a_user_is_driven_over_http(http: Any, server: EchoServer) -> None:
    _, user = http("POST", "users", json={"name": "小明"})
    assert (user["name"], user["following"]) == ("小明", False)
    path = f"users/{user['openid']}"
    assert http("POST", f"{path}/subscribe")[0] == 200
    status, answer = http("POST", f"{path}/say", json={"text": "你好"})
    assert (status, [thing["text"] for thing in answer["shown"]]) == (200, ["您说：你好"])
    png = {"Content-Type": "image/png"}
    assert http("POST", f"{path}/picture", data=b"png", headers=png)[0] == 200
    assert http("POST", f"{path}/voice", json={"words": "投诉"})[0] == 200
    place = {"latitude": 39.9, "longitude": 116.4, "label": "北京"}
    assert http("POST", f"{path}/location", json=place)[0] == 200
    assert http("POST", f"{path}/unsubscribe")[0] == 200
    assert len(server.heard) == 6
    _, screen = http("GET", f"{path}/messages")
    assert [(m["by"], m["text"]) for m in screen["messages"]][:2] == [
        ("user", "你好"),
        ("account", "您说：你好"),
    ]


def test_codes_and_the_menu_are_used_over_http(sim: Simulator, http: Any) -> None:
    http("POST", "scenes", json={"scene": "网点1"})
    _, state = http("GET", "state")
    ticket = state["scenes"][0]["ticket"]
    picture = requests.get(f"{sim.url}/sim/scenes/{ticket}.svg", timeout=10)
    assert picture.content.startswith(b"<?xml")
    assert http("POST", "users/openid-1/scan", json={"scene": "网点1"})[0] == 200
    sim.platform.menu = [{"type": "click", "name": "投诉", "key": "complain"}]
    assert http("POST", "users/openid-1/click", json={"key": "complain"})[0] == 200


def test_the_log_tells_deliveries_and_calls(sim: Simulator, http: Any) -> None:
    http("POST", "users/openid-1/say", json={"text": "你好"})
    requests.get(f"{sim.url}/cgi-bin/getcallbackip", timeout=10)
    _, log = http("GET", "log")
    assert [(d["what"], d["answer"], d["good"]) for d in log["deliveries"]] == [
        ("文本 你好", "被动回复：文本", True)
    ]
    assert [(c["path"], c["errcode"]) for c in log["calls"]] == [("/cgi-bin/getcallbackip", 41001)]


def test_news_are_told_once(http: Any) -> None:
    http("POST", "users/openid-1/say", json={"text": "你好"})
    _, first = http("GET", "news")
    assert [entry["entry"] for entry in first["entries"]] == ["shown", "delivery", "shown"]
    _, second = http("GET", f"news?after={first['last']}")
    assert second == {"entries": [], "last": 3}


def test_faults_are_switched_one_by_one(sim: Simulator, http: Any) -> None:
    http("PUT", "faults", json={"drop_replies": 1})
    http("PUT", "faults", json={"refusals": [{"path": "custom/send", "errcode": -1}]})
    assert sim.faults.drop_replies == 1
    assert sim.faults.refusal_of("/cgi-bin/message/custom/send") == -1
    assert sim.faults.refusal_of("/cgi-bin/message/custom/send") is None
    http("POST", "users/openid-1/say", json={"text": "你好"})
    _, user = http("PUT", "users/openid-1/faults", json={"lapsed": True, "refuses_templates": True})
    assert (user["left"], user["refuses_templates"]) == (0, True)


def test_the_account_changes_field_by_field(sim: Simulator, http: Any) -> None:
    before = sim.platform.account
    assert http("PUT", "account", json={"token": "another1"})[0] == 200
    assert sim.platform.account.token == "another1"
    assert sim.platform.account.aes_key == before.aes_key
    status, answer = http("PUT", "account", json={"aes_key": "short"})
    assert (status, answer["message"]) == (422, "aes_key 的格式不对")
    assert http("POST", "verify")[1] == {"good": False}, "the server has the old token"


@pytest.mark.parametrize(
    ("method", "path", "how", "status"),
    [
        ("POST", "users/openid-1/say", {"json": {"text": " "}}, 409),
        ("POST", "users/openid-1/say", {"json": {}}, 422),
        ("POST", "users/openid-1/say", {"data": b"\xff"}, 400),
        ("POST", "users/open%20id/say", {"json": {"text": "你好"}}, 422),
        ("POST", "users/openid-1/picture", {"data": b"pdf"}, 409),
        ("POST", "users/openid-1/click", {"json": {"key": "none"}}, 409),
        ("POST", "users/openid-1/menu-choice", {"json": {"id": "none"}}, 409),
        ("POST", "users/openid-1/scan", {"json": {"scene": "none"}}, 409),
        ("POST", "users/openid-1/subscribe", {}, 409),
        ("GET", "media/none", {}, 409),
        ("GET", "scenes/none.svg", {}, 409),
        ("PUT", "faults", {"json": {"repeat": 1000}}, 422),
        ("PUT", "account", {"json": {"colour": "red"}}, 422),
    ],
)
def test_what_cannot_be_done_is_refused(
    sim: Simulator, http: Any, method: str, path: str, how: dict[str, Any], status: int
) -> None:
    sim.user("openid-1")
    got, answer = http(method, path, **how)
    assert (got, re.search("[一-龥]", answer["message"]) is not None) == (status, True), answer


def test_the_page_runs_its_own_scripts_only(sim: Simulator) -> None:
    answer = requests.get(sim.url, timeout=10)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert (
        "Content-Security-Policy"
        not in requests.get(f"{sim.url}/cgi-bin/getcallbackip", timeout=10).headers
    )
