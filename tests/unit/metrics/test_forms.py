"""Where customers leave a form is counted by the field they were asked last."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from actions.counting import count_put_aside, count_step
from bot.campaigns import quiz_fields as q
from bot.intake import fields as f
from bot.intake.forms import table as t
from bot.intake.forms.table import FormState, FormTable
from bot.intake.turn import Step
from bot.metrics.forms import Actions, Forms
from tests.unit.metrics.scrape import Figures, counted
from tests.unit.talk import STORY, Talk

FORM = f.TABLE.name
ASKED, LEFT, DONE = (
    "xiaobao_form_asked_total",
    "xiaobao_form_left_total",
    "xiaobao_form_completed_total",
)


class Watched:
    """Counts one form's steps."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.forms = Forms(self.registry)

    def step(self, requested: str | None, step: Step, table: FormTable = f.TABLE) -> None:
        values: dict[str, Any] = {} if requested is None else {table.book: {"id": "1"}}
        count_step(self.forms, table, FormState(values, requested), step)

    def counted(self) -> Figures:
        return counted(self.registry)


@pytest.fixture
def watched() -> Watched:
    return Watched()


BEGUN = {f.INTAKE: {"id": "1"}}
GONE = dict.fromkeys(f.TABLE.slots)


def test_each_field_is_counted_once_however_often_it_is_misunderstood(watched: Watched) -> None:
    watched.step(None, Step(values=BEGUN, ask=f.CONSENT))
    watched.step(f.CONSENT, Step(ask=f.CONSENT))
    watched.step(f.CONSENT, Step(ask=f.DETAIL))
    assert watched.counted() == {(ASKED, f.CONSENT, FORM): 1, (ASKED, f.DETAIL, FORM): 1}


def test_a_question_about_the_form_itself_is_no_field(watched: Watched) -> None:
    watched.step(f.DETAIL, Step(ask=t.CANCEL))
    state = FormState({f.INTAKE: {"return_to": f.DETAIL}}, t.CANCEL)
    count_step(watched.forms, f.TABLE, state, Step(ask=f.DETAIL))
    assert watched.counted() == {}


def test_a_cancelled_form_is_left_at_the_field_before_the_question(watched: Watched) -> None:
    state = FormState({f.INTAKE: {"return_to": f.PHONE}}, t.CANCEL)
    count_step(watched.forms, f.TABLE, state, Step(values=GONE))
    assert watched.counted() == {(LEFT, f.PHONE, FORM, "cancelled"): 1}


def test_a_refused_consent_is_a_form_left(watched: Watched) -> None:
    watched.step(f.CONSENT, Step(values=GONE))
    assert watched.counted() == {(LEFT, f.CONSENT, FORM, "cancelled"): 1}


def test_a_form_filled_in_is_left_nowhere(watched: Watched) -> None:
    watched.step(f.CONFIRMED, Step(values={f.CONFIRMED: True}))
    assert watched.counted() == {(DONE, FORM): 1}


def test_a_form_put_aside_is_left_where_it_was(watched: Watched) -> None:
    count_put_aside(watched.forms, f.TABLE, FormState(BEGUN, f.BRANCH))
    assert watched.counted() == {(LEFT, f.BRANCH, FORM, "put_aside"): 1}


def test_the_quiz_is_counted_with_its_campaign_alone(watched: Watched) -> None:
    watched.step(None, Step(values={q.BOOK: {}}, ask=q.ANSWER), q.TABLE)
    count_put_aside(watched.forms, q.TABLE, FormState({q.BOOK: {}}, q.ANSWER))
    assert watched.counted() == {}


def test_a_whole_conversation_adds_up(watched: Watched) -> None:
    """The form itself, not steps made up: as many asked as there are answered and left."""
    talk = Talk("我要投诉，" + STORY)
    count_step(watched.forms, f.TABLE, FormState({}, None), talk.step)
    for press in ((f.CONSENT, True), (f.BUSINESS, "借记卡"), (t.CANCEL, True)):
        before = FormState(dict(talk.values), talk.requested)
        count_step(watched.forms, f.TABLE, before, talk.press(*press))
    assert watched.counted() == {
        (ASKED, f.CONSENT, FORM): 1,
        (ASKED, f.BUSINESS, FORM): 1,
        (ASKED, f.NAME, FORM): 1,
        (LEFT, f.NAME, FORM, "cancelled"): 1,
    }


def test_actions_are_timed_by_name() -> None:
    registry = CollectorRegistry()
    actions = Actions(registry)
    actions.ran("action_clarify", 0.25)
    actions.failed()
    assert counted(registry) == {
        ("xiaobao_action_seconds_count", "action_clarify"): 1,
        ("xiaobao_action_seconds_sum", "action_clarify"): 0.25,
        ("xiaobao_action_failures_total",): 1,
    }
