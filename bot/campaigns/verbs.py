"""What the verbs of `python -m bot campaign` do; said on a console, given in arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from rich.console import Console

from bot.campaigns.campaign import Campaign, Scene, standing
from bot.campaigns.codes import LONGEST_LIFE, MakeCodes, seconds_of, web_link, write
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


def qr(
    desk: Desk,
    name: str,
    page: str,
    bank: Bank,
    out: Path,
    make_wechat: MakeCodes | None = None,
) -> Sequence[Path]:
    """Writes the codes, the poster and the card of every scene, with a WeChat code beside the web
    code where these can be made. Raises CampaignError."""
    campaign = load_campaign(desk.folder / f"{name}.yml", desk.library, desk.today)
    web = {
        scene.id: web_link(page, scene.id, is_large=campaign.is_large) for scene in campaign.scenes
    }
    lives = {scene.id: seconds_of(scene, desk.today) for scene in campaign.scenes}
    wechat = {} if make_wechat is None else make_wechat(lives)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise CampaignError(f"建不了 {out}（{exc.strerror}）。请换一个目录。") from exc
    files = [
        file
        for scene in campaign.scenes
        for file in _sheets(campaign, scene, _codes(web[scene.id], wechat.get(scene.id)), bank, out)
    ]
    if wechat:
        _say_lives(desk, lives)
    desk.say(
        f"{len(campaign.scenes)} 个场景，{len(files)} 个文件，在 {out}。用浏览器打开 .html 打印。"
    )
    return files


def _say_lives(desk: Desk, lives: Mapping[str, int | None]) -> None:
    for scene_id, seconds in lives.items():
        kind = "永久码" if seconds is None else f"临时码，{LONGEST_LIFE.days} 天内有效"
        desk.say(f"微信码 {scene_id}：{kind}。")
    lasting = sum(seconds is None for seconds in lives.values())
    if lasting:
        desk.say(f"其中永久码 {lasting} 个；一个公众号最多 10 万个，不要反复生成。")


def _codes(web: str, wechat: str | None) -> Sequence[Code]:
    """What stands on a sheet; a phone without WeChat reads the web code."""
    if wechat is None:
        return [Code("微信或浏览器扫一扫", "打开就能问，不用下载", web)]
    return [
        Code("微信扫一扫", "关注后，在微信里问", wechat),
        Code("浏览器扫一扫", "不用关注，打开就能问", web),
    ]


def _sheets(
    campaign: Campaign, scene: Scene, codes: Sequence[Code], bank: Bank, out: Path
) -> list[Path]:
    """The web code stands last, and its files bear the name of the scene alone."""
    files = []
    for code, suffix in zip(reversed(codes), ("", "-wechat")[: len(codes)], strict=True):
        for ending in ("svg", "png"):
            files.append(out / f"{scene.id}{suffix}.{ending}")
            write(code.link, files[-1])
    for sheet in SHEETS:
        files.append(out / f"{scene.id}-{sheet}.html")
        files[-1].write_text(render(sheet, campaign, scene, codes, bank), encoding="utf-8")
    return files
