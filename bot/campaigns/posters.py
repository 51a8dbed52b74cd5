"""A printable poster (A4) and a table card (A6) for a scene: one self-contained HTML page each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.campaigns.campaign import Audience, Campaign, Scene
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
    """A code on a sheet: what to scan it with, and where it leads."""

    how: str
    link: str

    @property
    def picture(self) -> Markup:
        return Markup(svg(self.link))  # noqa: S704 - drawn by us from a checked address


def render(sheet: str, campaign: Campaign, scene: Scene, codes: list[Code], bank: Bank) -> str:
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
        is_large=campaign.audience is Audience.ELDERLY,
    )
