"""Rasa killed in the middle: the conversation goes on where it was."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from uuid import uuid4

import pytest
import requests

from tests.crash.kit import (
    OPENING,
    at_recap,
    choice,
    full_disk,
    heal,
    journal,
    locked,
    new_phone,
)
from tests.stack import Stack, reference_in, wait_until


def test_a_form_goes_on_where_it_was(fragile: Stack) -> None:
    chat = fragile.chat()
    chat.say(OPENING)
    chat.press("同意，开始登记")
    shown = chat.history()
    fragile.kill("rasa")
    unheard = {"id": str(uuid4()), "choice": choice(chat, "借记卡")}
    with pytest.raises(requests.ConnectionError):
        chat.post(unheard)
    heal(fragile)
    assert chat.history() == shown
    answer = chat.post(unheard)
    assert "怎么称呼" in answer.json()["messages"][-1]["text"]
    recap = chat.say(f"我叫李建国，电话{new_phone()}")[-1]
    for value in ("人民路支行", "昨天", "赔礼道歉", "借记卡", "李建国"):
        assert value in recap


def test_a_complaint_journaled_but_not_shown_is_shown_on_the_next_try(fragile: Stack) -> None:
    chat, before = at_recap(fragile), journal(fragile).keys()
    body = {"id": str(uuid4()), "choice": choice(chat, "确认提交")}
    with ThreadPoolExecutor(1) as pool, ExitStack() as disk:
        with locked(fragile.folder / "journal.db"):
            press = pool.submit(chat.post, body)
            wait_until(lambda: chat.history()[-1]["text"] == "确认提交", 15, "the press")
            disk.enter_context(full_disk(fragile, "rasa"))
        assert press.result().status_code == 503, "Rasa could not write down that it was filed"
    fragile.kill("rasa")
    (reference,) = journal(fragile).keys() - before
    heal(fragile)
    answer = chat.post(body)
    assert reference_in([m["text"] for m in answer.json()["messages"]]) == reference
    assert journal(fragile).keys() - before == {reference}
