"""What is wrapped to watch a turn, against the real Rasa: fails when it no longer calls it."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

with warnings.catch_warnings():
    # Rasa's pinned packages are old; their deprecations are not ours to mend.
    warnings.simplefilter("ignore")
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
    from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
    from rasa.core.policies.policy import PolicyPrediction
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import ActionExecuted
    from rasa.utils.endpoints import EndpointConfig

    from bot.rasa_ext.lock_store import PromptLockStore
    from bot.rasa_ext.processor import WholeTurnProcessor
    from bot.rasa_ext.tracker_store import DurableTrackerStore, expose_failures
    from bot.rasa_ext.watching import watch_turns

from bot.correlation import carrying, request_id
from bot.metrics.turns import Stage, Turns
from tests.unit.metrics.scrape import counted

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")

ACTION, FALLBACK = "action_clarify", "action_default_fallback"
DOMAIN = {
    "intents": ["nlu_fallback"],
    "actions": [ACTION],
    "responses": {"utter_clarify": [{"text": "您是想问："}], "utter_default": [{"text": "抱歉"}]},
}


class _Endpoint(EndpointConfig):
    """An action server that asks back."""

    async def request(self, *_: Any, **__: Any) -> Any:
        return {"events": [], "responses": [{"response": "utter_clarify"}]}


class _Processor(WholeTurnProcessor):
    """Rasa's processor with a model that understands nothing and does `action`, then listens."""

    def __init__(self, store: DurableTrackerStore, action: str) -> None:
        self.domain, self.tracker_store = store.domain, store
        self.action_endpoint = _Endpoint("http://actions.test")
        self.nlg = TemplatedNaturalLanguageGenerator(self.domain.responses)
        self.max_number_of_predictions = 10
        self.on_circuit_break = self.http_interpreter = None
        self.model_metadata = SimpleNamespace(model_id="m", assistant_id="a", training_type=None)
        self._action = action

    async def parse_message(self, *_: Any, **__: Any) -> dict[str, Any]:
        return {"intent": {"name": "nlu_fallback", "confidence": 1.0}, "entities": []}

    def _predict_next_with_tracker(self, tracker: Any) -> PolicyPrediction:
        last = next(e for e in reversed(tracker.events) if isinstance(e, ActionExecuted))
        name = self._action if last.action_name == "action_listen" else "action_listen"
        return PolicyPrediction.for_action_name(self.domain, name, "RulePolicy")


async def turn(folder: Path, turns: Turns, action: str = ACTION) -> None:
    store = DurableTrackerStore(Domain.from_dict(DOMAIN), host=f"sqlite:///{folder / 'tracker.db'}")
    agent = Agent(store.domain, tracker_store=store, lock_store=PromptLockStore())
    agent.processor = _Processor(store, action)
    expose_failures(agent)
    watch_turns(agent, turns, Path("models/xiaobao-1.tar.gz"))
    message = UserMessage("我叫李建国", CollectingOutputChannel(), "web-1", message_id="k1")
    with turns.turn("web"), turns.within_rasa():
        await agent.handle_message(message)


async def test_every_stage_of_a_turn_is_timed(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    await turn(tmp_path, Turns(registry))
    timed = {name[1] for name in counted(registry) if name[0].endswith("stage_seconds_count")}
    assert timed == {stage.value for stage in Stage} - {"lane"}, "the lane is the channel's"


async def test_what_was_said_and_which_model_said_it_is_counted(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    await turn(tmp_path, Turns(registry))
    found = counted(registry)
    assert found["xiaobao_answers_total", "asked_back"] == 1
    assert found["xiaobao_model_info", "xiaobao-1"] == 1
    assert ("xiaobao_fallbacks_total", "no_rule") not in found


async def test_a_turn_no_rule_fits_is_a_fallback(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    await turn(tmp_path, Turns(registry), FALLBACK)
    found = counted(registry)
    assert found["xiaobao_fallbacks_total", "no_rule"] == 1
    assert found["xiaobao_answers_total", "unknown"] == 1


async def test_the_log_names_what_was_decided_and_quotes_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.rasa_ext.watching")
    with carrying(request_id("k1")):
        await turn(tmp_path, Turns(CollectorRegistry()))
    (line,) = [record for record in caplog.records if record.name == "bot.rasa_ext.watching"]
    assert line.getMessage() == "turn decided"
    assert line.__dict__["fields"] == {"intent": "nlu_fallback", "actions": [ACTION]}
    assert "李建国" not in caplog.text
