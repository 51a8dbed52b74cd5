"""Sessions and buttons of the web channel: signed here, meaningless to forge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from itsdangerous import BadData, SignatureExpired, URLSafeSerializer, URLSafeTimedSerializer

from bot.channels import texts
from bot.channels.transcript import Button
from bot.errors import ChannelError


class Sessions:
    """Issues and checks session tokens; the client never chooses its sender id."""

    def __init__(self, secret: str, lifetime: timedelta, new_id: Callable[[], UUID]) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="xiaobao.web.session")
        self._lifetime = lifetime
        self._new_id = new_id

    def open(self, now: datetime) -> tuple[str, datetime]:
        """A new token and when it expires."""
        token = self._signer.dumps(f"web-{self._new_id().hex}")
        return str(token), now + self._lifetime

    def sender_of(self, authorization: str | None) -> str:
        """The sender id of an `Authorization: Bearer` header. Raises ChannelError (401)."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise ChannelError(401, "unauthorized", texts.NO_SESSION)
        try:
            return str(
                self._signer.loads(token.strip(), max_age=int(self._lifetime.total_seconds()))
            )
        except SignatureExpired as exc:
            raise ChannelError(401, "session_expired", texts.SESSION_EXPIRED) from exc
        except BadData as exc:
            raise ChannelError(401, "unauthorized", texts.NO_SESSION) from exc


class Choices:
    """Turns a button's payload into a token bound to one sender, and back."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

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
        return URLSafeSerializer(self._secret, salt=f"xiaobao.web.choice.{sender_id}")
