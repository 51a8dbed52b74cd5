"""Talks as the assistant hands them over, and cases they are about."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from casestore.domain.callback import Callback
from casestore.domain.chat import Author, ChatChannel, ChatFile, ChatMessage, ChatWhy, Suggestion
from casestore.domain.fingerprint import fingerprint
from casestore.edge.services import Services
from casestore.service.chat_intake import HandedOver
from casestore.service.ports import Store
from tests.contract.casestore.kit import NOW, make_case, make_id, make_reference

CHAT = make_id(7_001)
WORDS = "手续费说免又收，我要找人工"
PROPOSAL = {"title": "手续费", "text": "柜台转账手续费按公示收取。", "source": "服务收费目录"}
HANDED_OVER: dict[str, Any] = {
    "channel": "wechat",
    "why": "word",
    "asked_at": NOW.isoformat(),
    "topic": "手续费争议",
    "fields": [{"label": "业务", "value": "转账汇款"}],
    "references": [],
    "suggestions": [PROPOSAL],
    "messages": [
        {"id": "m1", "author": "customer", "name": None, "text": WORDS, "at": NOW.isoformat()},
        {
            "id": "m2",
            "author": "bot",
            "name": None,
            "text": "好的，帮您转。",
            "at": NOW.isoformat(),
        },
    ],
}


def chat_id(number: int) -> str:
    """The id of a talk of this number."""
    return make_id(7_000 + number)


def said(
    number: int, text: str, author: Author = Author.CUSTOMER, at: datetime = NOW
) -> ChatMessage:
    """Something said in a talk."""
    return ChatMessage(f"m{number}", author, text, at)


def handed_over(
    why: ChatWhy = ChatWhy.WORD,
    channel: ChatChannel = ChatChannel.WEB,
    topic: str = "手续费争议",
    references: tuple[str, ...] = (),
    words: str = WORDS,
    at: datetime = NOW,
) -> HandedOver:
    """A talk ready to be put into the queue."""
    proposal = Suggestion(PROPOSAL["title"], PROPOSAL["text"], PROPOSAL["source"])
    file = ChatFile(topic, (("业务", "转账汇款"),), references, (proposal,))
    return HandedOver(channel, why, at, file, [said(1, words, at=at)])


def open_chat(services: Services, number: int = 1, **more: Any) -> str:
    """Put a talk of the bot's into the queue; its id."""
    more.setdefault("at", services.now())
    services.chat_intake.open("bot", chat_id(number), handed_over(**more))
    return chat_id(number)


def add_case(store: Store, reference: str = make_reference(), unit: str = "101") -> None:
    """A case that a branch handles."""
    case = make_case(reference=reference)
    handling = replace(case.standing.handling, unit=unit)
    placed = replace(case, standing=replace(case.standing, handling=handling))
    with store.transaction() as tx:
        tx.cases.add(placed, fingerprint(placed.complaint))
        tx.commit()


def make_callback(
    number: int = 1,
    topic: str = "手续费争议",
    phone: str = "13800001234",
    name: str | None = "欧阳小雨",
    chat: str | None = None,
    at: datetime = NOW,
    promised_in: timedelta = timedelta(hours=4),
) -> Callback:
    """A call the bot promised."""
    return Callback(
        id=make_id(8_000 + number),
        client="bot",
        channel=ChatChannel.WEB,
        asked_at=at,
        promised_by=at + promised_in,
        phone=phone,
        name=name,
        topic=topic,
        preferred="下午三点以后",
        chat_id=chat,
    )
