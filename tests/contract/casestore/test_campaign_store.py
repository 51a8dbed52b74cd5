"""Clients' reports on campaigns, on both databases."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from casestore.api.campaign_schemas import CampaignFiguresIn
from casestore.domain.campaign import CampaignFigures
from casestore.domain.errors import CampaignNotFound
from casestore.service.campaigns import CampaignBook
from casestore.service.ports import Store
from tests.contract.casestore.campaign_kit import ID, make_body
from tests.contract.casestore.kit import Clock

FIGURES: CampaignFigures = CampaignFiguresIn.parse_obj(make_body()).to_domain()


def of(campaign_id: str, first_day: date, title: str = "活动") -> CampaignFigures:
    campaign = replace(FIGURES.campaign, id=campaign_id, first_day=first_day, title=title)
    return replace(FIGURES, campaign=campaign)


@pytest.fixture
def book(store: Store, clock: Clock) -> CampaignBook:
    return CampaignBook(store, clock)


def test_a_report_is_read_as_it_was_sent(book: CampaignBook, clock: Clock) -> None:
    book.report("bot", FIGURES)
    report = book.get(ID)
    assert (report.client, report.received_at, report.figures) == ("bot", clock(), FIGURES)
    without = replace(FIGURES, previous=None, by_day=(), questions=(), unanswered=())
    book.report("bot", without)
    assert book.get(ID).figures == without


def test_a_later_report_takes_the_place_of_the_one_before(book: CampaignBook, clock: Clock) -> None:
    book.report("bot", FIGURES)
    clock.forward(hours=1)
    later = replace(FIGURES, counted_at=FIGURES.counted_at + timedelta(hours=1))
    book.report("bot", later)
    assert [each.figures for each in book.all()] == [later]


def test_the_campaign_that_began_last_comes_first(book: CampaignBook) -> None:
    for campaign_id, day in (("a", date(2026, 3, 1)), ("b", date(2026, 9, 1))):
        book.report("bot", of(campaign_id, day))
    book.report("bot", of("c", date(2026, 9, 1), title="一个"))
    assert [each.figures.campaign.id for each in book.all()] == ["c", "b", "a"]


def test_of_two_clients_the_last_to_report_is_shown_and_each_has_its_own(
    book: CampaignBook, clock: Clock
) -> None:
    book.report("bot", FIGURES)
    clock.forward(minutes=1)
    book.report("other", replace(FIGURES, most_asked=()))
    assert book.get(ID).client == "other"
    assert [each.client for each in book.all()] == ["other"]
    assert book.reported_by("bot", ID).figures == FIGURES
    with pytest.raises(CampaignNotFound):
        book.reported_by("third", ID)


@pytest.mark.parametrize("unknown", ["316-2027", "", "x\0", "9" * 3000])
def test_an_unknown_campaign_is_not_found(book: CampaignBook, unknown: str) -> None:
    book.report("bot", FIGURES)
    with pytest.raises(CampaignNotFound):
        book.get(unknown)


def test_figures_counted_more_than_a_day_ago_are_stale(book: CampaignBook) -> None:
    book.report("bot", FIGURES)
    report = book.get(ID)
    assert not report.is_stale(FIGURES.counted_at + timedelta(hours=25))
    assert report.is_stale(FIGURES.counted_at + timedelta(hours=25, seconds=1))
