"""What customers read in their window about a talk with a person. Told again, it is one notice."""

from __future__ import annotations

from datetime import datetime

from bot.channels import texts
from bot.channels.forwarding import Forwarding
from bot.channels.inbound import back_to_assistant, seal_turn
from bot.channels.transcript import Button, Reply, Transcript
from bot.handover.desk import DeskEvent
from bot.handover.talk import Talk
from bot.launcher.notices import fit_to_store
from bot.privacy.sealing import Sealer

CALL_ME = Button(title=texts.CALL_ME, payload="/callback_request")
KEEP_WAITING = Button(title=texts.KEEP_WAITING, payload="/handoff")


class TalkNotices:
    """Puts them into the conversation. Every method raises StorageError when that fails."""

    def __init__(
        self,
        transcript: Transcript,
        forwarding: Forwarding,
        sealer: Sealer,
        *,
        hotline: str,
        hotline_hours: str,
    ) -> None:
        self._transcript = transcript
        self._forwarding = forwarding
        self._sealer = sealer
        self._call = {"hotline": hotline, "hotline_hours": hotline_hours}

    def taken(self, talk: Talk, event: DeskEvent, now: datetime) -> None:
        """An officer is there, or another one instead of the first."""
        is_another = talk.officer not in (None, event.officer)
        text = texts.OFFICER_CHANGED if is_another else texts.OFFICER_TOOK
        self._push(talk, _key(event), Reply(text.format(officer=event.officer)), now)

    def invited(self, talk: Talk, event: DeskEvent, now: datetime) -> None:
        """An officer would like to talk about a complaint."""
        text = texts.OFFICER_INVITES.format(officer=event.officer, reference=event.reference)
        self._push(talk, _key(event), Reply(text), now)

    def said(self, talk: Talk, event: DeskEvent, now: datetime) -> None:
        """The words of an officer; to somebody who has cleared the conversation nothing is said."""
        if not self._transcript.has_ended(talk.sender_id):
            reply = Reply(fit_to_store(event.text or ""), by=event.officer)
            self._push(talk, _key(event), reply, now)

    def away(self, talk: Talk, now: datetime) -> None:
        """The officer has not said anything for long; told once a talk."""
        text = texts.OFFICER_AWAY.format(**self._call)
        self._push(talk, f"desk/{talk.id}/away", Reply(text), now)

    def nobody(self, talk: Talk, now: datetime) -> None:
        """Nobody took the talk in time."""
        reply = Reply(texts.ALL_BUSY.format(**self._call), (CALL_ME, KEEP_WAITING))
        self._push(talk, f"desk/{talk.id}/over", reply, now)

    def left(self, talk: Talk, now: datetime) -> None:
        """The talk with an officer has ended: the assistant goes on, with the form where it was.

        What the customer wrote in the last moment and no officer got, or what the desk refused, is
        the assistant's to answer.
        """
        self._push(talk, f"desk/{talk.id}/over", Reply(texts.OFFICER_LEFT), now)
        if not self._forwarding.hand_back(talk.sender_id, now):
            turn = seal_turn(back_to_assistant(), self._sealer)
            self._transcript.note(talk.sender_id, f"desk/{talk.id}/back", turn, now)

    def _push(self, talk: Talk, key: str, reply: Reply, now: datetime) -> None:
        self._transcript.push(talk.sender_id, key, reply, now)


def _key(event: DeskEvent) -> str:
    return f"desk/{event.id}"
