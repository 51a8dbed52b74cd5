"""Figures: counted as their definitions say, and hidden where they would point at somebody."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bot.analytics.definitions import FEWEST, FIGURES, FUNNEL, HIDDEN, RIGHT_FIRST
from bot.analytics.fact import Fact, FactKind, Outcome
from bot.analytics.figures import Figure, figures, funnel, small
from bot.analytics.report import DEFINITIONS
from tests.unit.analytics.kit import answer, counted, fact, people

DOCS = Path(__file__).parents[3] / "docs" / "campaigns.md"


def shown(facts: list[Fact]) -> dict[str, str]:
    total = counted(facts).total()
    return {figure.definition.name: figure.text for figure in figures(total, small(total))}


def steps(facts: list[Fact]) -> dict[str, str]:
    found = counted(facts)
    return {step.definition.name: step.text for step in funnel(found, found.total())}


def test_scans_count_every_time_and_people_once() -> None:
    found = shown([fact(FactKind.SCAN, f"p{n % FEWEST}") for n in range(12)])
    assert (found["scans"], found["people"]) == ("12", str(FEWEST))


def test_what_fewer_than_five_people_did_is_hidden_however_often_they_did_it() -> None:
    found = shown([*people(9, FactKind.SCAN), *people(4, FactKind.COMPLAINT) * 3])
    assert (found["scans"], found["complaints"]) == ("9", HIDDEN)
    assert shown(people(4, FactKind.SCAN) * 2)["scans"] == HIDDEN, "two scans each: four people"


def test_nobody_is_no_secret() -> None:
    assert shown([])["people"] == "0"
    assert Figure(RIGHT_FIRST, 0, 0).text == "—"


def test_a_hidden_number_does_not_travel() -> None:
    assert Figure(RIGHT_FIRST, 1, 3, is_hidden=True).body() == {
        "name": "right_first",
        "text": HIDDEN,
        "count": None,
        "of": None,
    }


def test_consultations_are_told_by_how_they_ended() -> None:
    ended = [Outcome.ANSWERED, Outcome.ANSWERED, Outcome.ASKED_BACK, Outcome.UNKNOWN]
    facts = [fact(FactKind.CONSULTATION, f"p{n}", outcome=o) for n in range(5) for o in ended]
    found = shown(facts)
    assert (found["consultations"], found["answered"], found["unanswered"]) == ("20", "10", "5")


def test_knowledge_gained_is_the_last_answer_against_the_first() -> None:
    facts = [
        item
        for n in range(10)
        for item in (
            answer(f"p{n}", "q1", Outcome.WRONG),
            answer(f"p{n}", "q1", Outcome.RIGHT if n < 6 else Outcome.WRONG, number=2),
        )
    ]
    found = shown(facts)
    assert (found["right_first"], found["right_last"], found["learned"]) == ("0%", "60%", "6")
    assert (found["quiz_people"], found["quiz_answers"]) == ("10", "20")


def test_answers_count_by_their_number_whatever_order_they_arrive_in() -> None:
    facts = [
        answer(f"p{n}", "q1", outcome, number)
        for n in range(FEWEST)
        for outcome, number in ((Outcome.RIGHT, 2), (Outcome.WRONG, 1))
    ]
    found = shown(facts)
    assert (found["right_first"], found["right_last"]) == ("0%", "100%")


def test_a_quiz_is_started_by_more_than_finish_it() -> None:
    found = shown([*people(8, FactKind.QUIZ_STARTED), *people(5, FactKind.QUIZ_FINISHED)])
    assert (found["quiz_started"], found["quiz_finished"]) == ("8", "5")


def test_bookings_and_shares_count() -> None:
    found = shown([*people(6, FactKind.BOOKING), *people(5, FactKind.SHARED) * 2])
    assert (found["bookings"], found["shares"]) == ("6", "10")


def test_every_step_of_the_funnel_counts_people_who_scanned() -> None:
    facts = [
        *people(10, FactKind.SCAN) * 2,
        *people(7, FactKind.CONSULTATION, outcome=Outcome.ANSWERED) * 3,
        *[answer(f"p{n}", "q1", Outcome.RIGHT) for n in range(6)],
        *people(2, FactKind.COMPLAINT),
        *[fact(FactKind.CONSULTATION, f"never-scanned-{n}") for n in range(5)],
    ]
    assert steps(facts) == {
        "funnel_scanned": "10",
        "funnel_asked": "7",
        "funnel_quizzed": "6",
        "funnel_complained": HIDDEN,
    }


def test_days_do_not_change_what_is_counted() -> None:
    twice = [*people(5, FactKind.SCAN), *people(5, FactKind.SCAN, day=date(2027, 3, 16))]
    assert shown(twice)["people"] == "5"


def test_every_figure_says_what_it_means() -> None:
    assert len({each.name for each in DEFINITIONS}) == len(DEFINITIONS)
    assert {*FIGURES, *FUNNEL} < set(DEFINITIONS)
    assert all(len(each.meaning) >= 6 for each in DEFINITIONS)


def test_the_documentation_gives_the_definitions_word_for_word() -> None:
    table = DOCS.read_text(encoding="utf-8")
    missing = [e.name for e in DEFINITIONS if f"| {e.label} | {e.meaning} |" not in table]
    assert missing == []
