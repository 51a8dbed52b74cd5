"""The whole product as an official account behind the simulated platform."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.stack import Stack
from wechatsim import Account, Platform, Simulator, running


@contextmanager
def official_account(
    folder: Path, account: Account | None = None, extra: Mapping[str, str] | None = None
) -> Iterator[tuple[Stack, Simulator]]:
    """Starts platform and product in `folder`, with `extra` settings; stops both at the end."""
    account = account or Account.generated()
    platform = Platform(account)
    with running(platform) as sim:
        product = Stack(folder, {**wechat_settings(account, sim.url), **(extra or {})})
        platform.account = replace(account, server_url=product.web.replace("/web/", "/wechat/"))
        try:
            yield product.start(), sim
        finally:
            product.stop()


def wechat_settings(account: Account, api_url: str) -> dict[str, str]:
    """The environment of a product that is this account."""
    return {
        "WECHAT_APP_ID": account.app_id,
        "WECHAT_APP_SECRET": account.secret,
        "WECHAT_TOKEN": account.token,
        "WECHAT_AES_KEY": account.aes_key,
        "WECHAT_MODE": account.mode.value,
        "WECHAT_CUSTOMER_SERVICE": str(account.customer_service),
        "WECHAT_API_URL": api_url,
    }
