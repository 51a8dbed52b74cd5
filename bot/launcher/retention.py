"""What goes by its age, how old it gets and why: one list for the relay and for the verb.

Complaints are not among it: they live in the journal until they are delivered, and in the case store,
which has rules of its own (`python -m casestore retention`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.analytics.store import OLD_FACTS
from bot.channels.transcript import OLD_ENDINGS, OLD_MESSAGES, OLD_OUTBOUND
from bot.channels.web.session_store import OLD_RENEWALS
from bot.channels.wechat.customers import OLD_FOLLOWERS
from bot.channels.wechat.deliveries import KEPT, OLD_DELIVERIES
from bot.channels.wechat.quota import OLD_GRANTS
from bot.handover.store import OLD_TALKS
from bot.intake.bootstrap import open_drafts, open_evidence
from bot.intake.callbacks import OLD_CALLBACKS
from bot.intake.cancellations import OLD_CANCELLATIONS
from bot.intake.drafts import OLD_DRAFTS, Drafts
from bot.intake.errands import Errand, Errands, Ran
from bot.intake.seats import OLD_SEATS
from bot.knowledge.feedback import OLD_MISSES
from bot.settings import Settings
from bot.storage.ageing import Aged
from bot.storage.engine import shared_engine

_OFTEN, _HOURLY = timedelta(minutes=1), timedelta(hours=1)

OLD_EVENTS = Aged(
    sa.table("events", sa.column("id"), sa.column("timestamp")),
    lambda before: sa.column("timestamp") < before.timestamp(),
    is_made_later=True,
)
"""Rasa's table (rasa/core/tracker_store.py, SQLTrackerStore.SQLEvent); seconds since the epoch."""


@dataclass(frozen=True)
class Rule:
    """`name` for logs, `what` for people; kept for `keep` on the grounds of `basis`.

    `count` and `purge` take the moment before which things are old, and say how many there are, or
    were. They block and raise StorageError.
    """

    name: str
    what: str
    keep: timedelta
    basis: str
    every: timedelta
    count: Callable[[datetime], int]
    purge: Callable[[datetime], int]

    def before(self, now: datetime) -> datetime:
        return now - self.keep

    def apply(self, now: datetime) -> int:
        return self.purge(self.before(now))


@dataclass(frozen=True)
class Term:
    """How long, why, and how often the relay looks."""

    keep: timedelta
    basis: str
    every: timedelta


LeftThere = Callable[[str, str], None]
"""Hears of a form and the question at which its draft was left for good."""


def build_rules(
    config: Settings, left: LeftThere = lambda _form, _question: None
) -> tuple[Rule, ...]:
    """Every rule of the assistant, in the order in which they are applied."""
    return (
        *_of_forms(config, left),
        *_of_conversations(config),
        *_of_wechat(config),
        *_of_campaigns(config),
    )


def _of_forms(config: Settings, left: LeftThere) -> Iterator[Rule]:
    engine, evidence = shared_engine(config.database_url("journal")), open_evidence(config)
    told = f"设置 DRAFT_DAYS={config.draft_days}，告知书里告诉了客户"
    term = Term(timedelta(days=config.draft_days), told, _OFTEN)
    yield Rule(
        "drafts",
        "没提交的草稿",
        term.keep,
        term.basis,
        term.every,
        partial(OLD_DRAFTS.count, engine),
        partial(_purge_drafts, open_drafts(config), left),
    )
    yield Rule(
        "evidence",
        "没提交的材料（行和文件），中途被杀留下的文件",
        term.keep,
        term.basis,
        term.every,
        evidence.count_old,
        evidence.purge,
    )
    handed = f"设置 DRAFT_DAYS={config.draft_days}，受理台已经有了"
    delivered = Term(term.keep, handed, _OFTEN)
    yield _of_rows("call-backs", "已送到受理台的回电", OLD_CALLBACKS, engine, delivered)
    yield _of_rows("cancellations", "已送到受理台的取消回电", OLD_CANCELLATIONS, engine, delivered)
    over = Term(term.keep, f"设置 DRAFT_DAYS={config.draft_days}，回电的时段过去了", _OFTEN)
    yield _of_rows("seats", "已过去的时段的名额", OLD_SEATS, engine, over)


def _purge_drafts(drafts: Drafts, left: LeftThere, before: datetime) -> int:
    expired = drafts.purge(before)
    for form, question in expired.left:
        left(form, question)
    return expired.count


def _of_conversations(config: Settings) -> Iterator[Rule]:
    channel = shared_engine(config.database_url("channel"), durable=False)
    tracker = shared_engine(config.database_url("tracker"), durable=False)
    knowledge = shared_engine(config.database_url("knowledge"), durable=False)
    basis = (
        f"设置 CONVERSATION_DAYS={config.conversation_days}；"
        "《中国人民银行业务领域数据安全管理办法》第三十条：日志不少于六个月；"
        "《个人信息保护法》第四十七条：期满删除"
    )
    term = Term(timedelta(days=config.conversation_days), basis, _HOURLY)
    yield _of_rows("talks", "已结束的人工对话的资料", OLD_TALKS, channel, term)
    yield _of_rows("endings", "客户清除对话的记号", OLD_ENDINGS, channel, term)
    yield _of_rows("outbound", "要送给微信客户的话", OLD_OUTBOUND, channel, term)
    yield _of_rows("messages", "聊天记录", OLD_MESSAGES, channel, term)
    yield _of_rows("followers", "很久没来的微信客户的编号", OLD_FOLLOWERS, channel, term)
    yield _of_rows("sessions", "网页会话的续期", OLD_RENEWALS, channel, term)
    yield _of_rows("events", "Rasa 的会话事件", OLD_EVENTS, tracker, term)
    yield _of_rows("misses", "没答上来的问题", OLD_MISSES, knowledge, term)


def _of_wechat(config: Settings) -> Iterator[Rule]:
    channel = shared_engine(config.database_url("channel"), durable=False)
    term = Term(KEPT, "微信平台不会再推同一条消息", _HOURLY)
    yield _of_rows("deliveries", "微信推送的次数", OLD_DELIVERIES, channel, term)
    yield _of_rows("grants", "用完或过期的微信发送额度", OLD_GRANTS, channel, term)


def _of_campaigns(config: Settings) -> Iterator[Rule]:
    engine = shared_engine(config.database_url("analytics"))
    basis = f"设置 ANALYTICS_DAYS={config.analytics_days}；没有个人信息，比较往年够用"
    term = Term(timedelta(days=config.analytics_days), basis, _HOURLY)
    yield _of_rows("facts", "活动计数", OLD_FACTS, engine, term)


def _of_rows(name: str, what: str, aged: Aged, engine: Engine, term: Term) -> Rule:
    count, purge = partial(aged.count, engine), partial(aged.purge, engine)
    return Rule(name, what, term.keep, term.basis, term.every, count, purge)


def retention_errands(
    rules: tuple[Rule, ...],
    clock: Callable[[], datetime],
    steady: Callable[[], float],
    ran: Ran = lambda *_: None,
) -> Errands:
    """The rules as the relay applies them, in a thread of their own: a table with much to delete
    holds up nothing else."""
    return Errands(
        tuple(Errand(f"purge of {rule.name}", rule.every, rule.apply) for rule in rules),
        clock,
        steady,
        ran,
    )
