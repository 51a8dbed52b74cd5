"""Time to understand a sentence without HTTP: `python -m benchmarks.parse MODEL SENTENCES`.

A process of its own, so that both products' models are loaded the same way and leave nothing
behind. Prints one line of JSON: the median in ms.
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


def median_ms(model: Path, sentences: int) -> float:
    """Of `Agent.parse_message` over so many sentences of the evaluation file."""
    command = [sys.executable, "-m", "benchmarks.parse", str(model), str(sentences)]
    printed = run(command, ROOT, dict(os.environ), MOST_SECONDS)
    return float(json.loads(printed.splitlines()[-1]))


async def _median(model: str, sentences: int) -> float:
    from rasa.core.agent import Agent

    agent = Agent.load(model)
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
    print(json.dumps(asyncio.run(_median(sys.argv[1], int(sys.argv[2])))))  # noqa: T201 - its output
