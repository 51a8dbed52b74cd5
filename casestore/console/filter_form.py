"""The filter bar over a list of cases: what can be chosen, and what is chosen now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from casestore.domain.case import CaseState, Flag, Grade, Priority, Source
from casestore.domain.directory import Directory
from casestore.domain.filters import NOBODY, Due, Sort
from casestore.domain.taxonomy import Dimension, terms, top

Options = Sequence[tuple[str, str]]
Groups = Sequence[tuple[str, Options]]

_CHOICES: Mapping[str, type[Enum]] = {
    "sources": Source,
    "grades": Grade,
    "priorities": Priority,
    "flags": Flag,
    "due": Due,
    "sort": Sort,
}


@dataclass(frozen=True)
class FilterForm:
    """``values`` as they stand in the address (several choices joined by commas), ``problems`` by
    name, ``choices`` by name."""

    values: Mapping[str, str]
    problems: Mapping[str, str]
    states: Sequence[tuple[str, str, bool]]
    choices: Mapping[str, Groups]
    branches: Sequence[str]
    active: int


def filter_form(
    values: Mapping[str, str], problems: Mapping[str, str], directory: Directory
) -> FilterForm:
    """The bar for what an address asks for."""
    chosen = set(values.get("states", "").split(","))
    choices: dict[str, Groups] = {
        name: [("", [*_several(values, name), *_labels(kind)])] for name, kind in _CHOICES.items()
    }
    for name, dimension in (("businesses", Dimension.BUSINESS), ("reasons", Dimension.REASON)):
        choices[name] = [("", _several(values, name)), *grouped(dimension)]
    choices["assignee"] = [("", [(NOBODY, "尚未分派"), *_people(directory)])]
    choices["pending"] = [("", [("1", "未了结"), ("0", "已了结")])]
    return FilterForm(
        values={"sort": Sort.NEWEST.value, **values},
        problems=problems,
        states=[(state.value, state.label, state.value in chosen) for state in CaseState],
        choices=choices,
        branches=[branch.name for branch in directory.branches],
        active=len([name for name in values if name != "sort"]),
    )


def grouped(dimension: Dimension) -> Groups:
    """The names of a dimension of JR/T 0169—2018; those with others below stand over them."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for term in terms(dimension):
        groups.setdefault(top(dimension, term.name), []).append((term.name, term.name))
    return [(heading if len(names) > 1 else "", names) for heading, names in groups.items()]


def _several(values: Mapping[str, str], name: str) -> Options:
    """Several choices, as a link from a report may ask for, stand as one entry of the select."""
    chosen = values.get(name, "")
    return [(chosen, f"已选 {len(chosen.split(','))} 项")] if "," in chosen else []


def _labels(kind: type[Enum]) -> Options:
    return [(str(member.value), str(getattr(member, "label", member.value))) for member in kind]


def _people(directory: Directory) -> Options:
    return [(person.username, person.name) for person in directory.officers]
