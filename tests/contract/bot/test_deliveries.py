"""The relay with the real journal and transcript, between customers and the double of the bank."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.engine import Engine

from bot.channels.transcript import Message, Transcript
from bot.channels.wechat.dispatch import Dispatch, Trouble
from bot.channels.wechat.ladder import Outgoing
from bot.channels.wechat.outbound import Outbound
from bot.errors import NotFound, Permanent, Retryable
from bot.intake.acts import ActKind, SqlActs
from bot.intake.bootstrap import callback_reference
from bot.intake.callbacks import OLD_CALLBACKS, Callback, SqlCallbacks
from bot.intake.cancellations import OLD_CANCELLATIONS, Cancellation, SqlCancellations
from bot.intake.evidence import SqlEvidence
from bot.intake.feed import SqlFeed
from bot.intake.journal import SqlJournal
from bot.intake.outbox import together
from bot.intake.seats import Seat
from bot.launcher.notices import Notices
from bot.launcher.receipts import Receipts
from bot.launcher.relay_process import Desk, build_errands, build_relay
from tests.fakes import MOST_WRONG_PROOFS, Clock, FakeCaseStore, references
from tests.handover import FakeDesk
from tests.samples import PDF, act, complaint, sealer

Connect = Callable[[str], Engine]
HOUR = timedelta(hours=1)
FOLLOWER = "wechat-" + "a" * 32


class Office:
    """Everything between a customer and the bank; `deliver` lets the relay work until it idles."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.clock, self.cases = Clock(), FakeCaseStore()
        self.transcript = Transcript(engine)
        self.outbound = Outbound(engine, self.transcript)
        self.journal = SqlJournal(engine, sealer(), references())
        self.acts, self.evidence = SqlActs(engine, sealer()), SqlEvidence(engine, sealer(), folder)
        self.callbacks, self.chats = SqlCallbacks(engine, sealer(), callback_reference), FakeDesk()
        self.cancellations = SqlCancellations(engine, callback_reference)
        self.desk = Desk(
            journal=self.journal,
            acts=self.acts,
            callbacks=self.callbacks,
            cancellations=self.cancellations,
            evidence=self.evidence,
            feed=SqlFeed(engine),
            case_store=self.cases,
            chats=self.chats,
            notices=self.notices(self.transcript),
            receipts=Receipts(self.outbound, self.cases),
        )
        self.relay = build_relay(self.desk, "relay-1", self.clock, lambda: 0)

    def notices(self, transcript: Transcript) -> Notices:
        return Notices(
            transcript,
            self.journal,
            self.evidence,
            hotline="400-000-0000",
            hotline_hours="每天",
            now=self.clock,
        )

    def file(self, number: int = 0, **changes: Any) -> str:
        self.clock.forward(seconds=1)
        return self.journal.record(complaint(number, **changes), self.clock()).reference

    def file_on_wechat(self) -> str:
        """A complaint of the follower `FOLLOWER`, who has heard that it arrived."""
        made = replace(complaint(7), channel="wechat", sender_id=FOLLOWER)
        reference = self.journal.record(made, self.clock()).reference
        self.deliver()
        self.dispatch().sent(self.claimed(), self.clock())
        return reference

    def dispatch(self) -> Dispatch:
        return Dispatch(self.acts._engine, self.transcript)

    def claimed(self) -> Outgoing:
        """The next message to be brought to a follower."""
        (outgoing,) = self.dispatch().claim("rasa-1", self.clock(), HOUR, 10)
        return outgoing

    def act(self, number: int, reference: str, kind: ActKind, **changes: Any) -> None:
        self.acts.record(act(number, reference, kind, self.clock(), **changes), self.clock())

    def send(self, reference: str, name: str = "凭证.pdf") -> str:
        sent = self.evidence.keep(uuid4(), "web-0", "web", name, PDF, self.clock())
        self.evidence.attach([sent.id], reference, self.clock())
        return sent.id

    def deliver(self) -> None:
        while self.relay.deliver_next():
            pass

    def run_errands(self) -> None:
        """As a relay does that has just been started."""
        build_errands(self.desk, self.clock, self.clock.steady).run_due()

    def said(self, sender_id: str = "web-0") -> list[Message]:
        return self.transcript.after(sender_id, 0)

    def undelivered(self) -> int:
        outboxes = (
            self.journal,
            self.callbacks,
            self.cancellations,
            self.acts,
            self.evidence,
        )
        backlog = together(outbox.backlog(self.clock()) for outbox in outboxes)
        return backlog.pending + backlog.parked


@pytest.fixture
def office(database_url: str, connect: Connect, tmp_path: Path) -> Office:
    return Office(connect(database_url), tmp_path / "evidence")


def test_every_kind_arrives_in_order_and_its_customer_hears_of_it(office: Office) -> None:
    reference = office.file()
    sent = office.send(reference)
    office.act(1, reference, ActKind.SUPPLEMENT)
    office.deliver()
    office.cases.reply(reference, "已经整改")
    office.act(2, reference, ActKind.SATISFACTION)
    office.act(3, reference, ActKind.REVIEW_REQUEST)
    office.act(4, reference, ActKind.WITHDRAWAL)
    office.deliver()
    assert list(office.cases.filed) == [reference]
    kinds = [kind for kind, _, _ in office.cases.acts.values()]
    assert kinds == ["supplement", "satisfaction", "review_request", "withdrawal"]
    case, document = office.cases.documents[sent]
    assert (case, document.name, document.content) == (reference, "凭证.pdf", PDF)
    texts = [message.text for message in office.said()]
    assert all(reference in text for text in texts)
    marks = ["受理登记完成", "补充", "材料", "评价", "最晚 2026-12-23 作出核查决定", "已经撤回"]
    assert [mark in text for mark, text in zip(marks, texts, strict=True)] == [True] * 6
    assert office.undelivered() == 0


def test_while_the_bank_is_away_everything_waits_in_its_order(office: Office) -> None:
    reference = office.file()
    office.act(1, reference, ActKind.SUPPLEMENT)
    office.act(2, reference, ActKind.WITHDRAWAL)
    sent = office.send(reference)
    office.cases.failures = [Retryable("HTTP 503") for _ in range(5)]
    for _ in range(12):
        office.deliver()
        office.clock.moment += HOUR
    assert [kind for kind, _, _ in office.cases.acts.values()] == ["supplement", "withdrawal"]
    assert office.cases.documents[sent]
    assert office.undelivered() == 0


def test_what_was_filed_directly_and_confirmed_again_is_one_case_and_holds_up_nothing(
    office: Office,
) -> None:
    """The journal was away, the case store got it at once, and its answer was lost."""
    direct = complaint(0, submitted_at=office.clock() - timedelta(minutes=5))
    reference = office.file(complaint_request="书面道歉")
    office.cases.file(direct.payload(reference))
    office.act(1, reference, ActKind.SUPPLEMENT)
    office.deliver()
    assert list(office.cases.filed) == [reference]
    texts = [body["text"] for _, _, body in office.cases.acts.values()]
    assert len(texts) == 2
    assert "您的诉求：书面道歉" in "".join(texts), "what changed in between is not lost"
    assert office.undelivered() == 0


@pytest.mark.parametrize("has_asked_too_often", [False, True])
def test_a_phone_corrected_after_filing_directly_stops_nothing_and_reaches_the_bank(
    office: Office, has_asked_too_often: bool
) -> None:
    direct = complaint(0, submitted_at=office.clock() - timedelta(minutes=5))
    reference = office.file(complainant_phone="13912345678")
    office.cases.file(direct.payload(reference))
    for _ in range(MOST_WRONG_PROOFS if has_asked_too_often else 0):
        with pytest.raises(NotFound):
            office.cases.status(reference, "0000")
    other = office.file(1)
    office.deliver()
    assert set(office.cases.filed) == {reference, other}
    ((kind, case, body),) = office.cases.acts.values()
    assert (kind, case) == ("supplement", reference)
    assert "13912345678" in body["text"], "whom to call is what was corrected"
    assert office.undelivered() == 0
    told = [message.text for message in office.said() if reference in message.text]
    assert not any("受理登记完成" in text for text in told), "no dates are known"


@pytest.mark.parametrize("stop_at", range(4))
def test_killed_at_any_notice_everything_arrives_once_and_is_told_once(
    office: Office, stop_at: int
) -> None:
    class Killed(BaseException):
        """Stands in for the kill: nothing after it happens."""

    class Deadly(Transcript):
        left = stop_at

        def push(self, *args: Any) -> bool:
            stored = Transcript.push(self, *args)
            Deadly.left -= 1
            if Deadly.left < 0:
                raise Killed
            return stored

    reference = office.file()
    office.act(1, reference, ActKind.SUPPLEMENT)
    office.send(reference)
    deadly = office.notices(Deadly(office.transcript._engine))
    dying = replace(office.desk, notices=deadly)
    try:
        relay = build_relay(dying, "relay-0", office.clock, lambda: 0)
        while relay.deliver_next():
            pass
    except Killed:
        pass
    for _ in range(5):
        office.deliver()
        office.clock.moment += HOUR
    assert len(office.cases.filed) == len(office.cases.acts) == len(office.cases.documents) == 1
    assert len(office.said()) == 3
    assert office.undelivered() == 0


def test_of_several_documents_one_notice_tells(office: Office) -> None:
    reference = office.file()
    sent = [office.send(reference, f"{number}.pdf") for number in range(3)]
    office.deliver()
    assert set(office.cases.documents) == set(sent)
    assert sum("材料" in message.text for message in office.said()) == 1


def test_what_the_bank_refuses_is_told_once_with_the_reason_and_whom_to_call(
    office: Office,
) -> None:
    reference = office.file()
    office.act(1, reference, ActKind.WITHDRAWAL)
    office.act(2, reference, ActKind.SUPPLEMENT)
    office.deliver()
    office.acts.try_again(reference, office.clock())
    office.deliver()
    (told,) = [message.text for message in office.said() if "没有送达" in message.text]
    for words in ("补充的内容", reference, "已经撤回", "400-000-0000"):
        assert words in told
    assert office.undelivered() == 1


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("HTTP 409 no_reply_yet", "还没有答复"),
        ("HTTP 409 review_too_late", "超过30天"),
        ("HTTP 422 invalid_request", "没有接收"),
    ],
)
def test_every_reason_of_a_refusal_is_told_in_plain_words(
    office: Office, code: str, reason: str
) -> None:
    reference = office.file()
    office.deliver()
    office.act(1, reference, ActKind.REVIEW_REQUEST)
    office.cases.failures = [Permanent(code)]
    office.deliver()
    assert reason in office.said()[-1].text
    assert "的核查申请" in office.said()[-1].text


def test_a_document_whose_file_is_lost_is_told_and_not_tried_for_ever(office: Office) -> None:
    reference = office.file()
    sent = office.send(reference)
    (office.evidence._folder / sent).unlink()
    office.deliver()
    assert office.evidence.backlog(office.clock()).parked == 1
    assert "上传的材料" in office.said()[-1].text


def test_a_reply_reaches_the_conversation_with_buttons_to_rate_it(office: Office) -> None:
    reference = office.file()
    office.deliver()
    office.cases.reply(reference, "手续费已退回，请拨打010-88886666核对。卡号6222021234567890128")
    office.cases.reply("TS20261123-7K3QF8K", "别的渠道的投诉")
    for _ in range(2):
        office.run_errands()
    _, told = office.said()
    assert reference in told.text
    assert "请拨打010-88886666核对" in told.text
    assert "6222021234567890128" not in told.text
    assert list(told.buttons) == [
        {"title": "满意", "payload": f'/answer_satisfied{{"reference": "{reference}"}}'},
        {"title": "不满意", "payload": f'/answer_dissatisfied{{"reference": "{reference}"}}'},
    ]


def test_killed_between_the_reply_and_its_cursor_the_customer_hears_it_once(
    office: Office,
) -> None:
    class Killed(BaseException):
        """Stands in for the kill."""

    class Forgetful(SqlFeed):
        def advance(self, cursor: int) -> None:
            raise Killed(cursor)

    reference = office.file()
    office.deliver()
    office.cases.reply(reference, "已经整改")
    dying = replace(office.desk, feed=Forgetful(office.acts._engine))
    with pytest.raises(Killed):
        build_errands(dying, office.clock, office.clock.steady).run_due()
    assert len(office.said()) == 2
    office.run_errands()
    assert len(office.said()) == 2
    assert office.desk.feed.cursor() == 1


def test_a_notice_is_shown_as_it_is_once_and_confirmed(office: Office) -> None:
    reference = office.file()
    office.deliver()
    office.cases.tell(reference, f"您的投诉（编号 {reference}）延长到2026年12月23日。")
    for _ in range(2):
        office.run_errands()
    told = office.said()[-1]
    assert told.text == f"您的投诉（编号 {reference}）延长到2026年12月23日。"
    assert list(told.buttons) == []
    assert len(office.said()) == 2
    assert office.cases.receipts == {"notice-1": (office.clock(), None)}


def test_with_the_receipt_lost_the_customer_still_hears_it_once(office: Office) -> None:
    reference = office.file()
    office.deliver()
    office.cases.reply(reference, "已经整改")
    office.cases.receipt_failures = [Retryable("HTTP 503")]
    office.run_errands()
    assert office.desk.feed.cursor() == 0
    office.run_errands()
    assert len(office.said()) == 2
    assert set(office.cases.receipts) == {"notice-1"}
    assert office.desk.feed.cursor() == 1


def test_the_bank_hears_that_a_conversation_is_unknown_or_over(office: Office) -> None:
    office.cases.tell("TS20261123-7K3QF8K", "别的渠道的投诉")
    reference = office.file()
    office.transcript.end_session("web-0", office.clock())
    office.cases.reply(reference, "已经整改")
    office.run_errands()
    failures = [failure for _, failure in office.cases.receipts.values()]
    assert [failure and failure[:4] for failure in failures] == ["没有找到", "客户已经"]
    assert all("已经整改" not in message.text for message in office.said())


def test_what_is_brought_to_a_follower_knows_its_complaint_and_its_notice(office: Office) -> None:
    reference = office.file_on_wechat()
    office.cases.reply(reference, "已经整改")
    office.run_errands()
    outgoing = office.claimed()
    assert (outgoing.reference, outgoing.is_worth_a_call) == (reference, True)
    assert "已经整改" in outgoing.message.text
    assert [button["title"] for button in outgoing.message.buttons] == ["满意", "不满意"]


def test_a_notice_on_wechat_is_confirmed_when_it_has_arrived_and_not_before(
    office: Office,
) -> None:
    reference = office.file_on_wechat()
    office.cases.tell(reference, "延长期限")
    for _ in range(2):
        office.run_errands()
    assert office.cases.receipts == {}
    assert office.desk.feed.cursor() == 1, "nothing behind it has to wait"
    office.clock.forward(hours=30)
    sent_at = office.clock()
    office.dispatch().sent(office.claimed(), sent_at)
    office.clock.forward(minutes=5)
    for _ in range(2):
        office.run_errands()
    assert office.cases.receipts == {"notice-1": (sent_at, None)}
    assert office.cases.calls.count("confirm") == 1


def test_a_notice_taken_along_by_a_reply_has_arrived_too(office: Office) -> None:
    reference = office.file_on_wechat()
    office.cases.tell(reference, "延长期限")
    office.run_errands()
    office.dispatch().wait_for_customer(office.claimed(), None)
    office.run_errands()
    assert office.cases.receipts == {}
    (waiting,) = office.outbound.parked(FOLLOWER, office.clock())
    office.outbound.collected(FOLLOWER, [waiting.cursor], "24001", office.clock())
    office.run_errands()
    assert office.cases.receipts == {"notice-1": (office.clock(), None)}


def test_the_bank_hears_of_a_notice_wechat_will_never_take(office: Office) -> None:
    reference = office.file_on_wechat()
    office.cases.tell(reference, "延长期限")
    office.run_errands()
    trouble = Trouble(40003, "invalid openid")
    office.dispatch().given_up(office.claimed(), None, trouble, office.clock())
    office.run_errands()
    ((_, failure),) = office.cases.receipts.values()
    assert failure is not None
    assert "40003" in failure


def test_a_receipt_the_bank_is_away_for_is_sent_later(office: Office) -> None:
    reference = office.file_on_wechat()
    office.cases.tell(reference, "延长期限")
    office.cases.tell("TS20261123-7K3QF8K", "不在这里的")
    office.run_errands()
    office.dispatch().sent(office.claimed(), office.clock())
    office.cases.receipt_failures = [Retryable("HTTP 503")]
    office.run_errands()
    assert "notice-1" not in office.cases.receipts
    office.run_errands()
    assert office.cases.receipts["notice-1"] == (office.clock(), None)


def test_a_reply_under_a_number_used_before_is_another_reply(office: Office) -> None:
    reference = office.file()
    office.deliver()
    office.cases.reply(reference, "第一次答复")
    office.run_errands()
    office.cases.happened.clear()  # the bank went back to an older backup
    office.cases.reply(reference, "恢复之后的答复")
    restored = replace(office.desk, feed=SqlFeed(office.acts._engine))
    restored.notices.told_by_bank(office.cases.happened[0])
    assert [m.text.split("\n\n")[1] for m in office.said()[1:]] == ["第一次答复", "恢复之后的答复"]


def test_an_officer_can_have_a_refused_act_delivered_again(office: Office) -> None:
    reference = office.file()
    office.deliver()
    office.act(1, reference, ActKind.SUPPLEMENT)
    office.cases.failures = [Permanent("HTTP 422 invalid_request")]
    office.deliver()
    assert office.undelivered() == 1
    office.cases.press_retry(reference)
    office.run_errands()
    office.deliver()
    assert office.undelivered() == 0
    assert [kind for kind, _, _ in office.cases.acts.values()] == ["supplement"]


def test_the_bank_sees_what_waits(office: Office) -> None:
    reference = office.file()
    office.act(1, reference, ActKind.WITHDRAWAL)
    office.send(reference)
    office.run_errands()
    report = office.cases.reports[-1]
    assert (report["pending"], report["parked"]) == (3, 0)
    assert {item["kind"] for item in report["items"]} == {"complaint", "withdrawal", "attachment"}


def test_errands_that_all_fail_leave_deliveries_alone(office: Office) -> None:
    class Away(FakeCaseStore):
        def events(self, after: int, limit: int) -> Any:
            raise Retryable(f"HTTP 503 {after} {limit}")

        def report(self, backlog: Any) -> None:
            raise Permanent(f"HTTP 404 {len(backlog)}")

    office.file()
    build_errands(
        replace(office.desk, case_store=Away()), office.clock, office.clock.steady
    ).run_due()
    office.deliver()
    assert office.undelivered() == 0


def call_back(office: Office, seat: Seat | None = None) -> Callback:
    """A call asked for now."""
    asked = Callback(
        id=uuid4(),
        channel="web",
        sender_id="web-0",
        asked_at=office.clock(),
        promised_by=office.clock() + HOUR,
        phone="13812348000",
        name=None,
        topic="理财赎回",
        preferred=None,
    )
    office.callbacks.record(asked, office.clock(), seat)
    return asked


def test_a_call_back_reaches_the_desk_and_nobody_is_told_twice(office: Office) -> None:
    asked = call_back(office)
    office.deliver()
    assert office.chats.callbacks == {str(asked.id): asked.payload()}
    assert office.undelivered() == 0
    assert office.said() == []


def test_while_the_desk_is_away_a_call_back_waits(office: Office) -> None:
    call_back(office)
    office.chats.failures.append(Retryable("HTTP 503"))
    office.deliver()
    assert office.undelivered() == 1
    office.clock.forward(minutes=1)
    office.deliver()
    assert office.undelivered() == 0


def test_an_officer_sees_a_call_back_the_desk_refused_and_tries_it_again(office: Office) -> None:
    asked = call_back(office)
    office.chats.failures.append(Permanent("HTTP 422 invalid_request"))
    office.deliver()
    office.run_errands()
    (item,) = office.cases.reports[-1]["items"]
    assert (item["kind"], item["status"]) == ("callback", "parked")
    office.cases.press_retry(item["reference"])
    office.run_errands()
    office.deliver()
    assert list(office.chats.callbacks) == [str(asked.id)]


def cancelled(office: Office) -> Callback:
    """A booked call that the customer cancels a minute later."""
    asked = call_back(office, Seat("315-2027", "20270315-0900", 1))
    office.clock.forward(minutes=1)
    wish = Cancellation(asked.id, asked.channel, asked.sender_id)
    assert office.cancellations.record(wish, office.clock())
    return asked


def test_a_cancellation_arrives_after_the_call_it_cancels(office: Office) -> None:
    asked = cancelled(office)
    at = office.clock()
    office.chats.failures.append(Retryable("HTTP 503"))
    office.deliver()
    assert office.chats.cancelled == {}
    assert office.undelivered() == 2
    office.clock.forward(minutes=1)
    office.deliver()
    assert list(office.chats.callbacks) == [str(asked.id)]
    assert office.chats.cancelled == {str(asked.id): at.isoformat()}
    assert office.undelivered() == 0
    assert office.said() == []


def test_a_cancellation_of_a_call_long_delivered_and_deleted_here_arrives(office: Office) -> None:
    asked = call_back(office, Seat("315-2027", "20270315-0900", 1))
    office.deliver()
    office.clock.forward(minutes=1)
    before = office.clock() - timedelta(seconds=1)
    assert OLD_CALLBACKS.purge(office.callbacks._engine, before) == 1
    wish = Cancellation(asked.id, asked.channel, asked.sender_id)
    office.cancellations.record(wish, office.clock())
    office.deliver()
    assert list(office.chats.cancelled) == [str(asked.id)]


def test_a_refused_cancellation_waits_for_an_officer(office: Office) -> None:
    asked = call_back(office, Seat("315-2027", "20270315-0900", 1))
    office.deliver()
    wish = Cancellation(asked.id, asked.channel, asked.sender_id)
    office.cancellations.record(wish, office.clock())
    office.chats.failures.append(Permanent("HTTP 404 callback_not_found"))
    office.deliver()
    office.run_errands()
    (item,) = office.cases.reports[-1]["items"]
    assert (item["kind"], item["status"]) == ("callback_cancel", "parked")
    office.cases.press_retry(item["reference"])
    office.run_errands()
    office.deliver()
    assert list(office.chats.cancelled) == [str(asked.id)]


def test_while_the_call_is_parked_its_cancellation_waits_and_goes_with_it(office: Office) -> None:
    asked = cancelled(office)
    office.chats.failures.append(Permanent("HTTP 422 invalid_request"))
    office.deliver()
    office.clock.forward(days=1)
    office.deliver()
    assert office.chats.cancelled == {}
    office.run_errands()
    items = office.cases.reports[-1]["items"]
    assert {item["reference"] for item in items} == {items[0]["reference"]}
    office.cases.press_retry(items[0]["reference"])
    office.run_errands()
    office.deliver()
    assert list(office.chats.cancelled) == [str(asked.id)]


def test_a_cancellation_is_forgotten_when_it_has_long_arrived(office: Office) -> None:
    asked = cancelled(office)
    engine, later = office.cancellations._engine, office.clock() + timedelta(days=8)
    assert OLD_CANCELLATIONS.purge(engine, later) == 0, "the bank does not know yet"
    office.deliver()
    assert OLD_CANCELLATIONS.purge(engine, later) == 1
    assert office.cancellations.of([str(asked.id)]) == set()
