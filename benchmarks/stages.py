"""Where a turn's time goes, read from the product's own metrics before and after a load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from bot.metrics.turns import Stage

NAMES = {
    Stage.LANE: "等同一位客户的前一句",
    Stage.CHANNEL: "遮盖、对话记录",
    Stage.LOCK: "Rasa 的锁",
    Stage.LOAD: "取会话",
    Stage.PARSE: "理解",
    Stage.POLICY: "规则",
    Stage.ACTION: "叫动作服务",
    Stage.SAVE: "存会话",
}


@dataclass(frozen=True)
class Spent:
    """Seconds of all turns of the website since the server began."""

    turns: float
    seconds: float
    by_stage: dict[Stage, float]


@dataclass(frozen=True)
class Part:
    """Mean ms a turn spends in one part, and the share of the whole."""

    name: str
    ms: float
    share: float


def read(metrics: str) -> Spent:
    """From the text of /webhooks/web/metrics. Raises KeyError when a series is not there."""
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(metrics)
        if family.name in ("xiaobao_turn_seconds", "xiaobao_turn_stage_seconds")
        for sample in family.samples
        if not sample.name.endswith("_bucket")
    }
    return Spent(
        samples["xiaobao_turn_seconds_count", "web"],
        samples["xiaobao_turn_seconds_sum", "web"],
        {stage: samples["xiaobao_turn_stage_seconds_sum", stage.value] for stage in Stage},
    )


def parts(before: Spent, after: Spent, seen_ms: float) -> Sequence[Part]:
    """Each stage, what is left to Rasa and to HTTP; `seen_ms`: a turn's mean as its customer saw."""
    turns = after.turns - before.turns
    turn_ms = (after.seconds - before.seconds) * 1000 / turns
    spent = {
        name: (after.by_stage[stage] - before.by_stage[stage]) * 1000 / turns
        for stage, name in NAMES.items()
    }
    rest = {
        "Rasa 自己（其余）": turn_ms - sum(spent.values()),
        "HTTP、会话校验、按钮签名": seen_ms - turn_ms,
    }
    return [Part(name, ms, ms / seen_ms) for name, ms in {**spent, **rest}.items()]
