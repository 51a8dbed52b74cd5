"""The console's page of routing rules: which complaints go to whom by themselves."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from casestore.console.forms import Posted, PostedForm
from casestore.console.guard import OwnForm, Reach, ShortText, page_values, require
from casestore.console.task_view import FormState
from casestore.domain.assignment import RoutingRule
from casestore.domain.errors import InvalidRequest
from casestore.domain.staff import Branch, Officer, Right
from casestore.domain.taxonomy import Dimension, is_term, terms
from casestore.edge.pages import page
from casestore.edge.services import Services
from casestore.service.assignment import RuleBook

Supervisor = Annotated[Officer, Depends(require(Right.ASSIGN))]

_ANY = "不限"
_HEAD_OFFICE = "总行"
_PAGE = "/routes"

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class RuleLine:
    """A rule in words."""

    id: str
    business: str
    accused: str
    goes_to: str
    is_first: bool


@router.get(_PAGE)
def rules(request: Request, reach: Reach, officer: Supervisor) -> HTMLResponse:
    """Every rule in the order they are tried, and the form for one more."""
    return _page(request, reach, officer, FormState())


@router.post(_PAGE, dependencies=[OwnForm])
def add_rule(request: Request, reach: Reach, officer: Supervisor, form: PostedForm) -> Response:
    """One more rule, tried last; a refused form comes back filled in."""
    last = max((rule.position for rule in reach.assignment.rule_book(officer).rules), default=0)
    try:
        reach.assignment.put_rule(_rule(form, reach.new_id(), last + 1), officer)
    except InvalidRequest as exc:
        return _page(request, reach, officer, FormState(form.shown(), exc.fields))
    _log.info("route_added user=%s", officer.username)
    return RedirectResponse(_PAGE, status_code=303)


@router.post("/routes/{rule_id}/up", dependencies=[OwnForm])
def move_up(reach: Reach, officer: Supervisor, rule_id: str) -> Response:
    """Try a rule before the one above it."""
    reach.assignment.move_up(rule_id, officer)
    return RedirectResponse(_PAGE, status_code=303)


@router.post("/routes/drop", dependencies=[OwnForm])
def drop_rule(reach: Reach, officer: Supervisor, rule: ShortText = "") -> Response:
    """Delete a rule; cases already given to somebody stay where they are."""
    reach.assignment.drop_rule(rule, officer)
    _log.info("route_dropped user=%s", officer.username)
    return RedirectResponse(_PAGE, status_code=303)


def _rule(form: Posted, rule_id: str, position: int) -> RoutingRule:
    """Raises InvalidRequest for a business the standard does not have."""
    business = form.get("business") or None
    if business is not None and not is_term(Dimension.BUSINESS, business):
        raise InvalidRequest({"business": "不在可选范围内"})
    return RoutingRule(
        id=rule_id,
        position=position,
        business=business,
        accused=form.get("accused") or None,
        unit=form.get("unit") or None,
        assignee=form.get("assignee") or None,
    )


def _page(
    request: Request,
    reach: Services,
    officer: Officer,
    form: FormState,
) -> HTMLResponse:
    book = reach.assignment.rule_book(officer)
    branches = [(branch.code, branch.name) for branch in book.branches]
    values: dict[str, Any] = {
        "lines": _lines(book),
        "form": form,
        "businesses": [("", [(each.name, each.name) for each in terms(Dimension.BUSINESS)])],
        "branches": [("", branches)],
        "handlers": [("", [(each.username, _named(each, book)) for each in book.handlers])],
        "is_automatic": reach.assignment.is_automatic,
        **page_values(request, officer),
    }
    return page("routes.html", values, 422 if form.problems else 200)


def _lines(book: RuleBook) -> list[RuleLine]:
    return [
        RuleLine(
            id=rule.id,
            business=rule.business or _ANY,
            accused=_branch(rule.accused, book.branches) if rule.accused else _ANY,
            goes_to=_goes_to(rule, book),
            is_first=number == 0,
        )
        for number, rule in enumerate(book.rules)
    ]


def _goes_to(rule: RoutingRule, book: RuleBook) -> str:
    unit = _branch(rule.unit, book.branches)
    if rule.assignee is None:
        return f"{unit}，按手头件数"
    named = next((each.name for each in book.handlers if each.username == rule.assignee), None)
    return named or f"{rule.assignee}（已不能办理，请改）"


def _branch(code: str | None, branches: Sequence[Branch]) -> str:
    if code is None:
        return _HEAD_OFFICE
    return next((branch.name for branch in branches if branch.code == code), code)


def _named(officer: Officer, book: RuleBook) -> str:
    return f"{officer.name}（{_branch(officer.branch, book.branches)}）"
