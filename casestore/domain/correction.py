"""更正登记: what an officer may put right of a registration, one field at a time.

The customer's own words (story, request) are never changed; what is said later is a supplement.
Classes are put right by confirming them, the branch complained of by naming it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from casestore.domain.case import Complaint
from casestore.domain.errors import InvalidRequest
from casestore.domain.texts import text_problem

_PHONE = re.compile(r"\+?[0-9]{7,20}")
_PAPER = re.compile(r"[0-9A-Z]{5,20}")


@dataclass(frozen=True)
class Correctable:
    """A field that may be put right. What a ``is_personal`` one said or says stands nowhere in the
    history. ``problem`` says in Chinese what is wrong with a new value."""

    label: str
    is_personal: bool
    longest: int
    read: Callable[[Complaint], str]
    write: Callable[[Complaint, str], Complaint]
    problem: Callable[[str], str | None]


def corrected(complaint: Complaint, field: str, value: str) -> tuple[Complaint, Mapping[str, str]]:
    """The complaint put right, and what the history says of it: field, and old and new value where
    they are nobody's personal data.

    Raises InvalidRequest for a field that is not corrected so, and for a value that cannot be kept.
    """
    known = CORRECTABLE.get(field)
    if known is None:
        raise InvalidRequest({"field": "请选择要更正的项目"})
    new = value.strip()
    if problem := _problem(known, new):
        raise InvalidRequest({"value": problem})
    told = {"field": field}
    if not known.is_personal:
        told |= {"old": known.read(complaint), "new": new}
    return known.write(complaint, new), told


def _problem(known: Correctable, new: str) -> str | None:
    if len(new) > known.longest:
        return f"太长，最多 {known.longest} 字，现在有 {len(new)} 字"
    return text_problem(new) or known.problem(new)


def _any(_value: str) -> str | None:
    return None


def _phone(value: str) -> str | None:
    return None if _PHONE.fullmatch(value) else "请填写 7 到 20 位数字的电话号码，座机带区号"


def _paper(value: str) -> str | None:
    return None if _PAPER.fullmatch(value) else "请填写 5 到 20 位数字或大写字母"


def _personal(
    name: str, label: str, longest: int, problem: Callable[[str], str | None]
) -> Correctable:
    """A field of the complainant."""

    def write(complaint: Complaint, value: str) -> Complaint:
        change: dict[str, Any] = {name: value}
        return replace(complaint, complainant=replace(complaint.complainant, **change))

    return Correctable(
        label,
        is_personal=True,
        longest=longest,
        read=lambda complaint: getattr(complaint.complainant, name) or "",
        write=write,
        problem=problem,
    )


CORRECTABLE: Mapping[str, Correctable] = {
    "name": _personal("name", "姓名", 50, _any),
    "phone": _personal("phone", "电话", 21, _phone),
    "id_number": _personal("id_number", "证件号码", 20, _paper),
    "contact": _personal("contact_preference", "希望怎样联系", 50, _any),
    "branch": Correctable(
        "被投诉的网点或渠道",
        is_personal=False,
        longest=200,
        read=lambda complaint: complaint.branch,
        write=lambda complaint, value: replace(complaint, branch=value),
        problem=_any,
    ),
    "staff": Correctable(
        "涉及人员",
        is_personal=True,
        longest=200,
        read=lambda complaint: complaint.staff or "",
        write=lambda complaint, value: replace(complaint, staff=value),
        problem=_any,
    ),
}
"""By the name of the field in forms and in the history."""
