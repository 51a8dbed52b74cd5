"""The account's menu: a file, checked against the platform's limits, and what its entries mean.

Limits: 公众平台「自定义菜单创建接口」.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from bot.errors import MenuError
from bot.settings import ROOT

MENU_FILE = ROOT / "data" / "wechat" / "menu.yml"
MOST_ENTRIES, MOST_SUB_ENTRIES = 3, 5
WIDEST, WIDEST_SUB = 4, 7
"""Of a name, in Chinese characters; what is longer ends in an ellipsis."""
LONGEST_KEY, LONGEST_URL = 128, 1024
"""Bytes."""
PUBLIC_URL = "{public_url}"
SAY = "say:"
DEEDS: Mapping[str, str] = {
    "complaint_file": "我要投诉",
    "complaint_status": "查询投诉进度",
    "complaint_supplement": "补充材料",
    "complaint_rate": "评价投诉处理",
    "continue_elsewhere": "换个设备接着填",
    "handoff": "转人工",
    "callback_request": "请给我回电",
    "help": "小保能做什么",
    "my_data": "查看我的信息",
}
"""What an entry may do, and what the customer has said by it when it is no longer in the file."""
LOCAL_HOSTS = ("127.0.0.1", "localhost")
"""Where an installation is tried out: no certificate is asked for."""
_WHAT = ("do", "say", "open", "entries")


@dataclass(frozen=True)
class Entry:
    """One entry: a key that comes back when it is touched, a page to open, or more entries."""

    name: str
    key: str | None = None
    url: str | None = None
    entries: tuple[Entry, ...] = ()

    def to_platform(self, public_url: str) -> dict[str, Any]:
        if self.entries:
            below = [entry.to_platform(public_url) for entry in self.entries]
            return {"name": self.name, "sub_button": below}
        if self.url is None:
            return {"type": "click", "name": self.name, "key": self.key}
        return {"type": "view", "name": self.name, "url": _address(self.url, public_url)}


@dataclass(frozen=True)
class Menu:
    """A menu fit to be published."""

    entries: tuple[Entry, ...]

    def to_platform(self, public_url: str) -> dict[str, Any]:
        """The menu as `menu/create` takes it; `public_url` is where this installation is reached.

        Raises MenuError when a page is to be opened that has no address.
        """
        return {"button": [entry.to_platform(public_url) for entry in self.entries]}

    def spoken_for(self, event_key: str) -> tuple[str, str] | None:
        """What the customer has said by touching an entry, and what the assistant gets of it.

        None for a key nobody knows. Menus stay on phones for a day after a change: keys of deeds
        are known also when they are not in the file any more.
        """
        names = {entry.key: entry.name for entry in self._all()}
        if event_key in DEEDS:
            return names.get(event_key, DEEDS[event_key]), f"/{event_key}"
        if event_key.startswith(SAY) and event_key in names:
            question = event_key.removeprefix(SAY)
            return question, question
        return None

    def _all(self) -> list[Entry]:
        return [found for entry in self.entries for found in (entry, *entry.entries)]


def load_menu(path: Path = MENU_FILE) -> Menu:
    """Raises MenuError naming every fault, one a line."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as exc:
        raise MenuError(f"菜单文件读不出来：{path}") from exc
    reading = _Reading()
    entries = reading.entries(content.get("menu") if isinstance(content, dict) else None)
    if reading.faults:
        raise MenuError("公众号菜单有问题：\n" + "\n".join(reading.faults))
    return Menu(entries)


def on_platform(answer: Mapping[str, Any]) -> list[Any]:
    """The entries in an answer of `menu/get`, without what the platform adds; see `published`."""
    return _essence(answer.get("menu", {}).get("button", []))


def published(menu: Menu, public_url: str) -> list[Any]:
    """What `on_platform` gives once the menu is published. Raises MenuError as `to_platform`."""
    return _essence(menu.to_platform(public_url)["button"])


def _essence(buttons: Sequence[Mapping[str, Any]]) -> list[Any]:
    return [
        (
            button.get("name"),
            button.get("type"),
            button.get("key") or button.get("url"),
            _essence(button.get("sub_button") or []),
        )
        for button in buttons
    ]


def _address(url: str, public_url: str) -> str:
    if PUBLIC_URL not in url:
        return url
    parts = urlsplit(public_url)
    if parts.scheme != "https" and parts.hostname not in LOCAL_HOSTS:
        raise MenuError("菜单里有本行网页的地址，请先把 WECHAT_PUBLIC_URL 设成 https 开头的地址。")
    return url.replace(PUBLIC_URL, f"{parts.scheme}://{parts.netloc}")


class _Reading:
    """Reads the file and collects what is wrong with it."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def entries(self, content: Any, above: str = "") -> tuple[Entry, ...]:
        most = MOST_SUB_ENTRIES if above else MOST_ENTRIES
        if not isinstance(content, list) or not content:
            self._fault(above or "菜单", "没有内容")
            return ()
        if len(content) > most:
            self._fault(above or "菜单", f"有 {len(content)} 项，最多 {most} 项")
        self._must_differ(content, above or "菜单")
        read = (self._entry(item, number, above) for number, item in enumerate(content, start=1))
        return tuple(entry for entry in read if entry is not None)

    def _entry(self, item: Any, number: int, above: str) -> Entry | None:
        where = f"{above}第 {number} 项"
        if not isinstance(item, dict):
            self._fault(where, "要写成 name 和 do、say、open、entries 之一")
            return None
        name = str(item.get("name") or "").strip()
        where = f"{where}“{name}”" if name else where
        self._check_name(name, where, WIDEST_SUB if above else WIDEST)
        given = [what for what in _WHAT if what in item]
        if len(given) != 1 or set(item) - {"name", *given}:
            self._fault(where, "do、say、open、entries 要写一个，只写一个，不能有别的")
            return None
        return self._what(name, given[0], item[given[0]], where, is_below=bool(above))

    def _what(
        self, name: str, what: str, value: Any, where: str, *, is_below: bool
    ) -> Entry | None:
        if what == "entries":
            if is_below:
                self._fault(where, "二级菜单下面不能再有菜单")
                return None
            return Entry(name, entries=self.entries(value, f"{where}的"))
        text = str(value or "").strip()
        if what == "open":
            self._check_url(text, where)
            return Entry(name, url=text)
        key = f"{SAY}{text}" if what == "say" else text
        self._check_key(key, where)
        return Entry(name, key=key)

    def _check_name(self, name: str, where: str, widest: int) -> None:
        if not name:
            self._fault(where, "没有名称（name）")
        elif _width(name) > widest:
            self._fault(where, f"名称太长，最多 {widest} 个汉字")

    def _check_key(self, key: str, where: str) -> None:
        if key == SAY or key.startswith((f"{SAY}/", f"{SAY}／")):
            self._fault(where, "say 后面写客户会打的一句话，不能以 / 开头")
        elif not key.startswith(SAY) and key not in DEEDS:
            self._fault(where, f"小保不会办“{key}”，可以写：{'、'.join(DEEDS)}")
        elif len(key.encode()) > LONGEST_KEY:
            self._fault(where, f"say 太长，最多 {(LONGEST_KEY - len(SAY)) // 3} 个汉字")

    def _check_url(self, url: str, where: str) -> None:
        if not url.startswith(("https://", f"{PUBLIC_URL}/")):
            self._fault(where, f"open 要以 https:// 或 {PUBLIC_URL}/ 开头")
        elif len(url.encode()) > LONGEST_URL or any(c.isspace() for c in url):
            self._fault(where, f"网址不能有空格，最多 {LONGEST_URL} 个字节")

    def _must_differ(self, content: list[Any], where: str) -> None:
        names = [item.get("name") for item in content if isinstance(item, dict)]
        for name in sorted({str(name) for name in names if name and names.count(name) > 1}):
            self._fault(where, f"有几项都叫“{name}”")

    def _fault(self, where: str, what: str) -> None:
        self.faults.append(f"{where.removesuffix('的')}：{what}。")


def _width(name: str) -> float:
    """In Chinese characters: letters and digits take half of one."""
    return sum(1 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in name)
