"""Clients' reports on campaigns, in SQL: each one JSON as the contract has it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from casestore.domain.campaign import (
    AskedTopic,
    Audience,
    Campaign,
    CampaignFigures,
    CampaignReport,
    Definition,
    Figure,
    Group,
    Level,
    PreviousCampaign,
    QuizQuestion,
    Scene,
    Step,
    UnansweredQuestion,
)
from casestore.storage.statements import upsert
from casestore.storage.tables import campaign_report

_Entry = Mapping[str, Any]


class SqlCampaigns:
    """Implements ``service.campaign_ports.CampaignReports`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, report: CampaignReport) -> None:
        """See the port."""
        row = {
            "client": report.client,
            "campaign_id": report.figures.campaign.id,
            "received_at": report.received_at,
            "body": asdict(report.figures, dict_factory=_entry),
        }
        upsert(self._connection, campaign_report, row)

    def of(self, campaign_id: str) -> Sequence[CampaignReport]:
        """See the port."""
        return self._found(_NEWEST_FIRST.where(campaign_report.c.campaign_id == campaign_id))

    def all(self) -> Sequence[CampaignReport]:
        """See the port."""
        return self._found(_NEWEST_FIRST)

    def _found(self, statement: Any) -> Sequence[CampaignReport]:
        rows = self._connection.execute(statement).all()
        return [CampaignReport(row.client, row.received_at, _figures(row.body)) for row in rows]


_NEWEST_FIRST = select(campaign_report).order_by(
    campaign_report.c.received_at.desc(), campaign_report.c.client
)


def _entry(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """One JSON object; days and moments as text. Classes of words are texts already."""
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in pairs}


def _figures(body: _Entry) -> CampaignFigures:
    previous = body["previous"]
    return CampaignFigures(
        counted_at=datetime.fromisoformat(body["counted_at"]),
        campaign=_campaign(body["campaign"]),
        definitions=tuple(Definition(**each) for each in body["definitions"]),
        total=_row(body["total"]),
        by_scene=_groups(body["by_scene"]),
        by_branch=_groups(body["by_branch"]),
        by_day=_groups(body["by_day"]),
        by_channel=_groups(body["by_channel"]),
        funnel=tuple(Step(**each) for each in body["funnel"]),
        questions=tuple(_question(each) for each in body["questions"]),
        most_asked=tuple(AskedTopic(**each) for each in body["most_asked"]),
        unanswered=tuple(UnansweredQuestion(**each) for each in body["unanswered"]),
        previous=PreviousCampaign(
            **{**previous, **_days(previous), "total": _row(previous["total"])}
        )
        if previous
        else None,
    )


def _campaign(entry: _Entry) -> Campaign:
    more = {
        "audience": Audience(entry["audience"]),
        "topics": tuple(entry["topics"]),
        "scenes": tuple(Scene(**{**each, **_days(each)}) for each in entry["scenes"]),
    }
    return Campaign(**{**entry, **_days(entry), **more})


def _question(entry: _Entry) -> QuizQuestion:
    return QuizQuestion(
        id=entry["id"],
        text=entry["text"],
        level=Level(entry["level"]),
        right_first=Figure(**entry["right_first"]),
        right_last=Figure(**entry["right_last"]),
    )


def _groups(entries: Sequence[_Entry]) -> tuple[Group, ...]:
    return tuple(Group(each["key"], _row(each["figures"])) for each in entries)


def _row(entries: Sequence[_Entry]) -> tuple[Figure, ...]:
    return tuple(Figure(**each) for each in entries)


def _days(entry: _Entry) -> dict[str, date]:
    return {name: date.fromisoformat(entry[name]) for name in ("first_day", "last_day")}
