"""`python -m bot knowledge <verb>`: the governed answers, for whoever looks after them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from bot.knowledge.files import FAQ, SOURCES

if TYPE_CHECKING:
    from bot.knowledge.verbs import Desk

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=__doc__)
OUT = Path("review")
_BEIJING = timezone(timedelta(hours=8))


def _desk() -> Desk:
    from bot.knowledge.verbs import Desk

    return Desk(FAQ, SOURCES, datetime.now(_BEIJING).date(), Console(highlight=False))


@app.command()
def check() -> None:
    """Check every answer against the rules; exit code 1 when there is an error."""
    from bot.knowledge import verbs

    if not verbs.check(_desk()):
        raise typer.Exit(1)


@app.command()
def due(within: Annotated[int, typer.Option(min=0, help="days from today")] = 90) -> None:
    """List the answers to be reviewed, by when and by whom."""
    from bot.knowledge import verbs

    verbs.due(_desk(), within)


@app.command()
def sheet(out: Annotated[Path, typer.Option(help="folder to write into")] = OUT) -> None:
    """Write the review sheet (Excel) and a page to print."""
    from bot.knowledge import verbs

    verbs.sheet(_desk(), out)


@app.command()
def gaps(days: Annotated[int, typer.Option(min=1, help="days back from now")] = 30) -> None:
    """Show what nobody could answer, grouped, and which answers did not help."""
    from bot.knowledge import verbs
    from bot.knowledge.feedback import Feedback
    from bot.settings import settings
    from bot.storage.engine import create_engine

    feedback = Feedback(create_engine(settings().database_url("knowledge")))
    since = datetime.now(timezone.utc) - timedelta(days=days)
    verbs.gaps(_desk(), feedback.misses(since), feedback.votes(since))


@app.command("import")
def take_in(
    file: Path, write: Annotated[bool, typer.Option("--write", help="write it")] = False
) -> None:
    """Show what a reviewed sheet changes; with --write, write it into data/nlu/faq."""
    from bot.knowledge import verbs

    if not verbs.take_in(_desk(), file, write=write):
        raise typer.Exit(1)
