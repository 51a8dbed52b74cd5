"""Officers at the desk of a running case store: they take talks, speak and end them.

No pages are opened, so that tests about customers stay quick; the pages have tests of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

from casestore.domain.chat import Outcome
from casestore.service.chat_desk import ChatDesk, Conclusion
from casestore.service.duty import DutyRoster
from tests.officers import Officers

MANY = 100
"""How many talks one may lead at once; no test is about that."""


class ChatOfficer:
    """One person; customers read 工作人员 and the name."""

    def __init__(self, officers: Officers, name: str = "王敏") -> None:
        self._officers = officers
        self._officer = officers.make(name=name)

    def take(self, talk_id: str) -> None:
        self._do(lambda desk: desk.take(talk_id, self._officer))

    def speak(self, talk_id: str, text: str) -> None:
        self._do(lambda desk: desk.say(talk_id, text, self._officer, str(uuid4())))

    def end(self, talk_id: str) -> None:
        self._do(lambda desk: desk.close(talk_id, Conclusion(Outcome.RESOLVED), self._officer))

    def invite(self, reference: str) -> str:
        """The id of the talk to come."""
        return str(self._do(lambda desk: desk.invite(reference, self._officer)).id)

    def come_on_duty(self) -> None:
        with self._officers.store() as store:
            DutyRoster(store, _now).begin(self._officer)

    def reads(self, talk_id: str) -> list[str]:
        """Everything said in a talk that has reached the desk."""
        with self._officers.store() as store, store.transaction() as tx:
            return [message.text for message in tx.chats.messages(talk_id)]

    def _do(self, what: Callable[[ChatDesk], Any]) -> Any:
        with self._officers.store() as store:
            return what(ChatDesk(store, _now, lambda: str(uuid4()), MANY))


def _now() -> datetime:
    return datetime.now(timezone.utc)
