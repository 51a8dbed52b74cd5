"""季度投诉情况通报: what changed, where, and which cases are behind it."""

from casestore.domain.figures import Dimension, Figures
from casestore.reports.layout import Block, Heading
from casestore.reports.notes import branch_note, rules_notes
from casestore.reports.parts import (
    Terms,
    bars,
    by_dimension,
    month_bars,
    opening_words,
    summary,
    top_issues,
)

_TERMS = Terms("本季", "上季")


def quarterly(figures: Figures) -> list[Block]:
    """The blocks of the bulletin."""
    return [
        Heading("一、总体情况"),
        opening_words(figures, _TERMS),
        summary(figures, _TERMS),
        month_bars(figures),
        Heading("二、投诉集中的问题"),
        top_issues(figures, _TERMS),
        Heading("三、机构和部门"),
        branch_note(figures),
        by_dimension(figures, Dimension.BRANCH, _TERMS),
        by_dimension(figures, Dimension.UNIT, _TERMS),
        Heading("四、业务、原因和渠道"),
        bars(figures, Dimension.BUSINESS, _TERMS),
        by_dimension(figures, Dimension.BUSINESS, _TERMS),
        bars(figures, Dimension.REASON, _TERMS),
        by_dimension(figures, Dimension.REASON, _TERMS),
        by_dimension(figures, Dimension.CHANNEL, _TERMS),
        bars(figures, Dimension.SOURCE, _TERMS),
        by_dimension(figures, Dimension.SOURCE, _TERMS),
        Heading("五、统计口径"),
        *rules_notes(),
    ]
