"""Rasa is imported without TensorFlow where nothing needs it."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import Any

import pytest

from bot.launcher.recipe import read_recipe
from bot.rasa_ext.without_tensorflow import needs_tensorflow
from tests.stack import ROOT

OURS = {"name": "bot.nlu.components.NgramIntentClassifier"}


@pytest.mark.parametrize(
    ("recipe", "needed"),
    [
        ({}, False),
        ({"pipeline": [OURS], "policies": [{"name": "RulePolicy"}]}, False),
        ({"pipeline": [{**OURS, "encoder": ""}], "policies": None}, False),
        ({"pipeline": [{**OURS, "encoder": "encoder"}]}, True),
        ({"pipeline": [OURS, {"name": "DIETClassifier"}]}, True),
        ({"pipeline": [OURS], "policies": [{"name": "TEDPolicy"}]}, True),
        ({"pipeline": [{"class": "nonsense"}]}, True),
    ],
)
def test_tensorflow_is_loaded_for_components_that_may_need_it(
    recipe: dict[str, Any], needed: bool
) -> None:
    assert needs_tensorflow(recipe) is needed


def test_our_own_config_needs_none() -> None:
    assert not needs_tensorflow(read_recipe())


def python(code: str) -> str:
    """What `code` prints in a process of its own, for imports cannot be undone."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(code)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=120,
    )
    return done.stdout.strip()


def test_all_of_rasa_that_we_use_is_imported_without_it() -> None:
    said = python(
        """
        from bot.rasa_ext.without_tensorflow import leave_out_tensorflow
        leave_out_tensorflow({})
        import rasa.core.run, rasa.core.agent, rasa.model_training
        from pathlib import Path
        import tensorflow
        loaded = Path("/proc/self/maps").read_text()
        print("libtensorflow" in loaded, getattr(tensorflow, "__file__", None))
        """
    )
    assert said == "False None"


def test_what_uses_it_all_the_same_is_told_so() -> None:
    said = python(
        """
        from bot.errors import ConfigurationError
        from bot.rasa_ext.without_tensorflow import leave_out_tensorflow
        leave_out_tensorflow({})
        from tensorflow.keras import layers
        class Inherited(layers.Layer): ...
        try:
            Inherited()
        except ConfigurationError as exc:
            print(exc.message)
        """
    )
    assert "没有加载的 TensorFlow（Inherited）" in said


def test_a_process_that_has_it_already_keeps_it() -> None:
    said = python(
        """
        import sys, types
        sys.modules["tensorflow"] = real = types.ModuleType("tensorflow")
        from bot.rasa_ext.without_tensorflow import leave_out_tensorflow
        leave_out_tensorflow({})
        import tensorflow
        print(tensorflow is real, len([f for f in sys.meta_path if "tensorflow" in f.__module__
              ]) if all(hasattr(f, "__module__") for f in sys.meta_path) else 0)
        """
    )
    assert said.startswith("True 0")
