"""The state of the simulated platform: one account and the people who talk to it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from wechatsim.account import Account
from wechatsim.allowance import Allowance
from wechatsim.clock import Clock
from wechatsim.delivery import PATIENCE, Courier
from wechatsim.faults import Faults
from wechatsim.journal import Call, Journal
from wechatsim.media import MediaStore
from wechatsim.menus import Button
from wechatsim.scenes import Scenes
from wechatsim.tokens import LIFE, Tokens


@dataclass
class User:
    """One person with WeChat."""

    openid: str
    name: str
    following: bool = False
    refuses_templates: bool = False
    allowance: Allowance = field(default_factory=Allowance)


class Platform:
    """Everything the platform knows, in memory only."""

    def __init__(
        self,
        account: Account | None = None,
        *,
        patience: float = PATIENCE,
        token_life: timedelta = LIFE,
        clock: Clock | None = None,
    ) -> None:
        """`patience`: seconds the account's server has for an answer."""
        self.account = account or Account.generated()
        self.clock = clock or Clock()
        self.journal = Journal()
        self.faults = Faults()
        self.tokens = Tokens(self.clock, token_life)
        self.scenes = Scenes(self.clock)
        self.media = MediaStore(self.clock)
        self.courier = Courier(self.clock, self.journal, self.faults, patience)
        self.menu: list[Button] | None = None
        self.users: dict[str, User] = {}
        self.url = ""
        """Where the simulator listens, once it does."""
        # Started anew, the simulator must not give a number it gave before.
        self._numbers: Iterator[int] = count(int(self.clock.now().timestamp() * 1_000_000))
        self._tasks: set[asyncio.Task[Any]] = set()

    def user(self, openid: str, *, following: bool = True, name: str = "") -> User:
        """The user with this OpenID, made when new; `following` and `name` count for new ones."""
        if openid not in self.users:
            self.users[openid] = User(openid, name or openid, following)
        return self.users[openid]

    def next_number(self) -> int:
        """A MsgId: a 64-bit number, growing."""
        return next(self._numbers)

    def note_call(
        self, path: str, openid: str, errcode: int, errmsg: str, milliseconds: int
    ) -> None:
        """Enters a call of the interface in the journal."""
        now = self.clock.now()
        self.journal.add(Call(now, path, openid, errcode, errmsg, milliseconds))

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Starts what happens after the answer to a call."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Ends what is still under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
