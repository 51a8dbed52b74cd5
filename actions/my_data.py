"""「看看我的信息 / 更正 / 导出 / 删除 / 撤回同意」: what is kept about a customer, by chat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import case_status, drafts, services, times
from actions.conversation import (
    Events,
    SafeAction,
    act_of,
    message_id_of,
    now,
    payload_of,
    text_of,
)
from actions.visit import campaign_of, visit_of
from bot.analytics.counting import VISIT
from bot.campaigns.quiz_progress import PROGRESS, answers_kept
from bot.channels.senders import WECHAT, channel_of
from bot.intake import fields as f
from bot.intake import my_data
from bot.intake.acts import ActKind
from bot.intake.my_data import (
    AskedCall,
    BookedCall,
    Consent,
    Draft,
    Filed,
    KeptFile,
    MyData,
    Visited,
    Wanted,
)
from bot.settings import settings

_CONFIRMED = {"确认删除": Wanted.DELETE, "确认撤回同意": Wanted.WITHDRAW_CONSENT}
_NAMESPACE = UUID("b2a1c9d6-3a0e-4c52-8f35-0d9f6b1d7c11")
_WITHDRAWN = "客户撤回对个人信息处理的同意。依法留存的投诉记录除外，请不要再为其他目的使用。"


@dataclass(frozen=True)
class _Kept:
    """What the stores hold of one sender, and the ids to delete it by."""

    data: MyData
    held: list[str]
    references: list[str]


class TellMyData(SafeAction):
    """Shows what is kept; deletes or takes the consent back after a second confirmation."""

    def name(self) -> str:
        return "action_my_data"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        confirmed = _confirmed(tracker)
        answers = answers_kept(tracker.get_slot(PROGRESS))
        visited = _visited(tracker)
        kept = await asyncio.to_thread(_collect, tracker.sender_id, answers, visited)
        if confirmed is not None:
            return await _erase(dispatcher, tracker, kept, confirmed)
        wish = my_data.wanted(text_of(tracker), about_data=True) or Wanted.VIEW
        tell: dict[Wanted, Callable[[], list[str]]] = {
            Wanted.VIEW: lambda: [my_data.overview(kept.data)],
            Wanted.EXPORT: lambda: my_data.export(kept.data),
            Wanted.CORRECT: lambda: [my_data.correcting(kept.data)],
            Wanted.DELETE: lambda: [my_data.deleting(kept.data)],
            Wanted.WITHDRAW_CONSENT: lambda: [my_data.withdrawing_consent(kept.data)],
        }
        for text in tell[wish]():
            dispatcher.utter_message(response="utter_my_data", told=text, buttons=_buttons(wish))
        return []


def _confirmed(tracker: Tracker) -> Wanted | None:
    payload = payload_of(tracker)
    if payload is not None and payload.get("confirmed") in {wish.value for wish in Wanted}:
        return Wanted(payload["confirmed"])
    return _CONFIRMED.get(text_of(tracker).strip("。！ "))


def _buttons(wish: Wanted) -> list[dict[str, str]]:
    titles = {wish: title for title, wish in _CONFIRMED.items()}
    if wish not in titles:
        return []
    payload = f'/my_data{{"confirmed": "{wish.value}"}}'
    return [{"title": titles[wish], "payload": payload}, {"title": "先不了", "payload": "/deny"}]


def _visited(tracker: Tracker) -> Visited | None:
    visit, campaign = visit_of(tracker), campaign_of(tracker)
    if visit is None:
        return None
    return Visited(campaign.title if campaign else visit.campaign, visit.at)


def _collect(sender_id: str, quiz_answers: int, visited: Visited | None) -> _Kept:
    found = services.drafts().of_sender(sender_id)
    entries = services.journal().of_sender(sender_id)
    files = services.evidence().of_sender(sender_id)
    calls = services.callbacks().of_sender(sender_id)
    cancelled = services.cancellations().of(call["id"] for call in calls)
    values = [draft.values for draft in found if draft.form == f.TABLE.name]
    payloads = [entry.payload for entry in entries]
    data = MyData(
        drafts=[Draft(d.values, d.updated_at) for d in found if d.form == f.TABLE.name],
        filed=[Filed(e.reference, e.created_at, e.payload) for e in entries],
        consents=_consents([*values, *payloads]),
        files=[KeptFile(e.name, e.size, e.created_at, e.reference) for e in files],
        draft_days=settings().draft_days,
        openid_days=settings().conversation_days if channel_of(sender_id) == WECHAT else None,
        calls=[_asked_call(call, cancelled) for call in calls],
        booked=[
            BookedCall(one.booked_at, times.show(one))
            for one in services.seats().of_sender(sender_id)
        ],
        quiz_answers=quiz_answers,
        visited=visited,
        reminders=[reminder.due_at for reminder in services.reminders().of_sender(sender_id)],
    )
    held = [file.id for file in files if file.reference is None]
    return _Kept(data, held, [entry.reference for entry in entries])


def _asked_call(call: Mapping[str, Any], cancelled: Container[str]) -> AskedCall:
    asked_at = datetime.fromisoformat(call["asked_at"])
    return AskedCall(asked_at, call["phone"], call["topic"], call["id"] in cancelled)


def _consents(sources: list[Any]) -> list[Consent]:
    given = [source[f.CONSENT] for source in sources if source.get(f.CONSENT)]
    consents = {c["given_at"]: c["version"] for c in given}
    return [
        Consent(version, datetime.fromisoformat(at))
        for at, version in sorted(consents.items(), reverse=True)
    ]


async def _erase(
    dispatcher: CollectingDispatcher, tracker: Tracker, kept: _Kept, wish: Wanted
) -> Events:
    """Deletes what no law obliges to keep; filed complaints hear that the consent is gone."""
    await asyncio.to_thread(_delete, tracker.sender_id, kept.held)
    if wish is Wanted.WITHDRAW_CONSENT:
        await asyncio.to_thread(_tell_officers, tracker, kept.references)
    said = "utter_data_deleted_but_filed" if kept.references else "utter_data_deleted"
    dispatcher.utter_message(response=said)
    closed = [event for table in drafts.TABLES.values() for event in drafts.closing(table)]
    forgotten = (case_status.REFERENCE, PROGRESS, VISIT)
    return [*closed, *(SlotSet(name, None) for name in forgotten)]


def _delete(sender_id: str, held: list[str]) -> None:
    services.evidence().forget(held)
    services.drafts().forget_sender(sender_id)
    services.seats().forget_sender(sender_id)
    services.reminders().forget_sender(sender_id)


def _tell_officers(tracker: Tracker, references: list[str]) -> None:
    for reference in references:
        act_id = uuid5(_NAMESPACE, f"{message_id_of(tracker)}/{reference}")
        act = act_of(tracker, act_id, ActKind.SUPPLEMENT, reference, {"text": _WITHDRAWN})
        services.acts().record(act, now())
