"""The wordings replies start from, read from the package's data file."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from casestore.domain.reply_template import ReplyTemplate

_FILE = Path(__file__).parent.parent / "data" / "reply_templates.yml"


@lru_cache(maxsize=1)
def reply_templates() -> tuple[ReplyTemplate, ...]:
    """All templates, in the order of the file."""
    entries = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(_read(entry) for entry in entries)


def _read(entry: dict[str, Any]) -> ReplyTemplate:
    return ReplyTemplate(
        key=entry["key"],
        title=entry["title"],
        facts=entry["facts"],
        decision=entry["decision"],
        basis=entry["basis"],
        businesses=frozenset(entry.get("businesses", ())),
        reasons=frozenset(entry.get("reasons", ())),
    )
