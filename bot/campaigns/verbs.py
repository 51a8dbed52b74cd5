"""What the verbs of `python -m bot campaign` do; said on a console, given in arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from rich.console import Console

from bot.campaigns.campaign import Campaign, standing
from bot.campaigns.codes import web_link, write
from bot.campaigns.posters import SHEETS, Bank, Code, render
from bot.campaigns.reading import ID
from bot.campaigns.shelf import Library, load_all, load_campaign
from bot.errors import CampaignError

_TEMPLATE = Path(__file__).parent / "templates" / "campaign.yml"
_STANDING = {"before": "还没开始", "on": "进行中", "over": "已结束"}
FIRST_RUN = timedelta(days=14)


@dataclass(frozen=True)
class Desk:
    """What the verbs work with."""

    folder: Path
    library: Library
    today: date
    console: Console

    def say(self, line: str) -> None:
        self.console.print(line, markup=False, soft_wrap=True)


def new(desk: Desk, name: str) -> Path:
    """Writes a campaign to start from. Raises CampaignError."""
    if not ID.fullmatch(name):
        raise CampaignError(f"“{name}”要用小写字母、数字和连字符，最多 64 个，例如 315-2027。")
    path = desk.folder / f"{name}.yml"
    text = _TEMPLATE.read_text(encoding="utf-8")
    days = {"first_day": desk.today, "last_day": desk.today + FIRST_RUN}
    for word, value in {**days, "name": name}.items():
        text = text.replace(f"{{{word}}}", str(value))
    try:
        desk.folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as exc:
        raise CampaignError(f"{path.name} 已经有了，没有改动它。请换一个名字。") from exc
    except OSError as exc:
        raise CampaignError(f"写不了 {path.name}（{exc.strerror}）。请检查目录权限。") from exc
    desk.say(f"已写好 {path.name}，请照里面的说明改，再运行 python -m bot campaign check。")
    return path


def check(desk: Desk) -> bool:
    """Says what is wrong with each campaign, or how it stands; True when all are right."""
    campaigns, faults = load_all(desk.folder, desk.library, desk.today)
    for campaign in campaigns:
        state = _STANDING[standing(campaign.days, desk.today).value]
        days = f"{campaign.days.first} 至 {campaign.days.last}"
        counts = f"{len(campaign.quiz)} 道题，{len(campaign.scenes)} 个场景"
        desk.say(f"✓ {campaign.id}：{campaign.title}（{days}，{state}），{counts}")
    for line in faults:
        desk.say(f"✗ {line}")
    if not faults and not campaigns.by_id:
        desk.say("还没有活动。用 python -m bot campaign new 名字 新建一个。")
    return not faults


def qr(desk: Desk, name: str, page: str, bank: Bank, out: Path) -> Sequence[Path]:
    """Writes the codes, the poster and the card of every scene. Raises CampaignError."""
    campaign = load_campaign(desk.folder / f"{name}.yml", desk.library, desk.today)
    out.mkdir(parents=True, exist_ok=True)
    files = [
        file for scene in campaign.scenes for file in _sheets(campaign, scene.id, page, bank, out)
    ]
    desk.say(
        f"{len(campaign.scenes)} 个场景，{len(files)} 个文件，在 {out}。用浏览器打开 .html 打印。"
    )
    return files


def _sheets(campaign: Campaign, scene_id: str, page: str, bank: Bank, out: Path) -> list[Path]:
    scene = campaign.scene(scene_id)
    if scene is None:
        raise CampaignError(f"活动里没有场景“{scene_id}”。")
    codes = [Code("微信或浏览器扫一扫", web_link(page, scene.id))]
    files = []
    for ending in ("svg", "png"):
        files.append(out / f"{scene.id}.{ending}")
        write(codes[0].link, files[-1])
    for sheet in SHEETS:
        files.append(out / f"{scene.id}-{sheet}.html")
        files[-1].write_text(render(sheet, campaign, scene, codes, bank), encoding="utf-8")
    return files
