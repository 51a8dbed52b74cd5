"""The account's menu and its limits (创建自定义菜单)."""

from __future__ import annotations

from typing import Any, NamedTuple

from wechatsim import errors
from wechatsim.errors import ApiError

_MOST_BUTTONS = 3
_MOST_SUB_BUTTONS = 5
_LONGEST_KEY = 128
_LONGEST_URL = 1024
_BY_KEY = frozenset(
    [
        "click",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
    ]
)
_BY_URL = frozenset(["view", "miniprogram"])
_OTHERS = frozenset(["media_id", "view_limited", "article_id", "article_view_limited"])
TYPES = _BY_KEY | _BY_URL | _OTHERS


class _Limits(NamedTuple):
    """Bytes of a name, and the error codes of one level of the menu."""

    longest_name: int
    kind: int
    name: int
    key: int
    url: int


_TOP = _Limits(
    16,
    errors.INVALID_BUTTON_TYPE,
    errors.INVALID_BUTTON_NAME,
    errors.INVALID_BUTTON_KEY,
    errors.INVALID_BUTTON_URL,
)
_SUB = _Limits(
    60,
    errors.INVALID_SUB_BUTTON_TYPE,
    errors.INVALID_SUB_BUTTON_NAME,
    errors.INVALID_SUB_BUTTON_KEY,
    errors.INVALID_SUB_BUTTON_URL,
)

Button = dict[str, Any]


def checked(menu: Any) -> list[Button]:
    """The buttons of a menu as published; raises ApiError with the documented code."""
    buttons = menu.get("button") if isinstance(menu, dict) else None
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= _MOST_BUTTONS:
        raise ApiError(errors.INVALID_BUTTON_COUNT)
    for button in buttons:
        _check_top(button)
    return buttons


def leaves(buttons: list[Button]) -> list[Button]:
    """Every button a user can press."""
    return [leaf for button in buttons for leaf in button.get("sub_button") or [button]]


def _check_top(button: Any) -> None:
    subs = button.get("sub_button") if isinstance(button, dict) else None
    if not subs:
        _check(button, _TOP)
        return
    _check_name(button, _TOP)
    if not isinstance(subs, list) or len(subs) > _MOST_SUB_BUTTONS:
        raise ApiError(errors.INVALID_SUB_BUTTON_COUNT)
    for sub in subs:
        if isinstance(sub, dict) and sub.get("sub_button"):
            raise ApiError(errors.INVALID_BUTTON_DEPTH)
        _check(sub, _SUB)


def _check(button: Any, limits: _Limits) -> None:
    if not isinstance(button, dict) or button.get("type") not in TYPES:
        raise ApiError(limits.kind)
    _check_name(button, limits)
    if button["type"] in _BY_KEY and not _fits(button.get("key"), _LONGEST_KEY):
        raise ApiError(limits.key)
    if button["type"] in _BY_URL:
        url = button.get("url")
        if not _fits(url, _LONGEST_URL) or not str(url).startswith(("http://", "https://")):
            raise ApiError(limits.url)


def _check_name(button: Button, limits: _Limits) -> None:
    if not _fits(button.get("name"), limits.longest_name):
        raise ApiError(limits.name)


def _fits(text: Any, longest: int) -> bool:
    return isinstance(text, str) and 0 < len(text.encode()) <= longest
