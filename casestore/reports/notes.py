"""Remarks that stand with the figures: how was counted, and why branches stand in this order."""

from collections.abc import Sequence

from casestore.domain.figures import SMALLEST_BASE, Figures
from casestore.reports.layout import Paragraph

FAIR_BRANCHES = (
    "各机构按名称排列，不按投诉数量排名：不得简单以投诉数量作为考核指标（《中国人民银行金融消费者"
    "权益保护实施办法》（中国人民银行令〔2020〕第5号）第十一条，银发〔2018〕243号四（三））。请结合业务规模和各项比率阅读。"
)
FAIR_BY_CUSTOMERS = (
    "各机构按每千名客户的投诉量排列，不按投诉数量排名：不得简单以投诉数量作为考核指标（《中国人民"
    "银行金融消费者权益保护实施办法》（中国人民银行令〔2020〕第5号）第十一条，银发〔2018〕243号四（三））。"
)
RULES_NOTES = (
    "收到：收到日在本期；办结：作出答复、客户撤回、并案或办结的日子在本期；期末未结：截至期末还没有"
    "办结。期初未结＋收到－办结＝期末未结。",
    "按期答复率：本期首次答复的投诉里，答复日不晚于当时期限的比例；期限已计入批准的延长和依法停止"
    "计算的天数。",
    "满意率：本期答复并且客户作了评价的投诉里，最近一次评价为 4 分或 5 分的比例。重复投诉：同一客户 "
    "90 天内就同类业务再次投诉。",
    f"不足 {SMALLEST_BASE} 件的不算百分比，只列件数。",
)


def branch_note(figures: Figures) -> Paragraph:
    """Why branches stand in this order."""
    return Paragraph(FAIR_BY_CUSTOMERS if figures.customers else FAIR_BRANCHES, is_note=True)


def rules_notes() -> Sequence[Paragraph]:
    """How was counted."""
    return [Paragraph(note, is_note=True) for note in RULES_NOTES]
