"""Education questions the classifier was not sure of: 「您是想问」 and the choice made there."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.conversation import Events, SafeAction, payload_of

INTENT_TITLES = {
    "complaint_file": "我要投诉",
    "complaint_status": "查询投诉进度",
    "handoff": "转人工客服",
    "account_service": "办理业务或查询账户",
    "emergency": "正在被骗或盗刷，需要紧急处理",
    "help": "小保能做什么",
}
FAQ_PREFIX = "faq/"


class Clarify(SafeAction):
    """Offers up to three titles, and a way out."""

    def name(self) -> str:
        return "action_clarify"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        understanding = tracker.latest_message.get("understanding") or {}
        buttons = [
            button
            for candidate in understanding.get("candidates", [])
            if (button := _button(str(candidate["label"]))) is not None
        ]
        if not buttons:
            dispatcher.utter_message(response="utter_out_of_scope")
            return []
        none_of_these = {"title": "都不是", "payload": "/none_of_these"}
        dispatcher.utter_message(response="utter_clarify", buttons=[*buttons, none_of_these])
        return []


def _button(label: str) -> dict[str, str] | None:
    if label.startswith(FAQ_PREFIX):
        faq_id = label[len(FAQ_PREFIX) :]
        answer = services.catalogue().get(faq_id)
        payload = f'/pick_faq{{"faq_id": "{faq_id}"}}'
        return None if answer is None else {"title": answer.title, "payload": payload}
    title = INTENT_TITLES.get(label)
    return None if title is None else {"title": title, "payload": f"/{label}"}


class AnswerPicked(SafeAction):
    """Answers the question whose button was pressed."""

    def name(self) -> str:
        return "action_answer_picked"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        picked: dict[str, Any] = payload_of(tracker) or {}
        answer = services.catalogue().get(str(picked.get("faq_id")))
        response = "utter_out_of_scope" if answer is None else f"utter_faq/{answer.id}"
        dispatcher.utter_message(response=response)
        return []
