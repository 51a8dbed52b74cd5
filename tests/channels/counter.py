"""The web channel on a real port with an assistant that answers as told: no model, no training."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests
from cryptography.fernet import Fernet
from rasa.core.channels.channel import UserMessage
from sanic import Sanic, response

from bot.analytics import outbox
from bot.channels.assembly import Parts, assemble
from bot.channels.web import errors
from bot.channels.web.channel import WebInput
from bot.errors import TurnFailed
from bot.launcher.rasa_server import LARGEST_REQUEST
from bot.settings import Settings
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from tests.ports import free_ports

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00" * 32
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 32
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


START_SECONDS = STOP_SECONDS = 60.0


class Assistant:
    """Stands for Rasa: repeats what it got; `away` makes its turns fail."""

    def __init__(self) -> None:
        self.turns: list[UserMessage] = []
        self.away = False

    async def __call__(self, message: UserMessage) -> None:
        self.turns.append(message)
        if self.away:
            raise TurnFailed()
        await message.output_channel.send_text_message(message.sender_id, f"收到：{message.text}")

    def is_ready(self) -> bool:
        return True

    async def parse_message(self, text: str) -> dict[str, Any]:
        """What the model understands: one answer fits everything."""
        found = {"name": "faq/fees.waive", "confidence": 0.9}
        return {"text": text, "intent_ranking": [found]}

    def entities(self) -> dict[str, str]:
        """Of the last turn, which came from a file."""
        intent, brace, rest = self.turns[-1].text.partition("{")
        assert intent == "/attachment"
        return dict(json.loads(brace + rest))


class Counter:
    """One web channel at work; `later` moves its clock, `settings` are those of the product.

    A new session waits `greeting_seconds` for its campaign's greeting: no test but the one about it
    gets by without, on however slow a machine. `steady` is the clock of the limits: where they are
    low it stands still, or a slow machine would earn new messages while it spends the old ones.
    """

    greeting_seconds = 30.0

    def __init__(self, folder: Path, **settings: Any) -> None:
        (port,) = free_ports(1)
        self.web = f"http://127.0.0.1:{port}/webhooks/web/"
        self.assistant = Assistant()
        self.later = timedelta(0)
        self.steady: Callable[[], float] = time.monotonic
        own = {
            "var_dir": folder,
            "evidence_dir": folder / "evidence",
            "rasa_port": port,
            "actions_port": port,  # the same server answers for the action server's health
            "web_session_secret": uuid4().hex,
            "analytics_secret": "a",
            "field_keys": Fernet.generate_key().decode(),
            "case_store_token": uuid4().hex,
        }
        self.config = Settings(**{**own, **settings})
        for schema in ("journal", "channel"):
            engine = create_engine(self.config.database_url(schema))
            upgrade(engine, schema)
            engine.dispose()
        tracker = create_engine(self.config.database_url("tracker"))
        outbox.create(tracker)
        tracker.dispose()

    def now(self) -> datetime:
        return datetime.now(timezone.utc) + self.later

    def files(self) -> list[str]:
        return sorted(path.name for path in self.config.evidence_dir.glob("*"))

    def visitor(self, campaign: str | None = None) -> Visitor:
        return Visitor(self.web, campaign)

    @contextmanager
    def open(self) -> Iterator[Counter]:
        """Serves in a thread of its own as long as the block runs."""
        started: Future[None] = Future()
        stopping = threading.Event()
        serving = threading.Thread(
            target=lambda: asyncio.run(self._serve(started, stopping)), daemon=True
        )
        serving.start()
        started.result(timeout=START_SECONDS)
        try:
            yield self
        finally:
            stopping.set()
            serving.join(timeout=STOP_SECONDS)
        assert not serving.is_alive(), "what goes on serving disturbs the tests that follow"

    def mount(self, app: Sanic, parts: Parts) -> None:
        """Puts the channels into `app`."""
        web = WebInput(
            parts,
            sweep_interval=0.1,
            greeting_seconds=self.greeting_seconds,
            steady=self.steady,
        )
        app.blueprint(web.blueprint(self.assistant), url_prefix="/webhooks/web")

    async def _serve(self, started: Future[None], stopping: threading.Event) -> None:
        app = Sanic(f"counter_{uuid4().hex}")
        app.config.REQUEST_MAX_SIZE = LARGEST_REQUEST
        app.config.PROXIES_COUNT = self.config.web_trusted_proxies
        errors.install(app)
        self.mount(app, assemble(self.config, self.now))
        app.add_route(_healthy, "/health")
        app.ctx.agent = self.assistant
        server: Any = await app.create_server(
            "127.0.0.1", self.config.rasa_port, return_asyncio_server=True, access_log=False
        )
        await server.startup()
        await server.before_start()
        await server.start_serving()
        await server.after_start()
        started.set_result(None)
        await asyncio.to_thread(stopping.wait)
        await server.before_stop()
        await server.close()
        await server.after_stop()


async def _healthy(_request: Any) -> Any:
    return response.json({"status": "ok"})


class Visitor:
    """A customer's browser: one session, opened by the code of a scene if there is one."""

    def __init__(self, web: str, campaign: str | None = None) -> None:
        self.web = web
        self.http = requests.Session()
        body = {} if campaign is None else {"campaign": campaign}
        opened = self.http.post(web + "session", json=body, timeout=60)
        assert opened.status_code == 201, opened.text
        self.http.headers["Authorization"] = f"Bearer {opened.json()['token']}"

    def say(self, text: str, key: str | None = None) -> requests.Response:
        body = {"id": key or str(uuid4()), "text": text}
        return self.http.post(self.web + "messages", json=body, timeout=30)

    def arrive(self, scene: object, key: object = None) -> requests.Response:
        """Comes by the code of a scene to the conversation that is there."""
        body = {"id": key or str(uuid4()), "scene": scene}
        return self.http.post(self.web + "campaign", json=body, timeout=30)

    def upload(
        self, content: bytes = PNG, name: str = "截图.png", key: str | None = None
    ) -> requests.Response:
        return self.send([("file", (name, content, "image/png"))], {"id": key or str(uuid4())})

    def send(self, files: Any, fields: dict[str, str]) -> requests.Response:
        """Any multipart form."""
        url = self.web + "attachments"
        return self.http.post(url, files=files, data=fields, timeout=60)

    def history(self, after: int = 0, wait: float = 0) -> list[dict[str, Any]]:
        url = f"{self.web}messages?after={after}&wait={wait}"
        return list(self.http.get(url, timeout=wait + 30).json()["messages"])
