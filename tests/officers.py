"""Officers for tests: accounts with a known password and authenticator, made in the database.

Signing in takes the real pages; ``open_session`` is for tests that are about something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from itertools import count

import pyotp
import requests

from casestore.domain.staff import Account, Officer, StaffRole, officer_of
from casestore.service import sessions
from casestore.service.ports import Passwords, Store
from casestore.service.tokens import new_token
from casestore.storage.engine import build_engine
from casestore.storage.keyring import Keyring
from casestore.storage.passwords import Argon2Passwords
from casestore.storage.store import SqlStore

PASSWORD = "three-old-locust-trees"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
EVERY_ROLE = frozenset(StaffRole)
ANSWER_SECONDS = 60.0
"""A page takes a moment; the machine may be busy, or halt."""
OWN_PAGE = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}

_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]+)"')


def make_account(
    store: Store,
    username: str,
    passwords: Passwords,
    roles: Iterable[StaffRole] = EVERY_ROLE,
    branch: str | None = None,
    name: str = "",
    password: str = PASSWORD,
    businesses: Iterable[str] = (),
) -> Officer:
    """An account that can sign in; one of that name is made anew, and its codes count again."""
    account = Account(
        username=username,
        password_hash=passwords.hash(password),
        name=name or username,
        roles=frozenset(roles),
        branch=branch,
        businesses=frozenset(businesses),
        totp_secret=SECRET,
    )
    with store.transaction() as tx:
        tx.staff.add_account(account, datetime.now(timezone.utc))
        tx.staff.put_account(account)
        tx.commit()
    return officer_of(account)


def open_session(store: Store, username: str, now: datetime) -> str:
    """The token of a full session, as after signing in."""
    with store.transaction() as tx:
        account = tx.staff.account(username)
        assert account is not None
        token = sessions.open_session(tx, account, now, new_token)
        tx.commit()
    return token


def code_at(moment: datetime) -> str:
    """What the authenticator shows."""
    return pyotp.TOTP(SECRET).at(moment)


def form_token(page: str) -> str:
    """The token of the first form on a page."""
    found = _TOKEN.search(page)
    assert found is not None, page
    return found.group(1)


@dataclass
class Officers:
    """The officers of a running case store, by its database and keys."""

    database_url: str
    field_keys: str
    address: str
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def make(
        self,
        roles: Iterable[StaffRole] = EVERY_ROLE,
        username: str | None = None,
        branch: str | None = None,
        name: str = "",
    ) -> Officer:
        """An account with the known password and authenticator, its own if no name is given."""
        username = username or f"officer{next(self._numbers)}"
        with self.store() as store:
            return make_account(store, username, Argon2Passwords(), roles, branch, name)

    def end_sessions(self, username: str) -> None:
        """As if the person had been away for too long."""
        with self.store() as store, store.transaction() as tx:
            tx.staff.drop_sessions_of(username)
            tx.commit()

    @contextmanager
    def store(self) -> Iterator[SqlStore]:
        """The database of the running case store."""
        engine = build_engine(self.database_url)
        try:
            yield SqlStore(engine, Keyring(self.field_keys.split(",")))
        finally:
            engine.dispose()

    def sign_in(self, officer: Officer) -> requests.Session:
        """A browser without a screen that has passed both factors over HTTP."""
        http = requests.Session()
        http.headers.update(OWN_PAGE)
        first = {"username": officer.username, "password": PASSWORD}
        self.send(http, "/login", "/login", first)
        code = code_at(datetime.now(timezone.utc))
        answer = self.send(http, "/login/code", "/login/code", {"code": code})
        assert answer.status_code == 200, answer.text
        return http

    def send(
        self, http: requests.Session, page: str, action: str, fields: dict[str, str]
    ) -> requests.Response:
        """Fill in a form of a page and send it."""
        shown = http.get(self.address + page, timeout=ANSWER_SECONDS)
        form = {"form_token": form_token(shown.text), **fields}
        return http.post(self.address + action, data=form, timeout=ANSWER_SECONDS)
