"""Accounts, sessions, invitations and branches in the database, on SQLite and on PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Engine

from casestore.domain.errors import (
    AccountGuarded,
    FieldUnreadable,
    SignInFailed,
    TooManyAttempts,
)
from casestore.domain.staff import Account, Branch, Session, StaffRole
from casestore.service.accounts import AccountOffice
from casestore.service.entrance import StaffEntrance
from casestore.service.people_ports import Invitation
from casestore.service.ports import Store
from casestore.service.tokens import new_code, new_token
from casestore.storage.keyring import Keyring
from casestore.storage.store import SqlStore
from casestore.storage.tables import accounts, sessions
from tests.contract.casestore.kit import (
    FIELD_KEY,
    NOW,
    OTHER_FIELD_KEY,
    Clock,
    QuickPasswords,
)
from tests.officers import PASSWORD, SECRET, code_at, make_account

WHOLE = Account(
    "liming",
    "hash",
    name="李明",
    roles=frozenset({StaffRole.HANDLER, StaffRole.CLERK}),
    branch="101",
    businesses=frozenset({"借记卡", "个人储蓄"}),
    is_active=False,
    totp_secret=SECRET,
    totp_step=7,
)


def at_once(actions: list[Callable[[], object]]) -> list[object]:
    """Outcomes of actions in many threads; a refusal counts as its type."""

    def outcome(action: Callable[[], object]) -> object:
        try:
            return action()
        except (SignInFailed, TooManyAttempts, AccountGuarded) as exc:
            return type(exc)

    with ThreadPoolExecutor(len(actions)) as threads:
        return list(threads.map(outcome, actions))


# Accounts


def test_an_account_is_kept_whole_and_its_name_taken_once(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.staff.add_account(WHOLE, NOW)
        assert not tx.staff.add_account(Account("liming", "other"), NOW)
        tx.commit()
    with store.transaction() as tx:
        assert tx.staff.account("liming") == WHOLE
        assert tx.staff.lock_account("liming") == WHOLE
        assert tx.staff.account("nobody") is None
        bare = Account("liming", None)
        tx.staff.put_account(bare)
        assert tx.staff.accounts() == [bare]


def test_an_authenticators_secret_is_sealed(engine: Engine) -> None:
    store = SqlStore(engine, Keyring([FIELD_KEY]))
    pending = Session("hash", "liming", NOW, NOW, is_full=False, pending_totp=SECRET)
    with store.transaction() as tx:
        tx.staff.add_account(replace(WHOLE, is_active=True), NOW)
        tx.staff.put_session(pending)
        tx.commit()
    with engine.connect() as connection:
        stored = [
            *connection.execute(select(accounts.c.totp_sealed)).scalars(),
            *connection.execute(select(sessions.c.pending_totp_sealed)).scalars(),
        ]
    assert all(SECRET not in sealed for sealed in stored)
    with store.transaction() as tx:
        session = tx.staff.session("hash")
        assert session is not None
        assert (session.pending_totp, session.is_full) == (SECRET, False)
    with (
        pytest.raises(FieldUnreadable),
        SqlStore(engine, Keyring([OTHER_FIELD_KEY])).transaction() as tx,
    ):
        tx.staff.account("liming")


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, True),
        ({"is_active": False}, False),
        ({"password_hash": None}, False),
        ({"totp_secret": None}, False),
        ({"roles": frozenset({StaffRole.SUPERVISOR})}, False),
    ],
)
def test_an_administrator_is_who_can_sign_in_and_keep_accounts(
    store: Store, changes: dict[str, object], found: bool
) -> None:
    able = replace(WHOLE, roles=frozenset({StaffRole.ADMIN}), is_active=True)
    account = replace(able, **changes)  # type: ignore[arg-type]  # fields of an account
    with store.transaction() as tx:
        assert not tx.staff.has_administrator()
        assert not tx.staff.has_anybody()
        tx.staff.add_account(account, NOW)
        assert tx.staff.has_administrator() is found
        assert account.administers is found
        assert tx.staff.has_anybody() is account.is_complete


# Sessions


def test_sessions_are_kept_touched_and_dropped(store: Store) -> None:
    session = Session("hash", "liming", NOW, NOW)
    touched = replace(session, seen_at=NOW + timedelta(minutes=5))
    with store.transaction() as tx:
        tx.staff.add_account(replace(WHOLE, is_active=True), NOW)
        tx.staff.put_session(session)
        tx.staff.put_session(touched)
        tx.commit()
    with store.transaction() as tx:
        found = tx.staff.session("hash")
        assert found == touched
        assert found.officer is not None
        assert (found.officer.name, found.officer.branch) == ("李明", "101")
        tx.staff.drop_session("hash")
        assert tx.staff.session("hash") is None


def test_a_disabled_account_has_no_session_whatever_is_stored(store: Store) -> None:
    with store.transaction() as tx:
        tx.staff.add_account(WHOLE, NOW)
        tx.staff.put_session(Session("hash", "liming", NOW, NOW))
        assert tx.staff.session("hash") is None


def test_sessions_past_either_limit_are_deleted(store: Store) -> None:
    early, late = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    with store.transaction() as tx:
        tx.staff.add_account(Account("li", "h"), NOW)
        tx.staff.put_session(Session("idle", "li", late, early))
        tx.staff.put_session(Session("old", "li", early, late))
        tx.staff.put_session(Session("live", "li", late, late))
        tx.staff.drop_sessions_before(NOW, NOW)
        assert [session.token_hash for session in tx.staff.sessions("li")] == ["live"]


def test_a_persons_sessions_end_together_but_for_the_one_kept(store: Store) -> None:
    with store.transaction() as tx:
        for username in ("li", "wu"):
            tx.staff.add_account(Account(username, "h"), NOW)
        for number, username in enumerate(["li", "li", "li", "wu"]):
            seen = NOW + timedelta(seconds=number)
            tx.staff.put_session(Session(f"s{number}", username, NOW, seen))
        assert tx.staff.drop_sessions_of("li", keep="s1") == 2
        assert [session.token_hash for session in tx.staff.sessions("li")] == ["s1"]
        assert tx.staff.drop_sessions_of("li") == 1
        assert [session.token_hash for session in tx.staff.sessions("wu")] == ["s3"]


# Invitations and branches


def test_invitations_are_kept_and_closed_by_person(store: Store) -> None:
    mine = Invitation("a", "li", "staff:ann", NOW + timedelta(hours=24))
    with store.transaction() as tx:
        tx.staff.put_invitation(mine)
        tx.staff.put_invitation(replace(mine, code_hash="b", username="wu"))
        assert tx.staff.invitation("a") == mine
        assert tx.staff.invitation("c") is None
        tx.staff.close_invitations("li", NOW)
        closed, other = tx.staff.invitation("a"), tx.staff.invitation("b")
    assert closed is not None
    assert other is not None
    assert (closed.is_open(NOW), other.is_open(NOW)) == (False, True)
    assert not other.is_open(NOW + timedelta(hours=24))


def test_branches_are_kept_in_the_order_of_their_codes(store: Store) -> None:
    with store.transaction() as tx:
        tx.branches.put(Branch("20", "南门支行", "1"))
        tx.branches.put(Branch("1", "江城分行"))
        tx.branches.put(Branch("20", "南门第一支行"))
        assert tx.branches.all() == [Branch("1", "江城分行"), Branch("20", "南门第一支行")]
        assert tx.branches.get("20") == Branch("20", "南门第一支行")
        assert tx.branches.get("3") is None


# Many at once


def test_signing_in_in_parallel_does_not_pass_the_limit(store: Store) -> None:
    entrance = StaffEntrance(store, QuickPasswords(), Clock(), new_token)
    make_account(store, "li", QuickPasswords())
    outcomes = at_once([lambda: entrance.sign_in("li", "wrong", "10.0.0.1")] * 10)
    assert outcomes.count(SignInFailed) == 5
    assert outcomes.count(TooManyAttempts) == 5


def test_a_code_used_twice_at_once_lets_one_in(store: Store) -> None:
    entrance = StaffEntrance(store, QuickPasswords(), Clock(), new_token)
    make_account(store, "li", QuickPasswords())
    tokens = [entrance.sign_in("li", PASSWORD) for _ in range(4)]
    outcomes = at_once(
        [lambda token=token: entrance.confirm(token, code_at(NOW)) for token in tokens]  # type: ignore[misc]  # bound now
    )
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 1
    assert outcomes.count(SignInFailed) == 3


def test_two_administrators_cannot_lock_out_each_other_at_once(store: Store) -> None:
    office = AccountOffice(store, Clock(), new_code)
    ann = make_account(store, "ann", QuickPasswords(), {StaffRole.ADMIN})
    ben = make_account(store, "ben", QuickPasswords(), {StaffRole.ADMIN})
    outcomes = at_once([lambda: office.disable("ben", ann), lambda: office.disable("ann", ben)])
    assert sorted(map(str, outcomes)) == sorted(map(str, [None, AccountGuarded]))
