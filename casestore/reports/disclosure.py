"""年度投诉信息披露: what the bank tells the public once a year.

Sources: 投诉办法 article 26 (annual disclosure), 央行消保办法 article 36 (data and analysis).
"""

from casestore.domain.figures import Dimension, Figures
from casestore.reports.layout import Block, Heading, Paragraph
from casestore.reports.notes import rules_notes
from casestore.reports.parts import (
    Terms,
    shares,
    summary,
)

_TERMS = Terms("本年", "上年")
_BASIS = (
    "依据《银行业保险业消费投诉处理管理办法》（银保监会令2020年第3号）第二十六条、《中国人民银行"
    "金融消费者权益保护实施办法》（中国人民银行令〔2020〕第5号）第三十六条披露。"
)


def disclosure(figures: Figures) -> list[Block]:
    """The blocks of the annual disclosure. Branches stand by name; nothing is ranked."""
    total = figures.current.total
    words = (
        f"{figures.span.first.year} 年，本行共收到消费投诉 {total.received} 件，办结 {total.settled} 件，"
        f"年末在办 {total.pending} 件。业务类别、原因和地区分布如下。"
    )
    return [
        Paragraph(_BASIS, is_note=True),
        Heading("一、总量"),
        Paragraph(words),
        summary(figures, _TERMS),
        Heading("二、业务类别分布"),
        shares(figures, Dimension.BUSINESS),
        Heading("三、投诉原因分布"),
        shares(figures, Dimension.REASON),
        Heading("四、机构（地区）分布"),
        shares(figures, Dimension.BRANCH),
        Heading("五、统计口径"),
        *rules_notes(),
    ]
