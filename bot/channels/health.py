"""Readiness of the assistant, with reasons; what waits for delivery beside it, also as metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.analytics.outbox import FactOutbox
from bot.channels.probe import Probe
from bot.channels.transcript import Transcript
from bot.channels.wechat.outbound import Outbound
from bot.errors import BotError
from bot.handover.store import SqlHandovers
from bot.handover.talk import State
from bot.intake.bootstrap import (
    open_acts,
    open_callbacks,
    open_cancellations,
    open_drafts,
    open_evidence,
)
from bot.intake.calendar import calendar_warning, local_day
from bot.intake.journal import Journal
from bot.intake.kinds import KINDS
from bot.intake.outbox import UNDELIVERED, Backlog, together
from bot.settings import Settings


class Health:
    """Probes model, action server, journal and transcript."""

    def __init__(
        self,
        config: Settings,
        journal: Journal,
        transcript: Transcript,
        handovers: SqlHandovers,
        outbound: Outbound,
        facts: FactOutbox,
        counted: CollectorRegistry,
    ) -> None:
        """`counted` holds what this process counts; the other figures are read from the stores."""
        self._probe = Probe(f"http://{config.actions_host}:{config.actions_port}/health")
        self._journal = journal
        self._outboxes = (
            journal,
            open_callbacks(config),
            open_cancellations(config),
            open_acts(config),
            open_evidence(config),
        )
        self._drafts = open_drafts(config)
        self._transcript = transcript
        self._handovers = handovers
        self._outbound = outbound
        self._facts = facts
        self._counted = counted

    async def action_server_answers(self) -> bool:
        """Whether a turn can be begun."""
        return await self._probe.answers()

    async def close(self) -> None:
        await self._probe.close()

    async def respond_ready(self, request: Request) -> HTTPResponse:
        """200 when this process can take turns, else 503: whether to send it customers.

        What all processes share is left out: while the journal is away, taking every one of them
        out would also silence what they can still answer.
        """
        checks = await self._own_checks(request)
        status = 200 if all(state == "ok" for state in checks.values()) else 503
        return response.json({"checks": checks}, status=status, ensure_ascii=False)

    async def _own_checks(self, request: Request) -> dict[str, str]:
        self._probe.forget()
        agent = getattr(request.app.ctx, "agent", None)
        return {
            "model": "ok" if agent is not None and agent.is_ready() else "模型尚未加载",
            "action_server": "ok" if await self.action_server_answers() else "动作服务没有响应",
        }

    async def respond(self, request: Request) -> HTTPResponse:
        """200 when every part answers, else 503; the body names what does not."""
        checks = {
            **await self._own_checks(request),
            "transcript": await _check(self._transcript.after, "", 0),
            "journal": await _check(self._journal.check_writable),
        }
        healthy = all(state == "ok" for state in checks.values())
        body: dict[str, Any] = {"status": "ok" if healthy else "unavailable", "checks": checks}
        warning = calendar_warning(local_day(datetime.now(timezone.utc)))
        body["warnings"] = [warning] if warning else []
        if checks["journal"] == "ok":
            body["waiting"] = await asyncio.to_thread(self._waiting)
        return response.json(body, status=200 if healthy else 503, ensure_ascii=False)

    def _waiting(self) -> dict[str, Any]:
        backlog = self._backlog()
        return {
            "pending": backlog.pending,
            "parked": backlog.parked,
            "oldest_seconds": int(backlog.oldest_age.total_seconds()),
        }

    def metrics(self) -> str:
        """What was counted and what waits, in Prometheus' text format. Blocks.

        What cannot be read is left out, for it is no zero; `xiaobao_figures_readable` says so.
        """
        registry = CollectorRegistry()  # its own: figures are read anew each time, nothing is kept
        readable = Gauge(
            "xiaobao_figures_readable", "1 if they could be read", ["of"], registry=registry
        )
        for of, measure in (
            ("journal", self._measure_journal),
            ("talks", self._measure_talks),
            ("messages", self._measure_messages),
            ("facts", self._measure_facts),
        ):
            readable.labels(of).set(_is_measured(measure, registry))
        text: bytes = generate_latest(self._counted) + generate_latest(registry)
        return text.decode()

    def _measure_journal(self, registry: CollectorRegistry) -> None:
        backlog, drafts = self._backlog(), self._drafts.count()
        undelivered = Gauge(
            "xiaobao_undelivered",
            "What has not reached the case store",
            ["kind", "status"],
            registry=registry,
        )
        for kind in KINDS:
            for status in UNDELIVERED:
                count = backlog.by_kind.get(kind, {}).get(status, 0)
                undelivered.labels(kind=kind, status=status).set(count)
        oldest = Gauge(
            "xiaobao_oldest_pending_seconds", "Age of the oldest pending item", registry=registry
        )
        oldest.set(backlog.oldest_age.total_seconds())
        Gauge("xiaobao_drafts", "Unfinished forms on disk", registry=registry).set(drafts)

    def _measure_talks(self, registry: CollectorRegistry) -> None:
        talks, now = self._handovers.count_open(), datetime.now(timezone.utc)
        count = Gauge("xiaobao_talks", "Open talks with a person", ["state"], registry=registry)
        count.labels(state=State.WAITING.value).set(talks.waiting)
        count.labels(state=State.ACTIVE.value).set(talks.active)
        since = now if talks.oldest_waiting is None else talks.oldest_waiting
        longest = Gauge(
            "xiaobao_longest_talk_wait_seconds",
            "How long a customer has been waiting for a person",
            registry=registry,
        )
        longest.set(max((now - since).total_seconds(), 0.0))

    def _measure_messages(self, registry: CollectorRegistry) -> None:
        counts = self._outbound.counts()
        messages = Gauge(
            "xiaobao_wechat_messages",
            "Messages to followers on WeChat by how far they have come",
            ["state"],
            registry=registry,
        )
        for state, count in counts.items():
            messages.labels(state=state).set(count)

    def _measure_facts(self, registry: CollectorRegistry) -> None:
        backlog, now = self._facts.backlog(), datetime.now(timezone.utc)
        waiting = Gauge(
            "xiaobao_facts_waiting", "Facts of campaigns that are not published", registry=registry
        )
        waiting.set(backlog.count)
        since = now if backlog.oldest is None else backlog.oldest
        oldest = Gauge(
            "xiaobao_oldest_fact_seconds", "Age of the oldest such fact", registry=registry
        )
        oldest.set(max((now - since).total_seconds(), 0.0))

    def _backlog(self) -> Backlog:
        now = datetime.now(timezone.utc)
        return together(outbox.backlog(now) for outbox in self._outboxes)


def _is_measured(measure: Callable[[CollectorRegistry], None], registry: CollectorRegistry) -> bool:
    try:
        measure(registry)
    except BotError:
        return False
    return True


async def _check(probe: Any, *args: Any) -> str:
    try:
        await asyncio.to_thread(probe, *args)
    except BotError as exc:
        return exc.message
    return "ok"
