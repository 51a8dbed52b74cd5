"""`python -m bot wechat <verb>`: setting the official account up and finding what is wrong."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from bot.channels.wechat.menu import MENU_FILE, Entry, load_menu
from bot.errors import ConfigurationError, MenuError, WeChatError
from bot.settings import Settings, settings

if TYPE_CHECKING:
    from bot.channels.wechat.client import WeChatClient

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=__doc__)
console = Console(highlight=False, markup=False, soft_wrap=True)
NO_ACCOUNT = "微信渠道没有打开：先在 .env 里填好 WECHAT_ 开头的几项，见 docs/wechat.md。"


@app.command()
def check() -> None:
    """Try token, permissions, menu and our own address; exit code 1 when something is wrong."""
    raise typer.Exit(0 if asyncio.run(_check(settings())) else 1)


@app.command()
def menu(
    publish: Annotated[bool, typer.Option(help="put it on the account")] = False,
    file: Annotated[Path, typer.Option(help="the menu")] = MENU_FILE,
) -> None:
    """Show the account's menu and check it against the platform's limits."""
    found = load_menu(file)
    for entry in found.entries:
        _show(entry, "")
    if not publish:
        return
    config = settings()
    asyncio.run(_publish(config, found.to_platform(config.wechat_public_url)))
    console.print("已发布。手机上要等几分钟到一天才变；马上要看，取消关注再关注。")


def _show(entry: Entry, indent: str) -> None:
    what = entry.key or entry.url
    console.print(f"{indent}{entry.name}" + (f"　{what}" if what else ""))
    for below in entry.entries:
        _show(below, f"{indent}　　")


async def _check(config: Settings) -> bool:
    from bot.channels.wechat.checks import Checks, State
    from bot.channels.wechat.client import Platform
    from bot.channels.wechat.envelope import Account
    from bot.channels.wechat.own_address import OwnAddress

    account = Account.of(config)
    if account is None:
        raise ConfigurationError(NO_ACCOUNT)
    own = OwnAddress(config.wechat_public_url, account, _utc_now, os.urandom)
    platform, client, good = Platform(config.wechat_api_url), account_client(config), True
    try:
        async for result in Checks(config, platform, client, own).run():
            console.print(str(result))
            good = good and result.state is not State.BAD
    finally:
        await platform.close()
        await client.close()
    return good


async def _publish(config: Settings, platform_menu: dict[str, object]) -> None:
    from bot.channels.wechat.advice import advice

    if not config.wechat_app_id:
        raise ConfigurationError(NO_ACCOUNT)
    client = account_client(config)
    try:
        await client.create_menu(platform_menu)
    except WeChatError as exc:
        raise MenuError(f"没有发布：{advice(exc)}。") from exc
    finally:
        await client.close()


def account_client(config: Settings) -> WeChatClient:
    """The account's client for a verb: it shares the access token of the running channel."""
    from bot.channels.wechat.client import open_client
    from bot.intake.bootstrap import sealer
    from bot.storage.engine import create_engine

    engine = create_engine(config.database_url("channel"))
    return open_client(config, engine, sealer(config), _utc_now, f"check:{os.getpid()}")


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)
