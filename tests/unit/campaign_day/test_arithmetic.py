"""The simulated day's own arithmetic, on a day small enough to count by hand."""

from __future__ import annotations

from tests.campaign_day.arithmetic import (
    Amount,
    apart,
    day_rows,
    figures,
    funnel,
    in_vain,
    questions,
    topics,
)
from tests.campaign_day.content import Fair, Riddle, Slot, Stand
from tests.campaign_day.script import Act, Counted, Line, Turn, Visitor

SLOT = Slot("20261127-0900", "hall", "web", 1, "09:00", "10:00")
FAIR = Fair(
    "fair",
    "shipped",
    (Stand("hall", "宣传", "东支行"), Stand("mall", "宣传", "西支行")),
    {},
    (Riddle("q1", "？", ("甲", "乙"), 0),),
    (SLOT,),
)


def act(scene: str, *counted: Counted, wish: str | None = None) -> Act:
    return Act(scene, (Line(Turn.QUESTION, "话"),), counted, wish)


def visitor(number: int, *acts: Act, channel: str = "web") -> Visitor:
    return Visitor(number, channel, False, acts)


SCAN = Counted("scan")
ASKED = Counted("consultation", "faq/fees.sms_fee", "answered")
UNKNOWN = Counted("consultation", outcome="unknown", in_vain="累死了")
STARTED = Counted("quiz_started", level="easy")
RIGHT = Counted("quiz_answered", None, "right", "q1", "easy", 1)
WRONG = Counted("quiz_answered", None, "wrong", "q1", "easy", 1)
FINISHED = Counted("quiz_finished", level="easy")
DAY = [
    visitor(0, act("hall", SCAN), act("hall", ASKED), act("mall", SCAN), act("mall", UNKNOWN)),
    visitor(1, act("hall", SCAN), act("hall", STARTED), act("hall", RIGHT, FINISHED)),
    visitor(2, act("hall", SCAN), act("hall", Counted("shared")), channel="wechat"),
    visitor(3, act("mall", SCAN), act("mall", STARTED), act("mall", WRONG)),
    visitor(4, act("mall", SCAN), act("mall", Counted("complaint"), Counted("complaint"))),
]


def test_every_kind_of_figure_is_counted() -> None:
    assert figures(day_rows([FAIR], DAY)) == {
        "scans": Amount(6, 5),
        "people": Amount(5, 5),
        "consultations": Amount(2, 1),
        "answered": Amount(1, 1),
        "unanswered": Amount(1, 1),
        "quiz_started": Amount(2, 2),
        "quiz_people": Amount(2, 2),
        "quiz_answers": Amount(2, 2),
        "quiz_finished": Amount(1, 1),
        "right_first": Amount(1, 2, 2),
        "right_last": Amount(1, 2, 2),
        "learned": Amount(0, 2),
        "bookings": Amount(0, 0),
        "complaints": Amount(2, 1),
        "shares": Amount(1, 1),
    }


def test_the_way_from_the_poster_on_counts_people() -> None:
    assert list(funnel(day_rows([FAIR], DAY)).values()) == [5, 1, 2, 1]


def test_questions_and_topics_are_counted_apart() -> None:
    rows = day_rows([FAIR], DAY)
    assert questions(rows) == {"q1": Amount(1, 2, 2)}
    assert topics(rows) == {"faq/fees.sms_fee": Amount(1, 1)}
    assert in_vain(rows) == {"累死了": Amount(1, 1)}


def test_a_visitor_counts_at_every_stand_but_once_in_all() -> None:
    rows = day_rows([FAIR], DAY)
    by_branch = apart(rows, lambda row: row.branch)
    assert {name: figures(of)["people"].count for name, of in by_branch.items()} == {
        "东支行": 3,
        "西支行": 3,
    }
    assert figures(rows)["people"].count == 5


def test_who_comes_too_late_for_a_slot_has_not_booked() -> None:
    day = [visitor(n, act("hall", SCAN), act("hall", wish=SLOT.id)) for n in range(3)]
    rows = day_rows([FAIR], day)
    assert figures(rows)["bookings"] == Amount(1, 1)
    assert {row.scene for row in rows if row.counted.kind == "booking"} == {"hall"}
    assert figures(day_rows([FAIR], day[:0]))["bookings"] == Amount(0, 0)
