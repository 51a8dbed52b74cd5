"""Reads the checklists from their file."""

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

import yaml

from casestore.domain.checklist import CheckItem, Checklist

_FILE = "checklists.yml"


def read_checklists() -> Sequence[Checklist]:
    """The checklists that come with this service, in the order of the file."""
    text = (resources.files("casestore") / "data" / _FILE).read_text(encoding="utf-8")
    return [_checklist(entry) for entry in yaml.safe_load(text)]


def _checklist(entry: Mapping[str, Any]) -> Checklist:
    items = tuple(
        CheckItem(item["id"], item["text"], item.get("source")) for item in entry["items"]
    )
    return Checklist(entry["title"], tuple(entry["words"]), items)
