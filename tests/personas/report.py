"""Tables of how well the personas were understood."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from rich.table import Table

from tests.personas.cases import FIELDS, Finding
from tests.personas.runner import Outcome


def accuracy(findings: Iterable[Finding]) -> float:
    """Share of findings that are right; 1 when there are none."""
    rights = [finding.right for finding in findings]
    return sum(rights) / len(rights) if rights else 1.0


def by_field(findings: Sequence[Finding]) -> Table:
    """Right of expected and accuracy, field by field, plainly stated apart from the rest."""
    table = Table("字段", "说清楚的", "准确率", "其余", title="四十段对话的字段准确率")
    for field in (*FIELDS, None):
        of_field = [f for f in findings if field is None or f.field == field]
        plain = [f for f in of_field if f.plainly]
        rest = [f for f in of_field if not f.plainly]
        if of_field:
            table.add_row(field or "合计", _share(plain), f"{accuracy(plain):.3f}", _share(rest))
    return table


def misses(findings: Iterable[Finding], outcomes: Sequence[Outcome]) -> list[str]:
    """One line per wrong field: persona, wanted, found, and what was said; one per case not filed."""
    filed = {outcome.script.name: outcome for outcome in outcomes if outcome.reference}
    return [
        *(f"{o.script.name}: not filed, {o.failure}" for o in outcomes if not o.reference),
        *(
            f"{f.persona} {f.field}: wanted {f.wanted!r}, found {f.found!r};"
            f" said 「{filed[f.persona].words(f.field)}」"
            for f in findings
            if not f.right and f.persona in filed
        ),
    ]


def detours(outcomes: Iterable[Outcome]) -> list[str]:
    """What was said to open a complaint, each time that did not open one."""
    return [
        f"{o.script.name}: 「{text}」 opened no complaint" for o in outcomes for text in o.detours
    ]


def questions(outcomes: Iterable[Outcome]) -> Table:
    """How many questions each persona was asked, and the median of each kind of opening."""
    filed = [outcome for outcome in outcomes if outcome.reference]
    table = Table("开场", "人物", "问了几次", title="每段对话问了几次（含最后核对）")
    for outcome in sorted(filed, key=lambda o: (o.script.opening_kind, o.questions)):
        table.add_row(outcome.script.opening_kind, outcome.script.name, str(outcome.questions))
    for kind in ("bare", "rich", "other"):
        table.add_row(kind, "中位数", f"{median_questions(filed, kind):g}", style="bold")
    return table


def median_questions(outcomes: Iterable[Outcome], kind: str) -> float:
    """Median number of questions over the filed complaints that began this way."""
    return median(o.questions for o in outcomes if o.reference and o.script.opening_kind == kind)


def _share(findings: Sequence[Finding]) -> str:
    return f"{sum(f.right for f in findings)}/{len(findings)}" if findings else "—"
