"""Invented talks with customers and promised calls, as told in ``talks.yml``: some are over, some
still wait when the invented year ends."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import takewhile
from pathlib import Path
from random import Random
from typing import Any

import yaml

from casestore.demo.bank import officer
from casestore.demo.stage import Life, StageClock, at_work
from casestore.demo.stories import StoryTeller
from casestore.domain.callback import Callback, TryResult
from casestore.domain.case import Classification, Source
from casestore.domain.chat import (
    Author,
    ChatChannel,
    ChatFile,
    ChatMessage,
    ChatWhy,
    ClosedBy,
    Outcome,
    Suggestion,
)
from casestore.domain.deadlines import CHINA_TIME, local_date, working_days_after
from casestore.domain.staff import Officer
from casestore.edge.services import Services
from casestore.service.chat_desk import CallWish, Conclusion
from casestore.service.chat_intake import HandedOver

CLIENT = "bot"
_FILE = Path(__file__).with_name("talks.yml")
_AUTHORS = {"客户": Author.CUSTOMER, "小保": Author.BOT, "人工": Author.OFFICER}
_SOURCES = {ChatChannel.WEB: Source.WEB_CHAT, ChatChannel.WECHAT: Source.WECHAT_CHAT}
_A_DAY = timedelta(days=1)
_A_LINE = timedelta(seconds=25)
_CALL_WITHIN = timedelta(hours=3)
_BEFORE_NOON = time(11, 30)

Line = tuple[Author, str]


@dataclass(frozen=True)
class Talk:
    """One talk of the file: ``handed`` was said before it was handed over, ``rest`` after that."""

    told: Mapping[str, Any]
    handed: Sequence[Line]
    rest: Sequence[Line]

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Talk":
        """Read an entry of the file."""
        said = [(_AUTHORS[who], text) for line in told["said"] for who, text in line.items()]
        handed = list(takewhile(lambda line: line[0] is not Author.OFFICER, said))
        return cls(told, handed, said[len(handed) :])

    @property
    def channel(self) -> ChatChannel:
        """Where the customer is."""
        return ChatChannel(self.told["channel"])

    def file(self) -> ChatFile:
        """What the assistant hands over with it."""
        proposal = self.told.get("proposal")
        suggestions = (Suggestion(**proposal),) if proposal else ()
        fields = tuple(self.told.get("fields", {}).items())
        return ChatFile(self.told["topic"], fields, (), suggestions)

    def customer_words(self) -> str:
        """Everything the customer says in it."""
        said = (*self.handed, *self.rest)
        return "\n".join(text for author, text in said if author is Author.CUSTOMER)


class Talks:
    """Makes the lives of talks and calls that lead to, or wait at, ``until``."""

    def __init__(self, reach: Services, clock: StageClock, rng: Random, until: datetime) -> None:
        self._reach = reach
        self._clock = clock
        self._rng = rng
        self._until = until
        self._teller = StoryTeller(rng)

    def lives(self) -> Iterator[Life]:
        """All of the file."""
        told = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
        for each in told["talks"]:
            talk = Talk.of(each)
            yield self._ended(talk) if "days" in each else self._waiting(talk)
        for each in told["calls"]:
            yield self._call(each)

    def _waiting(self, talk: Talk) -> Life:
        yield self._until - timedelta(minutes=talk.told["minutes"])
        self._open(talk)

    def _ended(self, talk: Talk) -> Life:
        """Somebody takes it, both talk, it is ended; or nobody does and the customer leaves."""
        day = local_date(self._until) - timedelta(days=talk.told["days"])
        yield at_work(working_days_after(day - _A_DAY, 1), self._rng)
        chat_id = self._open(talk)
        yield self._soon(30, 150)
        if "officer" not in talk.told:
            self._reach.chat_intake.close(CLIENT, chat_id, ClosedBy.CUSTOMER, self._clock())
            return
        who = officer(talk.told["officer"])
        self._reach.chat_desk.take(chat_id, who)
        for author, text in talk.rest:
            yield self._soon(15, 90)
            self._say(chat_id, author, text, who)
        if talk.told.get("registers"):
            yield self._soon(120, 400)
            self._register(chat_id, talk, who)
        yield self._soon(20, 60)
        self._reach.chat_desk.close(chat_id, self._conclusion(talk), who)
        self._reach.duty.end(who)
        for call in self._reach.chats.open(chat_id, who).callbacks:
            yield self._soon(3_600, 7_200)
            self._log(call.id, TryResult.REACHED, "已按约定告诉客户", who)

    def _open(self, talk: Talk) -> str:
        now, chat_id = self._clock(), self._reach.new_id()
        ages = range(len(talk.handed) - 1, -1, -1)
        messages = [
            self._message(line, now - age * _A_LINE)
            for line, age in zip(talk.handed, ages, strict=True)
        ]
        handed = HandedOver(talk.channel, ChatWhy(talk.told["why"]), now, talk.file(), messages)
        self._reach.chat_intake.open(CLIENT, chat_id, handed)
        return chat_id

    def _say(self, chat_id: str, author: Author, text: str, who: Officer) -> None:
        if author is Author.OFFICER:
            self._reach.chat_desk.say(chat_id, text, who, self._reach.new_id())
        else:
            message = self._message((author, text), self._clock())
            self._reach.chat_intake.add(CLIENT, chat_id, [message])

    def _message(self, line: Line, at: datetime) -> ChatMessage:
        author, text = line
        return ChatMessage(self._reach.new_id(), author, text, at)

    def _register(self, chat_id: str, talk: Talk, who: Officer) -> None:
        """As the console does it: an officer's registration in the customer's words."""
        drawn = self._teller.draw("", self._clock(), source=_SOURCES[talk.channel]).complaint
        branch = talk.told["fields"]["网点"]
        complaint = replace(
            drawn,
            detail=talk.customer_words(),
            request="查清原因，给一个答复",
            branch=branch,
            classification=Classification(None, None),
        )
        filing = self._reach.desk.register(complaint, who, self._reach.new_id())
        self._reach.chat_desk.link(chat_id, filing.standing.reference, who)

    def _conclusion(self, talk: Talk) -> Conclusion:
        outcome = Outcome(talk.told["outcome"])
        if outcome is not Outcome.CALLBACK:
            return Conclusion(outcome, talk.told["note"])
        wish = CallWish(self._person()[1], self._clock() + _CALL_WITHIN)
        return Conclusion(outcome, talk.told["note"], wish)

    def _call(self, told: Mapping[str, Any]) -> Life:
        """A customer asks the assistant for a call; officers make it, or have not yet."""
        asked_at = self._until - timedelta(hours=told["asked"])
        yield asked_at
        callback_id = self._reach.new_id()
        name, phone = self._person()
        callback = Callback(
            id=callback_id,
            client=CLIENT,
            channel=ChatChannel(told["channel"]),
            asked_at=asked_at,
            promised_by=self._promise(told.get("promised")),
            phone=phone,
            name=name,
            topic=told["topic"],
            preferred=told.get("preferred"),
        )
        self._reach.callbacks.ask(callback)
        for each in told.get("tries", ()):
            yield asked_at + timedelta(hours=each["after"])
            result, note = TryResult(each["result"]), each.get("note", "")
            self._log(callback_id, result, note, officer(each["by"]))

    def _log(self, callback_id: str, result: TryResult, note: str, who: Officer) -> None:
        self._reach.callbacks.log(callback_id, result, note, who, self._reach.new_id())

    def _promise(self, hours: float | None) -> datetime:
        if hours is None:
            day = working_days_after(local_date(self._until), 1)
            return datetime.combine(day, _BEFORE_NOON, CHINA_TIME)
        return self._until + timedelta(hours=hours)

    def _person(self) -> tuple[str, str]:
        """Name and phone of an invented customer."""
        found = self._teller.draw("", self._clock()).complaint.complainant
        return found.name, found.phone

    def _soon(self, least: int, most: int) -> datetime:
        """So many seconds later."""
        return self._clock() + timedelta(seconds=self._rng.randint(least, most))
