"""One year of an invented bank, ready to be looked at in the console."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from casestore.demo.bank import ACCOUNTS, officer, open_bank
from casestore.demo.campaigns import invented_campaign
from casestore.demo.lives import Lives
from casestore.demo.stage import Life, StageClock, play
from casestore.demo.stories import SOURCES, StoryTeller
from casestore.demo.talks import CLIENT, Talks
from casestore.demo.teamwork import Team
from casestore.domain.case import Source
from casestore.domain.deadlines import CHINA_TIME, local_date
from casestore.domain.errors import ConfigurationError
from casestore.domain.reminder import ReminderKind
from casestore.edge.services import Services
from casestore.service.ports import Store

DAYS = 365
_A_WEEK = timedelta(days=7)
_FEW = 1_000
# How busy the days of a week are, Monday first.
_WEEK = (6, 5, 5, 5, 6, 3, 2)
# A visible rise of like complaints: text-message fees at one outlet, in the last days.
_RISE = ("其他中间业务", "人民路支行")
_RISE_DAYS = 6
_RISE_CASES = 18
# So that a small bank has a small rise.
_CASES_PER_RISE = 80

_NOT_EMPTY = (
    "数据库里已经有投诉或已启用的账号，演示数据只写进空的数据库："
    "请把 DATABASE_URL 指到一个新的库（例如 sqlite:///var/demo.db），先 migrate，再运行 demo。"
)


def require_empty(store: Store) -> None:
    """Raises ConfigurationError where somebody works already, StoreUnavailable."""
    with store.transaction() as tx:
        is_used = any(account.password_hash for account in tx.staff.accounts())
        if is_used or tx.cases.page(None, 1) or tx.branches.all():
            raise ConfigurationError(_NOT_EMPTY)


def starting_moment(until: datetime) -> datetime:
    """When the invented year begins."""
    first = local_date(until) - timedelta(days=DAYS)
    return datetime(first.year, first.month, first.day, tzinfo=CHINA_TIME)


def fill(
    reach: Services, store: Store, clock: StageClock, until: datetime, cases: int, seed: int
) -> Iterator[int]:
    """Play the year that ends at ``until`` with so many complaints; gives how many lives are over
    so far, from time to time. The same seed and moment play the same.

    ``reach`` are the services on ``clock``. Raises ConfigurationError if the database is in use.
    """
    require_empty(store)
    open_bank(store, clock())
    rng = Random(seed)  # noqa: S311  # to be repeated, not to be secret
    lives = Lives(Team(reach, store, rng), StoryTeller(rng), clock, rng, until)
    chance = Random(f"talks {seed}")  # noqa: S311  # its own, so that cases stay as they were
    cast = [
        *_cast(lives, local_date(until), cases, rng),
        _reading(reach, clock(), until),
        *Talks(reach, clock, chance, until).lives(),
    ]
    for over in play(cast, clock, until):
        yield min(over, cases)
    clock.moment = until
    reach.alerts.watch(until)
    reach.chat_watch.watch()
    visitors = Random(f"campaign {seed}")  # noqa: S311  # to be repeated, not to be secret
    reach.campaigns.report(CLIENT, invented_campaign(until, visitors))
    _keep_from_messenger(store, until)


def _reading(reach: Services, since: datetime, until: datetime) -> Life:
    """Once a week everybody reads what they were told."""
    moment = since
    while moment < until:
        moment += _A_WEEK
        yield moment
        for account in ACCOUNTS:
            reach.reminders.mark_read(officer(account.username), None)


def _keep_from_messenger(store: Store, until: datetime) -> None:
    """Invented reminders are for the console alone."""
    with store.transaction() as tx:
        while waiting := tx.reminders.not_posted(tuple(ReminderKind), _FEW):
            tx.reminders.posted([each.id for each in waiting], until)
        tx.commit()


def _cast(lives: Lives, last: date, cases: int, rng: Random) -> Iterator[Life]:
    days = [last - timedelta(days=number) for number in range(DAYS)]
    weights = [_WEEK[day.weekday()] for day in days]
    rise = min(_RISE_CASES, cases // _CASES_PER_RISE)
    for day in sorted(rng.choices(days, weights, k=cases - rise)):
        source = rng.choices(tuple(SOURCES), tuple(SOURCES.values()))[0]
        yield lives.life(day, source)
    business, branch = _RISE
    for number in range(rise):
        day = last - timedelta(days=number % _RISE_DAYS)
        yield lives.life(day, Source.WEB_CHAT, business, branch)
