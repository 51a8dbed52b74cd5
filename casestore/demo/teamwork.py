"""What people of the invented bank and its customers do, each through the service it is done with
in the console or by the assistant. The clock of the services says when."""

from dataclasses import dataclass, replace
from random import Random
from uuid import UUID

from casestore.demo.bank import another_supervisor, officer, supervisor_of
from casestore.demo.stories import Matter
from casestore.domain.case import Act, CaseStanding, CaseState, EventKind, Source
from casestore.domain.clock import next_limit
from casestore.domain.deadlines import local_date
from casestore.domain.errors import CaseNotFound
from casestore.domain.notice import Notice, NoticeWay
from casestore.domain.reply import Draft
from casestore.domain.staff import Officer, Right
from casestore.domain.task import TaskDraft
from casestore.edge.services import Services
from casestore.service.acting import Deed
from casestore.service.notices import Receipt, Telling
from casestore.service.ports import Store

BOT = "bot"
_CUSTOMER = f"client:{BOT}"
_AT_THE_OUTLET = frozenset({Source.COUNTER, Source.OPINION_BOOK, Source.CAMPAIGN_STAND})


@dataclass(frozen=True)
class Team:
    """Everybody together; ``rng`` decides what chance decides, ids included."""

    reach: Services
    store: Store
    rng: Random

    def standing(self, reference: str) -> CaseStanding:
        """Where a case stands. Raises CaseNotFound."""
        with self.store.transaction() as tx:
            found = tx.cases.standing(reference)
        if found is None:
            raise CaseNotFound
        return found

    def take_in(self, matter: Matter) -> str:
        """The assistant files it, or a clerk registers it; its reference."""
        complaint = matter.complaint
        if complaint.source.is_chat:
            return self.reach.desk.file(complaint, BOT).standing.reference
        clerk = officer(self.rng.choice(("demo.dq.clerk", "demo.xq.clerk")))
        if complaint.source not in _AT_THE_OUTLET:
            clerk = officer("demo.clerk")
        return self.reach.desk.register(complaint, clerk, self._id()).standing.reference

    def take_in_again(self, reference: str, matter: Matter, new_reference: str) -> None:
        """The customer complains a second time about the same; it becomes one case."""
        again = replace(
            matter.complaint,
            reference=new_reference,
            submitted_at=self.reach.now(),
            detail=f"再次反映：{matter.complaint.detail}",
            source=Source.WEB_CHAT,
            linked_to=reference,
        )
        self.reach.desk.file(again, BOT)
        self.act(
            new_reference,
            EventKind.MERGED,
            "同一客户同一事项",
            officer("demo.head1"),
            into=reference,
        )

    def assign(self, reference: str) -> None:
        """By rule, else by the head office."""
        if self.reach.assignment.assign_automatically(reference, self.reach.now()) is None:
            assignee = self.rng.choice(("demo.hand1", "demo.hand2"))
            self.act(reference, EventKind.ASSIGNED, None, officer("demo.head1"), assignee=assignee)

    def assign_anew(self, reference: str) -> None:
        """A review or new round goes to somebody else (投诉办法 article 20)."""
        before = self.standing(reference).handling.assignee
        assignee = "demo.hand2" if before == "demo.hand1" else "demo.hand1"
        self.act(reference, EventKind.ASSIGNED, None, officer("demo.head1"), assignee=assignee)

    def take_up(self, reference: str, accused: str) -> None:
        """The handler begins, and sets which branch is complained of."""
        self.act(reference, EventKind.TAKEN_UP)
        if self.standing(reference).handling.accused is None:
            self.act(reference, EventKind.ACCUSED_SET, accused=accused)

    def classify(self, reference: str, matter: Matter) -> None:
        """The handler confirms or corrects the classes."""
        story, handler = matter.story, self._handler(reference)
        self.reach.classification.confirm(
            reference, story.business, story.reason, story.channel, None, handler, self._id()
        )

    def note(self, reference: str, text: str) -> None:
        """An internal note of the handler."""
        self.act(reference, EventKind.NOTED, text)

    def supplement(self, reference: str, matter: Matter) -> None:
        """The customer adds something."""
        text = self._said_later(matter)
        if matter.complaint.source.is_chat:
            act = Act(self._id(), self.reach.now(), text)
            self.reach.casework.act(reference, EventKind.SUPPLEMENTED, act, _CUSTOMER)
        else:
            self.act(reference, EventKind.SUPPLEMENTED, text)

    def withdraw(self, reference: str, matter: Matter) -> None:
        """The customer takes it back."""
        if matter.complaint.source.is_chat:
            act = Act(self._id(), self.reach.now(), "问题已经解决")
            self.reach.casework.act(reference, EventKind.WITHDRAWN, act, _CUSTOMER)
        else:
            self.act(reference, EventKind.WITHDRAWN, "客户来电说问题已经解决")

    def extend(self, reference: str, reason: str) -> bool:
        """Whoever may grant the next stage does, while the limit is still running."""
        standing = self.standing(reference)
        further = next_limit(standing.progress.terms)
        if further is None or local_date(self.reach.now()) > standing.due.legal:
            return False
        by = officer("demo.exec")
        if further.granted_by is Right.EXTEND:
            by = self._decider(standing)
        self.act(reference, EventKind.EXTENDED, reason, by)
        return True

    def write(self, reference: str, matter: Matter) -> None:
        """The handler writes the reply and hands it in."""
        handler = self._handler(reference)
        draft = self.reach.replies.sheet(reference, handler).draft
        story = matter.story
        parts = replace(
            draft.parts,
            facts=matter.said(story.facts),
            decision=matter.said(story.decision),
            basis=matter.said(story.basis),
        )
        answer = f"{matter.said(story.decision)}"
        points = [replace(point, answer=answer) for point in draft.points]
        self.reach.replies.save_draft(reference, Draft(parts, points), handler, None)
        self.reach.replies.submit(reference, handler, None, self._id())

    def send_back(self, reference: str, note: str) -> None:
        """The approver wants it better."""
        decider = self._decider(self.standing(reference))
        self.reach.replies.send_back(reference, note, decider, None, self._id())

    def approve(self, reference: str) -> None:
        """A second person takes the decision."""
        decider = self._decider(self.standing(reference))
        self.reach.replies.approve(reference, decider, None, self._id())

    def release(self, reference: str) -> None:
        """The handler answers the customer."""
        self.reach.replies.release(reference, self._handler(reference), None, self._id())

    def waits_for_delivery(self, reference: str) -> bool:
        """Whether there is a notice the customer was not told of."""
        return self._waiting(reference) is not None

    def deliver(self, reference: str) -> bool:
        """The conversation takes the next waiting notice, mostly; False if a person must tell it.
        Other ways than the conversation are a person's anyway, at once."""
        notice = self._waiting(reference)
        if notice is None or notice.cursor is None or notice.failure:
            self.tell_by_phone(reference)
            return True
        arrived = self.rng.random() < 0.96
        receipt = Receipt(arrived, self.reach.now(), None if arrived else "客户已取消关注")
        self.reach.notices.confirm(BOT, notice.id, receipt)
        return arrived

    def tell_by_phone(self, reference: str) -> None:
        """The handler tells the customer and writes down how."""
        notice = self._waiting(reference)
        if notice is None:
            return
        way = NoticeWay.PHONE if notice.way is NoticeWay.CHAT else notice.way
        proof = f"{way.proof_hint}：示例 {self.rng.randint(100000, 999999)}"
        telling = Telling(way, self.reach.now(), proof)
        handler = self._handler(reference)
        self.reach.notices.log(reference, notice.id, telling, handler, self._id())

    def rate(self, reference: str, matter: Matter, rating: int) -> None:
        """Customers of the assistant say how content they are."""
        if matter.complaint.source.is_chat:
            act = Act(self._id(), self.reach.now(), rating=rating)
            self.reach.casework.act(reference, EventKind.RATED, act, _CUSTOMER)

    def ask_for_review(self, reference: str, matter: Matter) -> None:
        """核查, 投诉办法 article 20; by telephone an officer writes it down."""
        reason = f"对处理决定不满意：{matter.complaint.request}"
        if matter.complaint.source.is_chat:
            act = Act(self._id(), self.reach.now(), reason)
            self.reach.casework.act(reference, EventKind.REVIEW_REQUESTED, act, _CUSTOMER)
        else:
            self.act(reference, EventKind.REVIEW_REQUESTED, reason)

    def reopen(self, reference: str) -> None:
        """The unit's lead wants it handled once more."""
        lead = supervisor_of(self.standing(reference).handling.unit)
        self.act(reference, EventKind.REOPENED, "客户提供了新的凭证，重新办理", lead)

    def close(self, reference: str, matter: Matter) -> None:
        """The handler files the case away; classes not confirmed yet are."""
        if self.standing(reference).handling.confirmed is None:
            self.classify(reference, matter)
        self.act(reference, EventKind.CLOSED, "客户已知悉处理结果")

    def open_task(self, reference: str, task: str, draft: TaskDraft, by: Officer) -> None:
        """Somebody gets a measure to carry out."""
        self.reach.tasks.open(reference, task, draft, by)

    def finish_task(self, task: str, owner: Officer) -> None:
        """The owner has done it."""
        self.reach.tasks.finish(task, "已按措施完成，并组织了学习。", owner)

    def confirm_task(self, task: str, by: Officer) -> None:
        """Another person has looked at it."""
        self.reach.tasks.confirm(task, "抽查属实", by)

    def act(
        self,
        reference: str,
        kind: EventKind,
        text: str | None = None,
        by: Officer | None = None,
        **data: str,
    ) -> None:
        """One act, by the handler if nobody else is named."""
        deed = Deed(kind, self._id(), text, data)
        self.reach.casework.do(reference, deed, by or self._handler(reference))

    def _handler(self, reference: str) -> Officer:
        return officer(self.standing(reference).handling.assignee or "demo.hand1")

    def _decider(self, standing: CaseStanding) -> Officer:
        """The unit's lead; for a review, and where the lead handles the case, the head office."""
        lead = supervisor_of(standing.handling.unit)
        if standing.progress.state is CaseState.UNDER_REVIEW:
            return officer("demo.head2")
        return another_supervisor(lead.username) if lead.username == self._of(standing) else lead

    @staticmethod
    def _of(standing: CaseStanding) -> str | None:
        return standing.handling.assignee

    def _waiting(self, reference: str) -> Notice | None:
        notices = self.reach.notices.of(reference)
        return next((each for each in notices if not each.status.is_told), None)

    def _said_later(self, matter: Matter) -> str:
        return f"补充说明：{matter.complaint.request}，请一并处理。"

    def _id(self) -> str:
        return str(UUID(bytes=self.rng.randbytes(16), version=4))
