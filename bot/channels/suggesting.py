"""Answers that may fit what a customer tells an officer, found by the assistant's own model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Parse = Callable[[str], Awaitable[Mapping[str, Any]]]
"""Rasa's `Agent.parse_message`."""

FAQ = "faq/"
MOST = 3
LIKELY = 0.1
"""Probability from which an answer is worth a look; the officer decides."""


async def suggested_answers(parse: Parse, text: str) -> list[str]:
    """Ids of up to three answers, the likeliest first."""
    ranking = (await parse(text)).get("intent_ranking") or []
    likely = [str(found["name"]) for found in ranking if float(found["confidence"]) >= LIKELY]
    return [name.removeprefix(FAQ) for name in likely if name.startswith(FAQ)][:MOST]
