"""Reports as pages and files: what was asked for, the layout, its links."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.responses import Response

from casestore.domain.case import Source
from casestore.domain.directory import Directory
from casestore.domain.errors import InvalidRequest
from casestore.domain.figures import RULES, Figures, Scope, Selection
from casestore.domain.period import parse_period, recent_periods
from casestore.domain.report import CountedCase, Report, ReportHead, ReportKind, ReportOrder
from casestore.domain.taxonomy import BUSINESSES, Codes
from casestore.edge.downloads import download
from casestore.edge.services import Services
from casestore.reports.builder import Names, Stamp, build
from casestore.reports.charts import draw
from casestore.reports.files import KINDS
from casestore.reports.layout import Layout
from casestore.reports.names import label

RECENT = {
    ReportKind.MONTHLY: 13,
    ReportKind.QUARTERLY: 9,
    ReportKind.ANNUAL: 4,
    ReportKind.DISCLOSURE: 4,
}
PREVIEW = "预览，数字随办理变化"


@dataclass(frozen=True)
class ReportLinks:
    """Addresses of one report: a live one has its order in each, a frozen one its id."""

    base: str
    query: Mapping[str, str]

    def cases(self, selection: Selection, after: str | None = None) -> str:
        """The list of the cases behind a figure."""
        more = {"after": after} if after else {}
        return self._to("cases", {**selection.as_query(), **more})

    def download(self, suffix: str) -> str:
        """The report as a file."""
        return self._to(f"download/{suffix}")

    def chart(self, name: str) -> str:
        """A chart as a picture of its own."""
        return self._to(f"chart/{name}.svg")

    @property
    def page(self) -> str:
        """The report itself."""
        return self.base + (f"?{urlencode(self.query)}" if self.query else "")

    def _to(self, place: str, more: Mapping[str, str] | None = None) -> str:
        query = urlencode({**self.query, **(more or {})})
        return f"{self.base}/{place}" + (f"?{query}" if query else "")


@dataclass(frozen=True)
class HeadLine:
    """A frozen report on the list of reports."""

    id: str
    title: str
    kind: str
    span: str
    scope: str
    made: str
    signed: str


@dataclass(frozen=True)
class CaseLine:
    """A case behind a figure, as it stood when it was counted."""

    reference: str
    received: date
    settled: date | None
    state: str
    business: str
    reason: str
    branch: str
    source: str


def order_of(query: Mapping[str, str]) -> ReportOrder:
    """The report an address or a form asks for. Raises InvalidRequest."""
    try:
        kind = ReportKind(query.get("kind", ""))
    except ValueError as exc:
        raise InvalidRequest({"kind": "没有这种报告"}) from exc
    source = query.get("source") or None
    if source not in {None, *(each.value for each in Source)}:
        raise InvalidRequest({"source": "没有这种来源"})
    scope = Scope(
        unit=query.get("unit") or None,
        branch=query.get("branch") or None,
        business=query.get("business") or None,
        source=source,
    )
    return ReportOrder(kind, parse_period(query.get("period", "")), scope)


def choices(today: date, directory: Directory) -> dict[str, object]:
    """What the forms for a new report offer."""
    return {
        "kinds": [(kind, recent_periods(kind.unit, today, RECENT[kind])) for kind in ReportKind],
        "units": [(branch.code, branch.name) for branch in directory.branches],
        "businesses": BUSINESSES,
        "sources": [(source.value, source.label) for source in Source],
    }


def live_layout(
    reach: Services, order: ReportOrder, figures: Figures, directory: Directory
) -> Layout:
    """A report as it would be now."""
    stamp = Stamp(reach.now(), RULES, PREVIEW)
    return build(order, figures, stamp, _names(reach.reports.codes, directory))


def frozen_layout(reach: Services, report: Report, directory: Directory) -> Layout:
    """A frozen report."""
    head = report.head
    maker = directory.person(head.made_by)
    standing = f"已定稿（{maker}），待签署"
    if head.signature is not None:
        standing = f"已定稿（{maker}），已由{directory.person(head.signature.by)}签署"
    stamp = Stamp(head.made_at, report.rules, standing)
    return build(head.order, report.figures, stamp, _names(reach.reports.codes, directory))


def pictures(layout: Layout) -> dict[str, Markup]:
    """The charts as SVG that this program wrote itself, with every text escaped."""
    return {chart.name: Markup(draw(chart)) for chart in layout.charts}  # noqa: S704


def head_lines(
    heads: Sequence[ReportHead], directory: Directory, scope_of: Callable[[Scope], str]
) -> list[HeadLine]:
    """The list of frozen reports."""
    return [
        HeadLine(
            id=head.id,
            title=head.order.title,
            kind=head.order.kind.label,
            span=head.span.text,
            scope=scope_of(head.order.scope),
            made=directory.person(head.made_by),
            signed=directory.person(head.signature.by) if head.signature else "",
        )
        for head in heads
    ]


def case_lines(found: Sequence[CountedCase]) -> list[CaseLine]:
    """Cases behind a figure."""
    return [
        CaseLine(
            reference=case.reference,
            received=case.received_on,
            settled=case.settled_on,
            state=case.state.label,
            business=case.business,
            reason=case.reason,
            branch=case.branch,
            source=case.source.label,
        )
        for case in found
    ]


def selection_text(selection: Selection) -> str:
    """Which figure is meant."""
    names = [f"{each.label}：{label(each, name)}" for each, name in selection.names.items()]
    before = ["上期"] if selection.is_before else []
    return "；".join([selection.measure.label, *before, *names])


def as_file(layout: Layout, suffix: str) -> Response:
    """The report as a file to save. Raises InvalidRequest for a kind of file there is not."""
    if suffix not in KINDS:
        raise InvalidRequest({"suffix": "没有这种文件"})
    kind = KINDS[suffix]
    return download(kind.write(layout), kind.media_type, layout.title, suffix)


def as_picture(layout: Layout, name: str) -> Response:
    """One chart on its own. Raises InvalidRequest if the report has none of this name."""
    found = pictures(layout).get(name)
    if found is None:
        raise InvalidRequest({"name": "没有这张图"})
    return Response(str(found), media_type="image/svg+xml")


def _names(codes: Codes, directory: Directory) -> Names:
    return Names(codes, directory.branch_names)
