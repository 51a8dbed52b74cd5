"""Campaigns and their figures, as they stand on their pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from casestore.console.views import duration, minute
from casestore.domain.campaign import CampaignReport, Standing
from casestore.domain.deadlines import local_date
from casestore.reports import campaign_parts as parts
from casestore.reports.layout import NOTHING


@dataclass(frozen=True)
class CampaignLine:
    """A campaign on the list."""

    id: str
    title: str
    first_day: str
    last_day: str
    standing: str
    is_running: bool
    people: str
    consultations: str
    complaints: str
    counted: str


@dataclass(frozen=True)
class Tile:
    """A figure with its definition."""

    label: str
    text: str
    meaning: str


@dataclass(frozen=True)
class CampaignHead:
    """What stands above the figures; ``silence`` is how long ago they were counted, if that is too
    long. ``scenes`` are places with their days."""

    id: str
    title: str
    organiser: str
    days: str
    standing: str
    audience: str
    scenes: Sequence[tuple[str, str]]
    counted: str
    silence: str


def campaign_lines(reports: Sequence[CampaignReport], now: datetime) -> list[CampaignLine]:
    """The campaigns as they look now."""
    return [_line(report, now) for report in reports]


def tiles(report: CampaignReport) -> list[Tile]:
    """The figures of the whole."""
    figures = report.figures
    labels, meanings = figures.labels, figures.meanings
    return [
        Tile(labels.get(each.name, each.name), each.text, meanings.get(each.name, ""))
        for each in figures.total
    ]


def campaign_head(report: CampaignReport, now: datetime) -> CampaignHead:
    """The head of one campaign's page as it looks now."""
    campaign, counted_at = report.figures.campaign, report.figures.counted_at
    silent = int((now - counted_at).total_seconds())
    return CampaignHead(
        id=campaign.id,
        title=campaign.title,
        organiser=campaign.organiser,
        days=parts.days_words(campaign.first_day, campaign.last_day),
        standing=campaign.standing(local_date(now)).value,
        audience=campaign.audience.label,
        scenes=[
            (scene.place, parts.days_words(scene.first_day, scene.last_day))
            for scene in campaign.scenes
        ],
        counted=minute(counted_at),
        silence=duration(silent) if report.is_stale(now) else "",
    )


def _line(report: CampaignReport, now: datetime) -> CampaignLine:
    campaign, total = report.figures.campaign, report.figures.total
    standing = campaign.standing(local_date(now))
    shown = {figure.name: figure.text for figure in total}
    return CampaignLine(
        id=campaign.id,
        title=campaign.title,
        first_day=campaign.first_day.isoformat(),
        last_day=campaign.last_day.isoformat(),
        standing=standing.value,
        is_running=standing is Standing.RUNNING,
        people=shown.get(parts.PEOPLE, NOTHING),
        consultations=shown.get(parts.CONSULTATIONS, NOTHING),
        complaints=shown.get(parts.COMPLAINTS, NOTHING),
        counted=minute(report.figures.counted_at),
    )
