"""Reads the YAML files that come with the program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def read_shipped(path: Path) -> Any:
    """What a YAML file holds, in plain Python.

    By libyaml, twelve times as fast as the reader PyYAML takes by itself. For our own files only:
    lists nested a hundred thousand deep end the process. Raises OSError, UnicodeDecodeError and
    yaml.YAMLError.
    """
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
