"""What a form is made of: its fields, their order, the slots it uses. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

CANCEL = "form_cancel"
EDIT = "form_edit"
WAY_OUT = "form_way_out"
PAUSE = "form_pause"
INTERLUDES = (CANCEL, EDIT, WAY_OUT, PAUSE)
"""Questions about a form itself; afterwards it returns to the field it was at."""


@dataclass(frozen=True)
class Field:
    """`label` is what people call it; an `optional` field may be skipped, `asked` ones are asked.

    In a `free_text` field stories and wishes are told: question words mean little there.
    """

    name: str
    label: str
    asked: bool = True
    optional: bool = False
    free_text: bool = False


@dataclass(frozen=True)
class FormTable:
    """A form of domain.yml: `name`, `fields` in the order asked, `book` the slot of its own notes,
    `others` further slots it owns, `interludes` its questions about itself.

    Of one that is not `drafted` the answers are kept elsewhere: nothing is saved with each answer, it
    is not open any more in the next session, and put aside for another form it is only offered
    afterwards.
    """

    name: str
    fields: tuple[Field, ...]
    book: str
    others: tuple[str, ...] = ()
    interludes: tuple[str, ...] = INTERLUDES
    drafted: bool = True

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        return {field.name: field for field in self.fields}

    @property
    def slots(self) -> tuple[str, ...]:
        """Every slot of the form; emptied when it ends."""
        return (*self.by_name, *self.others, self.book)


@dataclass(frozen=True)
class FormState:
    """Slots of a form and the field or interlude being asked (None before the form starts)."""

    values: Mapping[str, Any]
    requested: str | None

    def get(self, name: str) -> Any:
        return self.values.get(name)
