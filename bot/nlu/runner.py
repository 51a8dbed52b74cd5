"""Runs the trained model outside the server, for evaluation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.nlu.evaluate import Line, Prediction, public_label
from bot.privacy.masking import mask


class Understanding:
    """The NLU of a trained model."""

    def __init__(self, model: Path) -> None:
        from rasa.core.agent import Agent

        self._agent = Agent.load(model)

    def predict(self, lines: Sequence[Line]) -> list[Prediction]:
        """Predictions in the order of `lines`; texts are masked as the channel does."""
        return asyncio.run(self._predict_all(lines))

    async def _predict_all(self, lines: Sequence[Line]) -> list[Prediction]:
        return [await self._predict(mask(line.text).text) for line in lines]

    async def _predict(self, text: str) -> Prediction:
        parsed: dict[str, Any] = await self._agent.parse_message(text)
        found = parsed["understanding"]
        return Prediction(
            public_label(found), found["band"], found["confidence"], found["emergency"] is not None
        )


def write_details(path: Path, lines: Sequence[Line], predictions: Sequence[Prediction]) -> None:
    """One JSON line per input with what was predicted."""
    with path.open("w", encoding="utf-8") as file:
        for line, p in zip(lines, predictions, strict=True):
            row = {**asdict(line), **{f"predicted_{k}": v for k, v in asdict(p).items()}}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
