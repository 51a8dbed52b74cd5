"""The console's menu."""

import pytest

from casestore.console.navigation import navigation
from casestore.domain.staff import Officer, StaffRole


def menu(path: str, *roles: StaffRole) -> list[str]:
    return [item.path for item in navigation(Officer("li", "李", frozenset(roles)), path)]


def current(path: str) -> list[str]:
    everybody = Officer("li", "李", frozenset(StaffRole))
    return [item.path for item in navigation(everybody, path) if item.is_current]


def test_everybody_sees_what_their_posts_allow() -> None:
    assert menu("/", StaffRole.ADMIN) == ["/users", "/branches"]
    assert menu("/", StaffRole.CLERK)[:3] == ["/", "/cases", "/cases/new"]
    assert "/audit" in menu("/", StaffRole.AUDITOR)
    assert "/approvals" not in menu("/", StaffRole.HANDLER)
    assert menu("/") == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", ["/"]),
        ("/cases", ["/cases"]),
        ("/cases/new", ["/cases/new"]),
        ("/cases/TS20261123-0000005", ["/cases"]),
        ("/cases/TS20261123-0000005/reply", ["/cases"]),
        ("/reports/1", ["/reports"]),
        ("/account", []),
        ("/casesx", []),
    ],
)
def test_one_entry_is_the_current_one(path: str, expected: list[str]) -> None:
    assert current(path) == expected


def test_no_two_entries_share_an_access_key() -> None:
    everybody = Officer("li", "李", frozenset(StaffRole))
    keys = [item.key for item in navigation(everybody, "/") if item.key]
    assert len(keys) == len(set(keys))
