"""The body of a report: what the contract says, and nothing small."""

from __future__ import annotations

import json
import time
from datetime import date, timedelta
from typing import Any

from bot.analytics.definitions import FIGURES, HIDDEN
from bot.analytics.description import described, undescribed
from bot.analytics.fact import FactKind, Outcome
from bot.analytics.report import Body, Question, build, comparison
from bot.analytics.tally import Sighting, count
from tests.unit.analytics.kit import CAMPAIGN, DAY, answer, counted, description, fact, people

TITLES = {"faq/fees.sms": "短信费", "faq/card.lost": "卡丢了"}


def asked(number: int, topic: str) -> list[Any]:
    return people(number, FactKind.CONSULTATION, topic=topic, outcome=Outcome.ANSWERED)


def body(facts: list[Any], **changes: Any) -> Body:
    values = {"titles": TITLES, "unanswered": [], "previous": None, **changes}
    return build(description(), counted(facts), **values)


def report(campaign: str, last_day: str, **more: Any) -> Body:
    about = {"id": campaign, "title": campaign, "first_day": "2020-01-01", "last_day": last_day}
    return {"campaign": about, "total": [], **more}


def test_every_breakdown_has_every_figure_in_the_same_order() -> None:
    found = body(people(5, FactKind.SCAN))
    names = [figure.name for figure in FIGURES]
    parts = [part for kind in ("scene", "branch", "day", "channel") for part in found[f"by_{kind}"]]
    assert [part["key"] for part in parts] == ["hall", "人民路支行", "2027-03-15", "web"]
    for figures in (found["total"], *(part["figures"] for part in parts)):
        assert [figure["name"] for figure in figures] == names


def test_the_body_is_plain_json_and_defines_every_figure() -> None:
    found = body(people(5, FactKind.SCAN))
    assert json.loads(json.dumps(found)) == found
    defined = {each["name"] for each in found["definitions"]}
    assert defined >= {figure["name"] for figure in found["total"]}
    assert defined >= {step["name"] for step in found["funnel"]}


def test_a_campaign_nobody_came_to_has_a_report_too() -> None:
    found = body([])
    assert {figure["text"] for figure in found["total"]} == {"0", "—"}
    assert (found["by_day"], found["most_asked"]) == ([], [])
    assert [question["right_first"]["of"] for question in found["questions"]] == [0, 0]


def test_the_most_asked_come_first_in_words_and_few_people_s_are_left_out() -> None:
    facts = [
        *asked(5, "faq/fees.sms"),
        *asked(7, "faq/card.lost"),
        *asked(4, "faq/card.lost"),
        *asked(9, "out_of_scope"),
        *asked(4, "faq/fees.sms")[:1] * 9,
        *[fact(FactKind.CONSULTATION, "p1", topic="faq/rare", outcome=Outcome.ANSWERED)] * 20,
    ]
    found = body(facts, titles={**TITLES, "faq/rare": "一个人问的"})["most_asked"]
    assert found == [
        {"label": "faq/fees.sms", "title": "短信费", "times": 14},
        {"label": "faq/card.lost", "title": "卡丢了", "times": 11},
    ]


def test_questions_keep_the_order_of_the_campaign_and_dropped_ones_are_not_told() -> None:
    facts = [answer(f"p{n}", key, Outcome.RIGHT) for n in range(5) for key in ("q2", "gone")]
    found = body(facts)["questions"]
    assert [(q["id"], q["right_first"]["text"]) for q in found] == [("q1", "—"), ("q2", "100%")]


def test_what_was_asked_in_vain_is_handed_on() -> None:
    found = body([], unanswered=[Question("数字人民币怎么开", 3)])
    assert found["unanswered"] == [{"text": "数字人民币怎么开", "times": 3}]


def test_no_small_number_is_in_the_body() -> None:
    facts = [*people(3, FactKind.SCAN), *people(2, FactKind.COMPLAINT)]
    found = body(facts)
    figures = [*found["total"], *(f for part in found["by_scene"] for f in part["figures"])]
    assert {f["count"] for f in figures if f["name"] in ("scans", "complaints")} == {None}
    assert {step["text"] for step in found["funnel"]} == {HIDDEN, "0"}


def test_a_campaign_is_compared_with_the_last_of_its_series() -> None:
    reports = [
        report("315-2025", "2025-03-31"),
        report("315-2026", "2026-03-31"),
        report("autumn-2026", "2026-09-30"),
        report("315-2028", "2028-03-31"),
    ]
    found = comparison(description(), reports)
    assert found is not None
    assert found["id"] == "315-2026"


def test_without_a_series_it_is_compared_with_the_last_that_was_over() -> None:
    reports = [report("autumn-2026", "2026-09-30"), report("winter", "2027-03-01")]
    found = comparison(description(), reports)
    assert found is not None
    assert found["id"] == "autumn-2026", "winter had not ended when this one began"
    assert comparison(description(), []) is None


def test_figures_of_an_older_version_that_no_longer_exist_are_not_compared() -> None:
    old = [{"name": "dances", "text": "3", "count": 3, "of": None}]
    new = [{"name": "scans", "text": "9", "count": 9, "of": None}]
    found = comparison(description(), [report("315-2026", "2026-03-31", total=old + new)])
    assert found is not None
    assert found["total"] == new


def test_a_report_tells_what_campaign_it_was_made_of() -> None:
    assert described(body([])) == description()


def test_a_campaign_with_nothing_but_facts_is_called_by_its_id() -> None:
    found = undescribed(CAMPAIGN, (date(2027, 3, 2), date(2027, 3, 9)))
    assert (found.title, found.first_day, found.last_day) == (
        CAMPAIGN,
        date(2027, 3, 2),
        date(2027, 3, 9),
    )


def test_two_hundred_thousand_facts_are_a_matter_of_seconds() -> None:
    places = [(f"s{n}", f"支行{n % 4}") for n in range(12)]
    kinds = [FactKind.SCAN, FactKind.CONSULTATION, FactKind.QUIZ_ANSWERED, FactKind.COMPLAINT]
    sightings = [
        Sighting(
            places[n % 11][0],
            DAY + timedelta(days=n % 29),
            ("web", "wechat")[n % 3 % 2],
            kinds[n % 4].value,
            "answered",
            "faq/fees.sms",
            f"p{n * 7919 % 20_011}",
            f"q{n % 17}",
        )
        for n in range(200_000)
    ]
    began = time.process_time()
    build(description(places), count(sightings), TITLES, [], None)
    # About two on the machine this was written on; a hundred thousand pairs of facts are hours.
    assert time.process_time() - began < 60
