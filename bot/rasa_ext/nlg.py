"""Responses of domain.yml with the bank's name, hotline and hours filled in from settings."""

from __future__ import annotations

from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.settings import settings

VARIABLES = ("bank_name", "hotline", "hotline_hours")


class SettingsResponses(TemplatedNaturalLanguageGenerator):
    """Rasa's generator; `{bank_name}`, `{hotline}` and `{hotline_hours}` are always known."""

    def __init__(self, endpoint_config: EndpointConfig | None, domain: Domain) -> None:
        super().__init__(domain.responses)
        self._variables = {name: getattr(settings(), name) for name in VARIABLES}

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        variables = {**self._variables, **kwargs}
        response: dict[str, Any] | None = await super().generate(
            utter_action, tracker, output_channel, **variables
        )
        return response
