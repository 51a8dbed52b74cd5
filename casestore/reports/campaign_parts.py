"""Tables and charts of a campaign's figures that its page and files share."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

from casestore.domain.campaign import CampaignFigures, Figure, Group, Step, named
from casestore.domain.chat import ChatChannel
from casestore.reports.layout import (
    NOTHING,
    Bar,
    Cell,
    Chart,
    Format,
    Paragraph,
    Shape,
    Table,
    number,
    text,
)

SCANS, PEOPLE, CONSULTATIONS = "scans", "people", "consultations"
ANSWERED, UNANSWERED = "answered", "unanswered"
QUIZ_PEOPLE, RIGHT_FIRST, RIGHT_LAST = "quiz_people", "right_first", "right_last"
LEARNED, BOOKINGS, COMPLAINTS = "learned", "bookings", "complaints"
"""The names of figures that reports speak of; a client may send others, which are listed."""

MAIN = (
    *(SCANS, PEOPLE, CONSULTATIONS, UNANSWERED, QUIZ_PEOPLE, RIGHT_FIRST, RIGHT_LAST),
    *(BOOKINGS, COMPLAINTS),
)
"""What fits beside each other on a page."""
WITHHELD = "withheld"
"""The definition that says why a figure is not told."""
CHANNELS: Mapping[str, str] = {channel.value: channel.label for channel in ChatChannel}

_SMALL_NUMBERS = (
    "人数太少的数字不显示，写成文字：人太少，熟人能猜出是谁。由它算的比率也不显示，各行因此不一定加得出"
    "总数。"
)
_LONGEST_LABEL = 20
_MOST_DAYS_DRAWN = 400
_A_DAY = timedelta(days=1)


def figure_cell(figure: Figure | None) -> Cell:
    """A figure as it is shown; a number to reckon with unless it is hidden or there is none."""
    if figure is None:
        return Cell(NOTHING)
    if figure.of is not None and figure.share is not None:
        return Cell(figure.share, Format.WHOLE_PERCENT, shown=figure.text)
    if figure.of is None and figure.count is not None:
        return Cell(figure.count, Format.COUNT, shown=figure.text)
    return Cell(figure.text)


def small_numbers(figures: CampaignFigures) -> Paragraph:
    """Why some figures are words: as the client says it, else in our own words."""
    label, meaning = figures.labels.get(WITHHELD), figures.meanings.get(WITHHELD)
    words = f"“{label}”的意思：{meaning}。" if label and meaning else _SMALL_NUMBERS
    return Paragraph(words, is_note=True)


def overview(figures: CampaignFigures) -> Table:
    """Every figure of the whole, its definition beside it, compared where there is a campaign to
    compare with."""
    previous = figures.previous
    compared = ("上次", "增减") if previous else ()
    rows = []
    for figure in figures.total:
        before = named(previous.total, figure.name) if previous else None
        cells = (figure_cell(before), _change(figure, before)) if previous else ()
        meaning = text(figures.meanings.get(figure.name, ""))
        rows.append((text(_label(figures, figure.name)), figure_cell(figure), *cells, meaning))
    return Table("总体情况", ("指标", "本次", *compared, "口径"), tuple(rows), sheet="总体")


def comparison(figures: CampaignFigures) -> Table | None:
    """The whole beside the campaign before; None if there is none."""
    previous = figures.previous
    if previous is None:
        return None
    rows = []
    for figure in figures.total:
        before = named(previous.total, figure.name)
        cells = (figure_cell(figure), figure_cell(before), _change(figure, before))
        rows.append((text(_label(figures, figure.name)), *cells))
    return Table("与上次活动比较", ("指标", "本次", "上次", "增减"), tuple(rows))


def _change(now: Figure, before: Figure | None) -> Cell:
    """The difference, of shares in percentage points; none where one of both is hidden."""
    if before is None or now.count is None or before.count is None:
        return Cell(NOTHING)
    if now.of is None:
        difference = now.count - before.count
        return Cell(difference, Format.COUNT, shown=_signed(difference))
    if now.share is None or before.share is None:
        return Cell(NOTHING)
    points = 100 * (now.share - before.share)
    return Cell(points, Format.POINTS, shown=f"{_signed(round(points))}个百分点")


def _signed(difference: int) -> str:
    return f"{difference:+d}" if difference else "0"


def scenes(figures: CampaignFigures, names: Sequence[str] | None = None) -> Table:
    """One row per scene, also of those where nothing happened. ``names``: which figures; all if
    None."""
    known = {group.key: group for group in figures.by_scene}
    at = {scene.id: scene for scene in figures.campaign.scenes}
    groups = [known.pop(key, Group(key, ())) for key in at]
    heads = [(text(at[group.key].place), text(at[group.key].event)) for group in groups]
    gone = list(known.values())
    heads += [(text(group.key), text("活动文件里已没有")) for group in gone]
    return _groups(
        figures, "按场景", ("场景", "活动"), [*zip(heads, [*groups, *gone], strict=True)], names
    )


def branches(figures: CampaignFigures, names: Sequence[str] | None = None) -> Table:
    """One row per branch."""
    return _keyed(figures, "按网点", "网点", figures.by_branch, names)


def days(figures: CampaignFigures, names: Sequence[str] | None = None) -> Table:
    """One row per day on which something happened."""
    return _keyed(figures, "按日期", "日期", figures.by_day, names)


def channels(figures: CampaignFigures, names: Sequence[str] | None = None) -> Table:
    """One row per channel."""
    return _keyed(
        figures, "按渠道", "渠道", figures.by_channel, names, lambda key: CHANNELS.get(key, key)
    )


def questions(figures: CampaignFigures) -> Table:
    """The questions of the quiz with the shares of right answers, and the people behind them."""
    rows = tuple(
        (
            text(f"{place}. {question.text}"),
            text(question.level.label),
            figure_cell(question.right_first),
            figure_cell(question.right_last),
            Cell(NOTHING) if question.right_last.of is None else number(question.right_last.of),
        )
        for place, question in enumerate(figures.questions, 1)
    )
    columns = ("题目", "难度", "第一次答对", "最后一次答对", "答题人数")
    return Table("小问答各题", columns, rows, words=2, sheet="题目")


def most_asked(figures: CampaignFigures) -> Table:
    """What was asked most."""
    rows = tuple((text(asked.title), number(asked.times)) for asked in figures.most_asked)
    return Table("问得最多的", ("问题", "次数"), rows, sheet="常问")


def unanswered(figures: CampaignFigures) -> Table:
    """What nobody could answer."""
    rows = tuple((text(asked.text), number(asked.times)) for asked in figures.unanswered)
    return Table("没答上来的", ("客户的说法", "次数"), rows, sheet="没答上")


def definitions(figures: CampaignFigures) -> Table:
    """What each figure means."""
    rows = tuple((text(each.label), text(each.meaning)) for each in figures.definitions)
    return Table("统计口径", ("指标", "口径"), rows, words=2, sheet="定义")


def funnel_chart(figures: CampaignFigures) -> Chart:
    """The way from a scan to a complaint."""
    rows = tuple((step.label, (_step_bar(step),)) for step in figures.funnel)
    return Chart("funnel", "从扫码到投诉", ("",), rows, Shape.FUNNEL)


def funnel(figures: CampaignFigures) -> Table:
    """The same in words, with what each step means."""
    rows = tuple(
        (text(step.label), text(figures.meanings.get(step.name, "")), _step_cell(step))
        for step in figures.funnel
    )
    return Table("各步的口径", ("步骤", "口径", "数量"), rows, words=2)


def days_chart(figures: CampaignFigures) -> Chart:
    """Scans and consultations day by day, with the quiet days between."""
    known = {group.key: group.figures for group in figures.by_day}
    rows = tuple(
        (day[5:], tuple(_bar(known.get(day, ()), name) for name in (SCANS, CONSULTATIONS)))
        for day in _without_gaps(sorted(known))
    )
    series = (_label(figures, SCANS), _label(figures, CONSULTATIONS))
    return Chart("days", "每天的扫码和咨询", series, rows, Shape.COLUMNS)


def channels_chart(figures: CampaignFigures) -> Chart:
    """Scans and consultations by channel."""
    rows = tuple(
        (
            CHANNELS.get(group.key, group.key),
            tuple(_bar(group.figures, name) for name in (SCANS, CONSULTATIONS)),
        )
        for group in figures.by_channel
    )
    series = (_label(figures, SCANS), _label(figures, CONSULTATIONS))
    return Chart("channels", "两个渠道", series, rows)


def quiz_chart(figures: CampaignFigures) -> Chart:
    """Right answers to each question, at first and at last."""
    rows = tuple(
        (
            _shortened(f"{place}. {question.text}"),
            (_share_bar(question.right_first), _share_bar(question.right_last)),
        )
        for place, question in enumerate(figures.questions, 1)
    )
    return Chart("quiz", "各题答对的比例", ("第一次", "最后一次"), rows)


def days_words(first: date, last: date) -> str:
    """From when to when, as people write it."""
    begins = f"{first.year}年{first.month}月{first.day}日"
    ends = f"{last.month}月{last.day}日"
    if first == last:
        return begins
    return f"{begins}至{ends}" if first.year == last.year else f"{begins}至{last.year}年{ends}"


def _label(figures: CampaignFigures, name: str) -> str:
    return figures.labels.get(name, name)


def _keyed(
    figures: CampaignFigures,
    title: str,
    head: str,
    groups: Iterable[Group],
    names: Sequence[str] | None,
    label: Callable[[str], str] = str,
) -> Table:
    rows = [((text(label(group.key)),), group) for group in groups]
    return _groups(figures, title, (head,), rows, names)


def _groups(
    figures: CampaignFigures,
    title: str,
    heads: tuple[str, ...],
    rows: Sequence[tuple[tuple[Cell, ...], Group]],
    names: Sequence[str] | None,
) -> Table:
    sent = [figure.name for figure in figures.total]
    chosen = sent if names is None else [name for name in names if name in sent]
    columns = (*heads, *(_label(figures, name) for name in chosen))
    cells = tuple(
        (*head, *(figure_cell(named(group.figures, name)) for name in chosen))
        for head, group in rows
    )
    return Table(title, columns, cells, words=len(heads), sheet=title.removeprefix("按"))


def _bar(figures: Sequence[Figure], name: str) -> int | Bar:
    figure = named(figures, name)
    if figure is None:
        return 0
    return Bar(0, figure.text) if figure.count is None else figure.count


def _step_bar(step: Step) -> Bar:
    return Bar(step.count or 0, step.text)


def _step_cell(step: Step) -> Cell:
    if step.count is None:
        return Cell(step.text)
    return Cell(step.count, Format.COUNT, shown=step.text)


def _share_bar(figure: Figure) -> Bar:
    return Bar(round(100 * (figure.share or 0)), figure.text)


def _shortened(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"


def _without_gaps(sent: Sequence[str]) -> Sequence[str]:
    """Every day from the first to the last; only those sent where that would be too many."""
    if not sent:
        return ()
    first, last = date.fromisoformat(sent[0]), date.fromisoformat(sent[-1])
    many = (last - first).days + 1
    if many > _MOST_DAYS_DRAWN:
        return sent
    return [(first + number * _A_DAY).isoformat() for number in range(many)]
