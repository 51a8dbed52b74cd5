"""The console's pages where administrators keep accounts."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from casestore.console.entrance import redirect
from casestore.console.forms import Posted, PostedForm
from casestore.console.guard import OwnForm, Reach, page_values, require
from casestore.console.views import minute
from casestore.domain.errors import AccountGuarded, InvalidRequest, NameTaken
from casestore.domain.staff import Account, Branch, Officer, Right, StaffRole, role_names
from casestore.domain.taxonomy import BUSINESSES
from casestore.edge.failures import FAILURES
from casestore.edge.pages import page
from casestore.service.accounts import AccountLine, Post
from casestore.service.invitations import Code

Admin = Annotated[Officer, Depends(require(Right.ADMINISTER))]

_ROLE_HINTS = {
    StaffRole.CLERK: "登记投诉、查看",
    StaffRole.HANDLER: "登记、调查、起草答复",
    StaffRole.SUPERVISOR: "分派、审批、第一次延期、报告",
    StaffRole.EXECUTIVE: "审批、再次延期、签发报告",
    StaffRole.AUDITOR: "查看投诉、审计日志和报告",
    StaffRole.ADMIN: "管理用户和机构，不看投诉",
}

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class _Form:
    """The form of a person, as typed or as it stands."""

    values: Mapping[str, str] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()
    businesses: frozenset[str] = frozenset()
    problems: Mapping[str, str] = field(default_factory=dict)


@router.get("/users")
def users_page(request: Request, reach: Reach, admin: Admin) -> Response:
    """Every account, and the form for a new one."""
    return _users(request, reach, admin, _Form())


@router.post("/users", dependencies=[OwnForm])
def create_user(request: Request, reach: Reach, admin: Admin, posted: PostedForm) -> Response:
    """A new account, and its code, shown once."""
    username = posted.get("username")
    try:
        code = reach.accounts.create(username, _post(posted), admin)
    except InvalidRequest as exc:
        return _users(request, reach, admin, _typed(posted, exc.fields))
    except NameTaken:
        problem = {"username": FAILURES[NameTaken].message}
        return _users(request, reach, admin, _typed(posted, problem))
    _log.info("account_created user=%s by=%s", username, admin.username)
    return _code(request, admin, code)


@router.get("/users/{username}")
def user_page(request: Request, reach: Reach, admin: Admin, username: str) -> Response:
    """One account. Raises AccountNotFound."""
    line = reach.accounts.get(username)
    return _user(request, reach, admin, line, _standing(line.account))


@router.post("/users/{username}", dependencies=[OwnForm])
def change_user(
    request: Request, reach: Reach, admin: Admin, username: str, posted: PostedForm
) -> Response:
    """Another name, roles, branch, businesses; a refused form comes back filled in."""
    try:
        reach.accounts.change(username, _post(posted), admin)
    except InvalidRequest as exc:
        problems = exc.fields
    except AccountGuarded as exc:
        problems = {"roles": exc.reason}
    else:
        _log.info("account_changed user=%s by=%s", username, admin.username)
        return redirect("/users")
    line = reach.accounts.get(username)
    return _user(request, reach, admin, line, _typed(posted, problems))


@router.post("/users/{username}/disable", dependencies=[OwnForm])
def disable_user(reach: Reach, admin: Admin, username: str) -> Response:
    """Lock somebody out at once. Raises AccountNotFound, AccountGuarded."""
    reach.accounts.disable(username, admin)
    _log.info("account_disabled user=%s by=%s", username, admin.username)
    return redirect(f"/users/{username}")


@router.post("/users/{username}/enable", dependencies=[OwnForm])
def enable_user(reach: Reach, admin: Admin, username: str) -> Response:
    """Let somebody in again. Raises AccountNotFound."""
    reach.accounts.enable(username, admin)
    _log.info("account_enabled user=%s by=%s", username, admin.username)
    return redirect(f"/users/{username}")


@router.post("/users/{username}/reset", dependencies=[OwnForm])
def reset_user(request: Request, reach: Reach, admin: Admin, username: str) -> Response:
    """A new code; password and authenticator are gone. Raises AccountNotFound, AccountGuarded."""
    code = reach.accounts.reset(username, admin)
    _log.info("account_reset user=%s by=%s", username, admin.username)
    return _code(request, admin, code)


@router.post("/users/{username}/sessions/end", dependencies=[OwnForm])
def end_user_sessions(reach: Reach, admin: Admin, username: str) -> Response:
    """Sign somebody out everywhere. Raises AccountNotFound."""
    ended = reach.accounts.end_sessions(username, admin)
    _log.info("sessions_ended user=%s by=%s count=%d", username, admin.username, ended)
    return redirect(f"/users/{username}")


def _post(posted: Posted) -> Post:
    known = {role.value for role in StaffRole}
    return Post(
        name=posted.get("name"),
        roles=frozenset(StaffRole(role) for role in posted.all("roles") if role in known),
        branch=posted.get("branch") or None,
        businesses=frozenset(posted.all("businesses")),
    )


def _typed(posted: Posted, problems: Mapping[str, str]) -> _Form:
    return _Form(
        posted.shown(),
        frozenset(posted.all("roles")),
        frozenset(posted.all("businesses")),
        problems,
    )


def _standing(account: Account) -> _Form:
    return _Form(
        {"name": account.name, "branch": account.branch or ""},
        frozenset(role.value for role in account.roles),
        account.businesses,
    )


def _users(request: Request, reach: Reach, admin: Officer, form: _Form) -> Response:
    branches = reach.branches.all()
    values = {
        "lines": [_line(line, branches) for line in reach.accounts.all()],
        **_choices(form, branches),
        **page_values(request, admin),
    }
    return page("users.html", values, 422 if form.problems else 200)


def _user(
    request: Request, reach: Reach, admin: Officer, line: AccountLine, form: _Form
) -> Response:
    branches = reach.branches.all()
    values = {
        "line": _line(line, branches),
        "is_self": line.account.username == admin.username,
        **_choices(form, branches),
        **page_values(request, admin),
    }
    return page("user.html", values, 422 if form.problems else 200)


def _code(request: Request, admin: Officer, code: Code) -> Response:
    values = {"code": code, "until": minute(code.expires_at), **page_values(request, admin)}
    return page("user_code.html", values)


def _line(line: AccountLine, branches: Sequence[Branch]) -> dict[str, Any]:
    account, names = line.account, {branch.code: branch.name for branch in branches}
    return {
        "username": account.username,
        "name": account.name or "未填写",
        "roles": role_names(account.roles),
        "branch": names.get(account.branch, account.branch) if account.branch else "总行",
        "standing": _standing_words(account),
        "is_active": account.is_active,
        "sessions": line.sessions,
    }


def _standing_words(account: Account) -> str:
    if not account.is_active:
        return "已停用"
    return "正常" if account.is_complete else "等待本人设置"


def _choices(form: _Form, branches: Sequence[Branch]) -> dict[str, Any]:
    return {
        "form": form,
        "roles": [(role.value, role.label, _ROLE_HINTS[role]) for role in StaffRole],
        "branches": [("", [(branch.code, branch.name) for branch in branches])],
        "businesses": BUSINESSES,
    }
