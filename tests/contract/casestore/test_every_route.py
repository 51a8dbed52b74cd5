"""What holds for every route of the console, taken from the application itself: a route that is
added later is tried like the others, and refused until the table here says who may use it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from shutil import copyfile
from typing import Any
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute

from casestore.bootstrap import Parts, build_app, build_services
from casestore.domain.staff import StaffRole
from casestore.settings import Settings, load
from casestore.storage.engine import build_engine
from casestore.storage.keyring import Keyring
from casestore.storage.store import SqlStore
from tests.contract.casestore.http_kit import PNG
from tests.contract.casestore.kit import FIELD_KEY, TOKEN, Clock, QuickPasswords
from tests.contract.casestore.route_kit import (
    CUSTOMER,
    CUSTOMER_PHONE,
    DECIDED,
    OPEN,
    OUTSIDER,
    STORY,
    SUBMITTED,
    Route,
    Stage,
    console_routes,
)
from tests.officers import PASSWORD

_C, _H, _S, _E, _AUDITOR, _ADMIN = StaffRole
ALL = frozenset(StaffRole)
READERS = ALL - {_ADMIN}
REGISTRARS = frozenset({_C, _H, _S})
HANDLERS = frozenset({_H, _S})
SUPERVISORS = frozenset({_S})
APPROVERS = frozenset({_S, _E})
REPORTERS = frozenset({_S, _E, _AUDITOR})
EXECUTIVES = frozenset({_E})
AUDITORS = frozenset({_AUDITOR})
ADMINS = frozenset({_ADMIN})

WHO_MAY: Mapping[str, frozenset[StaffRole]] = {
    "GET /": ALL,
    "GET /account": ALL,
    "POST /account/authenticator/begin": ALL,
    "POST /account/password": ALL,
    "POST /account/sessions/end": ALL,
    "POST /again": ALL,
    "GET /alerts": REPORTERS,
    "GET /alerts/{alert_id}": REPORTERS,
    "POST /alerts/{alert_id}/seen": SUPERVISORS,
    "GET /approvals": APPROVERS,
    "GET /audit": AUDITORS,
    "GET /audit.csv": AUDITORS,
    "POST /audit/verify": AUDITORS,
    "GET /branches": ADMINS,
    "POST /branches": ADMINS,
    "POST /branches/import": ADMINS,
    "GET /branches/{code}": ADMINS,
    "POST /branches/{code}": ADMINS,
    "GET /callbacks": READERS,
    "GET /callbacks/{callback_id}": READERS,
    "POST /callbacks/{callback_id}/reveal": HANDLERS,
    "POST /callbacks/{callback_id}/tries": HANDLERS,
    "GET /campaigns": READERS,
    "GET /campaigns/{campaign_id}": READERS,
    "GET /campaigns/{campaign_id}/chart/{name}.svg": READERS,
    "GET /campaigns/{campaign_id}/report.{suffix}": READERS,
    "GET /cases": READERS,
    "GET /cases/export.{kind}": READERS,
    "GET /cases/new": REGISTRARS,
    "POST /cases/new": REGISTRARS,
    "GET /cases/{reference}": READERS,
    # The kind tried is grading; who may do which act: tests of casestore.domain.handling.
    "POST /cases/{reference}/acts/{kind}": HANDLERS,
    "GET /cases/{reference}/attachments/{attachment_id}": READERS,
    "POST /cases/{reference}/attachments": REGISTRARS,
    "POST /cases/{reference}/chat": HANDLERS,
    "POST /cases/{reference}/checks": HANDLERS,
    "POST /cases/{reference}/classification": HANDLERS,
    "GET /cases/{reference}/notices": READERS,
    "POST /cases/{reference}/notices": HANDLERS,
    "GET /cases/{reference}/notices/{notice}": READERS,
    "POST /cases/{reference}/notices/{notice}": HANDLERS,
    "GET /cases/{reference}/reply": READERS,
    "POST /cases/{reference}/reply": HANDLERS,
    "POST /cases/{reference}/reply/approve": APPROVERS,
    "POST /cases/{reference}/reply/release": HANDLERS | APPROVERS,
    "POST /cases/{reference}/reply/send-back": APPROVERS,
    "POST /cases/{reference}/reveal": HANDLERS,
    "POST /cases/{reference}/tasks": HANDLERS | APPROVERS,
    "GET /cases/{reference}/tasks/new": READERS,
    "POST /cases/{reference}/viewers": READERS,
    "GET /chats": READERS,
    "GET /chats/ended": READERS,
    "GET /chats/live": READERS,
    "GET /chats/{chat_id}": READERS,
    "POST /chats/{chat_id}/cases": HANDLERS,
    "POST /chats/{chat_id}/close": HANDLERS,
    "GET /chats/{chat_id}/messages": READERS,
    "POST /chats/{chat_id}/messages": HANDLERS,
    "POST /chats/{chat_id}/pass": HANDLERS,
    "POST /chats/{chat_id}/take": HANDLERS,
    "GET /classification": HANDLERS,
    "GET /classification/corrections.jsonl": REPORTERS,
    "GET /deliveries": HANDLERS,
    "POST /deliveries/retry": HANDLERS,
    "POST /duty": HANDLERS,
    "POST /duty/beat": HANDLERS,
    "POST /find": READERS,
    "GET /knowledge": READERS,
    "GET /notices": HANDLERS,
    "GET /questions": READERS,
    "GET /questions.csv": READERS,
    "POST /questions/mark": HANDLERS,
    "GET /reminders": ALL,
    "POST /reminders/read": ALL,
    "GET /reports": REPORTERS,
    "POST /reports": REPORTERS,
    "GET /reports/preview": REPORTERS,
    "GET /reports/preview/cases": REPORTERS,
    "GET /reports/preview/chart/{name}.svg": REPORTERS,
    "GET /reports/preview/download/{suffix}": REPORTERS,
    "GET /reports/{report_id}": REPORTERS,
    "GET /reports/{report_id}/cases": REPORTERS,
    "GET /reports/{report_id}/chart/{name}.svg": REPORTERS,
    "GET /reports/{report_id}/download/{suffix}": REPORTERS,
    "POST /reports/{report_id}/signature": EXECUTIVES,
    "POST /reports/{report_id}/verification": REPORTERS,
    "GET /routes": SUPERVISORS,
    "POST /routes": SUPERVISORS,
    "POST /routes/drop": SUPERVISORS,
    "POST /routes/{rule_id}/up": SUPERVISORS,
    "GET /tasks": READERS,
    "GET /tasks/{task_id}": READERS,
    "POST /tasks/{task_id}/check": SUPERVISORS,
    "POST /tasks/{task_id}/done": frozenset({_H}),  # the task is the handler's
    "GET /users": ADMINS,
    "POST /users": ADMINS,
    "GET /users/{username}": ADMINS,
    "POST /users/{username}": ADMINS,
    "POST /users/{username}/disable": ADMINS,
    "POST /users/{username}/enable": ADMINS,
    "POST /users/{username}/reset": ADMINS,
    "POST /users/{username}/sessions/end": ADMINS,
    "POST /views": READERS,
    "POST /views/{view_id}/delete": READERS,
    "POST /views/{view_id}/rename": READERS,
}
ON_THE_WAY_IN = frozenset(
    {
        "GET /login",
        "POST /login",
        "GET /setup",
        "POST /setup",
        "GET /login/code",
        "POST /login/code",
        "POST /logout",
        "GET /account/authenticator",
        "POST /account/authenticator",
        "GET /account/totp.svg",
    }
)
"""What people need who are not signed in yet: tests/contract/casestore/test_console_entrance.py."""
FOR_ANYBODY = frozenset({"/docs", "/health", "/metrics", "/openapi.json"})

KEPT = "POST /again"
"""Brings back a form whose session is over, so that no token can fit; it changes nothing."""

FORMS: Mapping[str, Mapping[str, str]] = {
    "POST /callbacks/{callback_id}/reveal": {"field": "phone"},
    "POST /account/authenticator/begin": {"current": PASSWORD},
    "POST /account/password": {"old": PASSWORD, "password": "short", "again": "short"},
    "POST /account/sessions/end": {"proof": PASSWORD},
    "POST /again": {"again_path": "/cases/new"},
    "POST /cases/{reference}/acts/{kind}": {"grade": "complex", "priority": "normal"},
    "POST /cases/{reference}/checks": {"item": "contact"},
    "POST /cases/{reference}/reply": {"action": "save"},
    "POST /cases/{reference}/reveal": {"field": "name"},
    "POST /cases/{reference}/tasks": {
        "category": "other",
        "root_cause": "原因",
        "measure": "培训",
        "owner": "handler",
        "due_on": "2026-11-30",
    },
    "POST /find": {"q": STORY[:6]},
    "POST /tasks/{task_id}/check": {"verdict": "confirm"},
}
"""What a form must hold to come as far as the check of who sends it."""
WITH_FILES = frozenset({"POST /cases/{reference}/attachments"})
PLACES: Mapping[str, Mapping[str, str]] = {
    "GET /campaigns/{campaign_id}/chart/{name}.svg": {"name": "funnel"},
    "GET /campaigns/{campaign_id}/report.{suffix}": {"suffix": "xlsx"},
    "GET /cases/export.{kind}": {"kind": "csv"},
    "POST /cases/{reference}/reply/approve": {"reference": SUBMITTED},
    "POST /cases/{reference}/reply/release": {"reference": DECIDED},
    "POST /cases/{reference}/reply/send-back": {"reference": SUBMITTED},
}
QUERIES: Mapping[str, str] = dict.fromkeys(
    (
        "GET /reports/preview",
        "GET /reports/preview/cases",
        "GET /reports/preview/chart/{name}.svg",
        "GET /reports/preview/download/{suffix}",
    ),
    "?kind=month&period=2026-11",
)
OF_CASES = (STORY[:8], CUSTOMER, CUSTOMER_PHONE)
SECRETS = (*OF_CASES, OPEN, SUBMITTED, DECIDED)

_APP = build_app()
_ROUTES = console_routes(_APP)
_INSIDE = [route for route in _ROUTES if str(route) not in ON_THE_WAY_IN]
_FORMS = [route for route in _ROUTES if route.method == "POST"]

inside = pytest.mark.parametrize("route", _INSIDE, ids=str)
forms = pytest.mark.parametrize("route", _FORMS, ids=str)


@pytest.fixture(scope="module")
def stage(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One filled store for all routes; no test counts on what others left behind."""
    folder = tmp_path_factory.mktemp("routes")
    copyfile(migrated_file, folder / "casestore.db")
    engine = build_engine(f"sqlite:///{folder / 'casestore.db'}")
    environment = {
        "CASE_STORE_TOKEN": TOKEN,
        "CASE_STORE_FIELD_KEYS": FIELD_KEY,
        "CASE_STORE_FILES_DIR": str(folder / "files"),
    }
    clock = Clock()
    parts = Parts(now=clock, passwords=QuickPasswords())
    services = build_services(engine, load(Settings, environment), parts)
    yield Stage(_APP, SqlStore(engine, Keyring([FIELD_KEY])), clock, services)
    engine.dispose()


def ask(stage: Stage, route: Route, session: str | None, **more: Any) -> Any:
    """Call a route with what it needs to come as far as the check of who asks."""
    name = str(route)
    ids = dict.fromkeys(("act_id", "page_id", "task_id", "id"), str(uuid4()))
    places = PLACES.get(name, {})
    seen = {"version": stage.version(places.get("reference", OPEN))}
    form = {**ids, **seen, **FORMS.get(name, {}), **more.pop("form", {})}
    asked = Route(route.method, route.path + QUERIES.get(name, ""))
    files = {"files": ("a.png", PNG)} if name in WITH_FILES else None
    return stage.ask(asked, session, form=form, places=places, files=files, **more)


def is_refused_in_chinese(answer: Any) -> bool:
    """Whether it is a page that says no in words people read."""
    page = answer.text
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    return answer.status_code == 403 and is_page and bool(re.search("[\u4e00-\u9fff]{6}", page))


def test_the_table_names_every_route_and_no_other() -> None:
    assert {*WHO_MAY, *ON_THE_WAY_IN} == set(map(str, _ROUTES))


def test_whatever_is_no_page_asks_for_a_token(stage: Stage) -> None:
    """A route of the API that is added later is no hole either."""
    others = [
        route
        for route in _APP.routes
        if isinstance(route, APIRoute) and not route.endpoint.__module__.startswith("casestore.con")
    ]
    guarded = [route for route in others if route.path not in FOR_ANYBODY]
    assert guarded
    for route in guarded:
        for method in route.methods:
            path = re.sub(r"\{[a-z_]+\}", "x", route.path)
            assert stage.bare(method, path).status_code == 401, (method, path)


@inside
def test_a_stranger_gets_no_further_than_the_sign_in(stage: Stage, route: Route) -> None:
    for session in (None, "made up"):
        answer = ask(stage, route, session)
        if route.method == "GET":
            assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        else:  # a form comes back to be sent again after signing in, or is none of ours
            assert answer.status_code in {303, 401, 403}
        assert not any(words in answer.text for words in OF_CASES)


@inside
def test_the_first_factor_alone_opens_nothing(stage: Stage, route: Route) -> None:
    answer = ask(stage, route, stage.half_session("supervisor"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/login/code")


@forms
def test_no_form_is_taken_that_did_not_come_from_our_own_page(stage: Stage, route: Route) -> None:
    before, session = stage.versions(), stage.session(_who(route))
    other = stage.session("victim")
    tries: list[dict[str, Any]] = [{"site": "cross-site"}, {"site": "same-site"}]
    if str(route) != KEPT:
        tokens = ("", "made up", stage.token_of(other))
        tries += [{"form": {"form_token": token}} for token in tokens]
    for each in tries:
        answer = ask(stage, route, session, **each)
        assert is_refused_in_chinese(answer), (each, answer.status_code)
    assert stage.versions() == before


@inside
def test_each_role_may_do_what_the_table_says_and_no_more(stage: Stage, route: Route) -> None:
    allowed = WHO_MAY[str(route)]
    for role in sorted(ALL - allowed):
        answer = ask(stage, route, stage.session(role.value))
        assert is_refused_in_chinese(answer), (
            role,
            answer.status_code,
            answer.headers.get("location"),
        )
        known = OF_CASES if role in READERS else SECRETS
        if not route.path.startswith("/cases/{reference}") or role not in READERS:
            assert not any(secret in answer.text for secret in known), role
    for role in sorted(allowed):
        answer = ask(stage, route, stage.session(role.value))
        assert answer.status_code < 500, role
        assert answer.status_code not in {401, 403}, (role, answer.text)


@inside
def test_an_officer_of_another_branch_sees_nothing_of_our_cases(stage: Stage, route: Route) -> None:
    """Whatever their roles, and whatever they ask for, case by case or in lists and files."""
    before = stage.versions()
    answer = ask(stage, route, stage.session(OUTSIDER))
    assert answer.status_code < 500
    assert not any(secret in answer.text for secret in SECRETS), answer.text
    assert stage.versions() == before


def _who(route: Route) -> str:
    """Somebody who may send the form."""
    return min(WHO_MAY.get(str(route), ALL)).value
