"""The console with something behind every address: a bank of two branches and an officer of each
role, for tests that go through all routes."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from fastapi import FastAPI
from fastapi.routing import APIRoute

from casestore.api.campaign_schemas import CampaignFiguresIn
from casestore.console.cookies import SESSION, form_token
from casestore.domain.alert import Alert, Kind
from casestore.domain.assignment import RoutingRule
from casestore.domain.attachment import MediaType
from casestore.domain.case import EventKind
from casestore.domain.figures import Scope
from casestore.domain.notice import NoticeKind
from casestore.domain.period import Period, PeriodUnit
from casestore.domain.reply import Draft, Point
from casestore.domain.report import ReportKind, ReportOrder
from casestore.domain.staff import Branch, Officer, StaffRole
from casestore.domain.task import RootCause, TaskDraft
from casestore.edge.services import Services
from casestore.service import sessions
from casestore.service.acting import Deed
from casestore.service.attachments import Delivery
from casestore.service.ports import Store
from casestore.service.tokens import new_token
from tests.contract.casestore.campaign_kit import ID as CAMPAIGN
from tests.contract.casestore.campaign_kit import make_body
from tests.contract.casestore.chat_kit import make_callback, open_chat
from tests.contract.casestore.http_kit import PNG
from tests.contract.casestore.kit import (
    NOW,
    Clock,
    QuickPasswords,
    TestClient,
    make_complaint,
    make_reference,
)
from tests.contract.casestore.reply_kit import PARTS
from tests.officers import EVERY_ROLE, make_account, open_session

OPEN, SUBMITTED, DECIDED = make_reference(1), make_reference(2), make_reference(3)
"""Cases in three states; the head office handles them."""
STORY = "柜员说手续费免了，结果还是扣了十二元五角"
CUSTOMER = "欧阳小雨"
CUSTOMER_PHONE = "13800001234"
OUTSIDER = "outsider"
"""An officer of every role, but of another branch."""
BOSS = "boss"
"""Somebody of every role at the head office."""
OWN_BRANCH, OTHER_BRANCH = "101", "102"

_PARAMETER = re.compile(r"\{([a-z_]+)\}")
_BROWSER = {"Accept": "text/html"}


@dataclass(frozen=True)
class Route:
    """One method of one address of the console."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def console_routes(app: FastAPI) -> list[Route]:
    """Everything the application answers with pages, in the order of the addresses."""
    found = [
        Route(method, route.path)
        for route in app.routes
        if isinstance(route, APIRoute) and route.endpoint.__module__.startswith("casestore.console")
        for method in route.methods
    ]
    return sorted(found, key=str)


@dataclass
class Stage:
    """The application over a filled store, and requests to it by whoever."""

    app: FastAPI
    store: Store
    clock: Clock
    services: Services
    places: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.app.state.services = self.services
        self._client = TestClient(
            self.app, base_url="http://127.0.0.1:8000", follow_redirects=False
        )
        people = {role.value: self._hire(role.value, role) for role in StaffRole}
        self._hire(OUTSIDER, *EVERY_ROLE, branch=OTHER_BRANCH)
        self._hire(BOSS, *EVERY_ROLE)
        self._hire("victim", StaffRole.CLERK)
        with self.store.transaction() as tx:
            tx.branches.put(Branch(OWN_BRANCH, "人民路支行"))
            tx.branches.put(Branch(OTHER_BRANCH, "湖滨支行"))
            tx.commit()
        handler, supervisor = people["handler"], people["supervisor"]
        for reference in (OPEN, SUBMITTED, DECIDED):
            self._file(reference, handler, supervisor)
        for reference in (SUBMITTED, DECIDED):
            self._submit(reference, handler)
        classes = ("人民币储蓄", "因定价收费引起的投诉", "营业现场")
        self.services.classification.confirm(OPEN, *classes, None, handler)
        self.services.replies.approve(DECIDED, supervisor, None, str(uuid4()))
        self.places = {
            "reference": OPEN,
            "attachment_id": self._attach(),
            "kind": EventKind.GRADED.value,
            "task_id": self._open_task(handler),
            "notice": self._notify(handler),
            "chat_id": self._talk(),
            "callback_id": self._promise_call(),
            "report_id": self._freeze(supervisor),
            "alert_id": self._warn(),
            "view_id": self._save_view(handler),
            "rule_id": self._route(supervisor),
            "campaign_id": self._count_campaign(),
            "username": "victim",
            "code": OWN_BRANCH,
            "name": "month",
            "suffix": "csv",
        }

    def session(self, username: str) -> str:
        """The cookie of somebody who has just signed in."""
        return open_session(self.store, username, self.clock())

    def half_session(self, username: str) -> str:
        """The cookie of somebody who has shown the password only."""
        with self.store.transaction() as tx:
            account = tx.staff.account(username)
            assert account is not None
            now = self.clock()
            token = sessions.open_session(tx, account, now, new_token, is_full=False)
            tx.commit()
        return token

    def ask(
        self,
        route: Route,
        session: str | None,
        form: Mapping[str, str] | None = None,
        places: Mapping[str, str] | None = None,
        files: Any = None,
        site: str = "same-origin",
    ) -> Any:
        """Call an address with this session's cookie; ``form`` replaces the fields of ours."""
        here = {**self.places, **(places or {})}
        path = _PARAMETER.sub(lambda found: here.get(found[1], "unknown"), route.path)
        headers = {**_BROWSER, "Sec-Fetch-Site": site}
        if session is not None:
            headers["Cookie"] = f"{SESSION.base_name}={session}"
        self._client.cookies.clear()
        if route.method == "GET":
            return self._client.get(path, headers=headers)
        own = {"form_token": form_token(session)} if session else {}
        return self._client.post(path, data={**own, **(form or {})}, files=files, headers=headers)

    def ask_in_utf7(
        self, route: Route, session: str, form: Mapping[str, str], places: Mapping[str, str]
    ) -> Any:
        """Send a form in the one encoding that can carry half a character."""
        fields = {**form, "form_token": form_token(session)}
        parts = [
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
            + value.encode("utf-7")
            for name, value in fields.items()
        ]
        here = {**self.places, **places}
        path = _PARAMETER.sub(lambda found: here.get(found[1], "unknown"), route.path)
        headers = {
            **_BROWSER,
            "Sec-Fetch-Site": "same-origin",
            "Cookie": f"{SESSION.base_name}={session}",
            "Content-Type": "multipart/form-data; boundary=x; charset=utf-7",
        }
        self._client.cookies.clear()
        content = b"\r\n".join([*parts, b"--x--", b""])
        return self._client.post(path, content=content, headers=headers)

    def bare(self, method: str, path: str) -> Any:
        """Call any address without saying who one is."""
        self._client.cookies.clear()
        return self._client.request(method, path)

    def token_of(self, session: str) -> str:
        """What the forms of this session carry."""
        return form_token(session)

    def version(self, reference: str) -> str:
        """What a form made now says of the version of a case."""
        with self.store.transaction() as tx:
            standing = tx.cases.standing(reference)
        assert standing is not None
        return str(standing.handling.version)

    def versions(self) -> list[tuple[int, int]]:
        """Version and number of events of each case: what nobody may change in passing."""
        with self.store.transaction() as tx:
            standings = [(each, tx.cases.standing(each)) for each in (OPEN, SUBMITTED, DECIDED)]
            return [
                (standing.handling.version, len(tx.cases.events(reference)))
                for reference, standing in standings
                if standing is not None
            ]

    def _hire(self, username: str, *roles: StaffRole, branch: str | None = None) -> Officer:
        return make_account(self.store, username, QuickPasswords(), roles, branch)

    def _file(self, reference: str, handler: Officer, supervisor: Officer) -> None:
        words = {"complaint_detail": STORY, "complainant_name": CUSTOMER}
        self.services.desk.file(make_complaint(reference=reference, attachments=[], **words), "bot")
        given = Deed(EventKind.ASSIGNED, str(uuid4()), data={"assignee": handler.username})
        self.services.casework.do(reference, given, supervisor)
        self.services.casework.do(reference, Deed(EventKind.TAKEN_UP, str(uuid4())), handler)

    def _submit(self, reference: str, handler: Officer) -> None:
        replies = self.services.replies
        points = [Point(each.id, each.claim, "已退还。") for each in replies.points(reference)]
        replies.save_draft(reference, Draft(PARTS, points), handler, None)
        replies.submit(reference, handler, None, str(uuid4()))

    def _attach(self) -> str:
        digest = hashlib.sha256(PNG).hexdigest()
        delivery = Delivery("att-1", OPEN, f"{CUSTOMER}.png", MediaType.PNG, digest, PNG)
        return self.services.attachments.keep(delivery, "bot").attachment.id

    def _open_task(self, handler: Officer) -> str:
        due = date(2026, 11, 30)
        draft = TaskDraft(RootCause.SKILL, STORY, "培训", handler.username, OWN_BRANCH, due)
        return self.services.tasks.open(OPEN, str(uuid4()), draft, handler).id

    def _notify(self, handler: Officer) -> str:
        key = str(uuid4())
        notice = self.services.notices.write(OPEN, NoticeKind.PROGRESS, STORY, handler, key)
        assert notice is not None
        return notice.id

    def _talk(self) -> str:
        return open_chat(self.services, topic=STORY, references=(OPEN,), words=STORY)

    def _promise_call(self) -> str:
        wish = make_callback(topic=STORY, phone=CUSTOMER_PHONE, name=CUSTOMER)
        return self.services.callbacks.ask(wish)[0].id

    def _freeze(self, supervisor: Officer) -> str:
        period = Period(PeriodUnit.MONTH, 2026, 11)
        order = ReportOrder(ReportKind.MONTHLY, period, Scope(unit=OWN_BRANCH))
        return self.services.reports.freeze(str(uuid4()), order, supervisor).id

    def _warn(self) -> str:
        kind, day = Kind("个人储蓄", "定价收费", "人民路支行"), NOW.date()
        alert = Alert(str(uuid4()), kind, 9, 1.0, day, day, NOW)
        with self.store.transaction() as tx:
            tx.alerts.add(alert)
            tx.commit()
        return alert.id

    def _save_view(self, handler: Officer) -> str:
        self.services.saved_views.save(handler, "我的", "mine=1")
        return self.services.saved_views.of(handler)[0].id

    def _count_campaign(self) -> str:
        body = CampaignFiguresIn.parse_obj(make_body())
        self.services.campaigns.report("bot", body.to_domain())
        return CAMPAIGN

    def _route(self, supervisor: Officer) -> str:
        rule = RoutingRule(str(uuid4()), 1, unit=OWN_BRANCH)
        self.services.assignment.put_rule(rule, supervisor)
        return rule.id
