"""What the conversation was about before the present message."""

from __future__ import annotations

from rasa_sdk import Tracker

INTENT_TITLES = {
    "complaint_file": "我要投诉",
    "complaint_status": "查询投诉进度",
    "handoff": "转人工客服",
    "callback_request": "请工作人员回电",
    "account_service": "办理业务或查询账户",
    "help": "小保能做什么",
}
"""What the intents are called on buttons and for the people who take over."""
FAQ_PREFIX = "faq/"
_UTTER = f"utter_{FAQ_PREFIX}"
_TURNS_BACK = 4
"""Messages of the customer after which a topic is forgotten."""


def answer_before(tracker: Tracker) -> str | None:
    """Label (`faq/<theme>.<question>`) of the last answer given, if that was a few turns ago."""
    turns = 0
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            turns += 1
            if turns > _TURNS_BACK:
                return None
        uttered = str((event.get("metadata") or {}).get("utter_action") or "")
        if event.get("event") == "bot" and uttered.startswith(_UTTER):
            return FAQ_PREFIX + uttered[len(_UTTER) :]
    return None
