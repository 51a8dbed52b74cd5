"""What the action server counts for Prometheus; one registry per process, as the services are."""

from __future__ import annotations

from functools import lru_cache

from prometheus_client import CollectorRegistry

from bot.intake.forms.table import FormState, FormTable
from bot.intake.turn import Step
from bot.metrics.forms import Actions, Forms, Left
from bot.metrics.process import process_registry


@lru_cache(maxsize=1)
def registry() -> CollectorRegistry:
    return process_registry("actions")


@lru_cache(maxsize=1)
def actions() -> Actions:
    return Actions(registry())


@lru_cache(maxsize=1)
def forms() -> Forms:
    return Forms(registry())


def begun() -> CollectorRegistry:
    """The registry with all that is counted: a process without customers so far has it as well."""
    actions()
    forms()
    return registry()


def count_step(forms: Forms, table: FormTable, state: FormState, step: Step) -> None:
    """Where a form went with this step. The quiz is counted with its campaign instead."""
    if not table.drafted:
        return
    before = asked_last(table, state)
    if step.ask in table.by_name and step.ask != before:
        forms.asked(table.name, str(step.ask))
    elif step.ask is None and {**state.values, **step.values}.get(table.book) is not None:
        forms.completed(table.name)
    elif step.ask is None and before is not None:
        forms.left(table.name, before, Left.CANCELLED)


def count_put_aside(forms: Forms, table: FormTable, state: FormState) -> None:
    """The form gives way to something else."""
    asked = asked_last(table, state)
    if table.drafted and asked is not None:
        forms.left(table.name, asked, Left.PUT_ASIDE)


def asked_last(table: FormTable, state: FormState) -> str | None:
    """The field a form is at, also while it asks about itself; None before it has begun."""
    if state.requested in table.interludes:
        return str((state.get(table.book) or {}).get("return_to") or state.requested)
    return state.requested
