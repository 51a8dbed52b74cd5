"""What we override in Rasa, against the real Rasa: these fail when it changes underneath."""

from __future__ import annotations

import asyncio
import inspect
import json
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

with warnings.catch_warnings():
    # Rasa's pinned packages are old; their deprecations are not ours to mend.
    warnings.simplefilter("ignore")
    from jsonschema import ValidationError
    from rasa.core.actions.action import Action, RemoteAction
    from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
    from rasa.core.lock_store import LockStore
    from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
    from rasa.core.policies.policy import PolicyPrediction
    from rasa.core.tracker_store import (
        FailSafeTrackerStore,
        InMemoryTrackerStore,
        SQLTrackerStore,
    )
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import (
        ActionExecuted,
        ActiveLoop,
        BotUttered,
        SessionStarted,
        SlotSet,
        UserUttered,
    )
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.rasa_ext.action_results import check_schema_once
    from bot.rasa_ext.lock_store import PromptLockStore
    from bot.rasa_ext.processor import WholeTurnProcessor
    from bot.rasa_ext.tracker_store import MOST_EVENTS, DurableTrackerStore, expose_failures

from bot.errors import ConfigurationError, StorageError, TurnFailed
from bot.storage.engine import create_engine

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")


async def test_a_queued_message_does_not_wait_a_whole_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert inspect.signature(LockStore.lock).parameters["wait_time_in_seconds"].default == 1
    store, order, pauses, sleep = PromptLockStore(), [], [], asyncio.sleep

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", pause)

    async def turn(name: str) -> None:
        async with store.lock("sender"):
            order.append(name)
            await sleep(0)

    await asyncio.gather(turn("first"), turn("second"))
    assert order == ["first", "second"]
    assert pauses
    assert max(pauses) < 0.1


def _store(folder: Path) -> DurableTrackerStore:
    return DurableTrackerStore(Domain.empty(), host=f"sqlite:///{folder / 'tracker.db'}")


def _conversation(*texts: str) -> DialogueStateTracker:
    events: list[Any] = [ActionExecuted("action_listen")]
    for text in texts:
        events += [UserUttered(text, {"name": "faq"}), ActionExecuted("action_listen")]
    return DialogueStateTracker.from_events("sender", events)


def _heard(tracker: DialogueStateTracker) -> list[str]:
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]


async def test_a_conversation_is_read_back_and_grows(tmp_path: Path) -> None:
    await _store(tmp_path).save(_conversation("你好"))
    await _store(tmp_path).save(_conversation("你好", "假币怎么辨别"))
    tracker = await _store(tmp_path).retrieve("sender")
    assert tracker is not None
    assert _heard(tracker) == ["你好", "假币怎么辨别"]
    assert await _store(tmp_path).retrieve("stranger") is None


async def test_the_kept_conversation_serves_the_next_turn_only_while_it_is_the_newest(
    tmp_path: Path,
) -> None:
    here, there = _store(tmp_path), _store(tmp_path)
    tracker = _conversation("你好")
    await here.save(tracker)
    assert await here.retrieve("sender") is tracker
    await here.save(tracker)
    await there.save(_conversation("你好", "在另一个进程说的话"))
    read = await here.retrieve("sender")
    assert read is not None
    assert read is not tracker
    assert _heard(read) == ["你好", "在另一个进程说的话"]


async def test_a_failed_turn_leaves_no_trace_in_the_kept_conversation(tmp_path: Path) -> None:
    store = _store(tmp_path)
    await store.save(_conversation("你好"))
    taken = await store.retrieve("sender")
    assert taken is not None
    taken.update(UserUttered("这一轮没有成功", {"name": "faq"}))
    again = await store.retrieve("sender")
    assert again is not None
    assert _heard(again) == ["你好"]


async def test_a_new_session_is_read_anew_and_loses_nothing(tmp_path: Path) -> None:
    store = _store(tmp_path)
    await store.save(_conversation("你好"))
    tracker = await store.retrieve("sender")
    assert tracker is not None
    tracker.update(SessionStarted())
    tracker.update(UserUttered("过了一夜", {"name": "faq"}))
    await store.save(tracker)
    fresh = await store.retrieve("sender")
    assert fresh is not None
    assert _heard(fresh) == ["过了一夜"]
    fresh.update(UserUttered("再问一句", {"name": "faq"}))
    await store.save(fresh)
    whole = await store.retrieve_full_tracker("sender")
    assert whole is not None
    assert _heard(whole) == ["你好", "过了一夜", "再问一句"]


async def test_a_conversation_is_stored_and_read_as_rasa_itself_does(tmp_path: Path) -> None:
    ours = _store(tmp_path)
    rasas = SQLTrackerStore(Domain.empty(), dialect="sqlite", db=str(tmp_path / "tracker.db"))
    first = _conversation("你好")
    second = _conversation("你好")
    second.sender_id = "another"
    await ours.save(first)
    await rasas.save(second)
    assert _rows(rasas, "sender") == _rows(rasas, "another")
    for began in (False, True):
        if began:
            for event in (SessionStarted(), ActionExecuted("action_listen"), UserUttered("新的")):
                first.update(event)
            await ours.save(first)
        read = await ours.retrieve("sender")
        whole = await ours.retrieve_full_tracker("sender")
        assert read is not None
        assert whole is not None
        assert list(read.events) == list((await rasas.retrieve("sender")).events)
        assert list(whole.events) == list((await rasas.retrieve_full_tracker("sender")).events)
    rasas.engine.dispose()


def _rows(store: SQLTrackerStore, sender_id: str) -> list[tuple[Any, ...]]:
    """The rows of a conversation without their numbers and times."""
    query = "SELECT type_name, intent_name, action_name, data FROM events WHERE sender_id = ?"
    with store.engine.connect() as connection:
        found = connection.exec_driver_sql(f"{query} ORDER BY id", (sender_id,)).all()
    return [(*columns, {**json.loads(data), "timestamp": None}) for *columns, data in found]


async def test_a_read_error_is_raised_and_not_an_empty_conversation(tmp_path: Path) -> None:
    before = _store(tmp_path)
    await before.save(_conversation("你好"))
    before.engine.dispose()  # closed later, it would mend the file
    (tmp_path / "tracker.db-wal").unlink(missing_ok=True)
    (tmp_path / "tracker.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(StorageError):
        await _store_on_existing(tmp_path).retrieve("sender")


def _store_on_existing(folder: Path) -> DurableTrackerStore:
    """A store as it is while running: the tables were there when it started."""
    (folder / "whole").mkdir()
    store = _store(folder / "whole")
    store.engine = create_engine(f"sqlite:///{folder / 'tracker.db'}", durable=False)
    return store


def test_the_fail_safe_wrapper_is_taken_off(tmp_path: Path) -> None:
    store = _store(tmp_path)
    agent = SimpleNamespace(
        tracker_store=FailSafeTrackerStore(store), processor=SimpleNamespace(tracker_store=None)
    )
    expose_failures(agent)
    assert agent.tracker_store is store
    assert agent.processor.tracker_store is store


def test_a_store_in_memory_is_refused() -> None:
    agent = SimpleNamespace(tracker_store=InMemoryTrackerStore(Domain.empty()), processor=None)
    with pytest.raises(ConfigurationError, match=r"tracker_store"):
        expose_failures(agent)


class _BrokenAction(Action):
    def name(self) -> str:
        return "action_broken"

    async def run(self, *_: Any) -> list[Any]:
        raise ConnectionError("the action server is gone")


async def test_a_turn_whose_action_failed_is_no_turn() -> None:
    processor = object.__new__(WholeTurnProcessor)
    processor.domain = Domain.from_dict({"actions": ["action_broken"]})
    processor.max_number_of_predictions = 10
    tracker = _conversation("我要投诉")
    nlg = TemplatedNaturalLanguageGenerator({})
    prediction = PolicyPrediction.for_action_name(processor.domain, "action_broken", "RulePolicy")
    with pytest.raises(TurnFailed):
        await processor._run_action(
            _BrokenAction(), tracker, CollectingOutputChannel(), nlg, prediction
        )


async def test_a_message_whose_turn_is_stored_is_answered_with_the_same_words(
    tmp_path: Path,
) -> None:
    """Its answer may have been lost on the way to the customer: the turn must not run again."""
    store, button = _store(tmp_path), {"title": "2", "payload": "/answer"}
    tracker = _conversation("答题")
    tracker.update(UserUttered("2", message_id="k2"))
    tracker.update(ActionExecuted("action_ask"))
    tracker.update(BotUttered("答对了！", {"buttons": None}))
    tracker.update(BotUttered("第2题", {"buttons": [button]}, {"utter_action": "utter_campaign"}))
    tracker.update(ActionExecuted("action_listen"))
    await store.save(tracker)
    processor = object.__new__(WholeTurnProcessor)
    processor.tracker_store, processor.domain = store, Domain.empty()
    processor.nlg = TemplatedNaturalLanguageGenerator({})
    processor.model_metadata = SimpleNamespace(model_id="m", assistant_id="a")
    output = CollectingOutputChannel()
    for _ in range(2):
        await processor.handle_message(UserMessage("2", output, tracker.sender_id, message_id="k2"))
    once = [
        {"recipient_id": tracker.sender_id, "text": "答对了！"},
        {"recipient_id": tracker.sender_id, "text": "第2题", "buttons": [button]},
    ]
    assert output.messages == [*once, *once]
    stored = await store.retrieve(tracker.sender_id)
    assert stored is not None
    assert list(stored.events) == list(tracker.events)


ANSWERS = (
    {"events": [{"event": "slot", "name": "a", "value": 1, "timestamp": None}], "responses": []},
    {"events": [{"event": "slot", "name": "a"}]},
    {"events": [{"event": "slot", "value": 1}]},
    {"events": [{"event": "slot", "name": 1, "value": 1}]},
    {"events": [{"event": "slot", "name": "a", "value": None}, {"event": "followup"}]},
    {"events": [{"event": "followup", "name": "action_listen"}, {"name": "a", "value": 1}]},
    {"events": ["slot"]},
    {"events": [], "responses": [{"text": "好", "buttons": []}]},
    {},
    {"events": [{"event": "no such event"}]},
    {"events": "none"},
    {"responses": [1]},
)


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_what_an_action_answers_is_judged_as_rasa_judges_it(answer: dict[str, Any]) -> None:
    action = RemoteAction("action_any", None)
    rasas_own = RemoteAction._validate_action_result
    verdicts = []
    try:
        for _ in range(2):
            try:
                verdicts.append(action._validate_action_result(answer))
            except ValidationError:
                verdicts.append(False)
            check_schema_once()
    finally:
        RemoteAction._validate_action_result = rasas_own
    assert verdicts[0] is verdicts[1]


async def test_an_old_conversation_survives_a_domain_without_its_slots(tmp_path: Path) -> None:
    old = Domain.from_dict(
        {"slots": {"retired": {"type": "any", "mappings": [{"type": "custom"}]}}}
    )
    url = f"sqlite:///{tmp_path / 'tracker.db'}"
    before = DialogueStateTracker("sender", old.slots)
    for event in (ActionExecuted("action_listen"), UserUttered("您好"), SlotSet("retired", "x")):
        before.update(event, old)
    await DurableTrackerStore(old, host=url).save(before)
    store = DurableTrackerStore(Domain.empty(), host=url)
    tracker = await store.retrieve("sender")
    assert tracker is not None
    tracker.update(UserUttered("又来了"), Domain.empty())
    await store.save(tracker)
    again = await DurableTrackerStore(Domain.empty(), host=url).retrieve("sender")
    assert again is not None
    assert [e.text for e in again.events if isinstance(e, UserUttered)] == ["您好", "又来了"]


async def test_a_long_conversation_is_kept_short_and_stored_whole(tmp_path: Path) -> None:
    domain = Domain.from_dict(
        {
            "slots": {"early": {"type": "any", "mappings": [{"type": "custom"}]}},
            "forms": {"some_form": {"required_slots": []}},
        }
    )
    url = f"sqlite:///{tmp_path / 'tracker.db'}"
    store = DurableTrackerStore(domain, host=url)
    turns = MOST_EVENTS  # two events each
    for number in range(turns):
        tracker = await store.retrieve("sender") or DialogueStateTracker("sender", domain.slots)
        if number == 0:
            tracker.update(ActionExecuted("action_listen"))
            tracker.update(SlotSet("early", "told in the first turn"))
            tracker.update(ActiveLoop("some_form"))
        tracker.update(UserUttered(str(number)))
        tracker.update(ActionExecuted("action_listen"))
        await store.save(tracker)
        assert len(tracker.events) <= MOST_EVENTS + 2
    assert tracker.get_slot("early") == "told in the first turn"
    assert tracker.active_loop_name == "some_form"
    whole = await DurableTrackerStore(domain, host=url).retrieve("sender")
    assert whole is not None
    said = [event.text for event in whole.events if isinstance(event, UserUttered)]
    assert said == [str(number) for number in range(turns)]
