"""A model that misunderstands the plainest questions is not let near customers."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import ConfigurationError
from bot.launcher.self_test import check_model, golden_sentences

SENTENCES = {"卡丢了": "faq/card_lost", "我要投诉": "complaint_file", "救命": "emergency"}
RIGHT = {
    "卡丢了": {"label": "faq/card_lost.report_loss", "emergency": None},
    "我要投诉": {"label": "complaint_file", "emergency": None},
    "救命": {"label": "out_of_scope", "emergency": "money"},
}


def parser(answers: dict[str, Any]) -> Any:
    async def parse(text: str) -> dict[str, Any]:
        return {"understanding": answers.get(text)}

    return parse


async def test_a_model_that_understands_passes() -> None:
    await check_model(parser(RIGHT), SENTENCES)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("卡丢了", {"label": "faq/fees.annual", "emergency": None}),
        ("我要投诉", {"label": "complaint_file", "emergency": "money"}),
        ("救命", {"label": "emergency", "emergency": None}),
        ("卡丢了", None),
    ],
)
async def test_one_misunderstanding_stops_the_start(said: str, found: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"认错 1 句，例如“{said}”"):
        await check_model(parser({**RIGHT, said: found}), SENTENCES)


def test_the_golden_sentences_cover_every_theme() -> None:
    meant = list(golden_sentences().values())
    assert len({label for label in meant if label.startswith("faq/")}) == 17
    assert {"complaint_file", "complaint_status", "handoff", "account_service"} <= set(meant)
    assert {"out_of_scope", "emergency"} <= set(meant)
