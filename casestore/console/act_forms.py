"""The forms by which officers act on a case; what may be done at all, the domain says.

Acts with pages or panels of their own (reply, notices, tasks, checklist, classification) are not
here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from casestore.domain.assignment import recusal
from casestore.domain.case import (
    Case,
    CaseState,
    EventKind,
    Flag,
    Grade,
    Handling,
    Priority,
    Regime,
)
from casestore.domain.clock import next_limit
from casestore.domain.correction import CORRECTABLE
from casestore.domain.directory import Directory
from casestore.domain.handling import allowed_acts
from casestore.domain.staff import Officer, Right

Options = Sequence[tuple[str, str]]


_CORRECTABLE = [("", "请选择"), *((name, known.label) for name, known in CORRECTABLE.items())]
_RATINGS = (("5", "5 分（很满意）"), ("4", "4 分"), ("3", "3 分"), ("2", "2 分"), ("1", "1 分"))


@dataclass(frozen=True)
class Wording:
    """How an act is asked for. ``text`` labels what is to be written, empty for nothing;
    ``confirmation`` must be ticked where the act cannot be taken back."""

    group: str
    title: str
    fields: tuple[str, ...] = ()
    text: str = ""
    needs_text: bool = False
    hint: str = ""
    confirmation: str = ""


_DO, _CLOCK, _CUSTOMER, _MORE = "办理", "期限", "客户又来电、来信或来访", "其他"
_K = EventKind

WORDINGS: Mapping[EventKind, Wording] = {
    _K.ASSIGNED: Wording(_DO, "分派", ("assignee",), "交代的话（可不填）"),
    _K.TAKEN_UP: Wording(_DO, "开始调查"),
    _K.GRADED: Wording(_DO, "定级和标记", ("grade", "priority", "flags"), "理由（可不填）"),
    _K.ACCUSED_SET: Wording(
        _DO, "确认被投诉机构", ("accused",), hint="被投诉机构的人员要回避这件投诉。"
    ),
    _K.MEDIATION_ENDED: Wording(_DO, "调解结束", (), "调解结果", needs_text=True),
    _K.APPRAISAL_ENDED: Wording(_DO, "鉴定结束", (), "鉴定结论", needs_text=True),
    _K.CLOSED: Wording(
        _DO, "办结", (), "办结说明（可不填）", confirmation="客户已收到答复，没有遗留的事，可以办结"
    ),
    _K.REOPENED: Wording(
        _DO, "重新办理", (), "理由", needs_text=True, hint="期限从今天起重新计算，原来的答复保留。"
    ),
    _K.NOTED: Wording(_DO, "写内部备注", (), "备注（客户看不到）", needs_text=True),
    _K.ESCALATED: Wording(
        _DO,
        "上报",
        (),
        "要上级做什么",
        needs_text=True,
        hint="要延长期限也从这里申请：写明原因，由有权的人审批。",
    ),
    _K.EXTENDED: Wording(
        _CLOCK,
        "延长期限",
        (),
        "理由（会告知客户）",
        needs_text=True,
        confirmation="情况确实复杂，同意延长，并告知客户",
    ),
    _K.RESTARTED: Wording(
        _CLOCK,
        "期限重新计算",
        ("since",),
        "新的事实或理由（会告知客户）",
        needs_text=True,
        hint="客户提出新的事实或理由时，自收到之日重新计算。",
        confirmation="已核对：这是新的事实，不是重复的诉求",
    ),
    _K.MEDIATION_STARTED: Wording(
        _CLOCK,
        "进入调解（期限暂停）",
        ("body",),
        "说明（会告知客户，可不填）",
        hint="客户和本行都同意调解以后再用；调解期间不计入期限。",
    ),
    _K.APPRAISAL_STARTED: Wording(
        _CLOCK,
        "外部鉴定（期限暂停）",
        ("body",),
        "说明（会告知客户，可不填）",
        hint="交行外机构鉴定、检测或评估的时间不计入期限。",
    ),
    _K.REGIME_SET: Wording(_CLOCK, "改适用的时限", ("regime",), "理由", needs_text=True),
    _K.SUPPLEMENTED: Wording(_CUSTOMER, "补充情况", (), "客户补充的内容", needs_text=True),
    _K.REVIEW_REQUESTED: Wording(
        _CUSTOMER,
        "申请核查",
        (),
        "客户不同意的理由",
        needs_text=True,
        hint="用于分支机构作出的决定；30 日内作出核查决定，由原决定人以外的人办理。",
    ),
    _K.RATED: Wording(_CUSTOMER, "客户评价（回访）", ("rating",), "客户的原话（可不填）"),
    _K.WITHDRAWN: Wording(
        _CUSTOMER,
        "撤回投诉",
        (),
        "客户的理由（可不填）",
        confirmation="客户明确要求撤回，处理到此为止",
    ),
    _K.CORRECTED: Wording(
        _MORE,
        "更正登记",
        ("field", "value"),
        "怎么知道登记错了",
        needs_text=True,
        hint="客户的原话不改；个人信息的新旧内容不写进经过。",
    ),
    _K.LINKED: Wording(_MORE, "关联另一件投诉", ("other",), "为什么有关（可不填）"),
    _K.MERGED: Wording(
        _MORE,
        "并入另一件投诉",
        ("into",),
        "理由",
        needs_text=True,
        confirmation="两件是同一事项，这件到此为止，以后只办另一件",
    ),
    _K.HELD: Wording(
        _MORE,
        "保全（到期也不删除）",
        (),
        "理由",
        needs_text=True,
        hint="诉讼、监管检查等需要时用。",
    ),
    _K.RELEASED: Wording(_MORE, "解除保全", (), "理由", needs_text=True),
}

GROUPS = (_DO, _CLOCK, _CUSTOMER, _MORE)
_NEXT: Mapping[CaseState, tuple[EventKind, ...]] = {
    CaseState.REGISTERED: (_K.ASSIGNED, _K.TAKEN_UP),
    CaseState.REOPENED: (_K.ASSIGNED, _K.TAKEN_UP),
    CaseState.ASSIGNED: (_K.TAKEN_UP,),
    CaseState.IN_MEDIATION: (_K.MEDIATION_ENDED,),
    CaseState.IN_APPRAISAL: (_K.APPRAISAL_ENDED,),
    CaseState.NOTIFIED: (_K.CLOSED,),
}


@dataclass(frozen=True)
class ActField:
    """One thing to choose or fill in; ``options`` are pairs of value and words."""

    name: str
    label: str
    control: str
    options: Options = ()


@dataclass(frozen=True)
class Typed:
    """What an officer sent that could not be done: shown again, with what is wrong."""

    kind: EventKind
    values: Mapping[str, str]
    chosen_flags: frozenset[str] = frozenset()
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ActForm:
    """One act as it stands on the page; ``is_next`` marks the usual next step."""

    kind: str
    wording: Wording
    hint: str
    fields: Sequence[ActField]
    values: Mapping[str, str]
    flags: frozenset[str]
    problems: Mapping[str, str]
    is_next: bool
    is_open: bool


@dataclass(frozen=True)
class ActGroup:
    """Forms under one heading; all but the main group are folded until one is needed."""

    title: str
    forms: Sequence[ActForm]

    @property
    def is_main(self) -> bool:
        """Whether the everyday acts are in it."""
        return self.title == _DO

    @property
    def is_open(self) -> bool:
        """Whether one of its forms came back to be mended."""
        return any(form.is_open for form in self.forms)


def act_forms(
    case: Case, officer: Officer, directory: Directory, now: datetime, typed: Typed | None = None
) -> list[ActGroup]:
    """The forms this officer may use now, by group; what was ``typed`` before stands in its own."""
    allowed = allowed_acts(case.standing, officer, now)
    steps = [kind for kind in _NEXT.get(case.standing.progress.state, ()) if kind in allowed]
    forms = [
        _form(kind, case, directory, kind in steps[:1], typed)
        for kind in WORDINGS
        if kind in allowed
    ]
    groups = (ActGroup(title, [f for f in forms if f.wording.group == title]) for title in GROUPS)
    return [group for group in groups if group.forms]


def _form(
    kind: EventKind, case: Case, directory: Directory, is_next: bool, typed: Typed | None
) -> ActForm:
    wording, handling = WORDINGS[kind], case.standing.handling
    mine = typed if typed is not None and typed.kind is kind else None
    return ActForm(
        kind=kind.value,
        wording=wording,
        hint=_extension_hint(case) if kind is EventKind.EXTENDED else wording.hint,
        fields=[_FIELDS[name](case, directory) for name in wording.fields],
        values=mine.values if mine else _values(handling, case),
        flags=mine.chosen_flags if mine else frozenset(flag.value for flag in handling.flags),
        problems=mine.problems if mine else {},
        is_next=is_next,
        is_open=mine is not None,
    )


def _values(handling: Handling, case: Case) -> dict[str, str]:
    return {
        "assignee": handling.assignee or "",
        "grade": handling.grade.value,
        "priority": handling.priority.value,
        "accused": handling.accused or "",
        "regime": case.standing.progress.terms.regime.value,
    }


def _extension_hint(case: Case) -> str:
    further = next_limit(case.standing.progress.terms)
    if further is None:
        return ""
    unit = "个工作日" if further.is_working else "日"
    return f"延长后自收到之日起共 {further.days} {unit}。"


def _handlers(case: Case, directory: Directory) -> Iterator[tuple[str, str]]:
    """Who may handle the case; whoever must stay out of it (回避) is not offered."""
    for person in directory.officers:
        is_free = recusal(case.standing, case.complaint.staff, person) is None
        if person.may(Right.HANDLE) and is_free:
            unit = directory.branch(person.branch) or "总行"
            yield person.username, f"{person.name}（{unit}）"


def _branches(directory: Directory) -> Options:
    return [(branch.code, branch.name) for branch in directory.branches]


def _labels(kind: type[Grade] | type[Priority] | type[Regime] | type[Flag]) -> Options:
    return [(member.value, member.label) for member in kind]


_FIELDS: Mapping[str, Callable[[Case, Directory], ActField]] = {
    "assignee": lambda case, directory: ActField(
        "assignee", "经办人", "select", [("", "请选择"), *_handlers(case, directory)]
    ),
    "grade": lambda _case, _directory: ActField("grade", "等级", "select", _labels(Grade)),
    "priority": lambda _case, _directory: ActField(
        "priority", "优先级", "select", _labels(Priority)
    ),
    "flags": lambda _case, _directory: ActField("flags", "标记", "ticks", _labels(Flag)),
    "accused": lambda _case, directory: ActField(
        "accused", "被投诉机构", "select", [("", "请选择"), *_branches(directory)]
    ),
    "regime": lambda _case, _directory: ActField("regime", "适用的时限", "select", _labels(Regime)),
    "since": lambda _case, _directory: ActField("since", "收到新事实的日期（不填为今天）", "date"),
    "field": lambda _case, _directory: ActField("field", "更正哪一项", "select", _CORRECTABLE),
    "value": lambda _case, _directory: ActField("value", "改为", "text"),
    "rating": lambda _case, _directory: ActField(
        "rating", "满意程度", "select", [("", "请选择"), *_RATINGS]
    ),
    "body": lambda _case, _directory: ActField("body", "机构名称", "text"),
    "other": lambda _case, _directory: ActField("other", "另一件的编号", "text"),
    "into": lambda _case, _directory: ActField("into", "并入的投诉编号", "text"),
}
