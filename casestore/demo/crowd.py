"""Ever so many cases for measurements: each with its history, made straight from the domain's words
instead of acted out, because acting out a million takes days.

The number of a case decides everything about it: the same number, seed and moment make the same.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random

from stdnum.iso7064 import mod_37_36

from casestore.demo.bank import BRANCHES
from casestore.demo.stage import any_time, at_work
from casestore.demo.stories import Matter, StoryTeller
from casestore.domain.case import (
    Act,
    Case,
    CaseEvent,
    CaseStanding,
    CaseState,
    ClockTerms,
    Confirmed,
    EventKind,
    Handling,
    Progress,
)
from casestore.domain.clock import due_dates, opening_terms
from casestore.domain.deadlines import DueDates, ServicePromise, local_date
from casestore.domain.grading import grading
from casestore.domain.staff import Account, StaffRole

CLIENT = "load"
DAYS = 3 * 365
HANDLERS = tuple(
    Account(
        f"load.h{number:03d}",
        None,
        f"压测处理{number:03d}",
        frozenset({StaffRole.HANDLER}),
        ("DQ", "XQ", None)[number % 3],
    )
    for number in range(240)
)
"""Enough people for so many cases."""

_CODES = {branch.name: branch.code for branch in BRANCHES}
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BITS = 30
# Odd, so that multiplying by it modulo a power of two gives every number once.
_SCATTER = 0x2545F491


@dataclass(frozen=True)
class Chronicle:
    """A made case and everything that happened to it. An echo is the same under another number."""

    number: int
    seed: int
    case: Case
    events: tuple[CaseEvent, ...]

    def reference_of(self, echo: int) -> str:
        """Under what reference an echo goes; 0 is the case itself."""
        return _reference(local_date(self.case.standing.received_at), self.number + echo)

    def act_id(self, place: int, echo: int) -> str:
        """The id of the act at this place of an echo's history."""
        return _act_id(self.seed, self.number + echo, place)


class Crowd:
    """Makes cases by number; ``until`` is the moment they are seen at."""

    def __init__(self, seed: int, until: datetime, promise: ServicePromise) -> None:
        self._seed = seed
        self._until = until
        self._promise = promise
        self._rng = Random()  # noqa: S311  # to be repeated, not to be secret
        self._teller = StoryTeller(self._rng)

    def make(self, numbers: Iterable[int]) -> Iterator[Chronicle]:
        """The cases of these numbers."""
        for number in numbers:
            self._rng.seed(self._seed * 1_000_003 + number)
            yield self._chronicle(number)

    def _chronicle(self, number: int) -> Chronicle:
        rng = self._rng
        day = local_date(self._until) - timedelta(days=rng.randrange(DAYS))
        at = min(any_time(day, rng), self._until)
        matter = self._teller.draw(_reference(day, number), at)
        plan = self._plan(day)
        standing = self._standing(matter, at, day, plan)
        case = Case(standing, matter.complaint, CLIENT, recorded_at=at)
        return Chronicle(number, self._seed, case, tuple(self._events(case, number, plan)))

    def _plan(self, day: date) -> dict[EventKind, date]:
        """The days of the acts that have happened by now."""
        rng = self._rng
        answer = rng.choices(
            (rng.randint(1, 5), rng.randint(5, 14), rng.randint(15, 50)), (60, 33, 7)
        )
        answered = day + timedelta(days=answer[0])
        plan = {
            EventKind.ASSIGNED: day + timedelta(days=rng.choice((0, 0, 1))),
            EventKind.TAKEN_UP: day + timedelta(days=1),
            EventKind.CLASSIFIED: day + timedelta(days=1),
            EventKind.REPLIED: answered,
            EventKind.NOTICE_LOGGED: answered,
            EventKind.CLOSED: answered + timedelta(days=rng.randint(2, 9)),
        }
        today = local_date(self._until)
        return {kind: when for kind, when in plan.items() if when < today}

    def _standing(
        self, matter: Matter, at: datetime, day: date, plan: dict[EventKind, date]
    ) -> CaseStanding:
        looks = grading(matter.complaint)
        terms, due = _clock(day, self._promise)
        answered = plan.get(EventKind.REPLIED)
        if answered is not None and answered > due.legal:
            terms = replace(terms, extensions=1 if answered <= day + timedelta(days=30) else 2)
            due = due_dates(terms)
        return CaseStanding(
            reference=matter.complaint.reference,
            progress=Progress(
                state=_state(plan),
                answered_on=answered,
                settled_on=answered,
                closed_on=plan.get(EventKind.CLOSED),
                terms=terms,
            ),
            received_at=at,
            due=due,
            handling=self._handling(
                matter,
                plan,
                Handling(grade=looks.grade, priority=looks.priority, flags=looks.flags),
            ),
        )

    def _handling(
        self, matter: Matter, plan: dict[EventKind, date], handling: Handling
    ) -> Handling:
        rng, story = self._rng, matter.story
        if EventKind.ASSIGNED not in plan:
            return handling
        handler = rng.choice(HANDLERS)
        confirmed = None
        if EventKind.CLASSIFIED in plan:
            when = at_work(plan[EventKind.CLASSIFIED], rng)
            names = story.business, story.reason, story.channel
            confirmed = Confirmed(*names, handler.username, when)
        rated = EventKind.REPLIED in plan and rng.random() < 0.4
        return replace(
            handling,
            version=1 + len(plan),
            assignee=handler.username,
            unit=handler.branch,
            accused=_CODES[matter.branch],
            confirmed=confirmed,
            rating=rng.choices((5, 4, 3, 2, 1), (50, 33, 8, 5, 4))[0] if rated else None,
        )

    def _events(self, case: Case, number: int, plan: dict[EventKind, date]) -> Iterator[CaseEvent]:
        reference, actor = case.standing.reference, f"staff:{case.standing.handling.assignee}"
        yield CaseEvent(reference, EventKind.REGISTERED, f"client:{CLIENT}", case.recorded_at)
        for place, (kind, day) in enumerate(plan.items(), start=1):
            text = "我们核实后作出以下处理决定，请查收。" if kind is EventKind.REPLIED else None
            act = Act(_act_id(self._seed, number, place), None, text)
            progress = Progress(_STATE_AFTER.get(kind, CaseState.INVESTIGATING))
            moment = at_work(day, self._rng)
            yield CaseEvent(reference, kind, actor, moment, act, progress)


_STATE_AFTER = {
    EventKind.ASSIGNED: CaseState.ASSIGNED,
    EventKind.TAKEN_UP: CaseState.INVESTIGATING,
    EventKind.REPLIED: CaseState.NOTIFIED,
    EventKind.NOTICE_LOGGED: CaseState.NOTIFIED,
    EventKind.CLOSED: CaseState.CLOSED,
}


def _act_id(seed: int, number: int, place: int) -> str:
    return f"{CLIENT}-{seed}-{number}-{place}"


def _state(plan: dict[EventKind, date]) -> CaseState:
    states = [_STATE_AFTER[kind] for kind in plan if kind in _STATE_AFTER]
    return states[-1] if states else CaseState.REGISTERED


def _reference(day: date, number: int) -> str:
    """Of its own for each number below 2**30, and looking as any other."""
    scattered = number * _SCATTER % 2**_BITS
    six = "".join(_CROCKFORD[scattered >> shift & 31] for shift in range(25, -1, -5))
    stamp = f"{day:%Y%m%d}"
    return f"TS{stamp}-{six}{mod_37_36.calc_check_digit(stamp + six)}"


@lru_cache(maxsize=2 * DAYS)
def _clock(day: date, promise: ServicePromise) -> tuple[ClockTerms, DueDates]:
    terms = opening_terms(day, promise)
    return terms, due_dates(terms)
