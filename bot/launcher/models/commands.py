"""`python -m bot model <verb>`: which trained model serves."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from bot.settings import settings

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=__doc__)


@app.command("list")
def show() -> None:
    """Show the trained models, which one serves and which one served before."""
    from bot.launcher.models.bootstrap import open_shelf
    from bot.launcher.models.showing import show_shelf
    from bot.launcher.training import frame, model_path

    config = settings()
    show_shelf(open_shelf(config), frame(), model_path(config).name, Console(highlight=False))


@app.command()
def promote(
    name: Annotated[
        str, typer.Argument(help="a model's file name; none: of the present data")
    ] = "",
    force: Annotated[bool, typer.Option(help="even if it is worse than the serving one")] = False,
) -> None:
    """Try a model against the serving one; let it serve if it is not worse. Exit code 1 if it is."""
    from bot.launcher.models.bootstrap import now, open_gate
    from bot.launcher.models.showing import show_decision
    from bot.launcher.recipe import load_no_more_than_needed
    from bot.launcher.training import model_path

    load_no_more_than_needed()
    config = settings()
    chosen = name or model_path(config).name
    decision = open_gate(config).decide(chosen, now(), force=force)
    show_decision(decision, Console(highlight=False))
    raise typer.Exit(0 if decision.serves else 1)


@app.command()
def rollback() -> None:
    """Let the model that served before serve again; restart the Rasa processes afterwards."""
    from bot.launcher.models.bootstrap import now, open_gate

    back = open_gate(settings()).roll_back(now())
    typer.echo(f"✓ 退回到 {back.name}。逐个重启 Rasa 进程后生效。")
