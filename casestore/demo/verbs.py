"""``python -m casestore demo | load``."""

from typing import Annotated

import typer

from casestore import bootstrap
from casestore.demo import commands
from casestore.domain.errors import ConfigurationError, FieldUnreadable, StoreUnavailable
from casestore.settings import Settings, read_environment
from casestore.settings import load as read_settings

_MOST_CASES = 20_000
_NO_DATABASE = "数据库暂时无法读写，请检查后换一个空的数据库再运行。"

Seed = Annotated[int, typer.Option(help="同一个数字得到同样的内容。")]


def demo(
    cases: Annotated[int, typer.Option(min=1, max=_MOST_CASES, help="多少件投诉。")] = 1_500,
    seed: Seed = 2026,
) -> None:
    """在空的数据库里演出一家虚构银行的一年，并给出登录用的一次性代码。"""
    settings = read_settings(Settings, read_environment())
    try:
        commands.demo(settings, bootstrap.utc_now(), cases, seed)
    except StoreUnavailable as exc:
        raise ConfigurationError(_NO_DATABASE) from exc


def load(
    cases: Annotated[int, typer.Argument(min=1, max=100_000_000, help="增加多少件。")],
    seed: Seed = 2026,
) -> None:
    """成批写入压测用的投诉；只用于单独的压测库。"""
    settings = read_settings(Settings, read_environment())
    try:
        commands.load(settings, bootstrap.utc_now(), cases, seed)
    except (StoreUnavailable, FieldUnreadable) as exc:
        raise ConfigurationError(_NO_DATABASE) from exc
