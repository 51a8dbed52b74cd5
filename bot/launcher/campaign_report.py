"""Tells the case store what each campaign achieved; puts together what is counted and what is known.

A campaign whose file is gone goes on by the description in its last report. One whose facts have
begun to be cleared away keeps its last report as it is: figures of half the facts would be wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from bot.analytics.description import Asked, Description, Place, described, undescribed
from bot.analytics.report import Body, Question, build, comparison
from bot.analytics.reports import Kept, Reports
from bot.analytics.store import Facts, Mark
from bot.analytics.tally import count
from bot.campaigns.campaign import Campaign
from bot.campaigns.files import open_shelf
from bot.errors import Permanent
from bot.intake.bootstrap import case_store
from bot.intake.calendar import local_day
from bot.intake.case_store import CaseStore
from bot.knowledge.catalogue import load_catalogue
from bot.knowledge.feedback import Feedback, Miss
from bot.knowledge.files import FAQ
from bot.knowledge.in_vain import asked_in_vain
from bot.knowledge.report import LONGEST_QUESTION, MOST_GROUPED
from bot.settings import Settings
from bot.storage.engine import shared_engine

AT_LEAST = timedelta(days=1)
"""Sent this often even if nothing has changed; the case store shows a longer silence."""
MOST_IN_VAIN = 20
EMERGENCY = "紧急求助"
TITLES = {
    "account_service": "办理业务或查询账户",
    **dict.fromkeys(("emergency", "emergency_card"), EMERGENCY),
    **dict.fromkeys(("emergency_coercion", "emergency_life"), EMERGENCY),
}
"""Answers that are no governed ones, in words."""


@dataclass(frozen=True)
class _Source:
    """Everything a report is made of: the same source, the same report."""

    description: Description
    mark: Mark | None
    misses: Sequence[Miss]
    previous: Body | None


@dataclass(frozen=True)
class Known:
    """Where reports come from: `campaigns` are those on the shelf, `misses` what was asked in vain
    in one of them, oldest first; `titles` the labels of answers in words."""

    facts: Facts
    campaigns: Callable[[], Iterable[Description]]
    misses: Callable[[str], Sequence[Miss]]
    titles: Callable[[], Mapping[str, str]]


class CampaignReports:
    """Makes the reports of all campaigns and sends those that have changed, else once a day."""

    def __init__(self, case_store: CaseStore, known: Known, reports: Reports) -> None:
        self._case_store = case_store
        self._known = known
        self._reports = reports
        self._made: dict[str, tuple[_Source, Body]] = {}
        self._sent: dict[str, tuple[Body, datetime]] = {}

    def send_if_needed(self, now: datetime) -> None:
        """Raises BotError; what fails is sent at the next call. One that is refused for its content
        holds up no other."""
        refused = None
        for campaign, body in self.make(now):
            try:
                self._send(campaign, body, now)
            except Permanent as exc:
                refused = exc
        if refused is not None:
            raise refused

    def make(self, now: datetime) -> Iterator[tuple[str, Body]]:
        """The report of every campaign that is on the shelf, has facts or ever had, by its id; the
        earlier campaigns first, for the later ones are compared with them. Raises BotError."""
        kept, marks = self._reports.all(), self._known.facts.marks()
        for description in _described(self._known.campaigns(), kept, marks):
            campaign, mark = description.id, marks.get(description.id)
            if campaign not in kept or kept[campaign].facts <= _facts(mark):
                before = [each.body for key, each in kept.items() if each.facts and key != campaign]
                misses, earlier = self._known.misses(campaign), comparison(description, before)
                body = self._make(_Source(description, mark, misses, earlier), now)
                kept[campaign] = Kept(_facts(mark), body)
            yield campaign, kept[campaign].body

    def _make(self, source: _Source, now: datetime) -> Body:
        """The report as of `now`, made anew and kept only if its source is another one."""
        campaign = source.description.id
        known, body = self._made.get(campaign, (None, {}))
        if known != source:
            body = self._build(source)
            self._reports.keep(campaign, Kept(_facts(source.mark), _at(body, now)))
            self._made[campaign] = source, body
        return _at(body, now)

    def _build(self, source: _Source) -> Body:
        gaps = [gap for gap in asked_in_vain(source.misses) if gap.question.strip()]
        return build(
            source.description,
            count(self._known.facts.sightings(source.description.id)),
            self._known.titles(),
            [
                Question(gap.question.strip()[:LONGEST_QUESTION], gap.times)
                for gap in gaps[:MOST_IN_VAIN]
            ],
            source.previous,
        )

    def _send(self, campaign: str, body: Body, now: datetime) -> None:
        content = {**body, "counted_at": None}
        sent, sent_at = self._sent.get(campaign, (None, now))
        if content == sent and now - sent_at < AT_LEAST:
            return
        self._case_store.report_campaign(campaign, body)
        self._sent[campaign] = content, now


def _facts(mark: Mark | None) -> int:
    return mark.facts if mark else 0


def _at(body: Body, now: datetime) -> Body:
    return {"counted_at": now.isoformat(), **body}


def _described(
    campaigns: Iterable[Description], kept: Mapping[str, Kept], marks: Mapping[str, Mark]
) -> list[Description]:
    """Every campaign there is or was, the earliest first."""
    found = {
        campaign: undescribed(campaign, (mark.first_day, mark.last_day))
        for campaign, mark in marks.items()
    }
    found.update({campaign: described(each.body) for campaign, each in kept.items()})
    found.update({description.id: description for description in campaigns})
    return sorted(found.values(), key=lambda each: (each.first_day, each.id))


def describe(campaign: Campaign) -> Description:
    """The campaign as its report has it."""
    return Description(
        id=campaign.id,
        title=campaign.title,
        organiser=campaign.organiser,
        first_day=campaign.days.first,
        last_day=campaign.days.last,
        audience=campaign.audience.value,
        topics=tuple(topic.title for topic in campaign.topics),
        scenes=tuple(
            Place(
                scene.id, scene.event, scene.branch, scene.stand, scene.days.first, scene.days.last
            )
            for scene in campaign.scenes
        ),
        questions=tuple(Asked(each.id, each.text, each.level.value) for each in campaign.quiz),
        places=sum(slot.places for slot in campaign.slots),
    )


def open_campaign_reports(config: Settings, clock: Callable[[], datetime]) -> CampaignReports:
    """The reports of this installation. Files are read when first needed, so that one that cannot
    be read stops nothing but this; of the answers a restart shows what has changed."""
    analytics = shared_engine(config.database_url("analytics"))
    feedback = Feedback(shared_engine(config.database_url("knowledge"), durable=False))
    shelf = cache(lambda: open_shelf(config.campaigns_dir, lambda: local_day(clock())))
    known = Known(
        Facts(analytics),
        lambda: [describe(campaign) for campaign in shelf().campaigns()],
        lambda campaign: feedback.misses_of(campaign, MOST_GROUPED),
        cache(_titles),
    )
    return CampaignReports(case_store(config), known, Reports(analytics))


def _titles() -> dict[str, str]:
    answers = load_catalogue(FAQ)
    return {**TITLES, **{f"faq/{key}": answer.title for key, answer in answers.items()}}
