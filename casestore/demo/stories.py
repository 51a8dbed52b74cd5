"""Invented complaints, drawn by chance from the texts in ``stories.yml``; no real person or number.

Customers are called like 王某芳 and have phones that begin with 17000.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml

from casestore.demo.bank import OUTLETS
from casestore.domain.case import (
    Classification,
    Complainant,
    Complaint,
    Consent,
    Forwarded,
    Group,
    IncidentDate,
    Proposal,
    Role,
    Source,
)
from casestore.domain.deadlines import local_date

_FILE = Path(__file__).with_name("stories.yml")
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英玉萍红云青山"
_MANY_PHONES = 1_000_000
_FEN = 100

SOURCES: Mapping[Source, int] = {
    Source.WEB_CHAT: 30,
    Source.WECHAT_CHAT: 24,
    Source.PHONE: 20,
    Source.COUNTER: 10,
    Source.REGULATOR: 6,
    Source.LETTER: 3,
    Source.EMAIL: 3,
    Source.OPINION_BOOK: 2,
    Source.CAMPAIGN_STAND: 2,
}
"""How often complaints come by each way, in a hundred."""
_CONTACTS = ("电话联系", "电话，工作日白天", "短信联系", "邮件联系", "书面寄送")


@dataclass(frozen=True)
class Story:
    """One kind of complaint with what the bank finds and does about it."""

    business: str
    reason: str
    channel: str
    weight: int
    details: Sequence[str]
    requests: Sequence[str]
    facts: str
    decision: str
    basis: str
    root_cause: str
    measure: str


@dataclass(frozen=True)
class Matter:
    """An invented complaint: what it is about, and its numbers to fill into texts."""

    story: Story
    branch: str
    values: Mapping[str, str]
    complaint: Complaint

    def said(self, text: str) -> str:
        """A text of the story with its blanks filled in."""
        return text.format(**self.values)


class StoryTeller:
    """Draws complaints; the same ``rng`` tells the same ones."""

    def __init__(self, rng: Random) -> None:
        told = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
        self._rng = rng
        self._openings: Sequence[str] = told["openings"]
        self._endings: Sequence[str] = told["endings"]
        self.stories = [Story(**each) for each in told["stories"]]
        self._weights = [story.weight for story in self.stories]

    def draw(
        self, reference: str, at: datetime, phones: int = _MANY_PHONES, **fixed: Any
    ) -> Matter:
        """A complaint confirmed at an aware moment by one of so many customers.

        ``fixed`` takes ``story``, ``branch`` (a name) and ``source`` out of chance's hands.
        """
        rng = self._rng
        story = fixed.get("story") or rng.choices(self.stories, self._weights)[0]
        branch = fixed.get("branch") or rng.choice(OUTLETS).name
        source = fixed.get("source") or rng.choices(tuple(SOURCES), tuple(SOURCES.values()))[0]
        fen = rng.choice((1, 5, 12, 30, 60, 120, 480, 2600, 9800, 58000)) * rng.randint(80, 120)
        values = {
            "branch": branch,
            "amount": f"{fen / _FEN:g}",
            "days": str(rng.randint(3, 40)),
            "times": str(rng.randint(2, 9)),
        }
        complaint = self._complaint(story, values, reference, at, source, phones)
        return Matter(story, branch, values, complaint)

    def _complaint(
        self,
        story: Story,
        values: Mapping[str, str],
        reference: str,
        at: datetime,
        source: Source,
        phones: int,
    ) -> Complaint:
        rng = self._rng
        parts = rng.choice(self._openings), rng.choice(story.details), rng.choice(self._endings)
        happened = local_date(at) - timedelta(days=rng.randint(0, 20))
        has_amount = "amount" in "".join(parts)
        return Complaint(
            reference=reference,
            submitted_at=at,
            source=source,
            detail="".join(parts).format(**values),
            business=story.business,
            reason=story.reason,
            classification=self._proposals(story, source),
            branch=values["branch"] if rng.random() < 0.9 else "记不清哪个网点",
            staff="柜员" if rng.random() < 0.1 else None,
            incident=IncidentDate(f"{happened:%m月%d日}", happened, happened),
            amount_fen=round(float(values["amount"]) * _FEN) if has_amount else None,
            request=rng.choice(story.requests).format(**values),
            complainant=self._complainant(phones),
            attachments=(),
            consent=Consent("2026-11", at) if source.is_chat else None,
            group=Group(rng.randint(20, 60), "小区业主一起") if rng.random() < 0.004 else None,
            forwarded=self._forwarded(source, at),
        )

    def _proposals(self, story: Story, source: Source) -> Classification:
        """The assistant is mostly right; officers' registrations have no proposal."""
        if not source.is_chat:
            return Classification(None, None)
        rng = self._rng
        other = rng.choice(self.stories)
        business = story.business if rng.random() < 0.86 else other.business
        reason = story.reason if rng.random() < 0.8 else other.reason
        return Classification(
            Proposal(business, round(rng.uniform(0.45, 0.99), 2)),
            Proposal(reason, round(rng.uniform(0.4, 0.98), 2)),
        )

    def _complainant(self, phones: int) -> Complainant:
        rng = self._rng
        number = rng.randrange(phones)
        own = Random(number)  # noqa: S311  # the same phone is the same invented customer
        name = f"{own.choice(_SURNAMES)}某{own.choice(_GIVEN)}"
        role = rng.choices((Role.SELF, Role.AGENT, Role.HEIR), (93, 5, 2))[0]
        return Complainant(name, f"17000{number:06d}", role, rng.choice(_CONTACTS))

    def _forwarded(self, source: Source, at: datetime) -> Forwarded | None:
        if source is not Source.REGULATOR:
            return None
        number = f"转办〔{at:%Y}〕{self._rng.randint(1, 9999):04d}号"
        return Forwarded(number, local_date(at) + timedelta(days=self._rng.randint(12, 20)))
