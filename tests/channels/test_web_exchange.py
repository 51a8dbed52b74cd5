"""Order, repetition and waiting in the web channel, and what a browser is told."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import requests

from tests.stack import Chat, Stack, wait_until


def send(chat: Chat, text: str, key: str | None = None) -> list[dict[str, Any]]:
    """One message on a connection of its own, as a second tab would; the exchange."""
    answer = requests.post(
        chat.base + "messages",
        json={"id": key or str(uuid4()), "text": text},
        headers={"Authorization": f"Bearer {chat.token}"},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text
    return list(answer.json()["messages"])


def customer_texts(chat: Chat) -> list[str]:
    return [m["text"] for m in chat.history() if m["from"] == "customer"]


def test_two_messages_at_once_are_answered_in_their_order(stack: Stack) -> None:
    chat = stack.chat()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(send, chat, "存款保险最多赔多少钱")
        wait_until(lambda: customer_texts(chat), 30, "the first message")
        second = pool.submit(send, chat, "什么是非法集资")
        exchanges = [first.result(), second.result()]
    for exchange in exchanges:
        assert [m["from"] for m in exchange] == ["customer", "bot"]
    history = chat.history()
    assert [m["text"] for m in history if m["from"] == "bot"] == [e[1]["text"] for e in exchanges]
    assert len(history) == 4


def test_ten_messages_at_once_are_all_answered_once(stack: Stack) -> None:
    chat = stack.chat()
    texts = [f"你好，第{number}次" for number in range(10)]
    with ThreadPoolExecutor(10) as pool:
        exchanges = list(pool.map(lambda text: send(chat, text), texts))
    assert [exchange[0]["text"] for exchange in exchanges] == texts
    assert all(len(exchange) >= 2 for exchange in exchanges)
    history = chat.history()
    said = [m["id"] for m in history if m["from"] == "customer"]
    answered = list(dict.fromkeys(m["reply_to"] for m in history if m["from"] == "bot"))
    assert answered == said, "what waits stands there already; the answers keep its order"
    everything = [m for exchange in exchanges for m in exchange]
    assert sorted(everything, key=lambda m: int(m["cursor"])) == history


def test_one_message_sent_ten_times_at_once_is_one_turn(stack: Stack) -> None:
    chat, key = stack.chat(), str(uuid4())
    with ThreadPoolExecutor(10) as pool:
        exchanges = list(pool.map(lambda _: send(chat, "你好", key), range(10)))
    assert all(exchange == exchanges[0] for exchange in exchanges)
    assert len(chat.history()) == 2


def test_a_known_id_gets_its_first_answer_whatever_comes_with_it(stack: Stack) -> None:
    chat, key = stack.chat(), str(uuid4())
    first = send(chat, "你好", key)
    assert send(chat, "再见", key) == first
    assert send(chat, "你好", key.upper()) == first
    assert customer_texts(chat) == ["你好"]


def test_one_customers_id_says_nothing_about_anothers(stack: Stack) -> None:
    key, mine, theirs = str(uuid4()), stack.chat(), stack.chat()
    assert send(mine, "你好", key)[0]["text"] == "你好"
    assert send(theirs, "再见", key)[0]["text"] == "再见"
    assert len(mine.history()) == len(theirs.history()) == 2


def test_the_history_after_a_reload_is_what_was_shown(stack: Stack) -> None:
    chat = stack.chat()
    shown = [*send(chat, "你好"), *send(chat, "存款保险最多赔多少钱")]
    history = chat.history()
    assert history == shown
    assert history[1]["buttons"], "buttons work after a reload, too"
    assert chat.history(after=shown[1]["cursor"]) == shown[2:]
    chat.buttons = history[1]["buttons"]
    assert "登记投诉前" in chat.press("我要投诉")[-1]


def test_a_long_poll_answers_as_soon_as_something_arrives(stack: Stack) -> None:
    chat = stack.chat()
    chat.say("你好")
    cursor, began = chat.history()[-1]["cursor"], time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        poll = pool.submit(chat.history, cursor, 20)
        send(chat, "多谢")
        arrived = poll.result()
    assert arrived[0]["text"] == "多谢"
    assert time.monotonic() - began < 10


def test_a_filed_complaint_is_announced_to_the_waiting_page(stack: Stack) -> None:
    chat = stack.chat()
    reference = chat.file_complaint()
    cursor = next(m["cursor"] for m in reversed(chat.history()) if "已登记" in m["text"])
    (notice,) = chat.history(after=cursor, wait=20)
    assert reference in notice["text"]
    assert notice["from"] == "bot"
    assert chat.history(after=notice["cursor"]) == []


def test_a_long_poll_without_news_ends_empty_in_time(stack: Stack) -> None:
    chat = stack.chat()
    chat.say("你好")
    cursor, began = chat.history()[-1]["cursor"], time.monotonic()
    answer = chat.http.get(f"{chat.base}messages?after={cursor}&wait=1", timeout=10)
    assert answer.json() == {"messages": [], "cursor": cursor, "handover": None}
    assert 0.9 < time.monotonic() - began < 10


def test_pages_and_answers_carry_their_headers(stack: Stack) -> None:
    page = requests.get(stack.web, timeout=10)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Cache-Control"] == "no-cache"
    script = requests.get(stack.web + "static/chat.js", timeout=10)
    assert script.headers["Content-Type"].startswith("text/javascript")
    session = requests.post(stack.web + "session", json={}, timeout=10)
    assert session.status_code == 201
    assert session.headers["Cache-Control"] == "no-store"
    for answer in (page, script, session):
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_address_without_slash_leads_to_the_page(stack: Stack) -> None:
    page = requests.get(stack.web.removesuffix("/"), timeout=10)
    assert page.status_code == 200
    assert page.url == stack.web, "the page's relative links need the slash"
    assert "小保" in page.text
