"""The verbs: a campaign to start from that passes, faults in words, sheets to print."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from rich.console import Console

from bot.campaigns import verbs
from bot.campaigns.codes import web_link
from bot.campaigns.files import load_library
from bot.campaigns.posters import Bank
from bot.errors import CampaignError
from tests.unit.campaigns.file import spoilt, written

LIBRARY = load_library()
PAGE = "https://chat.bank.example/webhooks/web/"
BANK = Bank("示范银行<b>", "400-000-0000", "每天 8:30—20:30")


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def desk(tmp_path: Path, said: io.StringIO) -> verbs.Desk:
    console = Console(file=said, width=200, color_system=None)
    return verbs.Desk(tmp_path / "campaigns", LIBRARY, date(2027, 3, 15), console)


def test_a_new_campaign_passes_its_checks(desk: verbs.Desk, said: io.StringIO) -> None:
    verbs.new(desk, "spring-2027")
    assert verbs.check(desk)
    assert "✓ spring-2027" in said.getvalue()
    assert "进行中" in said.getvalue()


def test_a_campaign_that_is_there_is_never_written_over(desk: verbs.Desk) -> None:
    path = verbs.new(desk, "spring-2027")
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(CampaignError, match="已经有了"):
        verbs.new(desk, "spring-2027")
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["", "3·15", "../x", "A", "a/b", "-a"])
def test_a_name_that_is_no_identifier_is_refused(desk: verbs.Desk, name: str) -> None:
    with pytest.raises(CampaignError, match="小写字母"):
        verbs.new(desk, name)


def test_faults_are_listed_line_by_line(desk: verbs.Desk, said: io.StringIO) -> None:
    desk.folder.mkdir()
    written(desk.folder, spoilt(title=None))
    assert not verbs.check(desk)
    assert "✗ title：要写文字" in said.getvalue()


def test_an_empty_folder_says_how_to_begin(desk: verbs.Desk, said: io.StringIO) -> None:
    assert verbs.check(desk)
    assert "campaign new" in said.getvalue()


def test_every_scene_gets_its_codes_and_sheets(desk: verbs.Desk, tmp_path: Path) -> None:
    verbs.new(desk, "spring-2027")
    files = verbs.qr(desk, "spring-2027", PAGE, BANK, tmp_path / "out")
    assert sorted(path.name for path in files) == [
        "spring-2027-hall-card.html",
        "spring-2027-hall-poster.html",
        "spring-2027-hall.png",
        "spring-2027-hall.svg",
    ]
    poster = (tmp_path / "out" / "spring-2027-hall-poster.html").read_text(encoding="utf-8")
    assert "<svg" in poster
    assert "示范银行&lt;b&gt;" in poster, "texts are escaped, the code is not"
    assert "src=" not in poster
    assert "href=" not in poster, "the sheet needs nothing from outside"


@pytest.mark.parametrize("page", ["http://chat.bank.example/", "chat.bank.example", "javascript:x"])
def test_a_code_leads_to_a_safe_address_only(page: str) -> None:
    with pytest.raises(CampaignError, match="https"):
        web_link(page, "hall")


def test_a_code_opens_the_chat_page_with_its_scene() -> None:
    assert web_link(PAGE, "315-hall") == f"{PAGE}?campaign=315-hall"
    assert web_link("http://127.0.0.1:5005/webhooks/web", "a").endswith("/web/?campaign=a")


def test_a_scanner_reads_the_scene_out_of_every_picture(desk: verbs.Desk, tmp_path: Path) -> None:
    verbs.new(desk, "spring-2027")
    files = verbs.qr(desk, "spring-2027", PAGE, BANK, tmp_path / "out")
    (picture,) = (path for path in files if path.suffix == ".png")
    with Image.open(picture) as image:
        (found,) = zxingcpp.read_barcodes(image)
    assert found.text == f"{PAGE}?campaign=spring-2027-hall"
