"""The codes on posters and cards: where they lead, and the pictures of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import segno

from bot.campaigns.campaign import Scene
from bot.errors import CampaignError

SCALE = 12
"""Pixels a module of a PNG: a code of 45 modules prints sharp at 6 cm."""
MARGIN = 4
"""Light modules around a code, as the standard wants (ISO/IEC 18004, 6.3.8)."""
LONGEST_LIFE = timedelta(days=30)
"""Of a temporary code of WeChat; one for good counts against the account's 100,000
(公众平台「生成带参数的二维码」)."""

MakeCodes = Callable[[Mapping[str, "int | None"]], Mapping[str, str]]
"""Asks WeChat for codes: what each of these scenes' codes holds, given how many seconds it is to
work (None: for good). Raises CampaignError."""


def seconds_of(scene: Scene, today: date) -> int | None:
    """How long a WeChat code of a scene is to work; None: for good.

    A temporary one gets all the time there is: who comes after the last day hears that it is over.
    """
    is_short = scene.days.last - today < LONGEST_LIFE
    return int(LONGEST_LIFE.total_seconds()) if is_short else None


def web_link(page: str, scene_id: str, *, is_large: bool = False) -> str:
    """The chat page opened with a scene, in large print if `is_large`.

    Raises CampaignError when `page` is no https address; a loopback one over http is fine for
    trying out.
    """
    parts = urlsplit(page)
    is_local = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    if not is_local and (parts.scheme != "https" or not parts.hostname):
        raise CampaignError(f"聊天页的地址“{page}”要以 https:// 开头。")
    large = "&elder=1" if is_large else ""
    return f"{page.rstrip('/')}/?campaign={quote(scene_id, safe='')}{large}"


def svg(link: str) -> str:
    """A code as inline SVG, sized by whoever places it. Level M: 15 % may be dirty or torn."""
    code = segno.make(link, error="m", micro=False)
    return str(code.svg_inline(border=MARGIN, omitsize=True, dark="#000", light="#fff"))


def write(link: str, path: Path) -> None:
    """Writes a code as SVG or PNG, by the ending. Raises CampaignError."""
    code = segno.make(link, error="m", micro=False)
    try:
        code.save(str(path), border=MARGIN, scale=SCALE)
    except OSError as exc:
        raise CampaignError(f"写不了 {path}（{exc.strerror}）。请检查目录权限。") from exc
