"""The form in which an officer confirms the classes of a case, as it stands on a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from casestore.console.views import minute
from casestore.domain.case import Case, Confirmed, Proposal
from casestore.domain.channel_hint import likely_channels
from casestore.domain.directory import Directory
from casestore.domain.staff import Officer, Right
from casestore.domain.taxonomy import Codes, Dimension, is_term, terms

Options = Sequence[tuple[str, str]]
"""Pairs of a value and the words for it."""

_INDENT = "\u3000"


@dataclass(frozen=True)
class ClassSelect:
    """One dimension to choose; ``groups`` are headings with their options, the likely ones first;
    ``hint`` says where those come from, or that there are none."""

    name: str
    label: str
    groups: Sequence[tuple[str, Options]]
    hint: str


@dataclass(frozen=True)
class ClassForm:
    """What ``parts.html`` fills a select with, and what is wrong with it."""

    values: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ClassPanel:
    """Everything ``classification.html`` shows. ``confirmed`` is who did it and when, empty if
    nobody has yet; ``act_id`` makes sending the form twice harmless."""

    reference: str
    version: int
    act_id: str
    may_confirm: bool
    confirmed: str
    facts: Sequence[tuple[str, str]]
    selects: Sequence[ClassSelect]
    form: ClassForm


def classification_panel(
    case: Case,
    officer: Officer,
    act_id: str,
    codes: Codes,
    directory: Directory,
    typed: ClassForm | None = None,
) -> ClassPanel:
    """The panel for the case page and the page of unconfirmed cases; ``typed`` is a form that was
    refused."""
    handling = case.standing.handling
    confirmed = handling.confirmed
    who = f"{directory.person(confirmed.by)} {minute(confirmed.at)}" if confirmed else ""
    likely = {dimension: _likely(dimension, case) for dimension in Dimension}
    return ClassPanel(
        reference=case.standing.reference,
        version=handling.version,
        act_id=act_id,
        may_confirm=officer.may(Right.HANDLE),
        confirmed=who,
        facts=_facts(confirmed, codes) if confirmed else (),
        selects=[_select(dimension, likely[dimension]) for dimension in Dimension],
        form=typed or ClassForm(_chosen(confirmed, likely)),
    )


Likely = Sequence[tuple[str, str]]
"""Names with where they come from, in words; the likeliest first."""


def _likely(dimension: Dimension, case: Case) -> Likely:
    complaint = case.complaint
    if dimension is Dimension.CHANNEL:
        names = likely_channels(complaint.detail, complaint.branch)
        return [(name, f"按文字推测“{name}”") for name in names]
    is_business = dimension is Dimension.BUSINESS
    proposals = complaint.classification
    proposal = proposals.business if is_business else proposals.reason
    said = complaint.business if is_business else complaint.reason
    found = [*_registered(said, proposal), *_proposed(proposal)]
    return [(name, why) for name, why in found if is_term(dimension, name)]


def _registered(said: str, proposal: Proposal | None) -> Likely:
    is_proposed = proposal is not None and proposal.proposed == said
    return [] if is_proposed else [(said, f"登记时填“{said}”")]


def _proposed(proposal: Proposal | None) -> Likely:
    if proposal is None:
        return []
    words = f"机器人建议“{proposal.proposed}”，把握 {proposal.confidence:.0%}"
    return [(proposal.proposed, words)]


def _select(dimension: Dimension, likely: Likely) -> ClassSelect:
    suggested = [(name, name) for name, _ in likely]
    names = {name for name, _ in likely}
    others = [
        (term.name, _INDENT * (term.level - 1) + term.name)
        for term in terms(dimension)
        if term.name not in names
    ]
    groups = [("建议", suggested), ("全部名称", others)] if suggested else [("", others)]
    hint = "；".join(words for _, words in likely) or "没有建议，请按投诉经过选择"
    return ClassSelect(dimension.value, dimension.label, groups, hint)


def _chosen(confirmed: Confirmed | None, likely: Mapping[Dimension, Likely]) -> Mapping[str, str]:
    if confirmed is not None:
        return {name: getattr(confirmed, name) for name in ("business", "reason", "channel")}
    return {dimension.value: found[0][0] if found else "" for dimension, found in likely.items()}


def _facts(confirmed: Confirmed, codes: Codes) -> Sequence[tuple[str, str]]:
    names = {
        Dimension.BUSINESS: confirmed.business,
        Dimension.REASON: confirmed.reason,
        Dimension.CHANNEL: confirmed.channel,
    }
    return [(dim.label, f"{name} {codes.of(dim, name)}".strip()) for dim, name in names.items()]
