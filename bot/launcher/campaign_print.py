"""What `python -m bot campaign qr` does: the sheets of a campaign, with codes of the account."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from bot.campaigns import verbs
from bot.campaigns.codes import MakeCodes
from bot.campaigns.posters import Bank
from bot.campaigns.verbs import Desk
from bot.channels.wechat.advice import advice
from bot.channels.wechat.commands import account_client
from bot.errors import CampaignError, WeChatError
from bot.settings import Settings

NO_PAGE = "请写明聊天页的地址：--page https://…，或在 .env 里设 WEB_PUBLIC_URL。"


def print_campaign(
    config: Settings, desk: Desk, name: str, page: str, out: Path, *, with_wechat: bool
) -> None:
    """Writes codes, posters and cards of every scene of a campaign into `out`.

    Raises CampaignError, also when WeChat does not give its codes.
    """
    address = page or config.web_public_url
    if not address:
        raise CampaignError(NO_PAGE)
    bank = Bank(config.bank_name, config.hotline, config.hotline_hours)
    verbs.qr(desk, name, address, bank, out, _maker(config, desk) if with_wechat else None)


def _maker(config: Settings, desk: Desk) -> MakeCodes | None:
    """Asks the account for codes; None when it is not set up for that."""
    if not config.wechat_app_id or not config.wechat_app_secret.get_secret_value():
        desk.say("没有微信码：WECHAT_APP_ID 和 WECHAT_APP_SECRET 没有填齐。")
        return None

    def make(lives: Mapping[str, int | None]) -> Mapping[str, str]:
        try:
            return asyncio.run(_create(config, lives))
        except WeChatError as exc:
            raise CampaignError(
                f"微信码没有做成：{advice(exc)}。什么都没有写；要先印网页码，加 --no-wechat。"
            ) from exc

    return make


async def _create(config: Settings, lives: Mapping[str, int | None]) -> dict[str, str]:
    client = account_client(config)
    try:
        return {scene: await client.create_code(scene, life) for scene, life in lives.items()}
    finally:
        await client.close()
