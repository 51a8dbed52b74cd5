"""What a browser sent with a form, as people mean it, and as it may be shown to them again."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from casestore.domain.errors import InvalidRequest

NO_VERSION = -1
"""A version no case has: a form with it is out of date."""

_LONGEST_NUMBER = 9
_FORM_ID = re.compile(r"[0-9a-f-]{36}")


@dataclass(frozen=True)
class Posted:
    """The fields of a form in their order; a name may come several times."""

    items: Sequence[tuple[str, str]]

    def get(self, name: str) -> str:
        """The last value of a field without blanks around it, empty if there is none."""
        return dict(self.items).get(name, "").strip()

    @property
    def version(self) -> int:
        """The version of the case the form was made for; ``NO_VERSION`` if it does not say, so that
        leaving it out is no way around the check."""
        text = self.get("version")
        is_number = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER
        return int(text) if is_number else NO_VERSION

    def form_id(self, name: str) -> str:
        """The id a page gave this showing of the form. Raises InvalidRequest for another one."""
        return form_id(name, self.get(name))

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return [value for key, value in self.items if key == name]

    def shown(self) -> Mapping[str, str]:
        """What was typed, to be shown again; half a character cannot be."""
        return {name: value.encode("utf-8", "replace").decode() for name, value in self.items}


async def posted(request: Request) -> Posted:
    """The form of a request. Line ends count as one character, as browsers count them."""
    form = await request.form()
    return Posted(
        [
            (name, value.replace("\r\n", "\n"))
            for name, value in form.multi_items()
            if not isinstance(value, UploadFile)
        ]
    )


def is_form_id(text: str) -> bool:
    """Whether a page of ours could have made an id (``new_id``)."""
    return _FORM_ID.fullmatch(text) is not None


def form_id(name: str, text: str) -> str:
    """``text`` of the field ``name`` if a page of ours could have made it. Raises InvalidRequest."""
    if not is_form_id(text):
        raise InvalidRequest({name: "格式不对"})
    return text


PostedForm = Annotated[Posted, Depends(posted)]
