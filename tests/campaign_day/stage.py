"""The product on a campaign day: two campaigns, both channels, and an account that only answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from bot.intake.calendar import BEIJING
from tests.campaign_day.content import fairs, write
from tests.stack import Stack
from tests.wechat import wechat_settings
from wechatsim import Account

NOWHERE = "http://127.0.0.1:9"
"""No platform: such an account sends nothing by itself."""


@contextmanager
def on_stage(
    folder: Path, today: date, extra: Mapping[str, str] | None = None
) -> Iterator[tuple[Stack, Account]]:
    """The product with the day's campaigns at work; `extra` settings on top."""
    campaigns = folder / "campaigns"
    for fair in fairs(today):
        write(campaigns, fair, today)
    account = replace(Account.generated(), customer_service=False)
    settings = wechat_settings(account, NOWHERE)
    product = Stack(folder, {"CAMPAIGNS_DIR": str(campaigns), **settings, **(extra or {})})
    try:
        wechat = product.web.replace("/web/", "/wechat/")
        yield product.start(), replace(account, server_url=wechat)
    finally:
        product.stop()


def today_in_china() -> date:
    return datetime.now(BEIJING).date()
