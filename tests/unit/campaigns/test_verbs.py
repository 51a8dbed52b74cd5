"""The verbs: a campaign to start from that passes, faults in words, sheets to print."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from rich.console import Console

from bot.campaigns import verbs
from bot.campaigns.codes import seconds_of, web_link
from bot.campaigns.files import load_library
from bot.campaigns.posters import Bank
from bot.errors import CampaignError
from tests.unit.campaigns.file import campaign, spoilt, written

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


def test_a_code_for_the_elderly_opens_the_page_in_large_type() -> None:
    assert web_link(PAGE, "a", is_large=True) == f"{PAGE}?campaign=a&elder=1"


# -- codes of the WeChat account -----------------------------------------------------------------


def by_wechat(lives: Mapping[str, int | None]) -> dict[str, str]:
    return {scene: f"http://weixin.qq.com/q/02{scene}" for scene in lives}


def test_the_wechat_code_stands_beside_the_web_code(
    desk: verbs.Desk, tmp_path: Path, said: io.StringIO
) -> None:
    verbs.new(desk, "spring-2027")
    out = tmp_path / "out"
    names = {path.name for path in verbs.qr(desk, "spring-2027", PAGE, BANK, out, by_wechat)}
    assert {"spring-2027-hall-wechat.svg", "spring-2027-hall-wechat.png"} <= names
    assert (
        scanned(out / "spring-2027-hall-wechat.png")
        == by_wechat({"spring-2027-hall": 1})["spring-2027-hall"]
    )
    assert scanned(out / "spring-2027-hall.png") == f"{PAGE}?campaign=spring-2027-hall"
    for sheet in ("poster", "card"):
        html = (out / f"spring-2027-hall-{sheet}.html").read_text(encoding="utf-8")
        assert html.index("微信扫一扫") < html.index("浏览器扫一扫")
    assert "微信码 spring-2027-hall：临时码，30 天内有效" in said.getvalue()
    assert "永久码" not in said.getvalue()


def test_a_scene_that_lasts_longer_gets_a_code_for_good_and_a_warning(
    tmp_path: Path, said: io.StringIO
) -> None:
    desk = verbs.Desk(tmp_path, LIBRARY, date(2027, 1, 1), Console(file=said, width=200))
    written(tmp_path, spoilt())
    asked: dict[str, int | None] = {}

    def note(lives: Mapping[str, int | None]) -> dict[str, str]:
        asked.update(lives)
        return by_wechat(lives)

    verbs.qr(desk, "315-2027", PAGE, BANK, tmp_path / "out", note)
    assert asked == {"315-hall": None}
    assert "永久码 1 个；一个公众号最多 10 万个" in said.getvalue()


@pytest.mark.parametrize(
    ("today", "seconds"),
    [
        (date(2027, 2, 18), None),
        (date(2027, 2, 19), 2_592_000),
        (date(2027, 3, 20), 2_592_000),
        (date(2027, 4, 20), 2_592_000),
    ],
)
def test_a_temporary_code_gets_all_the_time_there_is(
    tmp_path: Path, today: date, seconds: int | None
) -> None:
    """The scene's last day is 20 March: a temporary code of 30 days must outlive it."""
    (scene,) = campaign(tmp_path).scenes
    assert seconds_of(scene, today) == seconds


def test_nothing_is_written_when_wechat_gives_no_code(desk: verbs.Desk, tmp_path: Path) -> None:
    def refuse(_lives: Mapping[str, int | None]) -> dict[str, str]:
        raise CampaignError("微信码没有做成")

    verbs.new(desk, "spring-2027")
    with pytest.raises(CampaignError, match="没有做成"):
        verbs.qr(desk, "spring-2027", PAGE, BANK, tmp_path / "out", refuse)
    assert not (tmp_path / "out").exists()


def scanned(picture: Path) -> str:
    with Image.open(picture) as image:
        (found,) = zxingcpp.read_barcodes(image)
    return str(found.text)


def test_a_scanner_reads_the_scene_out_of_every_picture(desk: verbs.Desk, tmp_path: Path) -> None:
    verbs.new(desk, "spring-2027")
    files = verbs.qr(desk, "spring-2027", PAGE, BANK, tmp_path / "out")
    (picture,) = (path for path in files if path.suffix == ".png")
    assert scanned(picture) == f"{PAGE}?campaign=spring-2027-hall"
