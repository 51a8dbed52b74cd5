"""``python -m casestore``: serving, and the verbs of the other modules under one name."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from casestore import bootstrap, people_verbs
from casestore.demo import verbs as demo_verbs
from casestore.domain.errors import ConfigurationError, InvalidRequest
from casestore.domain.period import parse_period
from casestore.domain.report import ReportKind, ReportOrder
from casestore.edge.logs import configure_logging
from casestore.export import corrections
from casestore.jobs import JobThread
from casestore.reindex import reindex
from casestore.report_verb import write_report
from casestore.settings import Settings, load, read_environment
from casestore.upkeep import retention, rotate_keys, tick

_CANNOT_START = 2
_REFUSED = 1

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="小保投诉个案库",
)


@cli.command()
def serve() -> None:
    """启动接口和后台页面。"""
    settings = load(Settings, read_environment())
    configure_logging(settings.log_format)
    app = bootstrap.open_for_business(settings)
    host, port = settings.case_store_host, settings.case_store_port
    typer.echo(f"投诉个案库：http://{host}:{port}/")
    # The access log would hold references; the metrics count requests instead.
    # There are no web sockets here, and Rasa's pin of that library is too old for uvicorn.
    with JobThread(app.state.jobs):
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            access_log=False,
            log_config=None,
            server_header=False,
            ws="none",
            forwarded_allow_ips=settings.case_store_trusted_proxies,
        )
        server = uvicorn.Server(config)
        # Whoever waits for news is answered at once, so that nobody holds up the end.
        app.state.is_stopping = lambda: server.should_exit
        with suppress(KeyboardInterrupt):
            server.run()
    if not server.started:
        raise typer.Exit(_CANNOT_START)


@cli.command()
def report(
    kind: ReportKind,
    period: Annotated[str, typer.Argument(help="2026-11、2026-Q4 或 2026")],
    out: Annotated[Path, typer.Option("--out", help="文件名，以 .xlsx、.csv 或 .docx 结尾")],
) -> None:
    """把一份报告写成文件，例如 report quarter 2026-Q4 --out 通报.docx。"""
    settings = load(Settings, read_environment())
    try:
        write_report(settings, ReportOrder(kind, parse_period(period)), out)
    except InvalidRequest as exc:
        typer.echo(f"没有写：{'；'.join(exc.fields.values())}。", err=True)
        raise typer.Exit(_REFUSED) from exc
    typer.echo(f"已写入 {out}。")


@cli.command()
def openapi() -> None:
    """输出接口定义（OpenAPI，JSON）。"""
    typer.echo(json.dumps(bootstrap.openapi(), ensure_ascii=False, indent=2))


cli.command()(people_verbs.migrate)
cli.command()(people_verbs.invite)
cli.command("verify-audit")(people_verbs.verify_audit)
cli.command()(corrections)
cli.command()(demo_verbs.demo)
cli.command("load")(demo_verbs.load)
cli.command()(reindex)
cli.command()(tick)
cli.command()(retention)
cli.command("rotate-keys")(rotate_keys)


def main() -> None:
    """Run a verb; what cannot start says why in one line."""
    try:
        cli()
    except ConfigurationError as exc:
        typer.echo(str(exc), err=True)
        raise SystemExit(_CANNOT_START) from exc


if __name__ == "__main__":
    main()
