"""活动总结: a draft with the figures filled in, in the shape banks write it.

Sentences say what the figures say and no more; of a number too small to be told they say nothing.
What only people know is marked 【请填写：…】, so that nobody hands it in by mistake.
"""

from collections.abc import Sequence
from datetime import date

from casestore.domain.campaign import CampaignFigures, Figure, Group, QuizQuestion, Scene, named
from casestore.domain.deadlines import CHINA_TIME
from casestore.reports import campaign_parts as parts
from casestore.reports.layout import (
    Block,
    Cell,
    Chart,
    Heading,
    Layout,
    Paragraph,
    Table,
    text,
)

_SHORT = (
    *(parts.SCANS, parts.PEOPLE, parts.CONSULTATIONS, parts.QUIZ_PEOPLE),
    *(parts.BOOKINGS, parts.COMPLAINTS),
)
"""What fits beside each other on an upright sheet."""
_COMPARED = (parts.PEOPLE, parts.CONSULTATIONS, parts.RIGHT_LAST, parts.COMPLAINTS)
_MOST_NAMED = 5
_HARDEST = 3
_LONGEST_BAR = 16

Clause = tuple[str, str, str]
"""What is said before a figure, its name, its unit."""


def campaign_draft(figures: CampaignFigures) -> Layout:
    """The whole draft."""
    campaign = figures.campaign
    facts = (
        ("活动时间", parts.days_words(campaign.first_day, campaign.last_day)),
        ("活动地点", _places(campaign.scenes)),
        ("主办部门", campaign.organiser),
        ("活动对象", campaign.audience.label),
        ("数据截至", f"{figures.counted_at.astimezone(CHINA_TIME):%Y-%m-%d %H:%M}"),
    )
    blocks = (
        *_organisation(figures),
        *_deeds(figures),
        *_numbers(figures),
        *_effects(figures),
        *_shortcomings(figures),
        *_next_steps(figures),
        Heading("附：统计口径"),
        parts.small_numbers(figures),
        parts.definitions(figures),
        _to_fill("单位名称、负责人和日期"),
    )
    return Layout(f"{campaign.title}活动总结", facts, blocks)


def _organisation(figures: CampaignFigures) -> list[Block]:
    return [
        Heading("一、活动组织"),
        Paragraph(f"本次活动由{figures.campaign.organiser}主办。"),
        _to_fill("活动依据和方案、领导小组、参加的部门和网点、动员和培训、出动人数"),
    ]


def _deeds(figures: CampaignFigures) -> list[Block]:
    campaign = figures.campaign
    asked = (("客户咨询 ", parts.CONSULTATIONS, " 次"), ("其中当场答上 ", parts.ANSWERED, " 次"))
    found: list[Block] = [
        Heading("二、主要做法"),
        Heading("（一）现场宣传", 2),
        *_sentences(_stands(campaign.scenes)),
        _to_fill("现场怎样宣传：标语和展架、折页份数、咨询台、进社区进校园的场次、讲座、媒体报道"),
        Heading("（二）随时解答", 2),
        *_sentences(_topics(campaign.topics), _said(figures, asked)),
    ]
    if campaign.questions:
        answers = (("参加答题 ", parts.QUIZ_PEOPLE, " 人"), ("共答题 ", "quiz_answers", " 次"))
        more = (("答完所选难度 ", "quiz_finished", " 人"),)
        words = f"小问答共 {campaign.questions} 题，答完一题就讲解、写明依据。"
        found += [
            Heading("（三）小问答", 2),
            *_sentences(words, _said(figures, (*answers, *more))),
        ]
    if campaign.places:
        words = f"活动热线提供 {campaign.places} 个预约回电名额。"
        booked = _said(figures, (("客户预约 ", parts.BOOKINGS, " 次"),))
        found += [Heading("（四）预约回电", 2), *_sentences(words, booked)]
    return found


def _numbers(figures: CampaignFigures) -> list[Block]:
    come = (
        ("客户扫码 ", parts.SCANS, " 次"),
        ("参与 ", parts.PEOPLE, " 人"),
        ("咨询 ", parts.CONSULTATIONS, " 次"),
        ("登记投诉 ", parts.COMPLAINTS, " 件"),
    )
    return [
        Heading("三、活动数据"),
        *_sentences(_said(figures, come), _busiest(figures.by_day)),
        parts.overview(figures),
        bar_table(parts.funnel_chart(figures), "步骤", ("数量",)),
        bar_table(parts.days_chart(figures), "日期", parts.days_chart(figures).series, drawn=1),
        parts.branches(figures, _SHORT),
        parts.scenes(figures, _SHORT),
        parts.channels(figures, _SHORT),
    ]


def _effects(figures: CampaignFigures) -> list[Block]:
    learned = (
        ("小问答第一次回答的正确率 ", parts.RIGHT_FIRST, ""),
        ("最后一次 ", parts.RIGHT_LAST, ""),
        ("先答错、后答对的 ", parts.LEARNED, " 人次"),
    )
    found: list[Block] = [Heading("四、活动成效"), *_sentences(_said(figures, learned))]
    if figures.questions:
        found.append(parts.questions(figures))
    if figures.most_asked:
        found += [*_sentences(_most_asked(figures)), parts.most_asked(figures)]
    return [*found, *_sentences(_compared(figures)), _to_fill("客户的反映、典型事例、社会反响")]


def _shortcomings(figures: CampaignFigures) -> list[Block]:
    return [
        Heading("五、存在的不足"),
        *_sentences(_missed(figures), _hardest(figures.questions), _quiet(figures)),
        _to_fill("组织、人员、材料和现场方面的不足"),
    ]


def _next_steps(figures: CampaignFigures) -> list[Block]:
    found: list[Block] = [Heading("六、下一步打算")]
    if figures.unanswered:
        found.append(_to_fill("没答上来的问题由哪个部门写出答案，什么时候完成"))
    if figures.questions:
        found.append(_to_fill("答错较多的题目怎样继续宣传"))
    return [*found, _to_fill("今后的宣传安排、责任部门和时间")]


def bar_table(chart: Chart, head: str, series: Sequence[str], drawn: int = 0) -> Table:
    """A chart as a table: its numbers, and those of the series ``drawn`` as bars of blocks."""
    longest = max((int(values[drawn]) for _, values in chart.rows), default=0) or 1
    rows = tuple(
        (text(label), *(text(str(value)) for value in values), _blocks(int(values[drawn]), longest))
        for label, values in chart.rows
    )
    return Table(chart.title, (head, *series, ""), rows, words=1)


def _blocks(value: int, longest: int) -> Cell:
    many = round(_LONGEST_BAR * value / longest)
    return text("█" * max(many, 1 if value else 0))


def _places(scenes: Sequence[Scene]) -> str:
    """The branches with their stands, in the order of the campaign's file."""
    stands: dict[str, list[str]] = {}
    for scene in scenes:
        stands.setdefault(scene.branch, []).append(scene.stand)
    return "；".join(f"{branch}（{'、'.join(each)}）" for branch, each in stands.items()) or "—"


def _stands(scenes: Sequence[Scene]) -> str:
    if not scenes:
        return ""
    branches = len({scene.branch for scene in scenes})
    return f"在 {branches} 家网点设了 {len(scenes)} 个扫码点，客户扫码就能问、能答题、能投诉。"


def _topics(topics: Sequence[str]) -> str:
    titles = "、".join(f"“{each}”" for each in topics)
    return f"智能助手“小保”围绕{titles}等解答客户的问题。" if topics else ""


def _said(figures: CampaignFigures, clauses: Sequence[Clause]) -> str:
    """A sentence of the figures that may be told."""
    found = [
        f"{before}{figure.text}{unit}"
        for before, name, unit in clauses
        if (figure := named(figures.total, name)) is not None and not figure.is_hidden
    ]
    return f"{'，'.join(found)}。" if found else ""


def _busiest(days: Sequence[Group]) -> str:
    """The day with most consultations."""
    told = [(count, group.key) for group in days if (count := _asked_on(group))]
    if not told:
        return ""
    most, day = max(told)
    on = date.fromisoformat(day)
    return f"咨询最多的一天是{parts.days_words(on, on)}，共 {most} 次。"


def _asked_on(group: Group) -> int:
    figure = named(group.figures, parts.CONSULTATIONS)
    return figure.count or 0 if figure else 0


def _most_asked(figures: CampaignFigures) -> str:
    titles = [f"“{each.title}”（{each.times} 次）" for each in figures.most_asked[:_MOST_NAMED]]
    return f"问得最多的是{'、'.join(titles)}。"


def _compared(figures: CampaignFigures) -> str:
    """How the main figures stand to those of the campaign before."""
    previous = figures.previous
    if previous is None:
        return ""
    pairs = [(named(previous.total, name), named(figures.total, name)) for name in _COMPARED]
    words = [
        f"{figures.labels.get(now.name, now.name)}由 {before.text} 变为 {now.text}"
        for before, now in pairs
        if before and now and not before.is_hidden and not now.is_hidden
    ]
    return f"与上次活动“{previous.title}”相比，{'，'.join(words)}。" if words else ""


def _missed(figures: CampaignFigures) -> str:
    missed = _said(figures, (("没答上来的咨询 ", parts.UNANSWERED, " 次"),))
    words = [f"“{each.text}”（{each.times} 次）" for each in figures.unanswered[:_MOST_NAMED]]
    return f"{missed.removesuffix('。')}，例如{'、'.join(words)}。" if missed and words else missed


def _hardest(questions: Sequence[QuizQuestion]) -> str:
    """The questions that fewest answer rightly in the end."""
    told = [(share, q) for q in questions if (share := q.right_last.share) is not None]
    hardest = sorted(told, key=lambda pair: pair[0])[:_HARDEST]
    words = [f"“{q.text}”（{q.right_last.text}）" for _, q in hardest]
    return f"最后正确率最低的题是{'、'.join(words)}。" if words else ""


def _quiet(figures: CampaignFigures) -> str:
    """Scenes whose code nobody scanned."""
    scanned = {group.key for group in figures.by_scene if _is_more_than_nothing(group)}
    quiet = [scene.place for scene in figures.campaign.scenes if scene.id not in scanned]
    return f"没有人扫码的地方：{'、'.join(quiet)}。" if quiet else ""


def _is_more_than_nothing(group: Group) -> bool:
    scans: Figure | None = named(group.figures, parts.SCANS)
    return scans is not None and scans.count != 0


def _sentences(*said: str) -> list[Block]:
    """One paragraph of what there is to say; none of nothing."""
    words = "".join(said)
    return [Paragraph(words)] if words else []


def _to_fill(what: str) -> Paragraph:
    return Paragraph(f"【请填写：{what}】")
