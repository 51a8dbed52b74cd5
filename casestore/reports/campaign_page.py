"""What stands on a campaign's page below its key figures."""

from casestore.domain.campaign import CampaignFigures
from casestore.reports import campaign_parts as parts
from casestore.reports.layout import Block, Heading, Layout, Paragraph


def campaign_page(figures: CampaignFigures) -> Layout:
    """The blocks of the page; what nothing is known of is left out."""
    blocks = (
        Heading("经过"),
        parts.funnel_chart(figures),
        parts.funnel(figures),
        parts.days_chart(figures),
        Heading("在哪里，通过什么"),
        parts.scenes(figures, parts.MAIN),
        parts.branches(figures, parts.MAIN),
        parts.channels_chart(figures),
        parts.channels(figures, parts.MAIN),
        *_quiz(figures),
        Heading("问了什么"),
        parts.most_asked(figures),
        parts.unanswered(figures),
        *_compared(figures),
        Paragraph("按天的全部数字在 Excel 里。", is_note=True),
    )
    return Layout(figures.campaign.title, (), blocks)


def _quiz(figures: CampaignFigures) -> list[Block]:
    if not figures.questions:
        return []
    return [Heading("小问答"), parts.quiz_chart(figures), parts.questions(figures)]


def _compared(figures: CampaignFigures) -> list[Block]:
    previous, table = figures.previous, parts.comparison(figures)
    if previous is None or table is None:
        return []
    when = parts.days_words(previous.first_day, previous.last_day)
    return [Heading("与上次比"), Paragraph(f"上次活动：{previous.title}，{when}。"), table]
