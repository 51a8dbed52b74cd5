"""What a list of branches must be like: distinct names, superiors that exist, no circles."""

import re
from collections import Counter
from collections.abc import Mapping

from casestore.domain.staff import Branch
from casestore.domain.texts import text_problem

LONGEST_NAME = 100

_CODE = re.compile(r"[A-Za-z0-9._-]{1,20}")


def names_of(known: Mapping[str, Branch]) -> Counter[str]:
    """How often each name occurs."""
    return Counter(branch.name for branch in known.values())


def branch_problems(
    branch: Branch, known: Mapping[str, Branch], names: Counter[str]
) -> dict[str, str]:
    """What is wrong with a branch, by field, in plain Chinese.

    ``known`` are all branches by code, itself too, and ``names`` their ``names_of``.
    """
    problems = {
        "code": None if _CODE.fullmatch(branch.code) else "请用字母、数字、点或横线，最多 20 个",
        "name": _name_problem(branch.name, names),
        "parent": _parent_problem(branch, known),
    }
    return {field: problem for field, problem in problems.items() if problem}


def superiors(code: str, known: Mapping[str, Branch]) -> list[str]:
    """The codes above a branch, the nearest first; stops where they come round in a circle."""
    above: list[str] = []
    branch = known.get(code)
    while branch is not None and branch.parent is not None and branch.parent not in above:
        above.append(branch.parent)
        branch = known.get(branch.parent)
    return above


def _name_problem(name: str, names: Counter[str]) -> str | None:
    if len(name) > LONGEST_NAME:
        return f"太长，最多 {LONGEST_NAME} 个字"
    return "已有同名的机构" if names[name] > 1 else text_problem(name)


def _parent_problem(branch: Branch, known: Mapping[str, Branch]) -> str | None:
    if branch.parent is None:
        return None
    if branch.parent not in known:
        return "没有这个上级机构"
    if branch.code in superiors(branch.code, known):
        return "上级绕成了一圈"
    return None
