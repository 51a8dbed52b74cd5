"""The questions every usable model understands, asked before the server takes customers.

A damaged model file, a half-finished training or a change of data that upset the classifier shows
here, not in a customer's answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from bot.errors import ConfigurationError
from bot.nlu.labels import EMERGENCY
from bot.nlu.ranking import theme
from bot.settings import ROOT
from bot.shipped_yaml import read_shipped

GOLDEN = ROOT / "data" / "knowledge" / "golden.yml"
MOST_NAMED = 3
Parse = Callable[[str], Awaitable[Mapping[str, Any]]]


def golden_sentences(path: Path = GOLDEN) -> dict[str, str]:
    """What a customer says → the theme or intent it must be taken for."""
    sentences: dict[str, str] = read_shipped(path)
    return sentences


async def check_model(parse: Parse, sentences: Mapping[str, str]) -> None:
    """Raises ConfigurationError naming the first sentences that `parse` misunderstands."""
    wrong = [said for said, meant in sentences.items() if not _is(await parse(said), meant)]
    if wrong:
        named = "、".join(f"“{said}”" for said in wrong[:MOST_NAMED])
        raise ConfigurationError(
            f"模型自检没有通过：{len(sentences)} 句里认错 {len(wrong)} 句，例如{named}。"
            "请运行 make train 重新训练后再启动；还不行，检查最近改过的训练数据。"
        )


def _is(parsed: Mapping[str, Any], meant: str) -> bool:
    found = parsed.get("understanding") or {}
    if meant == EMERGENCY:
        return found.get("emergency") is not None
    return theme(str(found.get("label"))) == meant and found.get("emergency") is None
