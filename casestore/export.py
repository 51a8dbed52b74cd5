"""The verb that writes out what people made of the assistant's proposals."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from casestore import bootstrap
from casestore.domain.errors import ConfigurationError, FieldUnreadable, StoreUnavailable
from casestore.edge.services import Services
from casestore.service.invitations import COMMAND_LINE
from casestore.settings import Settings, load, read_environment

_FAILED = 1
_UNREADABLE = "投诉读不出来，请检查数据库和 CASE_STORE_FIELD_KEYS；没有写出文件。"

Out = Annotated[Path, typer.Option(help="写到哪个文件（JSONL，每行一个维度）。")]


def corrections(out: Out) -> None:
    """导出人工确认的投诉分类（文字已脱敏），供训练和核对机器人的建议。"""
    app = bootstrap.open_for_business(load(Settings, read_environment()))
    services: Services = app.state.services
    try:
        count = _write(services, out)
    except OSError as exc:
        typer.echo(f"写不了 {out}（{exc.strerror}），请换一个位置。", err=True)
        raise typer.Exit(_FAILED) from exc
    except (FieldUnreadable, StoreUnavailable) as exc:
        raise ConfigurationError(_UNREADABLE) from exc
    typer.echo(f"已写 {out}，{count} 行。")


def _write(services: Services, out: Path) -> int:
    """How many lines. The file is there whole or not at all, and for its owner only."""
    services.audit.note_actor(COMMAND_LINE, "exported", "corrections")
    unfinished = out.with_name(f"{out.name}.part")
    count = 0
    try:
        with open(unfinished, "w", encoding="utf-8", opener=_for_owner) as file:
            for correction in services.corrections.all():
                file.write(f"{json.dumps(correction.as_json(), ensure_ascii=False)}\n")
                count += 1
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
