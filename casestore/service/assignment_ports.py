"""What assignment and the watch over limits need from the store."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from casestore.domain.assignment import RoutingRule
from casestore.domain.case import CaseStanding
from casestore.domain.reminder import ReminderKind
from casestore.domain.watch import Watched


@dataclass(frozen=True)
class Matter:
    """What of a complaint decides who handles it: the business (the confirmed one, else the
    registered one), and the branch and person complained of in the customer's words."""

    standing: CaseStanding
    business: str
    branch: str
    staff: str | None


class Routes(Protocol):
    """The routing rules."""

    def all(self) -> Sequence[RoutingRule]:
        """Every rule, by position."""

    def put(self, rule: RoutingRule) -> None:
        """Create a rule, or replace the one with this id."""

    def drop(self, rule_id: str) -> bool:
        """Delete a rule; False if there is none."""


class Caseload(Protocol):
    """Cases as they lie on desks; nothing here opens an encrypted field."""

    def loads(self) -> Mapping[str, int]:
        """How many cases under way each person has, by username; who has none is left out."""

    def matter(self, reference: str) -> Matter | None:
        """What decides about the assignment of a case; None if unknown."""

    def unassigned(self, after: str, size: int) -> Sequence[Matter]:
        """Registered cases nobody handles, by reference, following ``after``."""

    def near_a_limit(self, until: date, after: str, size: int) -> Sequence[Watched]:
        """Cases under way with a limit on or before a day, and all assigned ones that were not
        taken up yet; by reference, following ``after``."""

    def limits(self, today: date) -> Mapping[ReminderKind, int]:
        """How many cases under way have a warning of each kind of limit due on a day (China
        local): the kinds of ``casestore.domain.watch.warnings``, but for idleness."""

    def known_acts(self, ids: Collection[str]) -> frozenset[str]:
        """Which of these ids of acts exist."""
