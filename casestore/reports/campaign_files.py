"""A campaign's report as a file: a draft to finish in Word, or the tables for Excel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from casestore.domain.campaign import CampaignReport
from casestore.domain.deadlines import CHINA_TIME
from casestore.reports import campaign_parts as parts
from casestore.reports.campaign_draft import campaign_draft
from casestore.reports.files import KINDS
from casestore.reports.layout import Layout


@dataclass(frozen=True)
class CampaignFile:
    """A report ready to be saved; ``title`` is its name without the ending."""

    title: str
    media_type: str
    content: bytes


def campaign_file(report: CampaignReport, suffix: str) -> CampaignFile:
    """The report as a file of one of ``SUFFIXES``."""
    layout, kind = _LAYOUTS[suffix](report), KINDS[suffix]
    return CampaignFile(layout.title, kind.media_type, kind.write(layout))


def _workbook(report: CampaignReport) -> Layout:
    figures = report.figures
    campaign = figures.campaign
    facts = (
        ("活动时间", parts.days_words(campaign.first_day, campaign.last_day)),
        ("主办", campaign.organiser),
        ("统计时间", f"{figures.counted_at.astimezone(CHINA_TIME):%Y-%m-%d %H:%M}"),
    )
    blocks = (
        parts.small_numbers(figures),
        parts.overview(figures),
        parts.scenes(figures),
        parts.branches(figures),
        parts.days(figures),
        parts.channels(figures),
        parts.questions(figures),
        parts.most_asked(figures),
        parts.unanswered(figures),
        parts.definitions(figures),
    )
    return Layout(f"{campaign.title}统计表", facts, blocks)


_LAYOUTS: Mapping[str, Callable[[CampaignReport], Layout]] = {
    "docx": lambda report: campaign_draft(report.figures),
    "xlsx": _workbook,
}
SUFFIXES = tuple(_LAYOUTS)
"""The kinds of files there are, by the end of the name."""
