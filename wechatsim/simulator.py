"""The simulator inside a test: a server in a thread, driven by plain calls."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any, TypeVar

from wechatsim.clock import Clock
from wechatsim.delivery import ATTEMPTS
from wechatsim.faults import Faults
from wechatsim.journal import Journal, Shown
from wechatsim.phone import Phone
from wechatsim.platform import Platform, User
from wechatsim.server import HOST, application, listening_socket, server

T = TypeVar("T")
_START_SECONDS = 20
_MARGIN_SECONDS = 20


class Simulator:
    """A running simulator."""

    def __init__(self, platform: Platform, loop: asyncio.AbstractEventLoop) -> None:
        self.platform = platform
        self._loop = loop

    @property
    def url(self) -> str:
        """What WECHAT_API_URL is set to."""
        return self.platform.url

    @property
    def clock(self) -> Clock:
        return self.platform.clock

    @property
    def faults(self) -> Faults:
        return self.platform.faults

    @property
    def journal(self) -> Journal:
        """Deliveries, calls and screens."""
        return self.platform.journal

    def user(self, openid: str, *, following: bool = True) -> Person:
        """The person with this OpenID, made when new."""
        return Person(self, self.platform.user(openid, following=following))

    def verify(self) -> bool:
        """Whether the account's server passes the verification of its address."""
        return self.run(self.platform.courier.verify(self.platform.account))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Waits for work on the simulator's loop; not to be called from a loop of one's own."""
        longest = self.platform.courier.patience * ATTEMPTS + _MARGIN_SECONDS
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(longest)


class Person:
    """A user. Each act returns what it made them see: the passive reply, or a line of failure.

    What the account sends later by itself is in `messages`.
    """

    def __init__(self, simulator: Simulator, user: User) -> None:
        self._run = simulator.run
        self._journal = simulator.journal
        self.user = user
        self.phone = Phone(simulator.platform, user)

    def say(self, text: str) -> list[Shown]:
        return self._run(self.phone.say(text))

    def picture(self, content: bytes, media_type: str = "image/jpeg") -> list[Shown]:
        return self._run(self.phone.picture(content, media_type))

    def voice(self, words: str = "") -> list[Shown]:
        return self._run(self.phone.voice(words))

    def video(self, content: bytes) -> list[Shown]:
        return self._run(self.phone.video(content))

    def location(
        self, latitude: float = 39.9, longitude: float = 116.4, label: str = "北京"
    ) -> list[Shown]:
        return self._run(self.phone.location(latitude, longitude, label))

    def link(self, title: str, url: str) -> list[Shown]:
        return self._run(self.phone.link(title, url))

    def choose(self, menu_id: str) -> list[Shown]:
        """Presses the line of a message menu with this id."""
        return self._run(self.phone.choose(menu_id))

    def subscribe(self) -> list[Shown]:
        return self._run(self.phone.subscribe())

    def unsubscribe(self) -> list[Shown]:
        return self._run(self.phone.unsubscribe())

    def scan(self, scene: str) -> list[Shown]:
        """Scans a code of the account, made with ``sim.platform.scenes.add(scene)``."""
        return self._run(self.phone.scan(scene))

    def click(self, key: str) -> list[Shown]:
        """Presses the button of the published menu with this key, address or name."""
        return self._run(self.phone.click(key))

    def lapse(self) -> None:
        """As if nothing had been heard of the person for 48 hours; no clock moves."""
        self.user.allowance.lapse()

    def messages(self) -> list[Shown]:
        """The whole screen, oldest first."""
        return self._journal.shown(self.user.openid)

    def received(self, via: str = "") -> list[str]:
        """Texts from the account; `via`: passive, service or template only."""
        return [m.text for m in self.messages() if m.by == "account" and m.via.startswith(via)]


@contextmanager
def running(platform: Platform, port: int = 0) -> Iterator[Simulator]:
    """Serves the platform on the loopback address until the block ends; port 0: any free one."""
    loops: list[asyncio.AbstractEventLoop] = []
    ready = Event()

    def started(loop: asyncio.AbstractEventLoop) -> None:
        loops.append(loop)
        ready.set()

    listener = listening_socket(port)
    platform.url = f"http://{HOST}:{listener.getsockname()[1]}"
    serving = server(application(platform, started))
    thread = Thread(target=serving.run, kwargs={"sockets": [listener]}, name="wechatsim")
    thread.start()
    try:
        if not ready.wait(_START_SECONDS):
            raise RuntimeError("the simulator did not start")
        yield Simulator(platform, loops[0])
    finally:
        serving.should_exit = True
        thread.join()
        listener.close()
