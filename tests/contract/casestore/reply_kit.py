"""A case worked up to a reply, for tests of replies and notices."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from casestore.domain.case import CaseStanding, EventKind
from casestore.domain.fingerprint import fingerprint
from casestore.domain.letter import usual_remedies
from casestore.domain.reply import Draft, Parts, Point
from casestore.domain.staff import Account, Officer, StaffRole, officer_of
from casestore.service.acting import Deed, Done
from casestore.service.casework import Casework
from casestore.service.notices import NoticeDesk
from casestore.service.ports import Store
from casestore.service.replies import ReplyDesk
from casestore.storage.reply_templates import reply_templates
from tests.contract.casestore.kit import Clock, Ids, make_case, make_reference

REFERENCE = make_reference()


def account(username: str, *roles: StaffRole, branch: str | None = None) -> Account:
    return Account(username, "hash", name=f"员工{username}", roles=frozenset(roles), branch=branch)


HANDLER = account("li", StaffRole.HANDLER)
SUPERVISOR = account("wang", StaffRole.SUPERVISOR)
SECOND = account("zhao", StaffRole.SUPERVISOR)
CLERK = account("sun", StaffRole.CLERK)
SECOND_HANDLER = account("hu", StaffRole.HANDLER)
STAFF = (HANDLER, SUPERVISOR, SECOND, CLERK, SECOND_HANDLER)
LI, WANG, ZHAO, SUN, HU = (officer_of(each) for each in STAFF)

PARTS = Parts(
    facts="经核对账务，11 月 18 日收取手续费 12.5 元。",
    decision="退还手续费 12.5 元，已入账。",
    basis="该项目未在营业场所公示。",
    remedies=usual_remedies(offers_review=False),
)


@dataclass
class Office:
    """The services over one store, and officers who know each other."""

    store: Store
    clock: Clock
    ids: Ids = field(default_factory=Ids)

    def __post_init__(self) -> None:
        self.casework = Casework(self.store, self.clock)
        self.replies = ReplyDesk(self.store, self.clock, self.ids, reply_templates())
        self.notices = NoticeDesk(self.store, self.clock)

    def open(self, **changes: Any) -> None:
        """A case that its handler is investigating."""
        case = make_case(**changes)
        with self.store.transaction() as tx:
            for each in STAFF:
                tx.staff.add_account(each, self.clock())
            tx.cases.add(case, fingerprint(case.complaint))
            tx.commit()
        self.do(EventKind.ASSIGNED, ZHAO, assignee="li")
        self.do(EventKind.TAKEN_UP, LI)

    def do(self, kind: EventKind, officer: Officer, text: str | None = None, **data: str) -> Done:
        return self.casework.do(REFERENCE, Deed(kind, self.ids(), text, data), officer)

    def standing(self) -> CaseStanding:
        with self.store.transaction() as tx:
            standing = tx.cases.standing(REFERENCE)
        assert standing is not None
        return standing

    @property
    def version(self) -> int:
        return self.standing().handling.version

    def save(self, parts: Parts = PARTS, answer: str = "已退还。", officer: Officer = LI) -> None:
        points = [Point(point.id, point.claim, answer) for point in self.replies.points(REFERENCE)]
        self.replies.save_draft(REFERENCE, Draft(parts, points), officer, self.version)

    def submit(self, officer: Officer = LI) -> Done:
        return self.replies.submit(REFERENCE, officer, self.version, self.ids())

    def approve(self, officer: Officer = WANG) -> Done:
        return self.replies.approve(REFERENCE, officer, self.version, self.ids())

    def release(self, officer: Officer = LI) -> Done:
        return self.replies.release(REFERENCE, officer, self.version, self.ids())

    def answer(self, approver: Officer = WANG) -> None:
        """From investigation to a reply that was released."""
        self.save()
        self.submit()
        self.approve(approver)
        self.release()

    def news(self) -> list[tuple[str, str | None, str | None]]:
        """Kind, text and notice of what the bot is told."""
        with self.store.transaction() as tx:
            entries = tx.feed.after("bot", 0, 100)
        return [(entry.news.kind.value, entry.news.text, entry.notice) for entry in entries]

    def now(self) -> datetime:
        return self.clock()
