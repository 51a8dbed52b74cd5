"""Watching for unusual rises of like complaints, and telling the supervisors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from casestore.domain.alert import (
    BASE_WEEKS,
    EVERYWHERE,
    QUIET,
    RECENT_DAYS,
    Alert,
    Kind,
    Load,
    Rise,
    Seen,
    rises,
    still_rising,
)
from casestore.domain.deadlines import local_date
from casestore.domain.errors import AlertNotFound, InvalidRequest, NotAllowed
from casestore.domain.period import Span
from casestore.domain.reminder import ReminderKind
from casestore.domain.report import LONGEST_NOTE, CountedCase
from casestore.domain.staff import Account, Branch, Officer, Right, officer_of
from casestore.service.ports import Clock, NewId, Store, Transaction

SHOWN_ALERTS = 100
SHOWN_CASES = 200


@dataclass(frozen=True)
class AlertRoom:
    """Early warnings as a use case. Every method may raise StoreUnavailable, and those for an
    officer NotAllowed."""

    store: Store
    now: Clock
    new_id: NewId

    def watch(self, now: datetime) -> int:
        """Raise what is unusual and was not told in the last 7 days; how many warnings that were.
        What was told and nobody has seen yet is brought up to date, as long as it goes on.

        Everybody with the right to assign is reminded at once, whatever the hour: those of the
        head office of all, those of a branch of their own.
        """
        base, recent = _spans(now)
        with self.store.transaction() as tx:
            tx.alerts.lock()
            loads = tx.alerts.loads(base, recent)
            _renew(tx, loads, now)
            found = rises(loads, recent.last, tx.alerts.told_since(now - QUIET))
            raised = [_alert(rise, self.new_id(), now) for rise in found]
            for alert in raised:
                tx.alerts.add(alert)
            _tell(tx, raised, now)
            tx.commit()
        return len(raised)

    def recent(self, officer: Officer) -> Sequence[Alert]:
        """The warnings the officer may see, those nobody has seen first."""
        _require(officer, Right.REPORT)
        with self.store.transaction() as tx:
            return tx.alerts.recent(_branch_name(tx, officer), SHOWN_ALERTS)

    def open(self, alert_id: str, officer: Officer) -> tuple[Alert, Sequence[CountedCase]]:
        """A warning and the cases it is about (an officer of a branch: those the branch handles).
        Raises AlertNotFound."""
        _require(officer, Right.REPORT)
        with self.store.transaction() as tx:
            alert = _found(tx, alert_id, officer)
            return alert, tx.alerts.cases(alert, officer.branch, SHOWN_CASES)

    def see(self, alert_id: str, note: str, officer: Officer) -> None:
        """Note that the officer has taken a warning up; the first one stays.

        Raises AlertNotFound, InvalidRequest for a note that is missing or too long.
        """
        _require(officer, Right.ASSIGN)
        if not 1 <= len(note) <= LONGEST_NOTE:
            raise InvalidRequest({"note": f"请写明怎样处理，1 到 {LONGEST_NOTE} 字"})
        now = self.now()
        with self.store.transaction() as tx:
            _found(tx, alert_id, officer)
            tx.alerts.see(alert_id, Seen(officer.username, now, note))
            tx.audit.append(officer.actor, "alert_seen", alert_id, "", now)
            tx.commit()


def _spans(now: datetime) -> tuple[Span, Span]:
    """The 8 weeks to compare with, and the last 7 days, today included."""
    today = local_date(now)
    recent = Span(today - timedelta(days=RECENT_DAYS - 1), today)
    before = recent.first - timedelta(days=1)
    return Span(recent.first - timedelta(weeks=BASE_WEEKS), before), recent


def _renew(tx: Transaction, loads: Mapping[Kind, Load], now: datetime) -> None:
    """Whoever opens a warning sees how many cases there are by now."""
    unseen = {alert.kind: alert for alert in tx.alerts.open_since(now - QUIET)}
    for kind, rise in still_rising(loads, local_date(now), unseen.keys()).items():
        renewed = _alert(rise, unseen[kind].id, unseen[kind].raised_at)
        if renewed != unseen[kind]:
            tx.alerts.renew(renewed)


def _alert(rise: Rise, alert_id: str, raised_at: datetime) -> Alert:
    return Alert(
        id=alert_id,
        kind=rise.kind,
        count=rise.load.recent,
        expected=rise.load.expected,
        first=rise.first,
        last=rise.last,
        raised_at=raised_at,
    )


def _tell(tx: Transaction, raised: Sequence[Alert], now: datetime) -> None:
    if not raised:
        return
    codes = {branch.name: branch.code for branch in tx.branches.all()}
    supervisors = [account for account in tx.staff.accounts() if _supervises(account)]
    for alert in raised:
        concerned = {None, codes.get(alert.kind.branch)}
        for account in supervisors:
            if account.branch in concerned:
                tx.reminders.put(
                    account.username,
                    ReminderKind.ALERT,
                    None,
                    _words(alert, codes),
                    f"alert:{alert.id}",
                    now,
                )


def _words(alert: Alert, known: Iterable[str]) -> str:
    """What a reminder says. A customer's own words for a branch stay out of it."""
    branch = alert.kind.branch
    where = "全行" if branch == EVERYWHERE else branch if branch in known else "一家网点"
    return (
        f"{where}“{alert.kind.business} / {alert.kind.reason}”投诉近 {RECENT_DAYS} 天 "
        f"{alert.count} 件，平常每周约 {alert.expected:.1f} 件，请到“预警”查看。"
    )


def _supervises(account: Account) -> bool:
    return account.is_active and officer_of(account).may(Right.ASSIGN)


def _branch_name(tx: Transaction, officer: Officer) -> str | None:
    if officer.branch is None:
        return None
    branch: Branch | None = tx.branches.get(officer.branch)
    return branch.name if branch else officer.branch


def _found(tx: Transaction, alert_id: str, officer: Officer) -> Alert:
    alert = tx.alerts.get(alert_id)
    if alert is None or _branch_name(tx, officer) not in (None, alert.kind.branch):
        raise AlertNotFound
    return alert


def _require(officer: Officer, right: Right) -> None:
    if not officer.may(right):
        raise NotAllowed
