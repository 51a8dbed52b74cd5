"""`python -m bot campaign <verb>`: outreach campaigns, for whoever prepares and runs them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from bot.errors import CampaignError
from bot.settings import settings

if TYPE_CHECKING:
    from bot.campaigns.verbs import Desk

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=__doc__)


def open_desk() -> Desk:
    """What the verbs work with. Raises ConfigurationError."""
    from bot.campaigns.files import load_library
    from bot.campaigns.verbs import Desk
    from bot.intake.calendar import BEIJING

    today = datetime.now(BEIJING).date()
    return Desk(settings().campaigns_dir, load_library(), today, Console(highlight=False))


@app.command()
def new(name: str) -> None:
    """Write a campaign to start from: data/campaigns/NAME.yml."""
    from bot.campaigns import verbs

    verbs.new(open_desk(), name)


@app.command()
def check() -> None:
    """Check every campaign; exit code 1 when one is not fit to be used."""
    from bot.campaigns import verbs

    if not verbs.check(open_desk()):
        raise typer.Exit(1)


@app.command()
def preview(
    name: str, day: Annotated[str, typer.Option(help="as if it were this day, YYYY-MM-DD")] = ""
) -> None:
    """Chat a campaign through in the terminal; changes of the file are seen at once."""
    import time
    from datetime import date

    from bot.campaigns.preview import Preview
    from bot.campaigns.shelf import Shelf

    desk = open_desk()
    try:
        today = date.fromisoformat(day) if day else desk.today
    except ValueError as exc:
        raise CampaignError(f"日期“{day}”要写成 2027-03-15 的样子。") from exc
    shelf = Shelf(desk.folder, desk.library, lambda: today, time.monotonic)
    config = settings()
    words = {"hotline": config.hotline, "hotline_hours": config.hotline_hours}
    Preview(shelf, name, today, words, desk.say, lambda prompt: str(typer.prompt(prompt))).run()
