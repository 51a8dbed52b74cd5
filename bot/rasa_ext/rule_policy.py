"""Overrides Rasa's RulePolicy: it looks at the end of a conversation only, and at few of its rules.

Rasa describes every step of the whole conversation anew for each prediction, twice (for the words
and for the intent of the last message), and compares each with every rule
(rasa/core/policies/rule_policy.py, `_find_action_from_rules`). No rule is longer than a few steps,
and a rule is about one intent after one action. What is predicted stays the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    PREVIOUS_ACTION,
    SHOULD_NOT_BE_SET,
    USER,
)
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

Key = str
"""A rule as Rasa keeps it: its states as JSON."""
Step = tuple[str, str]
"""Name of an action and the intent it follows."""


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class RecentRulePolicy(RulePolicy):
    """Predicts as Rasa's does. Training, which checks rules against each other, is Rasa's."""

    _rules: Mapping[str, _Rules] | None = None

    @classmethod
    def load(cls, *args: Any, **kwargs: Any) -> RecentRulePolicy:
        policy: RecentRulePolicy = super().load(*args, **kwargs)
        policy._rules = {
            name: _Rules({key: policy._rule_key_to_state(key) for key in policy.lookup[name]})
            for name in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH)
        }
        return policy

    def _find_action_from_rules(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool,
    ) -> tuple[str | None, str | None, bool]:
        about_words = [rules.may_match_words for rules in (self._rules or {}).values()]
        if use_text_for_last_user_input and about_words and not any(about_words):
            return None, None, False
        found: tuple[str | None, str | None, bool] = super()._find_action_from_rules(
            tracker, domain, use_text_for_last_user_input
        )
        return found

    def _prediction_states(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        if self._rules is None:
            states: list[State] = super()._prediction_states(
                tracker, domain, use_text_for_last_user_input, rule_only_data
            )
            return states
        recent = _recent_states(tracker, domain, max(r.longest for r in self._rules.values()))
        self.featurizer._choose_last_user_input([recent], use_text_for_last_user_input)
        return recent

    def _get_possible_keys(self, lookup: dict[Key, Any], states: list[State]) -> set[Key]:
        keys: Iterable[Key] = lookup
        if self._rules is not None:
            name = RULES if lookup is self.lookup[RULES] else RULES_FOR_LOOP_UNHAPPY_PATH
            keys = self._rules[name].about(states[-1])
        possible: set[Key] = super()._get_possible_keys(dict.fromkeys(keys), states)
        return possible


class _Rules:
    """Rules by the step they end with."""

    def __init__(self, rules: Mapping[Key, list[State]]) -> None:
        self.longest = max((len(states) for states in rules.values()), default=1)
        self.may_match_words = any(_may_match_words(states[-1]) for states in rules.values())
        self._all = list(rules)
        self._by_step: dict[Step | None, list[Key]] = defaultdict(list)
        for key, states in rules.items():
            self._by_step[_step(states[-1])].append(key)

    def about(self, state: State) -> list[Key]:
        """All rules that may apply in a state, and some more."""
        step = _step(state)
        return self._all if step is None else self._by_step[None] + self._by_step.get(step, [])


def _step(state: State) -> Step | None:
    """The step of a state that has one action and one intent, None for any other."""
    action, intent = state.get(PREVIOUS_ACTION), state.get(USER, {}).get(INTENT)
    name = action.get(ACTION_NAME) if isinstance(action, dict) and len(action) == 1 else None
    if not name or not intent or SHOULD_NOT_BE_SET in (name, intent):
        return None
    return str(name), str(intent)


def _may_match_words(state: State) -> bool:
    """Whether a rule ending so may apply to a message whose intent is left out of account."""
    action = state.get(PREVIOUS_ACTION)
    after_message = not action or action.get(ACTION_NAME) == ACTION_LISTEN_NAME
    return after_message and state.get(USER, {}).get(INTENT) in (None, "", SHOULD_NOT_BE_SET)


def _recent_states(tracker: DialogueStateTracker, domain: Domain, count: int) -> list[State]:
    """The last `count` of what `DialogueStateTracker.past_states` returns.

    As there, the conversation is played again up to each action; slots that make no difference to
    rules, and what the assistant said, are left out.
    """
    featured = [slot for slot in tracker.slots.values() if slot.influence_conversation]
    events = list(_that_matter(tracker.applied_events(), {slot.name for slot in featured}))
    actions = sum(isinstance(event, ActionExecuted) for event in events)
    replayed = DialogueStateTracker(tracker.sender_id, featured)
    states: list[State] = []
    for event in events:
        if isinstance(event, ActionExecuted):
            if actions < count:
                states.append(domain.get_active_state(replayed))
            actions -= 1
        replayed.update(event)
    states.append(domain.get_active_state(replayed))
    return states


def _that_matter(events: Iterable[Event], featured: set[str]) -> Iterator[Event]:
    for event in events:
        if isinstance(event, BotUttered) or (
            isinstance(event, SlotSet) and event.key not in featured
        ):
            continue
        yield event
