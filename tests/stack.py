"""The real product on free ports: case store, action server, relay and Rasa as processes.

Every process can be killed and started again by name; databases live in a folder of the test.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests
from cryptography.fernet import Fernet
from itsdangerous import URLSafeSerializer

from tests.officers import Officers
from tests.ports import free_ports

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = {
    "casestore": ["-m", "casestore", "serve"],
    "actions": ["-m", "actions"],
    "relay": ["-m", "bot", "relay"],
    "counter": ["-m", "bot", "count"],
    "rasa": ["-m", "bot", "serve"],
}
START_SECONDS = 180.0
"""A process that loads the model takes ten on idle cores. The other lane of tests starts its own at
the same moment, and cores may be some times slower."""
PATIENCE_SECONDS = 60.0
"""For what takes a moment, as a delivery or an answer do: the machine may be busy, or halt."""


def wait_until(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """The first true value of `condition`; AssertionError when time is up.

    A machine that halts takes no time away from those who are waited for: from one look to the next
    a second counts at most.
    """
    left = seconds
    while True:
        began = time.monotonic()
        value = condition()
        if value:
            return value
        if left <= 0:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.05)
        left -= min(time.monotonic() - began, 1.0)


@dataclass
class Stack:
    """One installation of the product in `folder`; `extra` overrides settings."""

    folder: Path
    extra: dict[str, str] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rasa, actions, store, *metrics = free_ports(6)
        self.token = uuid4().hex + uuid4().hex
        self.web = f"http://127.0.0.1:{rasa}/webhooks/web/"
        self.store = f"http://127.0.0.1:{store}"
        self.actions = f"http://127.0.0.1:{actions}"
        self.metrics = {
            "rasa": f"{self.web}metrics",
            "casestore": f"{self.store}/metrics",
            **{
                name: f"http://127.0.0.1:{port}/metrics"
                for name, port in zip(("actions", "relay", "counter"), metrics, strict=True)
            },
        }
        key = Fernet.generate_key().decode()
        self.env = {
            **{k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG", "TMPDIR"}},
            "XIAOBAO_ENV_FILE": str(self.folder / "none.env"),
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(ROOT),
            "RASA_PORT": str(rasa),
            "ACTIONS_PORT": str(actions),
            **{
                f"{name.upper()}_METRICS_PORT": str(port)
                for name, port in zip(("actions", "relay", "counter"), metrics, strict=True)
            },
            "CASE_STORE_PORT": str(store),
            "CASE_STORE_URL": self.store,
            "CASE_STORE_TOKEN": self.token,
            "CASE_STORE_FIELD_KEYS": key,
            "FIELD_KEYS": Fernet.generate_key().decode(),
            "WEB_SESSION_SECRET": uuid4().hex,
            "ANALYTICS_SECRET": uuid4().hex,
            "VAR_DIR": str(self.folder),
            "CASE_STORE_FILES_DIR": str(self.folder / "casestore-files"),
            "DATABASE_URL": f"sqlite:///{self.folder / 'casestore.db'}",
            # The bank's servers share a machine with all tests: that they answer late is tested with
            # the network alone.
            "CASE_STORE_CONNECT_TIMEOUT": "10",
            "CASE_STORE_READ_TIMEOUT": "15",
            # Tests say themselves who gets a case; nobody else changes it under their hands.
            "AUTO_ASSIGN": "False",
            # All visitors of a test come from one address, faster than people type.
            "WEB_MESSAGES_PER_MINUTE": "100000",
            "WEB_ADDRESS_MESSAGES_PER_MINUTE": "100000",
            "WEB_ADDRESS_SESSIONS_PER_HOUR": "100000",
            **self.extra,
        }
        self.officers = Officers(
            self.env["DATABASE_URL"], self.env["CASE_STORE_FIELD_KEYS"], self.store
        )

    def start(self, *names: str) -> Stack:
        """Migrates and starts the named processes (all when none is named); waits for health."""
        self.prepare()
        for name in names or self.names():
            self.launch(name)
        if not names or "rasa" in names:
            wait_until(self.healthy, START_SECONDS, f"health of the assistant; see {self.folder}")
        if "casestore" in self.processes:  # the assistant is well without it
            self.wait_for_store()
        return self

    def wait_for_store(self) -> None:
        """Waits until the case store answers."""
        health = f"{self.store}/health"
        wait_until(lambda: self.answers(health), START_SECONDS, "health of the case store")

    def prepare(self) -> None:
        """Trains where that is needed and brings the databases up to date."""
        for arguments in (["bot", "train"], ["bot", "migrate"], ["casestore", "migrate"]):
            self.verb(*arguments)

    def names(self) -> list[str]:
        """The processes of this installation; only a broker needs the counter."""
        has_broker = bool(self.env.get("ANALYTICS_BROKER"))
        return [name for name in COMMANDS if name != "counter" or has_broker]

    def verb(self, *arguments: str) -> None:
        """Runs `python -m` with these arguments to its end; CalledProcessError when it fails."""
        with (self.folder / "prepare.log").open("ab") as log:
            subprocess.run(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=True,
                timeout=300,
            )

    def launch(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *COMMANDS[name]],
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        process = self.processes.pop(name)
        if process.poll() is None:
            os.killpg(process.pid, number)
        process.wait(timeout=PATIENCE_SECONDS)

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)

    def healthy(self) -> bool:
        for name, process in self.processes.items():
            assert process.poll() is None, f"{name} died:\n{self.log(name)[-3000:]}"
        return self.answers(self.web + "health")

    @staticmethod
    def answers(url: str) -> bool:
        try:
            return requests.get(url, timeout=3).status_code == 200
        except requests.RequestException:
            return False

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def chat(self) -> Chat:
        return Chat(self.web)

    def case(self, reference: str, phone_tail: str) -> requests.Response:
        """The case as the case store's API shows it."""
        headers = {"Authorization": f"Bearer {self.token}", "X-Complaint-Proof": phone_tail}
        url = f"{self.store}/api/v1/complaints/{reference}"
        return requests.get(url, headers=headers, timeout=PATIENCE_SECONDS)


class Chat:
    """A customer in the web channel."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.http = requests.Session()
        answer = self.http.post(base + "session", json={}, timeout=PATIENCE_SECONDS)
        self.token = answer.json()["token"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"
        self.buttons: list[dict[str, str]] = []

    def post(self, body: dict[str, Any], path: str = "messages") -> requests.Response:
        return self.http.post(self.base + path, json=body, timeout=PATIENCE_SECONDS)

    def say(self, text: str) -> list[str]:
        """Sends a text; the assistant's replies."""
        return self._replies(self.post({"id": str(uuid4()), "text": text}))

    def press(self, title: str) -> list[str]:
        """Presses the button with this title among those last offered."""
        choice = next(b["choice"] for b in self.buttons if b["title"] == title)
        return self._replies(self.post({"id": str(uuid4()), "choice": choice}))

    def scan(self, scene: str) -> list[str]:
        """Comes by a campaign's code in a conversation that is open; the assistant's replies."""
        body = {"id": str(uuid4()), "scene": scene}
        return self._replies(self.post(body, "campaign"))

    def _replies(self, answer: requests.Response) -> list[str]:
        assert answer.status_code == 200, f"{answer.status_code}: {answer.text}"
        return self._read(answer.json())

    def _read(self, body: dict[str, Any]) -> list[str]:
        messages = [m for m in body["messages"] if m["from"] == "bot"]
        offered = [m["buttons"] for m in messages if m["buttons"]]
        self.buttons = offered[-1] if offered else self.buttons
        return [m["text"] for m in messages]

    def send_file(self, name: str, content: bytes) -> list[str]:
        """Sends a picture or document; the assistant's replies."""
        answer = self.http.post(
            self.base + "attachments",
            files={"file": (name, content)},
            data={"id": str(uuid4())},
            timeout=PATIENCE_SECONDS,
        )
        assert answer.status_code == 201, f"{answer.status_code}: {answer.text}"
        return self._read(answer.json())

    @property
    def sender_id(self) -> str:
        """The conversation's id, which the signed token carries in clear."""
        _, said = URLSafeSerializer("").loads_unsafe(self.token)
        return str(said[0])

    def titles(self) -> list[str]:
        return [button["title"] for button in self.buttons]

    def history(self, after: int = 0, wait: float = 0) -> list[dict[str, Any]]:
        url = f"{self.base}messages?after={after}&wait={wait}"
        return list(self.http.get(url, timeout=wait + PATIENCE_SECONDS).json()["messages"])

    def told(self, words: str, seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """The message with these words, which comes unasked; waits for it.

        It may be there already: what is asked for after the newest message would leave it out.
        """

        def found() -> list[dict[str, Any]]:
            return [m for m in self.history() if words in m["text"]]

        return dict(wait_until(found, seconds, f"{words} to be told")[-1])

    def file_complaint(self, phone: str = "13800138000") -> str:
        """Files a complaint by the shortest way; returns the reference."""
        self.say("我要投诉，昨天在人民路支行排了两个小时队，柜员态度还很差，要求赔礼道歉")
        self.press("同意，开始登记")
        self.press("借记卡")
        self.say(f"我叫李建国，电话{phone}")
        self.insist()
        return reference_in(self.press("确认提交"))

    def insist(self) -> None:
        """Files a case of its own where the same phone has told the same story before."""
        if "不是，另外登记" in self.titles():
            self.press("不是，另外登记")


def reference_in(replies: list[str]) -> str:
    """The case reference the assistant named."""
    import re

    found = re.search(r"TS\d{8}-[0-9A-Z]{7}", "\n".join(replies))
    assert found, f"no reference in {replies}"
    return found.group()
