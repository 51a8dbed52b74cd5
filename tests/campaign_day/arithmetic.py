"""The figures of a scripted day, by plain arithmetic of the script's own. Pure.

Nothing of the code that counts is used: what is right is said here a second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.campaign_day.content import Fair
from tests.campaign_day.script import Counted, Visitor


@dataclass(frozen=True)
class Row:
    """One fact of the day. `visitor` is None for a booking: who of those who wished got it is open.

    All who wish have scanned a code: no number of visitors hangs on it.
    """

    campaign: str
    scene: str
    branch: str
    channel: str
    visitor: int | None
    counted: Counted


@dataclass(frozen=True)
class Amount:
    """A number, or a share with how many it is `of`; and how many `people` it is about."""

    count: int
    people: int
    of: int | None = None


def day_rows(fairs: Sequence[Fair], visitors: Sequence[Visitor]) -> list[Row]:
    """Every fact of the day."""
    return [*_deeds(fairs, visitors), *_bookings(fairs, visitors)]


def _deeds(fairs: Sequence[Fair], visitors: Sequence[Visitor]) -> Iterator[Row]:
    where = {s.scene: (fair.id, s.scene, s.branch) for fair in fairs for s in fair.stands}
    for visitor in visitors:
        for act in visitor.acts:
            for counted in act.counted:
                yield Row(*where[act.scene], visitor.channel, visitor.number, counted)


def _bookings(fairs: Sequence[Fair], visitors: Sequence[Visitor]) -> Iterator[Row]:
    wishes = Counter(
        (act.scene, visitor.channel, act.wish) for visitor in visitors for act in visitor.acts
    )
    for fair in fairs:
        for slot in fair.slots:
            where = (fair.id, slot.scene, fair.stand(slot.scene).branch, slot.channel)
            booked = min(wishes[slot.scene, slot.channel, slot.id], slot.places)
            yield from [Row(*where, None, Counted("booking", slot.id))] * booked


def figures(rows: Sequence[Row]) -> dict[str, Amount]:
    """All figures of some rows by name."""
    kinds = Counter(row.counted.kind for row in rows)
    visitors, players = _people(rows), _people(rows, "quiz_answered")
    starters, finishers = _people(rows, "quiz_started"), _people(rows, "quiz_finished")
    asked = [row for row in rows if row.counted.kind == "consultation"]
    outcomes = Counter(row.counted.outcome for row in asked)
    # On one day nobody is asked a question twice: first and last answer are the same.
    right = _right([row for row in rows if row.counted.kind == "quiz_answered"])
    return {
        "scans": Amount(kinds["scan"], visitors),
        "people": Amount(visitors, visitors),
        "consultations": Amount(len(asked), _people(asked)),
        "answered": Amount(outcomes["answered"], _people(asked)),
        "unanswered": Amount(outcomes["unknown"], _people(asked)),
        "quiz_started": Amount(kinds["quiz_started"], starters),
        "quiz_people": Amount(players, players),
        "quiz_answers": Amount(kinds["quiz_answered"], players),
        "quiz_finished": Amount(finishers, finishers),
        "right_first": right,
        "right_last": right,
        "learned": Amount(0, players),
        # Everybody books once at most.
        "bookings": Amount(kinds["booking"], kinds["booking"]),
        "complaints": Amount(kinds["complaint"], _people(rows, "complaint")),
        "shares": Amount(kinds["shared"], _people(rows, "shared")),
    }


def funnel(rows: Sequence[Row]) -> dict[str, int]:
    """How many people came, asked, answered a question, complained."""
    return {
        "funnel_scanned": _people(rows, "scan"),
        "funnel_asked": _people(rows, "consultation"),
        "funnel_quizzed": _people(rows, "quiz_answered"),
        "funnel_complained": _people(rows, "complaint"),
    }


def questions(rows: Sequence[Row]) -> dict[str, Amount]:
    """Of each question of the quiz that was answered, how many answers were right."""
    answered = [row for row in rows if row.counted.question is not None]
    return {name: _right(of) for name, of in apart(answered, _question_of).items()}


def topics(rows: Sequence[Row]) -> dict[str, Amount]:
    """What was asked and is known by a name, how often and by how many."""
    asked = [row for row in rows if row.counted.kind == "consultation" and row.counted.topic]
    return {
        topic: Amount(len(of), _people(of))
        for topic, of in apart(asked, lambda row: str(row.counted.topic)).items()
    }


def in_vain(rows: Sequence[Row]) -> dict[str, Amount]:
    """What nobody could answer, in the words of those who asked."""
    asked = [row for row in rows if row.counted.in_vain]
    return {
        words: Amount(len(of), _people(of))
        for words, of in apart(asked, lambda row: str(row.counted.in_vain)).items()
    }


def apart(rows: Sequence[Row], key: Callable[[Row], str]) -> dict[str, list[Row]]:
    """The rows by what `key` says of them."""
    return {name: [row for row in rows if key(row) == name] for name in sorted(set(map(key, rows)))}


def _question_of(row: Row) -> str:
    return str(row.counted.question)


def _people(rows: Iterable[Row], kind: str | None = None) -> int:
    """How many visitors there are behind rows of one kind, or of any."""
    of_kind = (row for row in rows if kind in (None, row.counted.kind))
    return len({row.visitor for row in of_kind if row.visitor is not None})


def _right(answers: Sequence[Row]) -> Amount:
    right = sum(row.counted.outcome == "right" for row in answers)
    return Amount(right, _people(answers), len(answers))
