"""Turns what a customer typed into field values, with the readers of `bot.intake.reading`. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.intake import fields as f
from bot.intake import reference
from bot.intake.commands import fixed_command
from bot.intake.reading import (
    amounts,
    branches,
    choices,
    dates,
    narrative,
    opening,
    people,
)
from bot.intake.reading.classification import (
    Proposal,
    Table,
    propose_business,
    propose_reason,
)
from bot.intake.reading.groups import read_group
from bot.intake.turn import Turn
from bot.privacy.sealing import Sealed

SHORTEST_DETAIL = 4
_POSITION = re.compile(r"\W*(?:选|第)*[\d一二三四五六七八九十]+[个项号]?\W*")
_LINKS = re.compile(r"同一|同样|一样|关联|有关|一起的")
_AROUND_SECRETS = re.compile(
    r"〔[^〕]*〕|我的?|卡号|密码|验证码|数字|短信|里|那个|是|就|号码|给你|[\W\d]"
)
"""A number that was taken out, and the words it is given with."""
SHORTEST_WISH = 2
MOST_YUAN = 10**13
"""Limit of the case store's contract, which also wants whole fen."""
LONGEST_AMOUNT_TEXT = 100
LONGEST = {f.DETAIL: 5000, f.REQUEST: 1000, f.BRANCH: 200, f.NAME: 50, f.CONTACT: 50, f.STAFF: 100}


@dataclass(frozen=True)
class Reader:
    """The data the readers need: the classification table."""

    table: Table

    def propose(self, detail: str) -> tuple[list[Proposal], list[Proposal]]:
        """Business categories and reasons for a narrative, likeliest first."""
        return propose_business(detail, self.table), propose_reason(detail, self.table)

    @staticmethod
    def unknown(name: str) -> Any:
        """What is stored when the customer skips an optional field that is asked."""
        return {
            f.DATE: {"text": f.UNKNOWN_WORDS, "start": None, "end": None},
            f.BUSINESS: f.OTHER_BUSINESS,
            f.BRANCH: f.UNKNOWN_WORDS,
            f.CONTACT: f.USUAL_CONTACT,
        }.get(name)


def read_answer(reader: Reader, name: str, turn: Turn, text: str) -> Any:
    """The value for field `name` in `text`, which answers its question; None if there is none."""
    return _cut(name, _READERS[name](reader, turn, text.strip()))


def _cut(name: str, value: Any) -> Any:
    """`value`, no longer than the case store takes it."""
    return value[: LONGEST[name]] if name in LONGEST and isinstance(value, str) else value


def fill_from_opening(reader: Reader, turn: Turn) -> dict[str, Any]:
    """Every field that a first message already answers."""
    found = opening.read_opening(turn.text, turn.today)
    values: dict[str, Any] = {
        f.DETAIL: None if _is_typed_command(turn.text) else found.detail,
        f.BRANCH: found.branch,
        f.STAFF: found.staff,
        f.DATE: _date_value(found.date),
        f.AMOUNT: _amount_value(found.amount),
        f.REQUEST: found.request,
        f.NAME: found.name,
        f.ROLE: found.role,
        f.CONTACT: found.contact_preference,
        f.PHONE: _phone(reader, turn, turn.text),
        f.GROUP: _group(turn.text),
        f.LINKED: reference.find(turn.text),
    }
    return {name: _cut(name, value) for name, value in values.items() if value is not None}


def fill_from_passing(
    reader: Reader, turn: Turn, known: Mapping[str, Any], *, story: bool = False
) -> dict[str, Any]:
    """Fields without a value that an answer to another question mentions in passing.

    A wish counts in a `story` only: elsewhere any sentence might be read as one.
    """
    found = fill_from_opening(reader, turn)
    passing = (
        f.BRANCH,
        f.DATE,
        f.AMOUNT,
        f.STAFF,
        f.NAME,
        f.PHONE,
        *((f.REQUEST, f.GROUP) if story else ()),
        *((f.LINKED,) if story or links(turn.text) else ()),
    )
    values = {n: found[n] for n in passing if n in found and known.get(n) is None}
    if story and f.ROLE in found and known.get(f.ROLE) in (None, f.ROLES[0]):
        values[f.ROLE] = found[f.ROLE]  # 本人 is only what is assumed until somebody says otherwise
    return values


def links(text: str) -> bool:
    """True when a message says that the complaint belongs to another one: 「和TS…是同一件事」."""
    return _LINKS.search(text) is not None and reference.find(text) is not None


def _is_typed_command(text: str) -> bool:
    """The channel makes a typed leading slash a full-width one: it is no story."""
    return text.lstrip().startswith("／")


def _group(text: str) -> dict[str, Any] | None:
    group = read_group(text)
    return {"size": group.size, "text": group.text} if group else None


def _detail(_reader: Reader, turn: Turn, text: str) -> str | None:
    if turn.intent == "complaint_file" and narrative.read_narrative(text) is None:
        return None  # 「我要投诉」once more is not what happened
    if _is_typed_command(text):
        return None
    if "〔" in text and narrative.read_narrative(text) is None:
        return None  # a number that was taken out is not what happened either
    told = len(re.sub(r"\W", "", text)) >= SHORTEST_DETAIL and fixed_command(text) is None
    return text if told else None


def _business(reader: Reader, _turn: Turn, text: str) -> str | None:
    names = reader.table.business_names
    index = None if _POSITION.fullmatch(text) else choices.read_choice(text, names)
    if index is not None:
        return names[index]
    proposed = propose_business(text, reader.table)
    return proposed[0].name if proposed else None


def _reason(reader: Reader, _turn: Turn, text: str) -> str | None:
    names = reader.table.reason_names
    index = choices.read_choice(text, names)
    proposed = propose_reason(text, reader.table)
    return names[index] if index is not None else (proposed[0].name if proposed else None)


def _branch(_reader: Reader, _turn: Turn, text: str) -> str | None:
    branch = branches.read_branch(text, asked=True)
    return branch or (text if dates.is_unknown(text) else None)


def _date_value(reading: dates.DateReading | None) -> dict[str, Any] | None:
    if reading is None:
        return None
    return {
        "text": reading.text,
        "start": reading.start.isoformat() if reading.start else None,
        "end": reading.end.isoformat() if reading.end else None,
    }


def _date(_reader: Reader, turn: Turn, text: str) -> dict[str, Any] | None:
    reading = dates.read_date(text, turn.today)
    if reading is not None and not reading.future:
        return _date_value(reading)
    return _date_value(dates.UNKNOWN) if dates.is_unknown(text) else None


def _amount(_reader: Reader, _turn: Turn, text: str) -> dict[str, Any] | None:
    return _amount_value(amounts.read_amount(text, asked=True))


def _amount_value(reading: amounts.AmountReading | None) -> dict[str, Any] | None:
    """The words beside the figure: 「三千来块」 is not 3,000 yuan."""
    if reading is None or reading.yuan >= MOST_YUAN:
        return None
    yuan = float(round(reading.yuan, 2))
    return {"text": reading.text[:LONGEST_AMOUNT_TEXT], "yuan": yuan, "vague": reading.vague}


def _request(_reader: Reader, _turn: Turn, text: str) -> str | None:
    if "〔" in text and len(_AROUND_SECRETS.sub("", text)) < SHORTEST_WISH:
        return None
    return text if re.search(r"\w{2}", text) and fixed_command(text) is None else None


def _name(_reader: Reader, _turn: Turn, text: str) -> str | None:
    return people.read_name(text, asked=True)


def _phone(_reader: Reader, turn: Turn, text: str) -> Sealed | None:
    mentioned = [phone for phone in turn.phones if phone["shown"] in text]
    return mentioned[-1] if mentioned else None


def _role(_reader: Reader, _turn: Turn, text: str) -> str | None:
    index = choices.read_choice(text, f.ROLES)
    return f.ROLES[index] if index is not None else people.read_role(text)


def _staff(_reader: Reader, _turn: Turn, text: str) -> str | None:
    return people.read_staff(text, asked=True)


def _words(_reader: Reader, _turn: Turn, text: str) -> str | None:
    return text if re.search(r"\w{2}", text) else None


_READERS: Mapping[str, Callable[[Reader, Turn, str], Any]] = {
    f.DETAIL: _detail,
    f.BUSINESS: _business,
    f.REASON: _reason,
    f.BRANCH: _branch,
    f.DATE: _date,
    f.STAFF: _staff,
    f.AMOUNT: _amount,
    f.REQUEST: _request,
    f.NAME: _name,
    f.PHONE: _phone,
    f.ROLE: _role,
    f.GROUP: lambda _reader, _turn, text: _group(text),
    f.LINKED: lambda _reader, _turn, text: reference.find(text),
    f.CONTACT: _words,
}
