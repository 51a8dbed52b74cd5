"""What the person who takes over sees at once, gathered from the conversation; nothing in clear
that the customer has not been shown masked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rasa_sdk import Tracker

from actions import drafts, services
from actions.conversation import now, typed_before
from actions.topic import FAQ_PREFIX, INTENT_TITLES, answer_before
from bot.errors import StorageError
from bot.handover.talk import Field, File, Suggestion
from bot.intake import callback_fields as b
from bot.intake import case_fields as c
from bot.intake import fields as f
from bot.intake.calendar import local_day
from bot.intake.forms.table import FormTable
from bot.knowledge.offers import BLANKS, offers
from bot.settings import settings

logger = logging.getLogger(__name__)

LONGEST_TOPIC = 60
LONGEST_VALUE = 500
MOST_SUGGESTIONS = 3
MOST_REFERENCES = 10
QUESTIONS_BACK = 3
"""The customer's last questions that answers are looked up for."""
_NOT_TOLD = {f.CONSENT, f.CONFIRMED, c.PROOF, c.CONFIRMED, b.CONFIRMED}
_SHOW: Mapping[str, Callable[[str, Any], str]] = {
    f.TABLE.name: f.show,
    c.TABLE.name: c.show,
    b.TABLE.name: b.show,
}


async def file_of(tracker: Tracker) -> File:
    """Subject, answers given so far, complaints and answers that may fit."""
    return File(
        topic=topic_of(tracker),
        fields=tuple(_told(tracker)),
        references=tuple(await _references(tracker)),
        suggestions=tuple(_suggestions(tracker)),
    )


# -- the subject -------------------------------------------------------------------------------


def topic_of(tracker: Tracker) -> str:
    """What the talk is about in a few words: the story told, the last answer, the last wish."""
    story = tracker.get_slot(f.DETAIL) or tracker.get_slot(c.TEXT)
    answered = _title_of(answer_before(tracker))
    typed = typed_before(tracker)
    wish = INTENT_TITLES.get(_intent_of(typed))
    words = str((typed or {}).get("text") or "")
    topic = " ".join(str(story or answered or wish or words).split())
    return topic if len(topic) <= LONGEST_TOPIC else topic[: LONGEST_TOPIC - 1] + "…"


def _title_of(label: str | None) -> str | None:
    answer = services.catalogue().get((label or "").removeprefix(FAQ_PREFIX))
    return answer.title if answer else None


def _intent_of(event: Mapping[str, Any] | None) -> str:
    return str((((event or {}).get("parse_data") or {}).get("intent") or {}).get("name") or "")


# -- what was told -----------------------------------------------------------------------------


def _told(tracker: Tracker) -> Iterator[Field]:
    """The answers of the form under way, as the customer may read them."""
    table = drafts.TABLES.get(str((tracker.active_loop or {}).get("name")))
    if table is None or table.name not in _SHOW:  # what is answered in a quiz is nobody's matter
        return
    for field in _shown(table):
        value = tracker.get_slot(field)
        if value is not None:
            text = _SHOW[table.name](field, value)[:LONGEST_VALUE]
            yield Field(table.by_name[field].label, text)


def _shown(table: FormTable) -> list[str]:
    return [name for name in table.by_name if name not in _NOT_TOLD]


async def _references(tracker: Tracker) -> list[str]:
    """Complaints filed in this conversation, newest first; none when the journal is away."""
    try:
        entries = await asyncio.to_thread(services.journal().of_sender, tracker.sender_id)
    except StorageError as exc:
        logger.error("references not read: %s", exc.__cause__.__class__.__name__)
        return []
    return [entry.reference for entry in entries][:MOST_REFERENCES]


# -- answers that may fit ----------------------------------------------------------------------


def _suggestions(tracker: Tracker) -> list[Suggestion]:
    """Answers to the last questions that may be given today, the newest question's first."""
    config = settings()
    found = offers(
        services.catalogue(),
        _answers_asked_for(tracker),
        local_day(now()),
        approved_only=config.answers_approved_only,
        words={name: getattr(config, name) for name in BLANKS},
    )
    return [Suggestion(**vars(offer)) for offer in found[:MOST_SUGGESTIONS]]


def _answers_asked_for(tracker: Tracker) -> list[str]:
    """Ids of the likeliest answers, each once: first what each question was taken for, then what
    else it might have meant."""
    users = (event for event in reversed(tracker.events) if event.get("event") == "user")
    heard = [(event.get("parse_data") or {}).get("understanding") or {} for event in users]
    asked = [found for found in heard if found][:QUESTIONS_BACK]
    meant = [str(found.get("label") or "") for found in asked]
    maybe = [str(other["label"]) for found in asked for other in found.get("candidates") or ()]
    labels = [label for label in (*meant, *maybe) if label.startswith(FAQ_PREFIX)]
    return [label.removeprefix(FAQ_PREFIX) for label in dict.fromkeys(labels)]
