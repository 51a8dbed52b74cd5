"""Verbs of upkeep: one round of the background jobs, deletion after the time of keeping, new keys."""

from pathlib import Path
from typing import Annotated

import typer

from casestore import bootstrap
from casestore.domain.deadlines import CHINA_TIME
from casestore.domain.errors import ConfigurationError, FieldUnreadable, StoreUnavailable
from casestore.domain.retention import CASES_BASIS, Due
from casestore.edge.services import Services
from casestore.service.invitations import COMMAND_LINE
from casestore.service.jobs import JobRunner
from casestore.service.retention import summary
from casestore.settings import Settings, load, read_environment
from casestore.storage.engine import build_engine
from casestore.storage.files import SealedFiles
from casestore.storage.keyring import Keyring
from casestore.storage.rotation import KeyRotation, RotationReport
from casestore.storage.store import SqlStore

_FAILED = 1
_SHOWN = 50
_NO_DATABASE = "数据库暂时无法读写，请检查后再运行一次；已做完的部分不用重做。"
_NO_KEY = (
    "有加密内容打不开：CASE_STORE_FIELD_KEYS 里缺少当时的密钥。请把它加到列表末尾，再运行一次。"
)

DryRun = Annotated[bool, typer.Option("--dry-run", help="只列出会删除什么，不删除")]


def tick() -> None:
    """把到时间的后台任务做一遍（提醒、分派、到期删除等）；serve 运行时不需要。"""
    app = bootstrap.open_for_business(load(Settings, read_environment()))
    jobs: JobRunner = app.state.jobs
    done = jobs.tick()
    typer.echo(f"做了 {done.ran} 项后台任务，{done.failed} 项没有做成。")
    for warning in app.state.services.warnings():
        typer.echo(warning, err=True)
    if done.failed:
        raise typer.Exit(_FAILED)


def retention(dry_run: DryRun = False) -> None:
    """删除保存期满的投诉的个人信息和内容、人工对话、回电、提醒；同样的事 serve 每天夜里做。"""
    settings = load(Settings, read_environment())
    services: Services = bootstrap.open_for_business(settings).state.services
    try:
        if dry_run:
            _preview(services, settings)
        else:
            _delete(services)
    except StoreUnavailable as exc:
        raise ConfigurationError(_NO_DATABASE) from exc


def _preview(services: Services, settings: Settings) -> None:
    expired, report = services.retention.preview()
    typer.echo(
        f"会删除 {report.cases} 件投诉的个人信息和内容，清理 {report.orphans} 个没有投诉的文件；"
    )
    typer.echo(f"因保全保留 {report.held} 件。")
    typer.echo(f"  依据：办结满 RETENTION_YEARS={settings.retention_years} 年，{CASES_BASIS}")
    for each in expired[:_SHOWN]:
        typer.echo(f"  {each.reference}  办结日 {each.closed_on}")
    if len(expired) > _SHOWN:
        typer.echo(f"  ……另有 {len(expired) - _SHOWN} 件")
    for due in _others(services):
        before = due.before.astimezone(CHINA_TIME)
        typer.echo(f"会删除 {due.what} {due.count} 条，早于 {before:%Y-%m-%d %H:%M}。")
        typer.echo(f"  依据：{due.basis}")


def _others(services: Services) -> list[Due]:
    return [*services.chat_watch.due(), services.reminders.due()]


def _delete(services: Services) -> None:
    others = "、".join(f"{due.what} {due.count} 条" for due in _others(services))
    typer.echo(summary(services.retention.run()))
    services.chat_watch.forget()
    services.reminders.forget()
    typer.echo(f"另删除{others}。")


def rotate_keys() -> None:
    """把已加密的内容改用第一把密钥；可以中断，再运行会接着做，服务不用停。"""
    settings = load(Settings, read_environment())
    report = _rotate(settings)
    typer.echo(
        f"改用新密钥：{report.fields} 个字段、{report.signatures} 个签名、{report.files} 个附件。"
    )
    if report.unsigned:
        typer.echo(f"{report.unsigned} 件登记后更正过，机器人再送一次会被当作不同内容，属正常。")
    typer.echo("其余的密钥可以从 CASE_STORE_FIELD_KEYS 里删掉了；删掉后重启。")


def _rotate(settings: Settings) -> RotationReport:
    engine = build_engine(settings.database_url.get_secret_value())
    for result in bootstrap.readiness(engine).values():
        if result != "ok":
            raise ConfigurationError(result)
    keyring = Keyring(settings.field_keys)
    files = SealedFiles(Path(settings.case_store_files_dir), keyring)
    try:
        report = KeyRotation(engine, keyring, files).run(bootstrap.utc_now(), _show_progress)
        _note(SqlStore(engine, keyring), report)
        return report
    except FieldUnreadable as exc:
        raise ConfigurationError(_NO_KEY) from exc
    except StoreUnavailable as exc:
        raise ConfigurationError(_NO_DATABASE) from exc
    finally:
        engine.dispose()


def _note(store: SqlStore, report: RotationReport) -> None:
    detail = f"字段 {report.fields}，签名 {report.signatures}，附件 {report.files}"
    with store.transaction() as tx:
        tx.audit.append(COMMAND_LINE, "keys_rotated", "", detail, bootstrap.utc_now())
        tx.commit()


def _show_progress(part: str, done: int, total: int) -> None:
    if total:
        typer.echo(f"{part}: {done}/{total}")
