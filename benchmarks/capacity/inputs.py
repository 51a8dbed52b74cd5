"""The data files next to this module: what was measured, what is assumed, what one machine can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.capacity.model import Costs

HERE = Path(__file__).parent
RUN = HERE / "run.yml"
_HEAD = "# 由 python -m benchmarks.capacity --measure 写，不要手改。\n"


@dataclass(frozen=True)
class Figure:
    """One number with its name in Chinese and where it comes from."""

    key: str
    name: str
    value: float
    unit: str
    source: str = ""


@dataclass(frozen=True)
class Inputs:
    """`taken`: machine, commit and time of the run the costs come from, and how long it was."""

    costs: Costs
    taken: Mapping[str, Any]
    measured: Sequence[Figure]
    assumed: Sequence[Figure]
    limits: Sequence[Figure]


def values(figures: Sequence[Figure]) -> dict[str, float]:
    return {figure.key: figure.value for figure in figures}


def load() -> Inputs:
    """Reads all files. Raises KeyError or TypeError when one lacks something."""
    run = yaml.safe_load(RUN.read_text(encoding="utf-8"))
    return Inputs(
        costs=_costs(run),
        taken=run,
        measured=_figures("measured.yml"),
        assumed=_figures("assumed.yml"),
        limits=_figures("limits.yml"),
    )


def write_run(found: Mapping[str, Any]) -> None:
    """Keeps what a run has measured."""
    content = yaml.safe_dump(dict(found), allow_unicode=True, sort_keys=False)
    RUN.write_text(_HEAD + content, encoding="utf-8")


def _figures(name: str) -> list[Figure]:
    content = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return [Figure(**{**each, "value": float(each["value"])}) for each in content]


def _costs(run: Mapping[str, Any]) -> Costs:
    return Costs(
        cpu_ms=run["cpu_ms_a_message"],
        transactions=run["transactions_a_message"],
        log_bytes=run["log_bytes_a_message"],
        tables=run["bytes_a_message"],
        case_tables=run["bytes_a_case"],
        connections=run["connections"],
        resident_mb=run["resident_mb"],
        poll_ms=run["poll_cpu_ms_a_second"],
        loaded_bytes_a_case=run["loaded_bytes_a_case"],
        dump_mb_a_second=run["dump_mb_a_second"],
        dump_share=run["dump_share"],
    )
