"""`python -m bot <verb>`: everything an engineer or operator does with the assistant."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.campaigns.commands import app as campaign
from bot.channels.wechat.commands import app as wechat
from bot.errors import BotError
from bot.knowledge.commands import app as knowledge
from bot.launcher.heartbeat import Process
from bot.launcher.models.commands import app as model
from bot.settings import settings

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help=__doc__,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(knowledge, name="knowledge")
app.add_typer(campaign, name="campaign")
app.add_typer(wechat, name="wechat")
app.add_typer(model, name="model")
console = Console(stderr=True)


@app.command()
def run() -> None:
    """Prepare this machine and run everything until Ctrl-C."""
    from bot.launcher.supervisor import run_everything

    run_everything(console)


@app.command()
def serve() -> None:
    """Run the Rasa server with the model that serves; without one it is trained first."""
    from bot.launcher.models.bootstrap import model_to_serve
    from bot.launcher.rasa_server import serve as serve_rasa
    from bot.launcher.recipe import load_no_more_than_needed

    load_no_more_than_needed()
    config = settings()
    serve_rasa(config, model_to_serve(config))


@app.command()
def train(
    force: Annotated[bool, typer.Option(help="even if nothing changed")] = False,
    promote: Annotated[bool, typer.Option(help="let it serve if it passes the gate")] = True,
) -> None:
    """Train the model if config, domain or data changed; exit code 3 if it does not serve then."""
    from bot.launcher.models.bootstrap import train_and_consider
    from bot.launcher.models.shelf import NOT_SERVING
    from bot.launcher.models.showing import show_decision
    from bot.launcher.recipe import load_no_more_than_needed
    from bot.launcher.training import ensure_model

    load_no_more_than_needed()
    if not promote:
        console.print(f"模型：{ensure_model(settings(), force=force).name}")
        return
    decision = train_and_consider(settings(), force=force)
    show_decision(decision, console)
    raise typer.Exit(0 if decision.serves else NOT_SERVING)


@app.command()
def migrate() -> None:
    """Bring all databases of the assistant to the newest schema."""
    from bot.analytics import outbox
    from bot.storage.engine import create_engine
    from bot.storage.migrate import upgrade

    for name in ("journal", "channel", "knowledge", "analytics"):
        upgrade(create_engine(settings().database_url(name)), name, waits=_say_it_waits)
    # Rasa makes its own tables in there when it starts; the relay looks for this one before.
    outbox.create(create_engine(settings().database_url("tracker")))


def _say_it_waits() -> None:
    console.print("另一处正在升级数据库，等它做完再接着做……")


@app.command()
def relay() -> None:
    """Deliver journaled complaints to the case store until stopped."""
    from bot.launcher.relay_process import run_relay

    run_relay(settings())


@app.command()
def count() -> None:
    """Take what campaigns are counted by from the broker into its database until stopped."""
    from bot.launcher.counter_process import run_counter

    run_counter(settings())


@app.command()
def health(process: Process) -> None:
    """Whether a process that listens nowhere is alive, on this machine; exit code 1 if not."""
    from datetime import datetime, timezone

    from bot.launcher.heartbeat import Heartbeats

    Heartbeats(settings().heartbeat_dir, process).check(datetime.now(timezone.utc))
    console.print(f"{process.value} 正常。")


@app.command()
def retry(reference: str) -> None:
    """Deliver everything of a reference that is parked or waits for its next attempt now."""
    from datetime import datetime, timezone

    from bot.intake.bootstrap import (
        open_acts,
        open_callbacks,
        open_cancellations,
        open_evidence,
        open_journal,
    )

    config, now = settings(), datetime.now(timezone.utc)
    opened = (open_journal, open_callbacks, open_cancellations, open_acts, open_evidence)
    outboxes = [open_outbox(config) for open_outbox in opened]
    found = [outbox.try_again(reference, now) for outbox in outboxes]
    console.print("已重新投递。" if any(found) else "这个编号没有未送达的内容。")
    raise typer.Exit(0 if any(found) else 1)


@app.command()
def redeliver(
    since: Annotated[
        str, typer.Option(help="moment of the backup, YYYY-MM-DD or YYYY-MM-DDTHH:MM, Beijing time")
    ],
    dry_run: Annotated[bool, typer.Option(help="only count what would be sent again")] = False,
) -> None:
    """Send again what the case store was given since its backup, when it has lost its database."""
    from datetime import datetime, timedelta, timezone

    from bot.launcher.redeliver_verb import open_deliveries, read_moment, send_again

    config, now = settings(), datetime.now(timezone.utc)
    moment = read_moment(since, now)
    screen = Console(highlight=False)
    done = send_again(open_deliveries(config), moment, now, screen, dry_run=dry_run)
    if moment < now - timedelta(days=config.draft_days):
        _say(
            f"送到超过 {config.draft_days} 天（DRAFT_DAYS）的回电和取消的回电已经到期删除，"
            "不在上面的数里，送不了。"
        )
    raise typer.Exit(0 if done else 1)


WithoutCaseStore = Annotated[
    bool, typer.Option("--without-casestore", help="the bank has a case store of its own")
]


@app.command()
def backup(folder: Path, without_casestore: WithoutCaseStore = False) -> None:
    """Copy all databases and documents into a new folder; the product may go on running."""
    from bot.launcher.backup.verbs import back_up

    done = back_up(settings(), folder, _say, with_case_store=not without_casestore)
    raise typer.Exit(0 if done else 1)


@app.command()
def restore(
    folder: Path,
    force: Annotated[bool, typer.Option(help="replace what is there; it stays beside it")] = False,
    without_casestore: WithoutCaseStore = False,
) -> None:
    """Put a backup back. Stop everything before."""
    from bot.launcher.backup.verbs import put_back

    with_case_store = not without_casestore
    done = put_back(settings(), folder, _say, force=force, with_case_store=with_case_store)
    raise typer.Exit(0 if done else 1)


@app.command()
def drill(
    made: Annotated[
        Path | None, typer.Option("--backup", help="drill with this backup instead of a new one")
    ] = None,
    without_casestore: WithoutCaseStore = False,
) -> None:
    """Back up, restore beside the live data, compare row by row; exit code 1 when not all is back."""
    from bot.launcher.backup.verbs import run_drill

    with_case_store = not without_casestore
    done = run_drill(settings(), made, _say, Console(), with_case_store=with_case_store)
    raise typer.Exit(0 if done else 1)


@app.command()
def retention(
    dry_run: Annotated[bool, typer.Option(help="only show what would be deleted")] = False,
) -> None:
    """Delete what is old enough now; the relay does the same by itself."""
    from datetime import datetime, timezone

    from bot.launcher.retention import build_rules
    from bot.launcher.retention_verb import apply_rules

    now, rules = datetime.now(timezone.utc), build_rules(settings())
    done = apply_rules(rules, now, Console(highlight=False), dry_run=dry_run)
    _say("受理系统的另看：python -m casestore retention --dry-run")
    raise typer.Exit(0 if done else 1)


def _say(line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)


@app.command()
def evaluate(
    file: Path, details: Annotated[Path | None, typer.Option(help="write each line here")] = None
) -> None:
    """Score the trained model on a JSONL file of labelled lines; prints one JSON object."""
    from bot.launcher.process import configure_logging
    from bot.launcher.recipe import load_no_more_than_needed
    from bot.launcher.training import ensure_model
    from bot.nlu.evaluate import read_lines, score
    from bot.nlu.runner import Understanding, write_details

    load_no_more_than_needed()
    lines = read_lines(file)
    configure_logging(level=40)
    with contextlib.redirect_stdout(sys.stderr):  # Rasa prints there; the JSON must stand alone
        predictions = Understanding(ensure_model(settings())).predict(lines)
    if details is not None:
        write_details(details, lines, predictions)
    sys.stdout.write(json.dumps(score(lines, predictions), ensure_ascii=False, indent=1) + "\n")


@campaign.command("qr")
def campaign_codes(
    name: str,
    page: Annotated[str, typer.Option(help="address of the chat page")] = "",
    out: Annotated[Path, typer.Option(help="folder to write into")] = Path("campaign-print"),
    wechat: Annotated[bool, typer.Option(help="a code of the WeChat account beside it")] = True,
) -> None:
    """Write codes (SVG, PNG), an A4 poster and a table card for every scene of a campaign."""
    from bot.campaigns.commands import open_desk
    from bot.launcher.campaign_print import print_campaign

    print_campaign(settings(), open_desk(), name, page, out, with_wechat=wechat)


@campaign.command("report")
def campaign_report(
    name: str,
    out: Annotated[Path | None, typer.Option(help="write the report's files here")] = None,
) -> None:
    """Show what a campaign achieved, each figure with its meaning; with --out, write the report
    as Word and Excel."""
    from datetime import datetime, timezone

    from bot.intake.bootstrap import case_store
    from bot.launcher.campaign_report import open_campaign_reports
    from bot.launcher.campaign_verb import show, write

    config, now, screen = settings(), datetime.now(timezone.utc), Console(highlight=False)
    body = show(open_campaign_reports(config, lambda: now), name, now, screen)
    if out is not None and not write(case_store(config), body, out, screen):
        raise typer.Exit(1)


def main() -> None:
    try:
        app()
    except BotError as exc:
        # Not cut into lines: the launcher shows the last one of its log.
        console.print(f"[red]{exc.message}[/red]", soft_wrap=True)
        raise SystemExit(1) from exc


if __name__ == "__main__":
    main()
