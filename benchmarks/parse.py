"""Time to understand a sentence without HTTP: `python -m benchmarks.parse MODEL SENTENCES HOW`.

A process of its own, which leaves nothing behind; HOW is `served` or `plain`. Prints
one line of JSON: the median in ms.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from pathlib import Path

from benchmarks.figures import ROOT
from benchmarks.processes import run

HELD_OUT = ROOT / "data" / "evaluation" / "heldout.jsonl"
WARM_UP = 10
MOST_SECONDS = 900.0


def median_ms(model: Path, sentences: int, *, as_served: bool) -> float:
    """Of `Agent.parse_message` over so many sentences of the evaluation file.

    `as_served`: with the product's own way to run the steps of a model.
    """
    how = "served" if as_served else "plain"
    command = [sys.executable, "-m", "benchmarks.parse", str(model), str(sentences), how]
    printed = run(command, ROOT, dict(os.environ), MOST_SECONDS)
    return float(json.loads(printed.splitlines()[-1]))


async def _median(model: str, sentences: int, how: str) -> float:
    from rasa.core.agent import Agent

    from bot.rasa_ext.graph_runner import run_sequentially

    agent = Agent.load(model)
    if how == "served":
        run_sequentially(agent)
    lines = HELD_OUT.read_text(encoding="utf-8").splitlines()[:sentences]
    texts = [str(json.loads(line)["text"]) for line in lines]
    for text in texts[:WARM_UP]:
        await agent.parse_message(text)
    times = []
    for text in texts:
        began = time.perf_counter()
        await agent.parse_message(text)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_median(sys.argv[1], int(sys.argv[2]), sys.argv[3]))))  # noqa: T201 - its output
