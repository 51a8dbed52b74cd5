"""Overrides how Rasa checks what the action server answers: with a validator made once.

Rasa builds the schema and checks the schema itself anew at every call (rasa/core/actions/action.py,
`_validate_action_result`), which took more than half of a turn with an action. A form sets dozens
of slots; the schema tries each of these events against every kind there is, so that they are looked
at by hand.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction


@lru_cache(maxsize=1)
def _validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def _validate(_action: Any, result: dict[str, Any]) -> bool:
    """True; raises jsonschema.ValidationError for an answer that does not fit, as Rasa does."""
    events = result.get("events")
    if isinstance(events, list):
        result = {**result, "events": [event for event in events if not _sets_slot(event)]}
    _validator().validate(result)
    return True


def _sets_slot(event: Any) -> bool:
    """Whether the schema would take it for `slot`, which is the commonest by far."""
    return (
        isinstance(event, dict)
        and event.get("event") == "slot"
        and isinstance(event.get("name"), str)
        and "value" in event
    )


def check_schema_once() -> None:
    """Gives all remote actions this behaviour."""
    RemoteAction._validate_action_result = _validate
