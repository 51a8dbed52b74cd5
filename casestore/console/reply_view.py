"""The reply of a case as its pages show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from casestore.console.reply_form import ReplyForm, form_of
from casestore.console.views import DueView, due_view, minute
from casestore.domain.deadlines import LEGAL_SOON_DAYS
from casestore.domain.directory import Directory
from casestore.domain.letter import compose, lacks
from casestore.domain.reply import Draft, Point, Reply, ReplyStatus
from casestore.service.replies import Waiting
from casestore.service.reply_sheet import Sheet

_DONE = {
    "saved": "已保存。",
    "kept": "内容已保存，但还不能送审，请补齐下面所缺的内容。",
    "submitted": "已送审，等另一个人审批。",
    "approved": "已批准，决定已经作出；还要答复客户。",
    "returned": "已退回，写答复的人会收到提醒。",
    "released": "答复已发出。在对话里投诉的客户马上会收到；其他客户请现在告知，并登记方式和凭证。",
}


@dataclass(frozen=True)
class RoundLine:
    """One round of the reply: where it stands and who did what, in words, and its text."""

    title: str
    words: str
    text: str


@dataclass(frozen=True)
class ReplyPage:
    """Everything the page of a reply shows.

    ``form`` is None where this officer does not write now; ``stored`` what is kept at the moment,
    where somebody else changed it meanwhile. ``act_id`` makes sending a form twice harmless.
    """

    reference: str
    state: str
    version: int
    act_id: str
    detail: str
    request: str
    branch: str
    is_review: bool
    current: RoundLine | None
    note: str
    form: ReplyForm | None
    points: Sequence[Point]
    templates: Sequence[tuple[str, str]]
    missing: Sequence[str]
    preview: str
    stored: str
    earlier: Sequence[RoundLine]
    may_decide: bool
    may_send_back: bool
    may_release: bool


@dataclass(frozen=True)
class ReplyPanel:
    """What the page of the case shows of its reply."""

    reference: str
    points: Sequence[Point]
    answered: int
    words: str
    action: str
    rounds: Sequence[RoundLine]


@dataclass(frozen=True)
class WaitingLine:
    """One reply in the list of those that await approval."""

    reference: str
    round: int
    writer: str
    since: str
    legal: DueView
    state: str


@dataclass(frozen=True)
class Typed:
    """A form that was not kept: what it holds, what is wrong, and whether the stored draft is
    another one by now."""

    draft: Draft
    problems: Mapping[str, str]
    is_stale: bool = False


def reply_page(
    sheet: Sheet, directory: Directory, act_id: str, typed: Typed | None = None
) -> ReplyPage:
    """The page for an officer; ``typed`` is a form that comes back to them."""
    shown = _as_typed(sheet, typed.draft) if typed else sheet
    complaint, reply = sheet.case.complaint, sheet.reply
    is_returned = reply is not None and reply.status is ReplyStatus.RETURNED
    form = form_of(shown.draft, typed.problems if typed else None)
    return ReplyPage(
        reference=sheet.standing.reference,
        state=sheet.standing.progress.state.label,
        version=sheet.standing.handling.version,
        act_id=act_id,
        detail=complaint.detail,
        request=complaint.request,
        branch=complaint.branch,
        is_review=sheet.is_review,
        current=_round_line(reply, directory) if reply else None,
        note=(reply.review_note or "") if reply and is_returned else "",
        form=form if sheet.may_write else None,
        points=shown.draft.points,
        templates=[(template.key, template.title) for template in sheet.templates],
        missing=shown.missing,
        preview=shown.preview,
        stored=sheet.preview if typed and typed.is_stale else "",
        earlier=[_round_line(each, directory) for each in reversed(sheet.earlier)],
        may_decide=sheet.may_decide,
        may_send_back=sheet.may_send_back,
        may_release=sheet.may_release,
    )


def reply_panel(sheet: Sheet, directory: Directory) -> ReplyPanel:
    """The panel on the page of the case; ``action`` is empty where there is nothing to do."""
    points = sheet.draft.points
    reply = sheet.reply
    rounds = [*sheet.earlier, *([reply] if reply else [])]
    return ReplyPanel(
        reference=sheet.standing.reference,
        points=points,
        answered=sum(point.is_answered for point in points),
        words=_panel_words(sheet, directory),
        action=_action(sheet),
        rounds=[
            _round_line(each, directory)
            for each in reversed(rounds)
            if each.status is ReplyStatus.RELEASED
        ],
    )


def waiting_lines(
    waiting: Sequence[Waiting], directory: Directory, today: date
) -> Sequence[WaitingLine]:
    """The replies that await approval, as a list; ``today`` is China local."""
    return [
        WaitingLine(
            reference=each.standing.reference,
            round=each.reply.round,
            writer=directory.person(each.reply.written_by),
            since=minute(each.reply.written_at),
            legal=due_view(
                each.standing.progress.review_due or each.standing.due.legal,
                today,
                LEGAL_SOON_DAYS,
                is_running=True,
            ),
            state=each.standing.progress.state.label,
        )
        for each in waiting
    ]


def done_words(done: str) -> str:
    """What was just done, in words; nothing for what nobody does."""
    return _DONE.get(done, "")


def _panel_words(sheet: Sheet, directory: Directory) -> str:
    """How far the reply is; for who may not write it (投诉办法 article 20), why."""
    if sheet.needs_another_writer:
        return "客户申请了核查。原答复由您写，核查的答复要由另一个人写，请主管改派。"
    return _round_line(sheet.reply, directory).words if sheet.reply else "还没有写答复。"


def _as_typed(sheet: Sheet, draft: Draft) -> Sheet:
    """The sheet as if the typed draft had been kept."""
    reference = sheet.standing.reference
    return replace(
        sheet,
        draft=draft,
        missing=lacks(draft, reference, sheet.offers_review, sheet.is_review),
        preview=compose(draft.parts, draft.points, reference, sheet.is_review),
    )


def _action(sheet: Sheet) -> str:
    if sheet.may_write:
        return "继续写答复" if sheet.reply else "写答复"
    if sheet.may_decide:
        return "审批答复"
    return "答复客户" if sheet.may_release else ""


def _round_line(reply: Reply, directory: Directory) -> RoundLine:
    words = [f"{directory.person(reply.written_by)} 写于 {minute(reply.written_at)}"]
    if reply.reviewed_by and reply.reviewed_at:
        did = "退回" if reply.status is ReplyStatus.RETURNED else "批准"
        reviewer = directory.person(reply.reviewed_by)
        words.append(f"{reviewer} {minute(reply.reviewed_at)} {did}")
    if reply.released_at:
        words.append(f"{minute(reply.released_at)} 答复客户")
    title = f"第 {reply.round} 次答复 · {reply.status.label}"
    return RoundLine(title, "，".join(words) + "。", reply.text)
