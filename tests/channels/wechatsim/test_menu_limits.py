"""Menus the platform refuses, with the documented code for each."""

from __future__ import annotations

from typing import Any

import pytest

from wechatsim.errors import ApiError
from wechatsim.menus import checked

CLICK = {"type": "click", "name": "投诉", "key": "complain"}


def top(**changes: Any) -> dict[str, Any]:
    return {"button": [{**CLICK, **changes}]}


def sub(*subs: dict[str, Any]) -> dict[str, Any]:
    return {"button": [{"name": "更多", "sub_button": list(subs)}]}


@pytest.mark.parametrize(
    "menu",
    [
        top(),
        {"button": [CLICK] * 3},
        top(name="四个汉字内"),
        sub(*[CLICK] * 5),
        sub({**CLICK, "name": "字" * 20}),
        top(type="view", url="https://u/"),
        top(key="k" * 128),
    ],
)
def test_menus_within_the_limits_are_published(menu: dict[str, Any]) -> None:
    assert checked(menu) == menu["button"]


@pytest.mark.parametrize(
    ("menu", "errcode"),
    [
        ([], 40016),
        ({}, 40016),
        ({"button": []}, 40016),
        ({"button": [CLICK] * 4}, 40016),
        ({"button": ["投诉"]}, 40017),
        (top(type="press"), 40017),
        (top(type=None), 40017),
        (top(name=""), 40018),
        (top(name="六个汉字太多"), 40018),
        (top(key=""), 40019),
        (top(key="k" * 129), 40019),
        (top(type="view"), 40020),
        (top(type="view", url="ftp://u/"), 40020),
        (top(type="view", url="http://" + "u" * 1024), 40020),
        (sub(*[CLICK] * 6), 40023),
        (sub({**CLICK, "sub_button": [CLICK]}), 40022),
        (sub({**CLICK, "type": "press"}), 40024),
        (sub({**CLICK, "name": "字" * 21}), 40025),
        (sub({**CLICK, "key": None}), 40026),
        (sub({**CLICK, "type": "view"}), 40027),
        ({"button": [{"sub_button": [CLICK]}]}, 40018),
        ({"button": [{"name": "更多", "sub_button": "x"}]}, 40023),
    ],
)
def test_menus_beyond_the_limits_get_their_code(menu: Any, errcode: int) -> None:
    with pytest.raises(ApiError) as refused:
        checked(menu)
    assert refused.value.errcode == errcode
