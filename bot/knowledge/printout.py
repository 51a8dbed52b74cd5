"""The answers as one printable HTML page, self-contained, with boxes to tick."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.errors import SheetError
from bot.knowledge import themes
from bot.knowledge.answer import Answers
from bot.knowledge.row import row_of

_TEMPLATES = Path(__file__).parent / "templates"


def render(answers: Answers, today: date) -> str:
    """The page as HTML, grouped by theme; every text is escaped."""
    ordered = [answers[key] for key in sorted(answers)]
    groups = [
        (themes.name_of(theme), [row_of(answer) for answer in group])
        for theme, group in groupby(ordered, key=lambda answer: answer.theme)
    ]
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("review.html")
    return page.render(groups=groups, count=len(answers), today=today.isoformat())


def write_printout(path: Path, answers: Answers, today: date) -> None:
    """Raises SheetError when the file cannot be written."""
    try:
        path.write_text(render(answers, today), encoding="utf-8")
    except OSError as exc:
        raise SheetError(f"写不了 {path}（{exc.strerror}）。请检查目录权限。") from exc
