"""The domain against everything that names its parts; Rasa itself checks little of this."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

import pytest

from actions import topic
from actions.drafts import TABLES
from bot.campaigns import quiz_fields as q
from bot.intake import callback_fields as b
from bot.intake import case_fields as c
from bot.intake import fields as f
from bot.intake.forms.engine import COMMAND_BUTTONS
from bot.intake.forms.table import EDIT, FormTable
from bot.intake.status import Status
from tests.data.corpus import (
    ROOT,
    answers,
    buttons,
    domain,
    examples,
    payload_parts,
    rules,
    variables,
)

FORM = "complaint_form"
SETTINGS = {"bank_name", "hotline", "hotline_hours", "draft_days"}
STATUS = set(Status("", None, "").variables())
PASSED = {
    "utter_form_understood": {"understood"},
    "utter_form_corrected": {"field", "value"},
    "utter_form_noted": {"noted"},
    "utter_form_left_open": {"field"},
    "utter_recap": {"recap"},
    "utter_filed": {"reference", "promise", "provisional", "legal", "person"},
    "utter_ask_same": {"reference"},
    "utter_case_meant": {"reference"},
    "utter_case_is_withdrawn": {"reference"},
    "utter_code": {"code"},
    "utter_attachment_kept": {"count"},
    "utter_attachment_sent": {"reference"},
    "utter_my_data": {"told"},
    **{f"utter_ask_case_confirmed_{act}": {"reference"} for act in (c.WITHDRAWAL, c.REVIEW)},
    **{f"utter_case_form_{act}": {"reference"} for act in (*c.ASKED_FOR, "dissatisfied")},
    **{f"utter_{act}_too_early": {"reference"} for act in (c.REVIEW, c.RATE)},
    "utter_review_request_too_late": {"reference"},
    "utter_already_filed": {"reference"},
    "utter_handoff": {"when", "call_by"},
    "utter_handover_opened": {"ahead"},
    "utter_offer_call_misses": {"when", "call_by"},
    "utter_offer_call_distress": {"when", "call_by"},
    "utter_ask_callback_phone_offered": {"phone"},
    "utter_callback_recap": {"recap", "call_by"},
    "utter_callback_recorded": {"phone", "call_by"},
    **{f"utter_booking_{what}": {"title"} for what in ("times", "gone", "all_taken")},
    **{f"utter_booking_{what}": {"time"} for what in ("chosen", "full", "begun", "cancelled")},
    **{f"utter_booking_{what}": {"time"} for what in ("no_other", "move")},
    "utter_booking_yours": {"time", "booking"},
    "utter_booking_move_recap": {"recap"},
    "utter_booking_moved": {"phone", "time"},
    "utter_booking_recap": {"recap"},
    "utter_booking_recorded": {"phone", "time"},
    "utter_ask_status": {"reference"},
    "utter_ask_status_tail": {"reference"},
    "utter_status": STATUS,
    "utter_status_pending": STATUS,
    "utter_campaign": {"told"},
    "utter_said_again": {"told"},
}
"""What an action passes along with a response, beyond the settings."""
BUILT_IN = {"action_listen", "action_default_fallback", "action_restart", "action_back"}
ONLY_FROM_BUTTONS = {
    *("answer", "pick_faq", "none_of_these", "answer_helped", "answer_unsolved"),
    *("answer_satisfied", "answer_dissatisfied", "attachment", "handover_over"),
    *("campaign_open", "campaign_topic", "campaign_article", "quiz_remind"),
}
WITHOUT_EXAMPLES = {
    *ONLY_FROM_BUTTONS,
    *("nlu_fallback", "status_tail", "several_questions", "follow_up"),
    *("emergency_life", "emergency_coercion", "emergency_card"),
    *("upset_question", "callback_request", "handover_cancel"),
    *("campaign_menu", "campaign_share", "campaign_book", "quiz_open"),
}
"""Sent by buttons or decided by bot/nlu, so that nobody has to say them."""
COMPUTED = {
    "utter_help_": {*f.BY_NAME, *c.TABLE.by_name, *b.TABLE.by_name, *q.TABLE.by_name},
    "utter_why_": {*f.BY_NAME, *c.TABLE.by_name, *b.TABLE.by_name, *q.TABLE.by_name},
    "utter_ask_case_text_": {c.SUPPLEMENT, c.REVIEW},
    "utter_ask_case_confirmed_": {c.WITHDRAWAL, c.REVIEW},
    "utter_case_form_": {*c.ASKED_FOR, "dissatisfied"},
    "utter_satisfaction_": {"too_early"},
    "utter_": {
        "account_service",
        "case_form_cancelled",
        "callback_form_cancelled",
        "quiz_form_waits",
    },
    "utter_review_request_": {"too_early", "too_late"},
    "utter_faq/": set(answers()),
}
"""Responses whose names the code puts together: prefix and what may follow."""
MOST_BUTTONS = 10
"""The edit menu; more is no choice any longer."""


def _names(section: str) -> list[str]:
    """Names of a section whose entries may be `name` or `name: {…}`."""
    return [next(iter(item)) if isinstance(item, dict) else item for item in domain()[section]]


def _responses() -> set[str]:
    faq = {f"utter_faq/{key}" for key in answers()}
    return {*domain()["responses"], *faq}


def _response_literals() -> Iterator[tuple[str, bool]]:
    """(text, complete) of every string in the code that begins like a response's name."""
    for folder in ("actions", "bot/intake", "bot/campaigns"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            pieces = {
                id(v) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for v in n.values
            }
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and _is_response(str(node.value)):
                    yield str(node.value), id(node) not in pieces


def _is_response(text: str) -> bool:
    """`utter_action` is Rasa's key for the name of the response of a message."""
    return text.startswith("utter_") and text != "utter_action"


@lru_cache(maxsize=1)
def _steps() -> tuple[dict[str, object], ...]:
    return tuple(step for rule in rules() for step in rule["steps"])


# -- actions and responses ---------------------------------------------------------------------


def test_every_action_of_the_rules_exists() -> None:
    known = {*_names("actions"), *domain()["forms"], *_responses(), *BUILT_IN, "utter_faq"}
    named = {str(step["action"]) for step in _steps() if "action" in step}
    assert named - known == set()


def test_every_intent_of_the_rules_is_declared() -> None:
    named = {str(step["intent"]) for step in _steps() if "intent" in step}
    assert named - set(_names("intents")) == set()


def test_every_typed_intent_has_a_rule() -> None:
    named = {str(step["intent"]) for step in _steps() if "intent" in step}
    assert set(_names("intents")) - named == set()


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_form_is_validated_and_has_the_slots_of_its_table(table: FormTable) -> None:
    assert f"validate_{table.name}" in _names("actions")
    asked = [field.name for field in table.fields if field.asked]
    assert set(domain()["forms"][table.name]["required_slots"]) == set(asked)
    assert set(table.slots) <= set(domain()["slots"])


def test_the_complaint_form_asks_in_the_order_of_its_table() -> None:
    assert domain()["forms"][FORM]["required_slots"] == list(f.ASKED)


def _questions() -> Iterator[tuple[str, str]]:
    for table in TABLES.values():
        yield from ((table.name, name) for name in (*table.by_name, *table.interludes))


@pytest.mark.parametrize(("form", "name"), _questions())
def test_every_field_and_interlude_can_be_asked(form: str, name: str) -> None:
    asked = {f"{kind}_ask_{form}_{name}" for kind in ("utter", "action")} | {f"utter_ask_{name}"}
    assert asked & {*_responses(), *_names("actions")}


def test_every_response_the_code_names_exists() -> None:
    literals = list(_response_literals())
    complete = {text for text, whole in literals if whole}
    assert len(complete) > 10
    assert complete - _responses() == set()
    assert {text for text, whole in literals if not whole} <= set(COMPUTED)


@pytest.mark.parametrize("prefix", sorted(COMPUTED))
def test_every_response_the_code_puts_together_exists(prefix: str) -> None:
    assert {prefix + name for name in COMPUTED[prefix]} - _responses() == set()


def test_the_fallback_of_the_policies_has_words() -> None:
    assert {"utter_default", "utter_out_of_scope", "utter_trouble"} <= _responses()


def test_every_variable_of_a_response_is_filled_in() -> None:
    unknown = {
        name: variables(variant["text"]) - SETTINGS - PASSED.get(name, set())
        for name, variants in domain()["responses"].items()
        for variant in variants
    }
    assert {name: names for name, names in unknown.items() if names} == {}


def test_the_table_of_passed_variables_names_real_responses() -> None:
    assert set(PASSED) - _responses() == set()


def test_responses_have_one_short_text_each() -> None:
    for name, variants in domain()["responses"].items():
        assert len(variants) == 1, name
        assert 0 < len(variants[0]["text"]) <= 600, name


def test_faq_answers_live_in_their_own_files() -> None:
    assert [name for name in domain()["responses"] if name.startswith("utter_faq")] == []


# -- buttons -----------------------------------------------------------------------------------


def test_buttons_send_declared_intents_with_declared_arguments() -> None:
    for response, title, payload in buttons():
        intent, arguments = payload_parts(payload)
        assert payload.startswith("/"), (response, title)
        assert intent in _names("intents"), (response, title)
        assert set(arguments) <= set(_names("entities")), (response, title)


def test_literal_braces_of_payloads_are_doubled() -> None:
    for response, title, payload in buttons():
        left = payload.replace("{{", "").replace("}}", "")
        for variable in PASSED.get(response, set()):
            left = left.replace(f"{{{variable}}}", "")
        assert "{" not in left and "}" not in left, (response, title)


def test_buttons_answer_fields_the_form_knows() -> None:
    fields = {name for table in TABLES.values() for name in (*table.by_name, *table.interludes)}
    known = {*fields, *COMMAND_BUTTONS}
    for response, title, payload in buttons():
        intent, arguments = payload_parts(payload)
        if intent == "answer":
            assert arguments["field"] in known, (response, title)
        if arguments.get("field") == EDIT:
            assert arguments["value"] in (*f.RECAP, *b.RECAP), (response, title)


def test_buttons_are_few_short_and_differ() -> None:
    for name, variants in domain()["responses"].items():
        titles = [button["title"] for button in variants[0].get("buttons", [])]
        assert len(titles) <= MOST_BUTTONS, name
        assert len(titles) == len(set(titles)), name
        assert all(0 < len(title) <= 18 for title in titles), name


# -- intents -----------------------------------------------------------------------------------


def test_intents_of_data_and_domain_are_the_same() -> None:
    spoken = {intent.split("/")[0] for intent, _ in examples()}
    assert spoken - set(_names("intents")) == set()
    assert set(_names("intents")) - spoken == WITHOUT_EXAMPLES


def test_choices_offered_when_unsure_are_declared_intents() -> None:
    assert set(topic.INTENT_TITLES) - set(_names("intents")) == set()
