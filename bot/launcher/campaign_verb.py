"""What `python -m bot campaign report` does: shows the figures, and fetches the report as files."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from rich.console import Console

from bot.analytics.report import Body
from bot.errors import CampaignError, CaseStoreError
from bot.intake.case_store import CaseStore
from bot.launcher import campaign_screen
from bot.launcher.campaign_report import CampaignReports

FILES = ("docx", "xlsx")


def show(reports: CampaignReports, name: str, now: datetime, screen: Console) -> Body:
    """Prints the figures of a campaign. Raises CampaignError when there is no such campaign."""
    made = dict(reports.make(now))
    if name not in made:
        known = "、".join(made) or "还没有活动"
        raise CampaignError(f"没有活动“{name}”。有的是：{known}。")
    screen.print(campaign_screen.report(made[name]))
    return made[name]


def write(cases: CaseStore, body: Body, out: Path, screen: Console) -> bool:
    """Writes `figures.json`, sends the figures and fetches `report.docx` and `report.xlsx`; False
    when the case store did not make them. Raises CampaignError when nothing can be written."""
    campaign = body["campaign"]["id"]
    text = json.dumps(body, ensure_ascii=False, indent=1) + "\n"
    written = [_write(out, "figures.json", text.encode())]
    try:
        cases.report_campaign(campaign, body)
        for suffix in FILES:
            content = cases.campaign_report_file(campaign, suffix)
            written.append(_write(out, f"report.{suffix}", content))
    except CaseStoreError as exc:
        _say(screen, f"受理系统没有给出报告文件（{exc.message}）。数字在上面和 figures.json 里；")
        _say(screen, "请看看受理系统是不是开着，过一会儿再运行一次。")
    for path in written:
        _say(screen, f"已写 {path}")
    return len(written) > len(FILES)


def _write(out: Path, name: str, content: bytes) -> Path:
    path = out / name
    try:
        out.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as exc:
        raise CampaignError(f"写不了 {path}（{exc.strerror}）。请换一个目录。") from exc
    return path


def _say(screen: Console, line: str) -> None:
    screen.print(line, markup=False, highlight=False, soft_wrap=True)
