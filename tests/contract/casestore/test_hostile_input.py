"""Characters that no database keeps, in every address and form of the console: refused in words,
never an error of ours. On SQLite and PostgreSQL, whose drivers refuse different ones."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.engine import Engine

from casestore.bootstrap import Parts, build_app, build_services
from casestore.storage.keyring import Keyring
from casestore.storage.store import SqlStore
from tests.contract.casestore.kit import FIELD_KEY, Clock, QuickPasswords, settings_in
from tests.contract.casestore.route_kit import BOSS, OPEN, Route, Stage, console_routes

_APP = build_app()
_ROUTES = console_routes(_APP)
_WAYS_OUT = frozenset({"/login", "/logout", "/login/code", "/account/authenticator"})
# Fields that are looked up before anybody reads them as text.
_LOOKED_UP = ("branch", "name", "note", "owner", "reminder", "rule", "username")
_CHOSEN = ("accused", "assignee", "body", "into", "other", "to", "unit")
_FIELDS = (*_LOOKED_UP, *_CHOSEN)
_FILTERS = (*_FIELDS, "action", "after", "before", "first", "person", "phone", "subject", "text")
_OF_TALKS = ("chat", "done", "since", "until", "view")
_FILTERED = ("/cases", "/cases/export.csv", "/audit", "/audit.csv", "/knowledge", "/questions")
_FILTERED_TALKS = ("/chats", "/chats/ended", "/callbacks", "/cases/new")
_ACTS = ("assigned", "linked", "merged", "escalated", "accused_set", "mediation_started")
_HOSTILE = "x\0\ud800"


@pytest.fixture
def stage(engine: Engine, tmp_path: Path) -> Stage:
    clock = Clock()
    parts = Parts(now=clock, passwords=QuickPasswords())
    services = build_services(engine, settings_in(tmp_path), parts)
    return Stage(_APP, SqlStore(engine, Keyring([FIELD_KEY])), clock, services)


def test_no_address_breaks_anything(stage: Stage) -> None:
    session = stage.session(BOSS)
    for route in _ROUTES:
        for name in re.findall(r"\{([a-z_]+)\}", route.path):
            for poison in ("x%00", "x%ED%A0%80", "..%2f..%2fetc%2fpasswd", "9" * 3000):
                answer = stage.ask(route, session, places={name: poison})
                assert answer.status_code < 500, (str(route), name, poison)


@pytest.mark.parametrize(
    "poison", ["x%00", "%ED%A0%80", "9" * 5000, "p~2026-11-11~%00", "s~0001-01-01T00:00~x"]
)
def test_no_query_breaks_anything(stage: Stage, poison: str) -> None:
    session = stage.session(BOSS)
    for path in _FILTERED:
        for name in _FILTERS:
            answer = stage.ask(Route("GET", f"{path}?{name}={poison}"), session)
            assert answer.status_code < 500, (path, name)
    for path in _FILTERED_TALKS:
        for name in ("text", *_OF_TALKS):
            answer = stage.ask(Route("GET", f"{path}?{name}={poison}"), session)
            assert answer.status_code < 500, (path, name)


def test_no_form_breaks_anything(stage: Stage) -> None:
    session = stage.session(BOSS)
    forms = [route for route in _ROUTES if route.method == "POST" and route.path not in _WAYS_OUT]
    for route in forms:
        is_act = "{kind}" in route.path
        for kind in _ACTS if is_act else ("",):
            for name in _CHOSEN if is_act else _FIELDS:
                form = {**typed(stage), name: _HOSTILE}
                answer = stage.ask_in_utf7(route, session, form, {"kind": kind} if kind else {})
                assert answer.status_code < 500, (str(route), kind, name)


def typed(stage: Stage) -> dict[str, str]:
    """What brings a form past its first checks."""
    ids = dict.fromkeys(("act_id", "page_id", "task_id", "id"), str(uuid4()))
    task = {"category": "other", "root_cause": "因", "measure": "改", "due_on": "2026-11-30"}
    return {**ids, **task, "version": stage.version(OPEN), "text": "理由", "confirmed": "1"}
