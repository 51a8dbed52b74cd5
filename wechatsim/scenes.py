"""QR codes with a scene (生成带参数的二维码)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from wechatsim import errors
from wechatsim.clock import Clock
from wechatsim.errors import ApiError

_LONGEST_LIFE = 2_592_000
_SHORTEST_LIFE = 60
_LONGEST_SCENE = 64
_MOST_LASTING_ID = 100_000
_LARGEST_ID = 2**32 - 1


@dataclass(frozen=True)
class Scene:
    """One code: what it carries, and until when it works (None: for good)."""

    scene: str
    ticket: str
    url: str
    until: datetime | None
    life: int | None
    """Seconds, as asked for."""


def _random() -> str:
    return secrets.token_urlsafe(60)


class Scenes:
    """The codes of one account."""

    def __init__(self, clock: Clock, random: Callable[[], str] = _random) -> None:
        self._clock = clock
        self._random = random
        self._by_ticket: dict[str, Scene] = {}

    def create(self, order: Any) -> Scene:
        """A new code from the body of /cgi-bin/qrcode/create; raises ApiError 40053."""
        try:
            action = order["action_name"]
            given = order["action_info"]["scene"]
        except (TypeError, KeyError) as exc:
            raise ApiError(errors.INVALID_ACTION_INFO) from exc
        lasting = action in ("QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE")
        scene = _scene(action, given, lasting)
        life = None if lasting else _life(order.get("expire_seconds"))
        return self.add(scene, life)

    def add(self, scene: str, life: int | None = None) -> Scene:
        """`life` in seconds; None: for good."""
        ticket = self._random()
        until = None if life is None else self._clock.now() + timedelta(seconds=life)
        made = Scene(scene, ticket, f"http://weixin.qq.com/q/{ticket[:22]}", until, life)
        self._by_ticket[ticket] = made
        return made

    def by_ticket(self, ticket: str) -> Scene | None:
        return self._by_ticket.get(ticket)

    def of(self, scene: str) -> Scene | None:
        """The newest code with this scene that still works."""
        found = [code for code in self.working() if code.scene == scene]
        return found[-1] if found else None

    def working(self) -> list[Scene]:
        now = self._clock.now()
        codes = self._by_ticket.values()
        return [code for code in codes if code.until is None or now < code.until]


def _scene(action: Any, given: Any, lasting: bool) -> str:
    if action in ("QR_STR_SCENE", "QR_LIMIT_STR_SCENE") and isinstance(given, dict):
        text = given.get("scene_str")
        if isinstance(text, str) and 1 <= len(text) <= _LONGEST_SCENE:
            return text
    if action in ("QR_SCENE", "QR_LIMIT_SCENE") and isinstance(given, dict):
        number = given.get("scene_id")
        largest = _MOST_LASTING_ID if lasting else _LARGEST_ID
        if isinstance(number, int) and 1 <= number <= largest:
            return str(number)
    raise ApiError(errors.INVALID_ACTION_INFO)


def _life(seconds: Any) -> int:
    if not isinstance(seconds, int):
        return _SHORTEST_LIFE
    return min(max(seconds, _SHORTEST_LIFE), _LONGEST_LIFE)
