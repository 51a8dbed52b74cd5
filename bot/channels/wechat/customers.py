"""Who the account's followers are to us: a sender id that tells nothing, and the OpenID, sealed.

An OpenID is personal data (个人信息保护法 第四条): nothing but this table holds it, and nothing logs it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.channels.senders import WECHAT
from bot.errors import StorageError
from bot.privacy.sealing import Sealer
from bot.storage.ageing import Aged
from bot.storage.engine import UtcDateTime, reading, transaction

_LABEL = b"xiaobao.wechat.sender"
"""What the key of sender ids is derived for: none of the secret's other uses gets the same key."""
_ID_DIGITS = 32
LONGEST_SCENE = 64

_customer = sa.Table(
    "wechat_customer",
    sa.MetaData(),
    sa.Column("sender_id", sa.String(128), primary_key=True),
    sa.Column("sealed_openid", sa.Text, nullable=False),
    sa.Column("subscribed", sa.Boolean, nullable=False),
    sa.Column("subscription_at", UtcDateTime),  # when they last followed or left
    sa.Column("scene", sa.String(LONGEST_SCENE)),
    sa.Column("first_seen_at", UtcDateTime, nullable=False),
    sa.Column("last_spoke_at", UtcDateTime),
    sa.Column("nudged_at", UtcDateTime),
)
OLD_FOLLOWERS = Aged(
    _customer,
    lambda before: sa.func.coalesce(_customer.c.last_spoke_at, _customer.c.first_seen_at) < before,
)
"""Who has not been heard of; whoever comes back is somebody new."""


@dataclass(frozen=True)
class Customer:
    """A follower as the ladder sees them; `nudged_at`: the last template message."""

    openid: str
    subscribed: bool
    last_spoke_at: datetime | None
    nudged_at: datetime | None


class Customers:
    """Followers on SQLite or PostgreSQL. Every method but `of` blocks and raises StorageError."""

    def __init__(self, engine: Engine, sealer: Sealer, secrets: Sequence[str], app_id: str) -> None:
        """`secrets` are those of WEB_SESSION_SECRET: who is known under an older one stays who they
        are as long as it is listed."""
        self._engine = engine
        self._sealer = sealer
        self._keys = [hmac.new(secret.encode(), _LABEL, hashlib.sha256) for secret in secrets]
        self._app_id = app_id

    def of(self, openid: str) -> str:
        """The sender id a new follower gets: always the same, and no way back to the OpenID."""
        return self._ids(openid)[0]

    def _ids(self, openid: str) -> list[str]:
        name = f"{self._app_id}|{openid}".encode()
        digests = [hmac.new(key.digest(), name, hashlib.sha256).hexdigest() for key in self._keys]
        return [f"{WECHAT}-{digest[:_ID_DIGITS]}" for digest in digests]

    def heard(self, openid: str, now: datetime, *, spoke: bool) -> str:
        """Notes that a follower is there, and returns their sender id.

        `spoke`: they sent a message; an event may also come of itself (unsubscribe, a template
        message that was sent).
        """
        ids = self._ids(openid)
        said = {"subscribed": True, "last_spoke_at": now} if spoke else {}
        known = sa.select(_customer.c.sender_id).where(_customer.c.sender_id.in_(ids))
        with self._transaction() as tx:
            row = tx.execute(known.order_by(_customer.c.first_seen_at).limit(1)).first()
            if row is not None:
                _set(tx, row.sender_id, **said)
                return str(row.sender_id)
        sender_id = ids[0]
        row = {"sealed_openid": self._sealer.seal(openid), "subscribed": True, **said}
        try:
            with self._transaction() as tx:
                tx.execute(_customer.insert().values(sender_id=sender_id, first_seen_at=now, **row))
        except IntegrityError:  # another process heard them in between
            with self._transaction() as tx:
                _set(tx, sender_id, **said)
        return sender_id

    def subscribed(self, sender_id: str, scene: str | None, now: datetime) -> None:
        """They follow the account, having come by `scene` (a QR code's), or scanned one."""
        came_by = {} if scene is None else {"scene": scene[:LONGEST_SCENE]}
        with self._transaction() as tx:
            _set(tx, sender_id, subscribed=True, subscription_at=now, **came_by)

    def unsubscribed(self, sender_id: str, now: datetime) -> None:
        """They do not follow the account any more: nothing can be sent to them there."""
        with self._transaction() as tx:
            _set(tx, sender_id, subscribed=False, subscription_at=now)

    def openid(self, sender_id: str) -> str | None:
        """The OpenID to send to; None for a stranger."""
        customer = self.find(sender_id)
        return None if customer is None else customer.openid

    def find(self, sender_id: str) -> Customer | None:
        """What is known of a follower; None for a stranger."""
        with reading(self._engine, StorageError) as tx:
            query = sa.select(_customer).where(_customer.c.sender_id == sender_id)
            row = tx.execute(query).one_or_none()
        if row is None:
            return None
        openid = self._sealer.open(row.sealed_openid)
        return Customer(openid, row.subscribed, row.last_spoke_at, row.nudged_at)

    def nudged(self, sender_id: str, now: datetime) -> None:
        """A template message went to them."""
        with self._transaction() as tx:
            _set(tx, sender_id, nudged_at=now)

    def _transaction(self) -> Any:
        return transaction(self._engine, StorageError)


def _set(tx: Connection, sender_id: str, **values: Any) -> None:
    if values:
        tx.execute(_customer.update().where(_customer.c.sender_id == sender_id).values(**values))
