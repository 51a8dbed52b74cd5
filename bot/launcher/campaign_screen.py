"""A campaign's report on the screen: every figure beside what it means. Pure: from a report's body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from bot.analytics.report import Body

BAR_WIDTH = 24
"""Characters of the longest bar."""
CHANNELS = {"web": "网页", "wechat": "微信"}
LEVELS = {"easy": "简单", "medium": "中等", "hard": "难"}
_SHORT = ("scans", "people", "consultations", "quiz_people", "right_first", "right_last")
"""Figures of a part; all of them would be too wide for a screen."""
_PEOPLE = "people"


def report(body: Body) -> RenderableType:
    """The whole report."""
    labels = {each["name"]: each["label"] for each in body["definitions"]}
    scenes = {
        each["id"]: f"{each['branch']}·{each['stand']}" for each in body["campaign"]["scenes"]
    }
    return Group(
        _heading(body),
        _figures(body),
        _funnel(body["funnel"]),
        _days(body["by_day"], labels),
        _parts("各场景", body["by_scene"], labels, scenes),
        _parts("各网点", body["by_branch"], labels, {}),
        _parts("各渠道", body["by_channel"], labels, CHANNELS),
        _questions(body["questions"], labels),
        _listed("问得最多的", [(each["title"], each["times"]) for each in body["most_asked"]]),
        _listed(
            "至少两个人问过、没答上来的",
            [(each["text"], each["times"]) for each in body["unanswered"]],
        ),
    )


def _heading(body: Body) -> Text:
    campaign = body["campaign"]
    days = f"{campaign['first_day']} 至 {campaign['last_day']}"
    return Text(f"{campaign['title']}（{days}，{campaign['organiser']}）", style="bold")


def _figures(body: Body) -> Table:
    """The figures of the whole, those of the campaign before, and what they mean."""
    before = body["previous"]
    earlier = _texts(before["total"]) if before else {}
    now = _texts(body["total"])
    table = _table("合计", ["数字", "这次", before["title"] if before else "上次", "口径"])
    # What is no figure of the whole explains the tables below.
    for each in sorted(body["definitions"], key=lambda each: each["name"] not in now):
        name = each["name"]
        _row(table, each["label"], now.get(name, ""), earlier.get(name, ""), each["meaning"])
    return table


def _funnel(steps: Sequence[Body]) -> Table:
    table = _table("从扫码到投诉（人）", ["步骤", "人数", "图"])
    longest = _longest(step["count"] for step in steps)
    for step in steps:
        _row(table, step["label"], step["text"], _bar(step["count"], longest))
    return table


def _days(days: Sequence[Body], labels: Mapping[str, str]) -> Table:
    table = _table("每天", ["日期", *(labels[name] for name in _SHORT), f"图：{labels[_PEOPLE]}"])
    people = [_count(day["figures"], _PEOPLE) for day in days]
    longest = _longest(people)
    for day, count in zip(days, people, strict=True):
        found = _texts(day["figures"])
        _row(table, day["key"], *(found[name] for name in _SHORT), _bar(count, longest))
    return table


def _parts(
    title: str, parts: Sequence[Body], labels: Mapping[str, str], called: Mapping[str, str]
) -> Table:
    table = _table(title, ["名称", *(labels[name] for name in _SHORT)])
    for part in parts:
        found, key = _texts(part["figures"]), str(part["key"])
        _row(table, called.get(key, key), *(found[name] for name in _SHORT))
    return table


def _questions(questions: Sequence[Body], labels: Mapping[str, str]) -> Table:
    shares = ("right_first", "right_last")
    table = _table("每道题", ["题目", "难度", *(labels[name] for name in shares)])
    for each in questions:
        level = LEVELS[str(each["level"])]
        _row(table, each["text"], level, *(each[name]["text"] for name in shares))
    return table


def _listed(title: str, lines: Sequence[tuple[str, int]]) -> RenderableType:
    if not lines:
        return Text(f"{title}：没有")
    table = _table(title, ["问题", "次数"])
    for text, times in lines:
        _row(table, text, str(times))
    return table


def _table(title: str, headings: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _row(table: Table, *cells: str) -> None:
    table.add_row(*(escape(cell) for cell in cells))


def _texts(figures: Iterable[Body]) -> dict[str, str]:
    return {figure["name"]: figure["text"] for figure in figures}


def _count(figures: Iterable[Body], name: str) -> int | None:
    return next((figure["count"] for figure in figures if figure["name"] == name), None)


def _longest(counts: Iterable[int | None]) -> int:
    return max((count for count in counts if count is not None), default=0)


def _bar(count: int | None, longest: int) -> str:
    """No bar for a hidden number: its length would tell it."""
    return "█" * round(BAR_WIDTH * count / longest) if count and longest else ""
