"""`campaign qr` with codes of the WeChat account: against the simulator, from verb to scan."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from cryptography.fernet import Fernet
from PIL import Image
from rich.console import Console

from bot.campaigns.files import load_library
from bot.campaigns.verbs import Desk
from bot.errors import CampaignError
from bot.launcher.campaign_print import print_campaign
from bot.settings import Settings
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from tests.campaigns import write_campaign
from wechatsim import Platform, Simulator, running

PAGE = "https://chat.bank.example/webhooks/web/"
LIBRARY = load_library()
CREATE = "/cgi-bin/qrcode/create"


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with running(Platform()) as simulator:
        yield simulator


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def desk(tmp_path: Path, said: io.StringIO) -> Desk:
    """A campaign of two scenes: one is over within 30 days, one is not."""
    today = date(2027, 3, 1)
    folder = tmp_path / "campaigns"
    short = {"id": "spring-stand", "first_day": "2027-03-06", "last_day": "2027-03-07"}
    write_campaign(
        folder,
        "spring",
        first_day=date(2027, 3, 1),
        last_day=date(2027, 5, 31),
        scenes=(short, "spring-hall"),
    )
    return Desk(folder, LIBRARY, today, Console(file=said, width=200, color_system=None))


def account(sim: Simulator, folder: Path, **changes: Any) -> Settings:
    account = sim.platform.account
    own = {
        "var_dir": folder,
        "web_session_secret": "s",
        "analytics_secret": "a",
        "case_store_token": "c",
        "field_keys": Fernet.generate_key().decode(),
        "wechat_app_id": account.app_id,
        "wechat_app_secret": account.secret,
        "wechat_token": account.token,
        "wechat_mode": "plain",
        "wechat_api_url": sim.url,
    }
    config = Settings(**{**own, **changes})
    engine = create_engine(config.database_url("channel"))
    upgrade(engine, "channel")
    engine.dispose()
    return config


def link(picture: Path) -> str:
    with Image.open(picture) as image:
        (found,) = zxingcpp.read_barcodes(image)
    return str(found.text)


def test_every_scene_gets_a_code_of_the_account_that_brings_it_along(
    sim: Simulator, desk: Desk, tmp_path: Path, said: io.StringIO
) -> None:
    out = tmp_path / "out"
    print_campaign(account(sim, tmp_path), desk, "spring", PAGE, out, with_wechat=True)
    for scene in ("spring-stand", "spring-hall"):
        code = sim.platform.scenes.of(scene)
        assert code is not None
        assert link(out / f"{scene}-wechat.png") == code.url
        assert link(out / f"{scene}.png") == f"{PAGE}?campaign={scene}"
    lives = [code.life for code in sim.platform.scenes.working()]
    assert lives == [2_592_000, None]
    assert "微信码 spring-stand：临时码" in said.getvalue()
    assert "微信码 spring-hall：永久码" in said.getvalue()


@pytest.mark.parametrize(
    ("changes", "with_wechat", "expected"),
    [({"wechat_app_id": ""}, True, "没有填齐"), ({}, False, "")],
)
def test_without_the_account_there_are_web_codes_alone(
    sim: Simulator,
    desk: Desk,
    tmp_path: Path,
    said: io.StringIO,
    changes: dict[str, Any],
    with_wechat: bool,
    expected: str,
) -> None:
    config, out = account(sim, tmp_path, **changes), tmp_path / "out"
    print_campaign(config, desk, "spring", PAGE, out, with_wechat=with_wechat)
    assert not list(out.glob("*wechat*"))
    assert (out / "spring-hall.png").exists()
    assert sim.journal.calls(CREATE) == []
    assert expected in said.getvalue()


@pytest.mark.parametrize(("code", "advice"), [(48001, "没有这个接口的权限"), (45009, "明天再试")])
def test_a_refusal_of_the_platform_says_what_to_do(
    sim: Simulator, desk: Desk, tmp_path: Path, code: int, advice: str
) -> None:
    sim.faults.refuse(CREATE, code)
    with pytest.raises(CampaignError) as refused:
        print_campaign(
            account(sim, tmp_path), desk, "spring", PAGE, tmp_path / "out", with_wechat=True
        )
    assert advice in refused.value.message
    assert "--no-wechat" in refused.value.message
    assert not (tmp_path / "out").exists()


def test_the_address_of_the_page_must_be_known(sim: Simulator, desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(CampaignError, match="--page"):
        print_campaign(account(sim, tmp_path), desk, "spring", "", tmp_path, with_wechat=False)
