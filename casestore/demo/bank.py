"""The invented bank: its branches and the people of its complaint offices."""

from dataclasses import dataclass
from datetime import datetime

from casestore.domain.staff import Account, Branch, Officer, StaffRole, officer_of
from casestore.service.invitations import COMMAND_LINE, Code, invite
from casestore.service.ports import NewToken, Store

_CLERK, _HANDLER = frozenset({StaffRole.CLERK}), frozenset({StaffRole.HANDLER})
_SUPERVISOR = frozenset({StaffRole.SUPERVISOR})

BRANCHES = (
    Branch("DQ", "东区分行"),
    Branch("DQ01", "东区分行营业部", "DQ"),
    Branch("DQ02", "人民路支行", "DQ"),
    Branch("DQ03", "滨河支行", "DQ"),
    Branch("DQ04", "书院街支行", "DQ"),
    Branch("DQ05", "火车站支行", "DQ"),
    Branch("XQ", "西区分行"),
    Branch("XQ01", "西区分行营业部", "XQ"),
    Branch("XQ02", "翠湖支行", "XQ"),
    Branch("XQ03", "大学城支行", "XQ"),
    Branch("XQ04", "工业园支行", "XQ"),
    Branch("XQ05", "柳泉镇支行", "XQ"),
)
"""Two regional branches and the ten below them."""
OUTLETS = tuple(branch for branch in BRANCHES if branch.parent)

ACCOUNTS = (
    Account("demo.admin", None, "示例管理员", frozenset({StaffRole.ADMIN})),
    Account("demo.audit", None, "示例审计", frozenset({StaffRole.AUDITOR})),
    Account("demo.exec", None, "分管行长（示例）", frozenset({StaffRole.EXECUTIVE})),
    Account("demo.head1", None, "消保主管甲", _SUPERVISOR),
    Account("demo.head2", None, "消保主管乙", _SUPERVISOR),
    Account("demo.clerk", None, "总行登记员", _CLERK),
    Account("demo.hand1", None, "总行处理甲", _HANDLER),
    Account("demo.hand2", None, "总行处理乙", _HANDLER),
    Account("demo.dq.lead", None, "东区主管", _SUPERVISOR, "DQ"),
    Account("demo.dq.hand1", None, "东区处理甲", _HANDLER, "DQ"),
    Account("demo.dq.hand2", None, "东区处理乙", _HANDLER, "DQ"),
    Account("demo.dq.clerk", None, "东区登记员", _CLERK, "DQ"),
    Account("demo.xq.lead", None, "西区主管", _SUPERVISOR, "XQ"),
    Account("demo.xq.hand1", None, "西区处理甲", _HANDLER, "XQ"),
    Account("demo.xq.hand2", None, "西区处理乙", _HANDLER, "XQ"),
    Account("demo.xq.clerk", None, "西区登记员", _CLERK, "XQ"),
)

_OFFICERS = {account.username: officer_of(account) for account in ACCOUNTS}


@dataclass(frozen=True)
class Access:
    """An account of the invented bank and the one-time code that opens it."""

    account: Account
    code: Code


def officer(username: str) -> Officer:
    """Somebody of the invented bank."""
    return _OFFICERS[username]


def supervisor_of(unit: str | None) -> Officer:
    """Who leads the complaint office of a unit; None is the head office."""
    return officer({"DQ": "demo.dq.lead", "XQ": "demo.xq.lead"}.get(unit or "", "demo.head1"))


def another_supervisor(than: str) -> Officer:
    """A supervisor of the head office who is somebody else."""
    return officer("demo.head2" if than == "demo.head1" else "demo.head1")


def open_bank(store: Store, now: datetime) -> None:
    """Write down branches and accounts; nobody can sign in yet. Raises StoreUnavailable."""
    with store.transaction() as tx:
        for branch in BRANCHES:
            tx.branches.put(branch)
        for account in ACCOUNTS:
            tx.staff.add_account(account, now)
            tx.staff.put_account(account)
        tx.commit()


def hand_out_codes(store: Store, now: datetime, new_code: NewToken) -> list[Access]:
    """A one-time code for each account, to be shown once. Raises StoreUnavailable."""
    with store.transaction() as tx:
        codes = [
            Access(account, invite(tx, account.username, COMMAND_LINE, now, new_code()))
            for account in ACCOUNTS
        ]
        tx.commit()
    return codes
