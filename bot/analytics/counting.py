"""From the events of a turn to facts. Pure: Rasa's events come in as the dicts it stores.

What was said to a customer tells what they had asked, not what the classifier thought of the words:
the answer to a form's question may look like any question, and one action may answer, ask back or
have nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from bot.analytics.fact import Fact, FactKind, Outcome, fact_id, pseudonym

COUNTED = "counted"
"""Slot by which an action says what it did; its value is a list of `Deed` as dicts."""
VISIT = "campaign_visit"
"""Slot with the campaign and scene a customer came by: `{"campaign", "scene", "at"}`."""
VISIT_LASTS = timedelta(hours=24)
"""How long after a scan what is asked and filed counts for its scene."""

ANSWER = "utter_faq/"
"""Beginning of the names of the governed answers."""
WITHDRAWN = "withdrawn"
"""In the metadata of an answer that may not be given today: the hotline was named instead."""

_SAID = {
    "utter_account_service": Outcome.ANSWERED,
    "utter_emergency": Outcome.ANSWERED,
    "utter_emergency_card": Outcome.ANSWERED,
    "utter_emergency_coercion": Outcome.ANSWERED,
    "utter_emergency_life": Outcome.ANSWERED,
    "utter_clarify": Outcome.ASKED_BACK,
    "utter_which_matter": Outcome.ASKED_BACK,
    "utter_out_of_scope": Outcome.UNKNOWN,
    "utter_default": Outcome.UNKNOWN,
    "utter_offer_person_misses": Outcome.UNKNOWN,
    "utter_offer_call_misses": Outcome.UNKNOWN,
}
"""What is said to a question, governed answers apart, and how the question ended with it."""
_BEST_FIRST = (Outcome.ANSWERED, Outcome.ASKED_BACK, Outcome.UNKNOWN)
_DETAILS = ("topic", "question", "level")


@dataclass(frozen=True)
class Counter:
    """What facts of one installation need beside the events."""

    secret: bytes
    channel_of: Callable[[str], str]
    day_of: Callable[[datetime], date]

    def facts(
        self, sender_id: str, events: Sequence[Mapping[str, Any]], visit: Mapping[str, Any] | None
    ) -> list[Fact]:
        """The facts of one turn's new events; `visit` is the slot as it stands after them.

        A customer who never came by a code makes no facts, nor one who chose the campaign in the
        chat: that visit has no scene.
        """
        if not visit or not visit["scene"]:
            return []
        turn = _Turn(self, sender_id, visit)
        return [*turn.consultations(events), *turn.deeds(events)]


@dataclass(frozen=True)
class _Turn:
    counter: Counter
    sender_id: str
    visit: Mapping[str, Any]

    def consultations(self, events: Sequence[Mapping[str, Any]]) -> Iterator[Fact]:
        for asked, said in _exchanges(events):
            ended = how_it_ended(said)
            if ended is not None and self._is_recent(asked):
                outcome, topic = ended
                key = str(asked["message_id"])
                yield self._fact(FactKind.CONSULTATION, key, asked, topic=topic, outcome=outcome)

    def deeds(self, events: Sequence[Mapping[str, Any]]) -> Iterator[Fact]:
        for event in events:
            if event.get("event") == "slot" and event.get("name") == COUNTED:
                for deed in event.get("value") or []:
                    yield from self._deed(event, deed)

    def _deed(self, event: Mapping[str, Any], deed: Mapping[str, Any]) -> Iterator[Fact]:
        kind = FactKind(deed["kind"])
        if kind is FactKind.COMPLAINT and not self._is_recent(event):
            return
        outcome = Outcome(deed["outcome"]) if deed.get("outcome") else None
        details = {name: deed.get(name) for name in _DETAILS}
        yield self._fact(
            kind, str(deed["key"]), event, outcome=outcome, number=deed.get("number"), **details
        )

    def _is_recent(self, event: Mapping[str, Any]) -> bool:
        came = datetime.fromisoformat(str(self.visit["at"]))
        return _moment(event) - came <= VISIT_LASTS

    def _fact(self, kind: FactKind, key: str, event: Mapping[str, Any], **more: Any) -> Fact:
        at = _moment(event)
        campaign = str(self.visit["campaign"])
        return Fact(
            id=fact_id(
                self.counter.secret, self.sender_id, key, kind, str(more.get("question") or "")
            ),
            kind=kind,
            at=at,
            day=self.counter.day_of(at),
            person=pseudonym(self.counter.secret, campaign, self.sender_id),
            channel=self.counter.channel_of(self.sender_id),
            campaign=campaign,
            scene=str(self.visit["scene"]),
            **more,
        )


def _moment(event: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(float(event["timestamp"]), timezone.utc)


def _exchanges(
    events: Iterable[Mapping[str, Any]],
) -> Iterator[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    """What customers said, each with what was said to it."""
    asked: Mapping[str, Any] | None = None
    said: list[Mapping[str, Any]] = []
    for event in events:
        if event.get("event") == "user":
            if asked is not None:
                yield asked, said
            asked, said = event, []
        elif event.get("event") == "bot":
            said.append(event)
    if asked is not None:
        yield asked, said


def how_it_ended(said: Iterable[Mapping[str, Any]]) -> tuple[Outcome, str | None] | None:
    """How a question ended and the label of what was answered; None: nothing was asked.

    `said`: the events of what was said, of which the metadata are looked at.

    Two answers to one message are one consultation, about the first.
    """
    outcomes = [found for event in said if (found := _outcome(event)) is not None]
    return min(outcomes, key=lambda found: _BEST_FIRST.index(found[0]), default=None)


def _outcome(event: Mapping[str, Any]) -> tuple[Outcome, str | None] | None:
    metadata = event.get("metadata") or {}
    name = str(metadata.get("utter_action") or "")
    if name.startswith(ANSWER):
        outcome = Outcome.UNKNOWN if metadata.get(WITHDRAWN) else Outcome.ANSWERED
    elif name in _SAID:
        outcome = _SAID[name]
    else:
        return None
    topic = name.removeprefix("utter_") if outcome is Outcome.ANSWERED else None
    return outcome, topic
