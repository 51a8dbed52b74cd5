"""The checklists of a case: what is to be checked, what was, by whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from casestore.domain.case import Case, EventKind
from casestore.domain.checklist import CheckItem, Checklist, lists_for
from casestore.domain.errors import CaseNotFound, InvalidRequest
from casestore.domain.staff import Officer
from casestore.service.acting import Deed, perform
from casestore.service.ports import Clock, Store
from casestore.service.task_ports import Check


@dataclass(frozen=True)
class CheckLine:
    """One item and, once somebody ticked it, by whom and when."""

    item: CheckItem
    check: Check | None


@dataclass(frozen=True)
class CheckSection:
    """One checklist of a case."""

    title: str
    lines: Sequence[CheckLine]


class ChecklistRoom:
    """``checklists`` are all there are; which apply follows from business and reason."""

    def __init__(self, store: Store, now: Clock, checklists: Sequence[Checklist]) -> None:
        self._store = store
        self._now = now
        self._checklists = checklists

    def sections(self, case: Case) -> Sequence[CheckSection]:
        """The checklists of a case that the caller may see, by its classification as it is now."""
        with self._store.transaction() as tx:
            ticked = {check.item: check for check in tx.checks.of(case.standing.reference)}
        return _sections(self._lists(case), ticked)

    def tick(self, reference: str, item: str, officer: Officer) -> None:
        """Note an item as checked, once. Raises InvalidRequest for an unknown item, and as
        ``acting.perform``."""
        now = self._now()
        with self._store.transaction() as tx:
            if item not in {each.id for one in self._checklists for each in one.items}:
                raise InvalidRequest({"item": "清单里没有这一项"})
            if tx.cases.standing(reference) is None:
                raise CaseNotFound
            deed = Deed(EventKind.CHECKED, f"c:{reference}:{item}", data={"item": item})
            if tx.checks.tick(reference, Check(item, officer.username, now)):
                perform(tx, reference, deed, officer, now)
                tx.commit()

    def text_of(self, item: str) -> str:
        """The words of an item by its id, for the history; the id itself if it is gone."""
        found = (each.text for one in self._checklists for each in one.items if each.id == item)
        return next(found, item)

    def _lists(self, case: Case) -> Sequence[Checklist]:
        confirmed, complaint = case.standing.handling.confirmed, case.complaint
        business = confirmed.business if confirmed else complaint.business
        reason = confirmed.reason if confirmed else complaint.reason
        return lists_for(self._checklists, business, reason)


def _sections(lists: Sequence[Checklist], ticked: Mapping[str, Check]) -> Sequence[CheckSection]:
    return [
        CheckSection(one.title, [CheckLine(item, ticked.get(item.id)) for item in one.items])
        for one in lists
    ]
