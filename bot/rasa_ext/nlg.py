"""Responses of domain.yml and the governed answers, as a customer may read them today.

The bank's name, hotline and hours come from settings. Answers go through their life cycle: one
whose review is overdue says so, one that may not be given is replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.analytics.counting import VISIT, WITHDRAWN
from bot.intake.calendar import BEIJING, local_day
from bot.knowledge.answer import PREFIX, Metadata
from bot.knowledge.lifecycle import Serving, served_text, serving
from bot.settings import Settings, settings

VARIABLES = ("bank_name", "hotline", "hotline_hours", "draft_days")
VOTES = (("有帮助", "answer_helped"), ("没解决", "answer_unsolved"))
STEPS = {
    "emergency": {"title": "紧急处理步骤", "payload": "/emergency"},
    "complaint": {"title": "我要投诉", "payload": "/complaint_file"},
    "call": {"title": "客服电话", "payload": "/handoff"},
    "review": {"title": "申请核查", "payload": "/complaint_review"},
    "withdraw": {"title": "撤回投诉", "payload": "/complaint_withdraw"},
}
"""Buttons for the steps that an answer's `follow_up` names."""
MOST_BUTTONS = 4
BACK = {"title": "回到活动", "payload": "/campaign_menu"}
"""Beside the others, for who came by a campaign's code today."""
ENDS = frozenset(
    {
        *("utter_out_of_scope", "utter_default", "utter_help", "utter_nothing_open"),
        *("utter_booking_recorded", "utter_booking_yours", "utter_thanks"),
        *("utter_booking_cancelled", "utter_booking_kept", "utter_booking_moved"),
    }
)
"""Responses after which such a customer may not know where to go on."""


def today_in_beijing() -> date:
    return datetime.now(BEIJING).date()


class SettingsResponses(TemplatedNaturalLanguageGenerator):
    """Rasa's generator; the settings of VARIABLES are always known."""

    def __init__(
        self,
        endpoint_config: EndpointConfig | None,
        domain: Domain,
        config: Settings | None = None,
        today: Callable[[], date] = today_in_beijing,
    ) -> None:
        super().__init__(domain.responses)
        config = config or settings()
        self._variables = {name: getattr(config, name) for name in VARIABLES}
        self._approved_only = config.answers_approved_only
        self._today = today

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        # Turns are collected, so that Rasa would take "collector" for the customer's channel.
        channel = tracker.get_latest_input_channel() or output_channel
        response: dict[str, Any] | None = await super().generate(
            utter_action, tracker, channel, **{**self._variables, **kwargs}
        )
        if response is None:
            return None
        if not utter_action.startswith(PREFIX):
            return self._with_way_back(utter_action, response, tracker)
        served = self._as_served(utter_action, response)
        if tracker.active_loop_name is not None:
            # Beside a form's question the buttons would stand between the customer and the form.
            return {name: value for name, value in served.items() if name != "buttons"}
        back = [BACK] if self._came_today(tracker) else []
        return {**served, "buttons": [*served["buttons"], *back]}

    def _with_way_back(
        self, name: str, response: dict[str, Any], tracker: DialogueStateTracker
    ) -> dict[str, Any]:
        is_end = name in ENDS and tracker.active_loop_name is None
        if not is_end or not self._came_today(tracker):
            return response
        return {**response, "buttons": [*(response.get("buttons") or []), BACK]}

    def _came_today(self, tracker: DialogueStateTracker) -> bool:
        visit = tracker.get_slot(VISIT)
        return bool(visit) and local_day(datetime.fromisoformat(visit["at"])) == self._today()

    def _as_served(self, name: str, response: dict[str, Any]) -> dict[str, Any]:
        """The answer `response`, filled in already, as it may be given today."""
        metadata = Metadata.read(self.responses[name][0]["metadata"])
        today, approved_only = self._today(), self._approved_only
        text = served_text(response["text"], metadata, today, approved_only=approved_only)
        how = serving(metadata, today, approved_only=approved_only)
        if how is Serving.WITHDRAWN:
            hotline = text.format(**self._variables)
            # Rasa keeps what it does not know in the event's metadata, where counting looks.
            return {"text": hotline, "buttons": [STEPS["call"]], WITHDRAWN: True}
        return {"text": text, "buttons": _next_steps(name, metadata)}


def _next_steps(name: str, metadata: Metadata) -> list[dict[str, str]]:
    """Was it any help, and what this answer suggests to do."""
    answer_id = name.removeprefix(PREFIX)
    votes = [
        {"title": title, "payload": f'/{intent}{{"faq_id": "{answer_id}"}}'}
        for title, intent in VOTES
    ]
    steps = [STEPS[step] for step in metadata.follow_up if step in STEPS]
    return [*votes, *steps][:MOST_BUTTONS]
