"""Pictures and documents customers send, the same for every channel: kept, then shown by a name."""

from __future__ import annotations

import asyncio
import json
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from bot.channels import texts
from bot.channels.inbound import RETRY_AFTER_SECONDS, Incoming
from bot.channels.senders import channel_of
from bot.errors import ChannelError, EvidenceRefused, EvidenceUnavailable
from bot.intake.evidence import EvidenceStore
from bot.privacy.masking import mask

LONGEST_NAME = 100
LONGEST_ENDING = 10


@dataclass(frozen=True)
class ReceivedFile:
    """A file as it came in the message `key`; `name` is fit to be shown and stored."""

    sender_id: str
    key: str
    name: str
    content: bytes


async def keep_file(file: ReceivedFile, evidence: EvidenceStore, now: datetime) -> Incoming:
    """Puts the file on disk before its turn runs; returns the message it is.

    When the turn then fails, the same message finds the file kept. Raises ChannelError: 422 for a
    file that is not taken, 503 when it cannot be kept now.
    """
    known_as = evidence_id(file.sender_id, file.key)
    channel = channel_of(file.sender_id)
    try:
        kept = await asyncio.to_thread(
            evidence.keep, known_as, file.sender_id, channel, file.name, file.content, now
        )
    except EvidenceRefused as exc:
        raise ChannelError(422, "file_refused", exc.message) from exc
    except EvidenceUnavailable as exc:
        raise ChannelError(503, "busy", exc.message, RETRY_AFTER_SECONDS) from exc
    kind = texts.PICTURE if kept.media_type.startswith("image/") else texts.DOCUMENT
    entities = json.dumps({"id": kept.id, "kind": kind}, ensure_ascii=False)
    text = texts.FILE_TEXT.format(kind=kind, name=file.name)
    return Incoming(file.sender_id, file.key, text, f"/attachment{entities}")


def clean_name(name: str) -> str:
    """A file's name as it may be shown: no path, nothing invisible, no personal number.

    At most 100 characters before masking; the ending stays when the middle has to go.
    """
    plain = unicodedata.normalize("NFKC", name).replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(c if unicodedata.category(c)[0] not in "CZ" else _blank(c) for c in plain)
    shown = " ".join(seen.split()).strip(".") or texts.NAMELESS
    return mask(_shortened(shown)).text


def _blank(character: str) -> str:
    """Line breaks and exotic blanks become blanks; format characters (RTL override) vanish."""
    return " " if character.isspace() else ""


def _shortened(name: str) -> str:
    if len(name) <= LONGEST_NAME:
        return name
    _, dot, ending = name.rpartition(".")
    tail = dot + ending if len(ending) <= LONGEST_ENDING else ""
    return name[: LONGEST_NAME - len(tail) - 1] + "…" + tail


def evidence_id(sender_id: str, key: str) -> UUID:
    """The document's id: one for each message, and nothing another customer's id could meet."""
    return UUID(bytes=sha256(f"{sender_id}/{key}".encode()).digest()[:16], version=4)
