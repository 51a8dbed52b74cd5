"""What `python -m bot knowledge <verb>` does: folders, the day and the screen come in."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.errors import SheetError
from bot.knowledge import rules, standing
from bot.knowledge.answer import Answers
from bot.knowledge.catalogue import load_catalogue
from bot.knowledge.editing import write_changes
from bot.knowledge.feedback import Miss, Votes
from bot.knowledge.gaps import Gap, group
from bot.knowledge.printout import write_printout
from bot.knowledge.review import HEADINGS, Change, Refusal, Review, review
from bot.knowledge.row import STATUS_WORDS, row_of
from bot.knowledge.rules.finding import Finding
from bot.knowledge.sheet import read_sheet, write_sheet
from bot.knowledge.sources import Sources
from bot.knowledge.sources_file import load_sources

MOST_WORDINGS = 3
"""Other wordings shown beside a question."""


@dataclass(frozen=True)
class Desk:
    """Everything a verb works on; `faq` is the folder of answers, `sources` the list of sources."""

    faq: Path
    sources: Path
    today: date
    screen: Console

    def read(self) -> tuple[Answers, Sources]:
        """Raises ConfigurationError when a file is not written as it should be."""
        return load_catalogue(self.faq), load_sources(self.sources)


def check(desk: Desk) -> bool:
    """Prints what the rules find, by rule; True when there is no error."""
    answers, sources = desk.read()
    findings = rules.check(answers, sources, desk.today)
    for rule in rules.RULES:
        found = [finding for finding in findings if finding.rule == rule.name]
        if found:
            _print_rule(desk.screen, rule.refuses, found)
    errors = rules.errors(findings)
    desk.screen.print(
        f"查了 {len(answers)} 个回答、{len(sources.documents)} 份文件："
        f"{len(errors)} 处错误，{len(findings) - len(errors)} 处提醒。"
    )
    return not errors


def _print_rule(screen: Console, refuses: str, found: list[Finding]) -> None:
    colour, kind = ("yellow", "提醒") if found[0].warning else ("red", "错误")
    screen.print(f"[{colour}]{kind}：{escape(refuses)}（{len(found)} 处）[/{colour}]")
    for finding in found:
        screen.print(f"  {finding.answer}：{escape(finding.message)}", soft_wrap=True)


def due(desk: Desk, within: int) -> None:
    """Prints what is to be reviewed within so many days, by when and by whom."""
    answers, _ = desk.read()
    listed = standing.due_within(answers, desk.today, within)
    if not listed:
        desk.screen.print(f"{within} 天以内没有要复核的回答。")
        return
    table = Table(title=f"{within} 天以内要复核的回答（{len(listed)} 条）")
    for heading in ("复核期限", "归口部门", "编号", "标题", "状态"):
        table.add_column(heading, overflow="fold")
    for answer in listed:
        metadata = answer.metadata
        late = metadata.review_due < desk.today.isoformat()
        state = STATUS_WORDS.get(metadata.status, metadata.status)
        table.add_row(
            f"{metadata.review_due}{'（已过期）' if late else ''}",
            escape(metadata.owner),
            answer.id,
            escape(metadata.title),
            state,
            style="red" if late else None,
        )
    desk.screen.print(table)


def sheet(desk: Desk, out: Path) -> None:
    """Writes the review sheet and the page to print; raises SheetError when it cannot."""
    answers, _ = desk.read()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise SheetError(f"建不了目录 {out}（{exc.strerror}）。请换一个目录。") from exc
    name = f"answers-{desk.today.isoformat()}"
    write_sheet(out / f"{name}.xlsx", answers)
    write_printout(out / f"{name}.html", answers, desk.today)
    desk.screen.print(f"已导出 {len(answers)} 个回答：", style="green")
    for suffix, use in (("xlsx", "审阅后导入"), ("html", "打印")):
        desk.screen.print(f"  {out / f'{name}.{suffix}'}（{use}）", soft_wrap=True)


def take_in(desk: Desk, file: Path, *, write: bool) -> bool:
    """Shows what a reviewed sheet changes and, with `write`, writes it; False when refused.

    A sheet with a refused row changes nothing at all.
    """
    answers, sources = desk.read()
    result = review(read_sheet(file), answers, sources, desk.today)
    for change in result.changes:
        _print_change(desk.screen, change)
    for refusal in result.refusals:
        _print_refusal(desk.screen, refusal)
    if result.refusals:
        count = len({refusal.row for refusal in result.refusals})
        desk.screen.print(f"[red]{count} 行被拒收，什么也没有写。改好后再导入。[/red]")
    elif not result.changes:
        desk.screen.print("表里没有改动。")
    else:
        _finish(desk, result, write=write)
    return not result.refusals


def _finish(desk: Desk, result: Review, *, write: bool) -> None:
    if not write:
        desk.screen.print(f"{len(result.changes)} 个回答会改。加上 --write 才真的写进去。")
        return
    for path in write_changes(desk.faq, result.changes):
        desk.screen.print(f"已写 {path.name}")
    desk.screen.print(
        f"改了 {len(result.changes)} 个回答。重启后生效（会重新训练）。", style="green"
    )


def _print_change(screen: Console, change: Change) -> None:
    before = row_of(change.before)
    screen.print(f"[bold]{change.id}[/bold] {escape(change.before.title)}")
    for key in change.changed:
        screen.print(f"  {HEADINGS[key]}：")
        for line in _difference(before[key], change.after[key]):
            colour = "red" if line.startswith("-") else "green"
            screen.print(f"    [{colour}]{escape(line)}[/{colour}]", soft_wrap=True)
    if change.reset:
        screen.print("  [yellow]文字改了，没有新的审批：状态退回草稿。[/yellow]")


def _difference(before: str, after: str) -> list[str]:
    """Lines that went (`- `) and came (`+ `)."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[:2] in ("- ", "+ ")]


def _print_refusal(screen: Console, refusal: Refusal) -> None:
    what = escape(f"第 {refusal.row} 行 {refusal.id}：{refusal.reason}")
    screen.print(f"[red]拒收 {what}[/red]", soft_wrap=True)


def gaps(desk: Desk, misses: Sequence[Miss], votes: Sequence[Votes]) -> None:
    """Prints groups of questions that were not answered, and the answers that did not help."""
    answers, _ = desk.read()
    found = group(misses, str.lower)
    if not found and not votes:
        desk.screen.print("这段时间没有答不上来的问题，也没有客户评价。")
        return
    if found:
        desk.screen.print(_gap_table(found, answers))
    if votes:
        desk.screen.print(_vote_table(votes, answers))


def _gap_table(found: Sequence[Gap], answers: Answers) -> Table:
    table = Table(
        title=f"没答上来的问题（{sum(gap.times for gap in found)} 次，归成 {len(found)} 组）"
    )
    for heading in ("次数", "客户的说法", "当时以为是", "其他说法"):
        table.add_column(heading, overflow="fold")
    for gap in found:
        labels = Counter(miss.label for miss in gap.misses)
        others = dict.fromkeys(miss.text for miss in gap.misses if miss.text != gap.question)
        table.add_row(
            str(gap.times),
            escape(gap.question),
            _title(labels.most_common(1)[0][0], answers),
            escape("；".join(list(others)[:MOST_WORDINGS])),
        )
    return table


def _vote_table(votes: Sequence[Votes], answers: Answers) -> Table:
    table = Table(title="客户评价")
    for heading in ("没解决", "有帮助", "编号", "标题"):
        table.add_column(heading, overflow="fold")
    for vote in votes:
        answer_id, title = vote.answer_id, _title(f"faq/{vote.answer_id}", answers)
        table.add_row(str(vote.unsolved), str(vote.helpful), escape(answer_id), title)
    return table


def _title(label: str, answers: Answers) -> str:
    answer = answers.get(label.removeprefix("faq/"))
    return escape(label if answer is None else answer.title)
