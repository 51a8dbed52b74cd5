"""Reads data/campaigns/*.yml; what is wrong is said all at once, place by place, in Chinese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import yaml
from yaml.constructor import ConstructorError

from bot.campaigns.campaign import (
    Article,
    Audience,
    Campaign,
    Level,
    Period,
    Question,
    Scene,
    Slot,
    Topic,
)
from bot.errors import CampaignError
from bot.knowledge.answer import Source
from bot.knowledge.catalogue import why

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

CAMPAIGN_KEYS = (
    *("title", "organiser", "first_day", "last_day", "audience", "welcome", "share"),
    *("topics", "articles", "quiz", "questions_a_day", "scenes", "bookings"),
)
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
"""Scene ids travel in a WeChat scene_str (1 to 64 characters) and in a web address (公众平台
「生成带参数的二维码」)."""
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
LARGEST_FILE = 256 * 1024
"""Bytes; the largest campaign that ships has a tenth of that."""
MOST_ITEMS = 400
"""Of any list: fewer than the scenes that a report may have in the case store's contract."""
_UNREADABLE = "读不出来：有写得不对的日期、时间或数字（请加引号），或者一层套一层太深。"
_SOURCE_KEYS = ("document", "number", "article", "in_force_since", "facts")


def read_campaign(path: Path) -> Campaign:
    """The campaign of one file. Raises CampaignError naming every fault of it."""
    content = _content(path)
    faults: list[str] = []
    if not isinstance(content, Mapping):
        raise CampaignError(path.name, ["内容要写成“栏目: 值”的样子，见 campaign new 生成的样例。"])
    campaign = _campaign(path.stem, _Part(content, "", faults))
    if faults:
        raise CampaignError(path.name, faults)
    return campaign


def _content(path: Path) -> Any:
    """What the YAML of a file holds. Raises CampaignError."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise CampaignError(path.name, [f"文件太大，最多 {LARGEST_FILE // 1024} KB。"])
        return _Loader(content.decode("utf-8")).get_single_data()
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as exc:
        raise CampaignError(path.name, [f"读不出来：{why(exc)}。"]) from exc
    except (ValueError, LookupError, RecursionError) as exc:  # PyYAML lets these through
        raise CampaignError(path.name, [_UNREADABLE]) from exc


class _Loader(yaml.SafeLoader):
    """Knows no merge keys (`<<`): a few lines of them nested make gigabytes."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        for key, _ in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                raise ConstructorError(None, None, "merge key", key.start_mark)


class _Part:
    """One mapping of the file, where it stands, and the common list of faults.

    A value that is missing or wrong leaves a fault and is replaced by something harmless, so that
    reading goes on and says everything at once.
    """

    def __init__(self, content: Mapping[str, Any], where: str, faults: list[str]) -> None:
        self._content = content
        self._where = where
        self._faults = faults

    def known(self, *names: str) -> None:
        for name in self._content:
            if name not in names:
                self.fault(str(name), "没有这个栏目，请检查拼写")

    def fault(self, name: str, what: str) -> None:
        self._faults.append(f"{self._where}{name}：{what}。")

    def text(self, name: str, longest: int, *, optional: bool = False) -> str:
        value = self._content.get(name)
        if value is None and optional:
            return ""
        if not isinstance(value, str) or not value.strip():
            self.fault(name, "要写文字" if value is None else "要写成文字（数字和日期加引号）")
            return ""
        if len(value.strip()) > longest:
            self.fault(name, f"最多 {longest} 个字，现在 {len(value.strip())} 个")
        if not _is_writable(value):
            self.fault(name, "有看不见的控制字符，请删掉")
        return value.strip()

    def identifier(self, name: str) -> str:
        value = self._content.get(name)
        if not isinstance(value, str) or not ID.fullmatch(value):
            self.fault(name, "要用小写字母、数字和连字符，最多 64 个，以字母或数字开头")
            return ""
        return value

    def number(self, name: str, least: int, most: int, default: int | None = None) -> int:
        value = self._content.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.fault(name, f"要写 {least} 到 {most} 的整数")
            return least
        return value

    def one_of(self, name: str, kind: type[E]) -> E:
        value = self._content.get(name)
        for member in kind:
            if member.value == value:
                return member
        self.fault(name, f"只能是 {'、'.join(str(member.value) for member in kind)}")
        return next(iter(kind))

    def day(self, name: str, instead: date = date.min) -> date:
        value = self._content.get(name)
        try:
            if not isinstance(value, str):
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            self.fault(name, '要写成加引号的日期，例如 "2027-03-15"')
            return instead

    def days(self, first: str, last: str) -> Period:
        period = Period(self.day(first), self.day(last, instead=date.max))
        if period.last < period.first:
            self.fault(last, f"不能早于 {first}")
        return period

    def moment(self, name: str) -> time:
        value = self._content.get(name)
        if not isinstance(value, str) or not _TIME.fullmatch(value):
            self.fault(name, '要写成加引号的时刻，例如 "09:00"')
            return time()
        return time.fromisoformat(value)

    def texts(self, name: str, longest: int) -> tuple[str, ...]:
        values = self._list(name)
        if not all(isinstance(value, str) and 0 < len(value) <= longest for value in values):
            self.fault(name, f"每一项要写文字，最多 {longest} 个字（数字加引号）")
            return ()
        if not all(map(_is_writable, values)):
            self.fault(name, "有看不见的控制字符，请删掉")
        return tuple(values)

    def parts(self, name: str, read: Callable[[_Part], T]) -> tuple[T, ...]:
        return tuple(read(part) for part in self._parts(name))

    def _parts(self, name: str) -> Iterator[_Part]:
        for number, item in enumerate(self._list(name), start=1):
            where = f"{self._where}{name} 第{number}项的 "
            if isinstance(item, Mapping):
                yield _Part(item, where, self._faults)
            else:
                self._faults.append(f"{where}内容：要写成“栏目: 值”的样子。")

    def _list(self, name: str) -> list[Any]:
        value = self._content.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault(name, "要写成列表，每项前面一个短横线")
            return []
        if len(value) > MOST_ITEMS:
            self.fault(name, f"最多 {MOST_ITEMS} 项，现在 {len(value)} 项")
            return []
        return value


def _is_writable(text: str) -> bool:
    """Whether no database, page or document stumbles over it: control characters and halves of a
    character come by an escape in quotes or with what was pasted."""
    return not any(unicodedata.category(c) in ("Cc", "Cs") for c in text if c != "\n")


def _campaign(campaign_id: str, part: _Part) -> Campaign:
    part.known(*CAMPAIGN_KEYS)
    if not ID.fullmatch(campaign_id):
        part.fault("文件名", "要用小写字母、数字和连字符，最多 64 个")
    return Campaign(
        id=campaign_id,
        title=part.text("title", 30),
        organiser=part.text("organiser", 40),
        days=part.days("first_day", "last_day"),
        audience=part.one_of("audience", Audience),
        welcome=part.text("welcome", 300),
        share=part.text("share", 120),
        topics=part.parts("topics", _topic),
        articles=part.parts("articles", _article),
        quiz=part.parts("quiz", _question),
        questions_a_day=part.number("questions_a_day", 1, 50, default=10),
        scenes=part.parts("scenes", _scene),
        slots=part.parts("bookings", _slot),
    )


def _topic(part: _Part) -> Topic:
    part.known("title", "theme", "answer")
    answer = part.text("answer", 80, optional=True)
    return Topic(part.text("title", 18), part.text("theme", 40), answer or None)


def _article(part: _Part) -> Article:
    part.known("id", "title", "text", "confidence", "sources")
    return Article(
        id=part.identifier("id"),
        title=part.text("title", 18),
        text=part.text("text", 500),
        confidence=part.text("confidence", 1),
        sources=part.parts("sources", _source),
    )


def _question(part: _Part) -> Question:
    part.known(
        *("id", "level", "theme", "question", "options", "answer"),
        *("explanation", "confidence", "sources"),
    )
    options = part.texts("options", 40)
    if not 2 <= len(options) <= 4:
        part.fault("options", "要有 2 到 4 项")
    if len(set(options)) < len(options):
        part.fault("options", "有两项一样")
    return Question(
        id=part.identifier("id"),
        level=part.one_of("level", Level),
        theme=part.text("theme", 40),
        text=part.text("question", 120),
        options=options,
        right=part.number("answer", 1, max(len(options), 1)) - 1,
        explanation=part.text("explanation", 300),
        confidence=part.text("confidence", 1),
        sources=part.parts("sources", _source),
    )


def _source(part: _Part) -> Source:
    part.known(*_SOURCE_KEYS)
    values = {name: part.text(name, 100, optional=name != "document") for name in _SOURCE_KEYS}
    return Source(**values)


def _scene(part: _Part) -> Scene:
    part.known("id", "event", "branch", "stand", "first_day", "last_day")
    return Scene(
        id=part.identifier("id"),
        event=part.text("event", 30),
        branch=part.text("branch", 40),
        stand=part.text("stand", 20),
        days=part.days("first_day", "last_day"),
    )


def _slot(part: _Part) -> Slot:
    part.known("day", "begins", "ends", "places")
    slot = Slot(
        day=part.day("day"),
        begins=part.moment("begins"),
        ends=part.moment("ends"),
        places=part.number("places", 1, 1000),
    )
    if slot.ends <= slot.begins:
        part.fault("ends", "要晚于 begins")
    return slot
