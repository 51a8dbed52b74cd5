"""From an order and its figures to the whole layout."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from casestore.domain.case import Source
from casestore.domain.deadlines import CHINA_TIME
from casestore.domain.figures import Figures, Scope
from casestore.domain.report import ReportKind, ReportOrder
from casestore.domain.taxonomy import Codes
from casestore.reports.annual import annual
from casestore.reports.disclosure import disclosure
from casestore.reports.layout import Block, Layout
from casestore.reports.monthly import monthly
from casestore.reports.quarterly import quarterly


@dataclass(frozen=True)
class Stamp:
    """When a report was made, by which counting rules, and whether it may still change."""

    made_at: datetime
    rules: str
    standing: str


@dataclass(frozen=True)
class Names:
    """Official codes of classes, and names of branches by code."""

    codes: Codes = field(default_factory=Codes)
    branches: Mapping[str, str] = field(default_factory=dict)


def build(order: ReportOrder, figures: Figures, stamp: Stamp, names: Names) -> Layout:
    """The report as people read it."""
    facts = [
        ("统计期间", figures.span.text),
        *_warnings(order, figures),
        ("范围", scope_text(order.scope, names.branches)),
        ("生成时间", f"{stamp.made_at.astimezone(CHINA_TIME):%Y-%m-%d %H:%M}"),
        ("状态", stamp.standing),
        ("统计口径", f"{stamp.rules} 版"),
    ]
    return Layout(order.title, tuple(facts), tuple(_blocks(order.kind, figures, names.codes)))


def scope_text(scope: Scope, branches: Mapping[str, str]) -> str:
    """The filter in words."""
    parts = []
    if scope.unit:
        parts.append(f"承办部门：{branches.get(scope.unit, scope.unit)}")
    if scope.branch:
        parts.append(f"被投诉机构：{scope.branch}")
    if scope.business:
        parts.append(f"业务类别：{scope.business}")
    if scope.source:
        parts.append(f"投诉来源：{Source(scope.source).label}")
    return "；".join(parts) or "全部投诉"


def _warnings(order: ReportOrder, figures: Figures) -> list[tuple[str, str]]:
    """What a reader of a period under way must know."""
    if figures.span.last == order.period.span.last:
        return []
    words = "期间还没有结束"
    if figures.previous is not None:
        words += "，与上期整期比较的增减仅供参考"
    return [("注意", words)]


def _blocks(kind: ReportKind, figures: Figures, codes: Codes) -> list[Block]:
    if kind is ReportKind.MONTHLY:
        return monthly(figures, codes)
    whole = {
        ReportKind.QUARTERLY: quarterly,
        ReportKind.ANNUAL: annual,
        ReportKind.DISCLOSURE: disclosure,
    }
    return whole[kind](figures)
