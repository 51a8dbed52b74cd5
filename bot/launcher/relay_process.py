"""The relay as a process: one delivery loop that stops cleanly on SIGTERM, its errands beside it."""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import partial
from time import monotonic
from typing import Any
from uuid import UUID

from bot.channels.transcript import Transcript
from bot.channels.wechat.outbound import Outbound
from bot.errors import NotFound, Permanent, TooManyAttempts
from bot.handover.bootstrap import open_desk as open_chat_desk
from bot.handover.desk import Desk as ChatDesk
from bot.intake.acts import Act, ActKind, Acts, amendment_id
from bot.intake.backlog_report import BacklogReport
from bot.intake.bootstrap import (
    case_store,
    open_acts,
    open_callbacks,
    open_cancellations,
    open_evidence,
    open_feed,
    open_journal,
)
from bot.intake.callbacks import Callbacks
from bot.intake.cancellations import Cancellations
from bot.intake.case_store import CaseStore, Document
from bot.intake.errands import Errand, Errands, Ran
from bot.intake.evidence import EvidenceStore
from bot.intake.feed import Feed
from bot.intake.fields import BY_NAME, PHONE
from bot.intake.journal import Journal
from bot.intake.kinds import KINDS
from bot.intake.news import News
from bot.intake.outbox import Entry
from bot.intake.relay import Attempted, Line, Relay
from bot.intake.same_matter import LONGEST_TEXT, told_again
from bot.launcher.campaign_report import open_campaign_reports
from bot.launcher.facts import build_fact_errands
from bot.launcher.ferry import open_ferry
from bot.launcher.heartbeat import Heartbeats, Process
from bot.launcher.knowledge_report import open_knowledge_report
from bot.launcher.notices import Notices
from bot.launcher.process import configure_logging
from bot.launcher.quiz_reminders import open_quiz_reminders
from bot.launcher.receipts import Receipts
from bot.launcher.retention import build_rules, retention_errands
from bot.metrics.deliveries import Deliveries, ErrandRuns
from bot.metrics.forms import Forms, Left
from bot.metrics.process import process_registry, served
from bot.settings import Settings
from bot.storage.engine import shared_engine

NEWS_EVERY = timedelta(seconds=2)
REPORT_EVERY = timedelta(seconds=1)
TALKS_EVERY = timedelta(seconds=1)
KNOWLEDGE_EVERY = timedelta(minutes=10)
CAMPAIGNS_EVERY = timedelta(minutes=1)
REMIND_EVERY = timedelta(seconds=10)
STOP_SECONDS = 2.0
DELIVERIES = "deliveries"


@dataclass(frozen=True)
class Desk:
    """Everything the relay works with."""

    journal: Journal
    acts: Acts
    callbacks: Callbacks
    cancellations: Cancellations
    evidence: EvidenceStore
    feed: Feed
    case_store: CaseStore
    chats: ChatDesk
    notices: Notices
    receipts: Receipts


def run_relay(config: Settings) -> None:
    """Delivers until SIGTERM or SIGINT; the delivery under way is finished first."""
    configure_logging("relay", config.log_format)
    registry = process_registry("relay")
    forms, runs = Forms(registry), ErrandRuns(registry)
    attempted = Deliveries(registry, KINDS).attempted
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    # Threads and clients of their own: a case store that hangs on a question holds up no delivery,
    # counting questions holds up no news, and nothing holds up people who are talking.
    beside = {
        "errands": build_errands(open_desk(config), now, monotonic, runs.ran),
        "reports": build_slow_errands(config, now, monotonic, runs.ran),
        "talks": build_talk_errands(config, now, monotonic, runs.ran),
        "facts": build_fact_errands(config, now, monotonic, runs.ran),
    }
    rules = build_rules(config, partial(forms.left, how=Left.EXPIRED))
    clearing = retention_errands(rules, now, monotonic, runs.ran)
    for errands in (*beside.values(), clearing):
        runs.expect(errands.rhythms, now())
    heartbeats = Heartbeats(config.heartbeat_dir, Process.RELAY)
    heartbeats.begin([DELIVERIES, *beside])
    threads = [
        threading.Thread(
            target=errands.run, args=(heartbeats.beating(name, stop.wait),), daemon=True
        )
        for name, errands in beside.items()
    ]
    # Without a heartbeat: deleting half a year of rows may take longer than a thread may stand still.
    threads.append(threading.Thread(target=clearing.run, args=(stop.wait,), daemon=True))
    for thread in threads:
        thread.start()
    spread = random.SystemRandom()
    owner = f"{socket.gethostname()}-{os.getpid()}"
    relay = build_relay(open_desk(config), owner, now, lambda: spread.uniform(-1, 1), attempted)
    with served(registry, config.metrics_host, config.relay_metrics_port):
        relay.run(heartbeats.beating(DELIVERIES, stop.wait))
    for thread in threads:
        thread.join(STOP_SECONDS)


def open_desk(config: Settings) -> Desk:
    journal, evidence = open_journal(config), open_evidence(config)
    channel = shared_engine(config.database_url("channel"), durable=False)
    transcript, cases = Transcript(channel), case_store(config)
    return Desk(
        journal=journal,
        acts=open_acts(config),
        callbacks=open_callbacks(config),
        cancellations=open_cancellations(config),
        evidence=evidence,
        feed=open_feed(config),
        case_store=cases,
        chats=open_chat_desk(config),
        notices=Notices(
            transcript,
            journal,
            evidence,
            hotline=config.hotline,
            hotline_hours=config.hotline_hours,
            now=now,
        ),
        receipts=Receipts(Outbound(channel, transcript), cases),
    )


def build_relay(
    desk: Desk,
    owner: str,
    clock: Callable[[], datetime],
    jitter: Callable[[], float],
    attempted: Attempted = lambda *_: None,
) -> Relay:
    """Complaints go first, then calls promised or cancelled, then what was done about cases, then documents."""
    lines = (
        Line(
            desk.journal,
            lambda entry: _file(desk, entry),
            desk.notices.complaint_delivered,
            # Nobody is told: a complaint that was confirmed is the bank's to bring home.
            lambda _entry, _error: None,
        ),
        Line(
            desk.callbacks,
            lambda entry: desk.chats.ask_callback(entry.payload),
            # The customer has the promise; one that is refused is the bank's to keep all the same.
            lambda _entry, _answer: None,
            lambda _entry, _error: None,
        ),
        Line(
            desk.cancellations,
            lambda entry: desk.chats.cancel_callback(entry.payload),
            # The seat is free, and the customer knows; who calls all the same hears it then.
            lambda _entry, _answer: None,
            lambda _entry, _error: None,
        ),
        Line(
            desk.acts,
            lambda entry: desk.case_store.act(entry.kind, entry.reference, entry.payload),
            desk.notices.act_delivered,
            desk.notices.parked,
        ),
        Line(
            desk.evidence,
            lambda entry: _hand_over(desk, entry),
            desk.notices.document_delivered,
            desk.notices.parked,
        ),
    )
    return Relay(lines, owner, now=clock, jitter=jitter, attempted=attempted)


def _file(desk: Desk, entry: Entry) -> dict[str, Any]:
    try:
        return desk.case_store.file(entry.payload)
    except Permanent as exc:
        if "idempotency_conflict" not in exc.message:
            raise
    # The same form was filed directly while the journal was away (bot/intake/desk.py), and its
    # answer was lost. The case is there; what was confirmed again follows as a supplement.
    again = Act(
        id=UUID(amendment_id(entry.id, "confirmed again")),
        kind=ActKind.SUPPLEMENT,
        reference=entry.reference,
        channel=entry.channel,
        sender_id=entry.sender_id,
        submitted_at=entry.created_at,
        fields={"text": _confirmed_again(entry.payload)},
    )
    desk.acts.record(again, entry.created_at)
    return _standing(desk, entry)


def _confirmed_again(payload: Mapping[str, Any]) -> str:
    # The number in clear, as in an amendment: whoever handles the case has to call the right one.
    return f"{BY_NAME[PHONE].label}：{payload[PHONE]}\n{told_again(payload)}"[:LONGEST_TEXT]


def _standing(desk: Desk, entry: Entry) -> dict[str, Any]:
    """The status of a case that is there; nothing when it is not shown. Raises Retryable."""
    try:
        return desk.case_store.status(entry.reference, str(entry.payload[PHONE])[-4:])
    except (NotFound, TooManyAttempts, Permanent):
        # The proof is the number it was filed with, which the customer may have corrected since.
        return {}


def _hand_over(desk: Desk, entry: Entry) -> dict[str, Any]:
    if not desk.evidence.has_file(entry.id):
        if desk.evidence.is_delivered(entry.id):
            return {}  # by the relay that took over when our lease had run out
        raise Permanent("材料文件不在了 file_missing")
    document = Document(
        id=entry.id,
        name=entry.payload["name"],
        media_type=entry.payload["media_type"],
        sha256=entry.payload["sha256"],
        content=desk.evidence.content(entry.id),
    )
    desk.case_store.attach(entry.reference, document)
    return {}


def build_errands(
    desk: Desk,
    clock: Callable[[], datetime],
    steady: Callable[[], float],
    ran: Ran = lambda *_: None,
) -> Errands:
    outboxes = (desk.journal, desk.callbacks, desk.cancellations, desk.acts, desk.evidence)
    return Errands(
        (
            Errand(
                "news of the case store",
                NEWS_EVERY,
                News(desk.case_store, desk.feed, outboxes, desk.notices.told_by_bank).fetch,
            ),
            Errand("receipts of notices", NEWS_EVERY, desk.receipts.send),
            Errand(
                "backlog report",
                REPORT_EVERY,
                BacklogReport(desk.case_store, outboxes).send_if_needed,
            ),
        ),
        clock,
        steady,
        ran,
    )


def build_slow_errands(
    config: Settings, clock: Callable[[], datetime], steady: Callable[[], float], ran: Ran
) -> Errands:
    report, reminders = open_knowledge_report(config), open_quiz_reminders(config, clock)
    campaigns = open_campaign_reports(config, clock)
    return Errands(
        (
            Errand("knowledge report", KNOWLEDGE_EVERY, report.send_if_needed),
            Errand("campaign reports", CAMPAIGNS_EVERY, campaigns.send_if_needed),
            Errand("reminders of quizzes", REMIND_EVERY, reminders.tell_due),
        ),
        clock,
        steady,
        ran,
    )


def build_talk_errands(
    config: Settings, clock: Callable[[], datetime], steady: Callable[[], float], ran: Ran
) -> Errands:
    crossing = Errand("talks with people", TALKS_EVERY, open_ferry(config).cross)
    return Errands((crossing,), clock, steady, ran)


def now() -> datetime:
    return datetime.now(timezone.utc)
