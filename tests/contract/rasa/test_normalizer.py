"""A model that is loaded is ready: no customer waits for dictionaries."""

from __future__ import annotations

import subprocess
import sys

from tests.stack import ROOT

PROGRAM = """
import warnings
warnings.simplefilter("ignore")
from bot.nlu.components import TextNormalizer
import jieba
assert not jieba.dt.initialized
TextNormalizer.load({}, None, None, None)
assert jieba.dt.initialized
"""


def test_loading_the_normalizer_reads_the_dictionaries() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, check=True, timeout=120)
