"""The rules start fast: nothing heavy comes along."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from bot.settings import ROOT

HEAVY = ("rasa", "tensorflow", "sklearn", "sanic", "rasa_sdk", "jieba")
_PROGRAM = """
import json, sys, time
began = time.process_time()
{statement}
taken = time.process_time() - began
loaded = {{name.partition(".")[0] for name in sys.modules}}
print(json.dumps([taken, sorted(loaded)]))
"""


def cost(statement: str) -> tuple[float, list[str]]:
    """CPU seconds of an import in a fresh interpreter, and the packages it loaded."""
    program = _PROGRAM.format(statement=statement)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, timeout=60
    )
    seconds, loaded = json.loads(done.stdout)
    return seconds, loaded


def test_the_intake_needs_neither_rasa_nor_tensorflow_and_little_time() -> None:
    seconds, loaded = cost("import bot.intake.forms.complaint, bot.intake.journal")
    assert not set(HEAVY) & set(loaded)
    assert seconds < 1.5, "half a second on an idle machine"


@pytest.mark.parametrize(
    "statement",
    [
        "import bot.intake.relay, bot.intake.bootstrap",
        "import bot.channels.inbound",
        "import bot.knowledge.commands, bot.knowledge.verbs",
    ],
)
def test_the_relay_the_edge_and_the_answers_do_not_load_rasa_either(statement: str) -> None:
    _, loaded = cost(statement)
    assert not {"rasa", "tensorflow", "sklearn", "sanic"} & set(loaded)


def test_a_message_is_read_without_scikit_learn() -> None:
    _, loaded = cost("import bot.nlu.model_file, bot.nlu.known, bot.nlu.understanding")
    assert not {"rasa", "tensorflow", "sklearn", "scipy", "joblib"} & set(loaded)
