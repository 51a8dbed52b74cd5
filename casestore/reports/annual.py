"""年度投诉工作总结: a draft with the figures filled in, in the shape banks write it.

What only people know is marked 【请填写：…】, so that nobody signs it by mistake.
"""

from collections.abc import Sequence

from casestore.domain.figures import Count, Dimension, Figures, Rate
from casestore.domain.task import CauseCount
from casestore.reports.layout import (
    NOTHING,
    Block,
    Cell,
    Heading,
    Paragraph,
    Table,
    number,
    percent,
    text,
)
from casestore.reports.names import in_order, label
from casestore.reports.notes import branch_note, rules_notes
from casestore.reports.parts import (
    HANDLED_AIM,
    SATISFACTION_AIM,
    Terms,
    bars,
    by_dimension,
    month_bars,
    opening_words,
    shares,
    summary,
    top_issues,
)

_TERMS = Terms("本年", "上年")
_MOST_NAMED = 3


def annual(figures: Figures) -> list[Block]:
    """The blocks of the draft."""
    return [
        *_basics(figures),
        *_measures(figures),
        Heading("三、宣传教育"),
        _to_fill("开展了哪些主题活动，场次、覆盖人数、发放材料，重点人群和效果"),
        *_problems(figures),
        Heading("五、下一步打算"),
        _to_fill("针对上述问题的措施、责任部门和完成时间"),
        *_unfinished(figures.causes),
        _to_fill("溯源整改任务的推进计划"),
        Heading("附：统计口径"),
        *rules_notes(),
        _to_fill("单位名称、负责人和日期"),
    ]


def _basics(figures: Figures) -> list[Block]:
    return [
        Heading("一、基本情况"),
        opening_words(figures, _TERMS),
        Paragraph(_rates(figures)),
        summary(figures, _TERMS),
        month_bars(figures),
    ]


def _measures(figures: Figures) -> list[Block]:
    current = figures.current
    return [
        Heading("二、主要做法"),
        Heading("（一）组织和制度", 2),
        _to_fill("消保工作的组织领导，本年新订、修订的制度，考核和责任追究"),
        Heading("（二）投诉处理", 2),
        Paragraph(
            "按来源看，"
            + _most(current, Dimension.SOURCE)
            + "较多；按业务看，"
            + _most(current, Dimension.BUSINESS)
            + "较多；按原因看，"
            + _most(current, Dimension.REASON)
            + "较多。"
        ),
        shares(figures, Dimension.SOURCE),
        by_dimension(figures, Dimension.BUSINESS, _TERMS),
        bars(figures, Dimension.REASON, _TERMS),
        by_dimension(figures, Dimension.REASON, _TERMS),
        branch_note(figures),
        by_dimension(figures, Dimension.BRANCH, _TERMS),
        Heading("（三）溯源整改和多元化解", 2),
        *_rectification(figures.causes),
    ]


def _rectification(causes: Sequence[CauseCount]) -> list[Block]:
    """What was done about the causes; how well it works only people know."""
    if not causes:
        return [_to_fill("根因分析、已完成的整改、调解和核查的情况")]
    opened, confirmed = sum(each.opened for each in causes), sum(each.confirmed for each in causes)
    overdue = sum(each.overdue for each in causes)
    words = f"本年从投诉中提出溯源整改任务 {opened} 项，已完成并经确认 {confirmed} 项"
    words += f"，期末超过期限没有完成 {overdue} 项。" if overdue else "。"
    return [
        Paragraph(words),
        Table(
            "溯源整改任务（按根因）",
            ("根因", "提出（项）", "已完成（项）", "超期未完成（项）"),
            tuple(_cause_row(each) for each in causes),
        ),
        _to_fill("整改的成效，调解和核查的情况"),
    ]


def _cause_row(cause: CauseCount) -> tuple[Cell, ...]:
    numbers = (cause.opened, cause.confirmed, cause.overdue)
    return (text(cause.category.label), *map(number, numbers))


def _unfinished(causes: Sequence[CauseCount]) -> list[Block]:
    """The tasks the coming year begins with."""
    open_ = sum(each.opened - each.confirmed for each in causes)
    return [Paragraph(f"本年提出的溯源整改任务还有 {open_} 项没有完成。")] if open_ else []


def _problems(figures: Figures) -> list[Block]:
    return [
        Heading("四、存在的问题"),
        Paragraph("从数据看，以下问题比较集中，或者离目标还有差距："),
        top_issues(figures, _TERMS),
        *(Paragraph(words) for words in _shortfalls(figures.current)),
        _root_causes(figures.causes),
    ]


def _root_causes(causes: Sequence[CauseCount]) -> Paragraph:
    if not causes:
        return _to_fill("产品、服务、流程和人员方面的原因")
    named = "、".join(f"{each.category.label}（{each.opened} 项）" for each in causes)
    return Paragraph(f"从溯源整改看，投诉的根因在于：{named}。")


def _rates(figures: Figures) -> str:
    total = figures.current.total
    return (
        f"办结率 {percent(total.handled_rate).text}，承诺期限内答复率 "
        f"{percent(total.promise_rate).text}，法定期限内答复率 {percent(total.law_rate).text}，"
        f"满意率 {percent(total.satisfaction_rate).text}，重复投诉率 "
        f"{percent(total.repeat_rate).text}。"
    )


def _shortfalls(current: Count) -> list[str]:
    """Where an aim was missed; rates over few cases say nothing."""
    total = current.total
    found = []
    for name, rate, aim in (
        ("办结率", total.handled_rate, HANDLED_AIM),
        ("满意率", total.satisfaction_rate, SATISFACTION_AIM),
        ("法定期限内答复率", total.law_rate, 1.0),
    ):
        if _misses(rate, aim):
            found.append(f"{name}为 {percent(rate).text}，低于 {aim:.0%} 的目标。")
    if total.overdue:
        found.append(f"年末有 {total.overdue} 件投诉超过法定期限还没有办结。")
    return found


def _misses(rate: Rate, aim: float) -> bool:
    return rate.value is not None and rate.value < aim


def _most(current: Count, dimension: Dimension) -> str:
    """The names with most cases received, as a list of words."""
    tallies = current.by(dimension)
    named = [name for name in in_order(dimension, tallies) if tallies[name].received]
    named.sort(key=lambda name: -tallies[name].received)
    words = [
        f"{label(dimension, name)}（{tallies[name].received} 件）" for name in named[:_MOST_NAMED]
    ]
    return "、".join(words) or NOTHING


def _to_fill(what: str) -> Paragraph:
    return Paragraph(f"【请填写：{what}】")
