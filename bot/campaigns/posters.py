"""A printable poster (A4) and a table card (A6) for a scene: one self-contained HTML page each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.campaigns.campaign import Campaign, Period, Scene
from bot.campaigns.codes import svg

_TEMPLATES = Path(__file__).parent / "templates"
SHEETS = ("poster", "card")


@dataclass(frozen=True)
class Bank:
    """What a poster says of the bank."""

    name: str
    hotline: str
    hotline_hours: str


@dataclass(frozen=True)
class Code:
    """A code on a sheet: what to scan it with, what happens then, and where it leads."""

    how: str
    note: str
    link: str

    @property
    def picture(self) -> Markup:
        return Markup(svg(self.link))  # noqa: S704 - drawn by us from a checked address


def render(sheet: str, campaign: Campaign, scene: Scene, codes: Sequence[Code], bank: Bank) -> str:
    """A sheet (of `SHEETS`) as HTML; every text is escaped."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(f"{sheet}.html").render(
        campaign=campaign,
        scene=scene,
        codes=codes,
        bank=bank,
        days=_in_words(scene.days),
        is_large=campaign.is_large,
    )


def _in_words(days: Period) -> str:
    """「2027年3月1日—3月31日」; one day alone when there is only one."""
    first, last = days.first, days.last
    begins = f"{first.year}年{first.month}月{first.day}日"
    if first == last:
        return begins
    year = "" if first.year == last.year else f"{last.year}年"
    return f"{begins}—{year}{last.month}月{last.day}日"
