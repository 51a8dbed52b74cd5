"""Who may use the web channel, how often, and how its files travel: over HTTP, on a real port."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from bot.channels.web.session_store import GRACE
from tests.channels.counter import Counter, Visitor

BANK, STRANGER = "https://www.bank.example", "https://evil.example"
DANGER = "骗子正在让我转账，快帮我冻结"


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    with Counter(tmp_path_factory.mktemp("gate"), web_origins=BANK).open() as open_counter:
        yield open_counter


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Counter]:
    """Three messages a minute, two sessions an hour from one address, behind one proxy."""
    allowed = {"web_messages_per_minute": 3, "web_address_sessions_per_hour": 2}
    counter = Counter(tmp_path, web_trusted_proxies=1, **allowed)
    counter.steady = lambda: 0.0
    with counter.open():
        yield counter


def code(answer: requests.Response) -> str:
    return str(answer.json()["error"]["code"])


# -- whose page asks -----------------------------------------------------------------------------


def test_a_page_of_somebody_else_gets_nothing(counter: Counter) -> None:
    visitor = counter.visitor()
    for path, body in (("session", {}), ("messages", {"id": "x", "text": "你好"})):
        answer = visitor.http.post(counter.web + path, json=body, headers={"Origin": STRANGER})
        assert (answer.status_code, code(answer)) == (403, "origin_refused")
        assert "Access-Control-Allow-Origin" not in answer.headers
    for origin in ("null", "http://[", "//", "http://"):
        answer = visitor.http.get(counter.web + "messages", headers={"Origin": origin})
        assert answer.status_code == 403, origin


def test_a_named_page_of_the_bank_may_ask_and_read(counter: Counter) -> None:
    asked = requests.options(counter.web + "messages", headers={"Origin": BANK}, timeout=10)
    assert asked.status_code == 204
    assert asked.headers["Access-Control-Allow-Origin"] == BANK
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    opened = requests.post(counter.web + "session", json={}, headers={"Origin": BANK}, timeout=10)
    assert opened.status_code == 201
    assert opened.headers["Access-Control-Allow-Origin"] == BANK
    assert "Access-Control-Allow-Credentials" not in opened.headers


def test_an_error_for_a_named_page_can_be_read_by_it(counter: Counter) -> None:
    answer = requests.get(counter.web + "messages", headers={"Origin": BANK}, timeout=10)
    assert (answer.status_code, code(answer)) == (401, "unauthorized")
    assert answer.headers["Access-Control-Allow-Origin"] == BANK


def test_the_chat_page_itself_needs_no_naming(counter: Counter) -> None:
    own = counter.web.split("/webhooks")[0].replace("http:", "https:")
    answer = requests.post(counter.web + "session", json={}, headers={"Origin": own}, timeout=10)
    assert answer.status_code == 201


def test_only_named_pages_may_show_the_chat_in_a_frame(counter: Counter, strict: Counter) -> None:
    policy = requests.get(counter.web, timeout=10).headers["Content-Security-Policy"]
    assert f"frame-ancestors 'self' {BANK};" in policy
    assert (
        "frame-ancestors 'self';"
        in requests.get(strict.web, timeout=10).headers["Content-Security-Policy"]
    )


# -- one token takes the place of another ----------------------------------------------------------


def renew(visitor: Visitor) -> requests.Response:
    return visitor.http.post(visitor.web + "session/renew", json={}, timeout=10)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_renewed_session_goes_on_and_its_old_token_ends(counter: Counter) -> None:
    visitor = counter.visitor()
    assert visitor.say("你好").status_code == 200
    old = visitor.http.headers["Authorization"]
    renewed = renew(visitor)
    assert renewed.status_code == 201
    visitor.http.headers.update(bearer(renewed.json()["token"]))
    assert [m["text"] for m in visitor.history()][:1] == ["你好"]
    visitor.http.headers["Authorization"] = old
    assert visitor.say("另一个标签页").status_code == 200, "within the grace"
    counter.later += GRACE + timedelta(seconds=1)
    assert visitor.say("偷来的令牌").status_code == 401


def test_who_did_not_hear_the_answer_asks_again_and_gets_the_same_token(counter: Counter) -> None:
    visitor = counter.visitor()
    lost = renew(visitor).json()["token"]
    counter.later += timedelta(seconds=30)
    again = renew(visitor)
    assert (again.status_code, again.json()["token"]) == (201, lost)
    counter.later += GRACE
    assert renew(visitor).status_code == 401, "the token before has ended"
    visitor.http.headers.update(bearer(lost))
    assert renew(visitor).status_code == 201


def test_an_ended_session_cannot_be_renewed(counter: Counter) -> None:
    visitor = counter.visitor()
    visitor.http.post(counter.web + "session/end", json={}, timeout=10)
    assert renew(visitor).status_code == 401


# -- how much -------------------------------------------------------------------------------------


def test_too_many_messages_are_refused_with_when_to_come_back(strict: Counter) -> None:
    visitor = strict.visitor()
    assert [visitor.say(f"第{n}句").status_code for n in range(3)] == [200] * 3
    refused = visitor.say("第四句")
    assert (refused.status_code, code(refused)) == (429, "too_many_requests")
    assert 1 <= int(refused.headers["Retry-After"]) <= 20
    assert "秒后再发" in refused.json()["error"]["message"]
    assert [m["text"] for m in visitor.history() if m["from"] == "customer"] == [
        "第0句",
        "第1句",
        "第2句",
    ]
    assert strict.visitor().say("别的客户").status_code == 200


def test_too_many_looks_for_news_are_refused_and_cost_no_message(strict: Counter) -> None:
    visitor = strict.visitor()

    def look() -> requests.Response:
        return visitor.http.get(strict.web + "messages", params={"after": 0}, timeout=10)

    assert [look().status_code for _ in range(12)] == [200] * 12
    refused = look()
    assert (refused.status_code, code(refused)) == (429, "too_many_requests")
    assert renew(visitor).status_code == 429
    assert visitor.say("在吗").status_code == 200


def test_an_emergency_is_never_refused_for_what_was_said_before(strict: Counter) -> None:
    visitor = strict.visitor()
    for number in range(30):
        visitor.say(f"刷屏{number}")
    assert visitor.say("还在吗").status_code == 429
    assert visitor.say(DANGER).status_code == 200
    assert visitor.history()[-2]["text"] == DANGER


def test_an_address_opens_so_many_sessions_and_no_more(strict: Counter) -> None:
    def opened(address: str) -> requests.Response:
        headers = {"X-Forwarded-For": f"198.51.100.1, {address}"}
        return requests.post(strict.web + "session", json={}, headers=headers, timeout=10)

    assert [opened("203.0.113.7").status_code for _ in range(3)] == [201, 201, 429]
    assert code(opened("203.0.113.7")) == "too_many_requests"
    assert opened("203.0.113.8").status_code == 201, "the proxy's word counts, not the visitor's"


# -- the files of the page ---------------------------------------------------------------------------


def test_files_travel_compressed_and_only_once(counter: Counter) -> None:
    url = counter.web + "static/chat.js"
    plain = requests.get(url, headers={"Accept-Encoding": "identity"}, timeout=10)
    packed = requests.get(url, headers={"Accept-Encoding": "gzip"}, stream=True, timeout=10)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.raw.read(decode_content=False)) == plain.content
    known = {"If-None-Match": plain.headers["ETag"]}
    again = requests.get(url, headers=known, timeout=10)
    assert (again.status_code, again.content) == (304, b"")


def test_scripts_may_make_no_markup_out_of_text(counter: Counter) -> None:
    policy = requests.get(counter.web, timeout=10).headers["Content-Security-Policy"]
    assert "require-trusted-types-for 'script'; trusted-types 'none'" in policy
