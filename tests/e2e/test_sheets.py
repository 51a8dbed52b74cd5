"""Posters and table cards as Chromium prints them: one sheet, nothing cut, codes a phone can read."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page

from bot.campaigns.campaign import Campaign
from bot.campaigns.posters import SHEETS, Bank, Code, render
from bot.campaigns.reading import read_campaign
from bot.settings import ROOT
from tests.e2e.layout import SCREENSHOTS

CAMPAIGNS = sorted((ROOT / "data" / "campaigns").glob("*.yml"))
BANK = Bank("某某银行股份有限公司", "400-000-0000", "每天8:30—20:30")
MILLIMETRES = {"poster": (210, 297), "card": (105, 148)}
SMALLEST_CODE = {"poster": 50.0, "card": 40.0}
"""Millimetres with the quiet zone: read from an arm's length on the wall, across a table."""
WEB = Code(
    "浏览器扫一扫", "不用关注，打开就能问", "https://chat.bank.example/webhooks/web/?campaign={}"
)
WECHAT = Code("微信扫一扫", "关注后，在微信里问", "http://weixin.qq.com/q/02{}")
# What is laid over something else, or reaches out of its own box.
_SPILT = """() => {
  const boxes = [...document.querySelectorAll("header, h2, .lead, li, figure svg, b, .warn, footer")];
  const rects = boxes.map(box => [box, box.getBoundingClientRect()]);
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
    && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const over = rects.flatMap(([a, one], i) => rects.slice(i + 1)
    .filter(([b, two]) => !a.contains(b) && !b.contains(a) && meet(one, two))
    .map(([b]) => `${a.tagName} over ${b.tagName}`));
  const cut = [...document.querySelectorAll(".sheet, .body, .codes, figure")]
    .filter(e => e.scrollHeight > e.clientHeight + 2 || e.scrollWidth > e.clientWidth + 2)
    .map(e => `${e.tagName}.${e.className} is cut`);
  return [...over, ...cut];
}"""
_PAGE = re.compile(rb"/Type /Page\n.*?/MediaBox \[([\d. ]+)\]", re.DOTALL)
_CODE_SIZES = """() => [...document.querySelectorAll("figure svg")].map(svg => {
  const { width, height } = svg.getBoundingClientRect();
  return Math.min(width, height) / 96 * 25.4;
})"""


def codes(scene: str, count: int) -> list[Code]:
    chosen = [WECHAT, WEB] if count == 2 else [WEB]
    return [Code(code.how, code.note, code.link.format(scene)) for code in chosen]


def longest_scene(campaign: Campaign) -> str:
    return max((scene.id for scene in campaign.scenes), key=len)


@pytest.fixture
def page(browser: Browser) -> Page:
    return browser.new_page(viewport={"width": 900, "height": 1250})


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("file", CAMPAIGNS, ids=lambda path: path.stem)
def test_a_sheet_prints_on_one_page_with_codes_a_scanner_reads(
    page: Page, file: Path, sheet: str, count: int, tmp_path: Path
) -> None:
    campaign = read_campaign(file)
    scene = campaign.scene(longest_scene(campaign))
    assert scene is not None
    shown = codes(scene.id, count)
    html = tmp_path / "sheet.html"
    html.write_text(render(sheet, campaign, scene, shown, BANK), encoding="utf-8")
    page.goto(html.as_uri())
    assert page.evaluate(_SPILT) == []
    assert min(page.evaluate(_CODE_SIZES)) >= SMALLEST_CODE[sheet]
    picture = SCREENSHOTS / f"{file.stem}-{sheet}-{count}.png"
    page.locator(".sheet").screenshot(path=picture)
    with Image.open(picture) as image:
        found = sorted(code.text for code in zxingcpp.read_barcodes(image))
    assert found == sorted(code.link for code in shown)
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    (only,) = _PAGE.findall(printed)
    width, height = (round(float(points) / 72 * 25.4) for points in only.split()[2:])
    assert (width, height) == MILLIMETRES[sheet]


@pytest.mark.parametrize("sheet", SHEETS)
def test_the_longest_title_and_topics_leave_a_code_that_can_be_read(
    page: Page, sheet: str, tmp_path: Path
) -> None:
    campaign = next(filter(lambda each: each.is_large, map(read_campaign, CAMPAIGNS)))
    title = "金融知识进社区进乡村进校园守住钱袋子护好幸福家宣传"
    campaign = replace(campaign, title=title)
    shown = codes(campaign.scenes[0].id, 2)
    html = tmp_path / "sheet.html"
    html.write_text(render(sheet, campaign, campaign.scenes[0], shown, BANK), encoding="utf-8")
    page.goto(html.as_uri())
    assert page.evaluate(_SPILT) == []
    with Image.open(io.BytesIO(page.locator(".sheet").screenshot())) as image:
        assert len(zxingcpp.read_barcodes(image)) == 2
