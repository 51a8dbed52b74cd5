"""Governed answers as Rasa's generator hands them out: by channel, day and approval."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

with warnings.catch_warnings():
    # Rasa's pinned packages are old; their deprecations are not ours to mend.
    warnings.simplefilter("ignore")
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import ActiveLoop, SlotSet, UserUttered
    from rasa.shared.core.slots import AnySlot
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.rasa_ext.nlg import SettingsResponses

from bot.knowledge.lifecycle import HEDGE
from bot.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")

TODAY = date(2026, 12, 1)
NAME = "utter_faq/fees.free_items"
TEXT = "请拨打 {hotline}。\n依据：《某办法》"
METADATA = {"title": "哪些不收费", "status": "draft", "review_due": "2026-12-01"}


def _responses(*more: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    first = {"text": TEXT, "metadata": {**METADATA, **metadata}}
    return {NAME: [first, *more], "utter_greet": [{"text": "{bank_name}您好"}]}


async def _said(
    responses: dict[str, Any],
    name: str = NAME,
    *,
    approved_only: bool = False,
    channel: str | None = "web",
    form: str | None = None,
    came_at: str | None = None,
) -> dict[str, Any]:
    config = Settings(
        web_session_secret="w",
        field_keys="f",
        case_store_token="c",
        analytics_secret="a",
        hotline="95000",
        hotline_hours="全天",
        answers_approved_only=approved_only,
    )
    domain = Domain.from_dict({"responses": responses})
    visit = came_at and {"campaign": "315-2027", "scene": "hall", "at": came_at}
    generator = SettingsResponses(None, domain, config, lambda: TODAY)
    heard = [UserUttered("问", {"name": "faq"}, input_channel=channel), ActiveLoop(form)]
    heard = [SlotSet("campaign_visit", visit), *heard]
    tracker = DialogueStateTracker.from_events("sender", heard, [AnySlot("campaign_visit", [])])
    said = await generator.generate(name, tracker, "collector")
    assert said is not None
    return said


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The settings come through the constructor alone."""
    monkeypatch.setattr("bot.rasa_ext.nlg.settings", lambda: pytest.fail("read the environment"))
    yield


async def test_a_current_answer_is_said_as_written() -> None:
    said = await _said(_responses())
    assert said["text"] == "请拨打 95000。\n依据：《某办法》"
    assert [button["title"] for button in said["buttons"]] == ["有帮助", "没解决"]
    assert said["buttons"][0]["payload"] == '/answer_helped{"faq_id": "fees.free_items"}'


async def test_an_overdue_answer_says_so_before_its_source() -> None:
    said = await _said(_responses(review_due="2026-11-30"))
    assert said["text"] == f"请拨打 95000。\n{HEDGE}\n依据：《某办法》"


async def test_an_answer_offers_the_steps_it_names() -> None:
    said = await _said(_responses(follow_up=["complaint", "call", "emergency"]))
    assert [button["title"] for button in said["buttons"]] == [
        *("有帮助", "没解决", "我要投诉", "客服电话")
    ]


async def test_a_side_answer_leaves_the_buttons_to_the_form() -> None:
    said = await _said(_responses(follow_up=["call"]), form="complaint_form")
    assert "buttons" not in said


@pytest.mark.parametrize(
    ("came_at", "offered"),
    [
        ("2026-11-30T16:00:00+00:00", True),  # midnight in China
        ("2026-11-30T15:59:59+00:00", False),
        (None, False),
    ],
)
async def test_the_way_back_is_offered_to_who_came_by_a_code_today(
    came_at: str | None, offered: bool
) -> None:
    said = await _said(_responses(), came_at=came_at)
    assert ("回到活动" in [button["title"] for button in said["buttons"]]) is offered


@pytest.mark.parametrize(
    ("name", "came_at", "offered"),
    [
        ("utter_default", "2026-11-30T16:00:00+00:00", True),
        ("utter_default", None, False),
        ("utter_ask_something", "2026-11-30T16:00:00+00:00", False),
    ],
)
async def test_where_such_a_customer_is_at_a_loss_the_way_back_is_offered_too(
    name: str, came_at: str | None, offered: bool
) -> None:
    responses = {**_responses(), name: [{"text": "请换个说法。"}]}
    said = await _said(responses, came_at=came_at, name=name)
    titles = [button["title"] for button in said.get("buttons") or []]
    assert ("回到活动" in titles) is offered
    in_form = await _said(responses, came_at=came_at, name=name, form="complaint_form")
    assert not in_form.get("buttons"), "a form's question has its own"


async def test_a_withdrawn_answer_is_replaced_and_names_the_hotline() -> None:
    said = await _said(_responses(valid_until="2026-11-30"))
    assert [button["title"] for button in said["buttons"]] == ["客服电话"]
    assert "正在更新" in said["text"] and "95000（全天）" in said["text"]


async def test_a_draft_is_withheld_where_only_approved_answers_are_given() -> None:
    assert "等银行审批" in (await _said(_responses(), approved_only=True))["text"]
    approved = await _said(_responses(status="approved"), approved_only=True)
    assert approved["text"].startswith("请拨打 95000")


async def test_each_channel_gets_its_own_wording_under_the_same_governance() -> None:
    short = {"text": "短\n依据：《某办法》", "channel": "wechat"}
    responses = _responses(short, review_due="2026-11-30")
    wechat = await _said(responses, channel="wechat")
    assert wechat["text"] == f"短\n{HEDGE}\n依据：《某办法》"
    for channel in ("web", None):
        assert (await _said(responses, channel=channel))["text"].startswith("请拨打")


async def test_what_is_no_answer_has_no_life_cycle() -> None:
    said = await _said(_responses(), "utter_greet", approved_only=True)
    assert said["text"] == "本行您好"
