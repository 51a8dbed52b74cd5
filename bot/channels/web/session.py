"""Sessions and buttons of the web channel: signed here, meaningless to forge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from itsdangerous import BadData, Serializer, URLSafeSerializer
from itsdangerous.encoding import base64_encode

from bot.channels import texts
from bot.channels.transcript import Button
from bot.errors import ChannelError

LONGEST = timedelta(days=90)
"""After this a session ends however busy it is; the draft goes on elsewhere by its code."""


@dataclass(frozen=True)
class Session:
    """What a token says. `generation` counts its renewals: an older token is worth nothing."""

    sender_id: str
    generation: int
    opened_at: datetime
    issued_at: datetime


class _Legible(URLSafeSerializer):
    """Never compresses: all tokens of one session begin alike, which is how a proxy sends them to
    the same process without knowing our secret (docs/adr/0012-shard-by-sender.md)."""

    def dump_payload(self, obj: Any) -> bytes:
        return base64_encode(Serializer.dump_payload(self, obj))


class Sessions:
    """Issues and checks session tokens; the client never chooses its sender id.

    `secrets`: the first one signs, tokens of the others are still taken. A token holds for
    `lifetime` from when it was issued.
    """

    def __init__(
        self, secrets: Sequence[str], lifetime: timedelta, new_id: Callable[[], UUID]
    ) -> None:
        self._signer = _Legible(_oldest_first(secrets), salt="xiaobao.web.session")
        self._lifetime = lifetime
        self._new_id = new_id

    def open(self, now: datetime) -> Session:
        """A session nobody had before."""
        return Session(f"web-{self._new_id().hex}", 0, now, now)

    def renew(self, session: Session, now: datetime) -> Session:
        """The same session under a token that takes the place of the one before."""
        return replace(session, generation=session.generation + 1, issued_at=now)

    def token(self, session: Session) -> tuple[str, datetime]:
        """The token of a session, and when it expires."""
        seconds = [int(moment.timestamp()) for moment in (session.opened_at, session.issued_at)]
        token = self._signer.dumps([session.sender_id, session.generation, *seconds])
        return str(token), self._end_of(session)

    def read(self, authorization: str | None, now: datetime) -> Session:
        """The session of an `Authorization: Bearer` header. Raises ChannelError (401)."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise no_session()
        try:
            session = _session(self._signer.loads(token.strip()))
        except (BadData, TypeError, ValueError) as exc:
            raise no_session() from exc
        if now >= self._end_of(session):
            raise ChannelError(401, "session_expired", texts.SESSION_EXPIRED)
        return session

    def _end_of(self, session: Session) -> datetime:
        return min(session.issued_at + self._lifetime, session.opened_at + LONGEST)


def no_session() -> ChannelError:
    """What somebody without a valid token is told."""
    return ChannelError(401, "unauthorized", texts.NO_SESSION)


def _session(held: Any) -> Session:
    sender_id, generation, *seconds = held
    opened_at, issued_at = (datetime.fromtimestamp(moment, timezone.utc) for moment in seconds)
    return Session(sender_id, generation, opened_at, issued_at)


class Choices:
    """Turns a button's payload into a token bound to one sender, and back."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = _oldest_first(secrets)

    def token(self, sender_id: str, button: Button) -> str:
        return str(self._signer(sender_id).dumps([button["title"], button["payload"]]))

    def button(self, sender_id: str, token: str) -> Button:
        """Raises ChannelError (422) when the token is not one of this sender's."""
        try:
            title, payload = self._signer(sender_id).loads(token)
        except (BadData, ValueError) as exc:
            raise ChannelError(422, "unknown_choice", texts.UNKNOWN_CHOICE) from exc
        return Button(title=title, payload=payload)

    def _signer(self, sender_id: str) -> URLSafeSerializer:
        return _Legible(self._secrets, salt=f"xiaobao.web.choice.{sender_id}")


def _oldest_first(secrets: Sequence[str]) -> list[str]:
    """As itsdangerous wants its keys: the last one signs."""
    return list(reversed(secrets))
