"""Verbs of people and trust: letting somebody in, proving that the audit log is whole."""

from typing import Annotated

import typer

from casestore import bootstrap
from casestore.domain.audit import Head
from casestore.domain.deadlines import CHINA_TIME
from casestore.domain.errors import InvalidRequest
from casestore.domain.staff import StaffRole
from casestore.service.invitations import Code
from casestore.settings import DatabaseSettings, load, read_environment

_REFUSED = 1


def migrate() -> None:
    """升级数据库；还没有管理员时，给出首名管理员的一次性代码。"""
    settings = load(DatabaseSettings, read_environment())
    code = bootstrap.prepare_database(settings, waits=_say_it_waits)
    # The first line is for everybody; the launcher shows what follows to whoever started it.
    typer.echo("数据库已是最新版本。")
    if code is not None:
        typer.echo(_words(code))


def _say_it_waits() -> None:
    typer.echo("另一处正在升级数据库，等它做完再接着做……", err=True)


def invite(
    username: Annotated[str, typer.Argument(help="用户名；没有这个账号就新建。")],
    role: Annotated[
        list[StaffRole] | None, typer.Option(help="要加上的角色，可以写几个；新账号必须有。")
    ] = None,
) -> None:
    """给出设置账号的一次性代码；原有的密码和验证器随即作废。"""
    settings = load(DatabaseSettings, read_environment())
    try:
        code = bootstrap.invite(settings, username, role or [])
    except InvalidRequest as exc:
        typer.echo(f"不能建立账号：{'；'.join(exc.fields.values())}。", err=True)
        raise typer.Exit(_REFUSED) from exc
    typer.echo(_words(code))


def verify_audit(
    expect: Annotated[str, typer.Option(help="以前记下的链尾，形如 1024:指纹。")] = "",
) -> None:
    """核对审计日志的链条有没有断；断了就说从哪一条起，并以 1 退出。"""
    expected = _head(expect)
    report = bootstrap.verify_audit(load(DatabaseSettings, read_environment()), expected)
    if report.broken is not None:
        typer.echo(f"审计日志从第 {report.broken} 条起对不上：有内容被改动、删除或插入。", err=True)
        raise typer.Exit(_REFUSED)
    typer.echo(f"审计日志完整，共 {report.head.number} 条。")
    typer.echo(f"链尾（请抄到别处保存）：{report.head.number}:{report.head.digest}")


def _words(code: Code) -> str:
    until = code.expires_at.astimezone(CHINA_TIME).strftime("%m-%d %H:%M")
    return (
        f"账号 {code.username} 的一次性代码：{code.code}\n"
        f"请在 {until} 前打开投诉受理台的 /setup 页面，输入它来设置密码和验证器。代码只显示这一次。"
    )


def _head(text: str) -> Head | None:
    if not text:
        return None
    number, _, digest = text.strip().partition(":")
    if not number.isdecimal() or not digest:
        raise typer.BadParameter("应为 序号:指纹", param_hint="--expect")
    return Head(int(number), digest)
