"""A case store alone, and the assistant's side of its API: no assistant runs, so that nobody but
the test files cases or reports a backlog."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from tests.contract.casestore.campaign_kit import make_body
from tests.contract.casestore.chat_kit import HANDED_OVER
from tests.contract.casestore.kit import make_payload
from tests.contract.casestore.knowledge_kit import make_knowledge
from tests.stack import ROOT, Stack


class Office:
    """Files cases and reads the news as the assistant does."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.opened_at = datetime.now(timezone.utc)
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {stack.token}"

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        url = f"{self.stack.store}/api/v1/{path}"
        answer = self.http.request(method, url, timeout=10, **options)
        assert answer.ok, answer.text
        return answer

    def file(self, reference: str, **changes: Any) -> None:
        """A complaint of today, whose limits run, as the assistant files it; the same again is the
        same."""
        when = {"submitted_at": self.opened_at.isoformat()}
        body = make_payload(reference=reference, **{**when, **changes})
        self.call("POST", "complaints", json=body, headers={"Idempotency-Key": reference})

    def attach(self, reference: str, name: str, content: bytes) -> None:
        digest = hashlib.sha256(content).hexdigest()
        headers = {"Content-Type": "image/png", "X-Filename": quote(name)}
        path = f"complaints/{reference}/attachments/{digest[:20]}"
        self.call("PUT", path, data=content, headers={**headers, "X-Content-SHA256": digest})

    def report_stuck(self, reference: str) -> None:
        """One parked item and one that is tried again by itself."""
        item = {
            "reference": reference,
            "kind": "complaint",
            "status": "parked",
            "attempts": 3,
            "waiting_since": "2026-11-23T06:00:00+00:00",
            "last_error": "HTTP 422 invalid_request",
        }
        body = {"pending": 2, "parked": 1, "oldest_seconds": 7_500, "items": [item]}
        self.call("PUT", "backlog", json=body)

    def report_knowledge(self) -> None:
        """Two questions nobody could answer and two answers due for review."""
        self.call("PUT", "knowledge", json=make_knowledge())

    def report_campaign(self, **changes: Any) -> None:
        """What was counted of a campaign."""
        body = make_body(**changes)
        self.call("PUT", f"campaigns/{body['campaign']['id']}/figures", json=body)

    def open_chat(self, chat_id: str, **changes: Any) -> None:
        """A talk as the assistant hands it over."""
        self.call("PUT", f"chats/{chat_id}", json={**HANDED_OVER, **changes})

    def customer_says(self, chat_id: str, text: str, message_id: str) -> None:
        """One more thing a customer says in a talk."""
        at = datetime.now(timezone.utc).isoformat()
        said = {"id": message_id, "author": "customer", "text": text, "at": at}
        self.call("POST", f"chats/{chat_id}/messages", json={"messages": [said]})

    def chat_news(self, chat_id: str) -> list[dict[str, Any]]:
        """What officers have done in a talk so far."""
        found = self.call("GET", "chats/events?limit=500").json()["events"]
        return [event for event in found if event["chat"] == chat_id]

    def promise_call(self, callback_id: str, promised_by: datetime, **changes: Any) -> None:
        """A call the assistant has promised a customer."""
        body = {
            "channel": "wechat",
            "asked_at": (promised_by - timedelta(hours=4)).isoformat(),
            "promised_by": promised_by.isoformat(),
            "phone": "13800001234",
            "name": "欧阳小雨",
            "topic": "手续费争议",
            "preferred": "下午三点以后",
        }
        self.call("PUT", f"callbacks/{callback_id}", json={**body, **changes})

    def news(self) -> list[dict[str, Any]]:
        return list(self.call("GET", "events?after=0&limit=500").json()["events"])


@contextmanager
def open_office(folder: Path) -> Iterator[Office]:
    """A running case store with an empty database in a folder. Nothing is assigned by itself."""
    stack = Stack(folder, extra={"AUTO_ASSIGN": "False"})
    migrate = [sys.executable, "-m", "casestore", "migrate"]
    subprocess.run(
        migrate, cwd=ROOT, env=stack.env, check=True, timeout=60, stdout=subprocess.DEVNULL
    )
    try:
        stack.launch("casestore")
        stack.wait_for_store()
        yield Office(stack)
    finally:
        stack.stop()
