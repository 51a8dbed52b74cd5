"""The bank's side of a running product: officers who work a case as they must, in its database.

No pages are opened, so that tests about customers stay quick; the pages have tests of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from uuid import uuid4

from casestore.domain.case import CaseStanding, CaseState, EventKind
from casestore.domain.letter import usual_remedies
from casestore.domain.reply import Draft, Parts, Point
from casestore.domain.staff import Account, Officer, StaffRole, officer_of
from casestore.service.acting import Deed
from casestore.service.casework import Casework
from casestore.service.ports import Store
from casestore.service.replies import ReplyDesk
from casestore.service.reply_sheet import offers_review
from casestore.storage.engine import build_engine
from casestore.storage.keyring import Keyring
from casestore.storage.reply_templates import reply_templates
from casestore.storage.store import SqlStore

HANDLER = Account("bank-handler", None, "测试经办", frozenset({StaffRole.HANDLER}))
CHIEFS = tuple(
    Account(f"bank-chief-{number}", None, f"测试主管{number}", frozenset({StaffRole.SUPERVISOR}))
    for number in (1, 2)
)
_ANSWERED = frozenset({CaseState.NOTIFIED, CaseState.CLOSED})
_TO_TAKE_UP = frozenset({CaseState.REGISTERED, CaseState.ASSIGNED, CaseState.REOPENED})


@dataclass(frozen=True)
class Staff:
    """A handler and two supervisors: who decided does not decide the review."""

    store: Store
    casework: Casework
    replies: ReplyDesk

    def reply(self, reference: str, text: str) -> None:
        """Investigate, write a reply whose decision is ``text``, have it approved, release it.

        A case that was answered before is reopened first.
        """
        if self._standing(reference).progress.state in _ANSWERED:
            self._do(reference, EventKind.REOPENED, self._chief(reference), "重新核实")
        self.take_up(reference)
        self._write(reference, text)
        chief = self._chief(reference)
        self.replies.approve(reference, chief, None, str(uuid4()))
        self.replies.release(reference, chief, None, str(uuid4()))

    def do(self, reference: str, kind: EventKind, text: str | None = None, **data: str) -> None:
        """Any act of a supervisor."""
        self._do(reference, kind, self._chief(reference), text, **data)

    def take_up(self, reference: str) -> None:
        """Have the handler investigate it."""
        handler = officer_of(HANDLER)
        if self._standing(reference).handling.assignee != handler.username:
            assigned = {"assignee": handler.username}
            self._do(reference, EventKind.ASSIGNED, self._chief(reference), None, **assigned)
        if self._standing(reference).progress.state in _TO_TAKE_UP:
            self._do(reference, EventKind.TAKEN_UP, handler)

    def _write(self, reference: str, text: str) -> None:
        handler = officer_of(HANDLER)
        remedies = usual_remedies(offers_review(self._standing(reference)))
        parts = Parts("已调阅录像并核对账务。", text, "按本行公示的规则办理。", remedies)
        answered = [
            Point(point.id, point.claim, "已处理。") for point in self.replies.points(reference)
        ]
        self.replies.save_draft(reference, Draft(parts, answered), handler, None)
        self.replies.submit(reference, handler, None, str(uuid4()))

    def _chief(self, reference: str) -> Officer:
        """Not the one who took the decision before."""
        with self.store.transaction() as tx:
            decider = tx.replies.circumstances(reference).reviewed_by
        first, second = (officer_of(chief) for chief in CHIEFS)
        return second if decider == first.username else first

    def _do(
        self,
        reference: str,
        kind: EventKind,
        officer: Officer,
        text: str | None = None,
        **data: str,
    ) -> None:
        self.casework.do(reference, Deed(kind, str(uuid4()), text, data), officer)

    def _standing(self, reference: str) -> CaseStanding:
        with self.store.transaction() as tx:
            standing = tx.cases.standing(reference)
        assert standing is not None, f"{reference} has not arrived"
        return standing


@contextmanager
def bank_staff(environment: Mapping[str, str]) -> Iterator[Staff]:
    """The officers of the case store with these settings (``Stack.env``)."""
    engine = build_engine(environment["DATABASE_URL"])
    try:
        store = SqlStore(engine, Keyring(environment["CASE_STORE_FIELD_KEYS"].split(",")))
        with store.transaction() as tx:
            for account in (HANDLER, *CHIEFS):
                tx.staff.add_account(account, _now())
            tx.commit()
        desk = ReplyDesk(store, _now, lambda: str(uuid4()), reply_templates())
        yield Staff(store, Casework(store, _now), desk)
    finally:
        engine.dispose()


def _now() -> datetime:
    return datetime.now(timezone.utc)
