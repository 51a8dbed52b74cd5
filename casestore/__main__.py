"""``python -m casestore serve | migrate | openapi``."""

import json
import logging
import time

import typer
import uvicorn

from casestore import bootstrap
from casestore.domain.errors import ConfigurationError
from casestore.settings import DatabaseSettings, Settings, load, read_environment

_CANNOT_START = 2

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="小保投诉个案库",
)


@cli.command()
def serve() -> None:
    """启动接口和后台页面。"""
    _log_plainly()
    settings = load(Settings, read_environment())
    app = bootstrap.open_for_business(settings)
    host, port = settings.case_store_host, settings.case_store_port
    typer.echo(f"投诉个案库：http://{host}:{port}/")
    # The access log would hold references; the metrics count requests instead.
    # There are no web sockets here, and Rasa's pin of that library is too old for uvicorn.
    uvicorn.run(
        app,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        server_header=False,
        ws="none",
    )


@cli.command()
def migrate() -> None:
    """升级数据库；没有账号时按 CONSOLE_ADMIN_PASSWORD 建立 admin。"""
    if bootstrap.prepare_database(load(DatabaseSettings, read_environment())):
        typer.echo("已建立后台账号 admin。")
    typer.echo("数据库已是最新版本。")


@cli.command()
def openapi() -> None:
    """输出接口定义（OpenAPI，JSON）。"""
    typer.echo(json.dumps(bootstrap.openapi(), ensure_ascii=False, indent=2))


def main() -> None:
    """Run a verb; what cannot start says why in one line."""
    try:
        cli()
    except ConfigurationError as exc:
        typer.echo(str(exc), err=True)
        raise SystemExit(_CANNOT_START) from exc


def _log_plainly() -> None:
    formatter = logging.Formatter(
        "%(asctime)sZ level=%(levelname)s logger=%(name)s %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    # Each look at the schema, one per health check, would be two lines.
    logging.getLogger("alembic").setLevel(logging.WARNING)


if __name__ == "__main__":
    main()
