"""Runs one turn of Rasa for whichever channel the sender is on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from bot.channels.inbound import TurnInput
from bot.channels.senders import channel_of
from bot.channels.transcript import Button, Reply

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]


async def run_rasa(turn: TurnInput, on_new_message: OnNewMessage) -> list[Reply]:
    """Runs one turn of the assistant and collects what it says."""
    output = CollectingOutputChannel()
    await on_new_message(
        UserMessage(
            turn.text,
            output,
            turn.sender_id,
            input_channel=channel_of(turn.sender_id),
            message_id=turn.key,
            metadata=turn.metadata,
        )
    )
    return [
        Reply(
            message["text"],
            tuple(
                Button(title=b["title"], payload=b["payload"]) for b in message.get("buttons", [])
            ),
        )
        for message in output.messages
        if message.get("text")
    ]
