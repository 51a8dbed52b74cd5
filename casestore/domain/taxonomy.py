"""The three dimensions along which the bank reports complaints: business, reason, channel.

Source: JR/T 0169—2018 《金融消费者投诉统计分类及编码 银行业金融机构》, which 银发〔2018〕243号 makes
every bank use. The names are those of ``casestore/data/classification.csv``, which is read once with
this module, as a part of it. The standard's numeric codes are not public; a bank fills in its own
(``read_codes``).
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from importlib import resources

from casestore.domain.errors import ConfigurationError

_COMMENT = "#"
_HEADING = ["name", "dimension", "code"]
_COLUMNS = len(_HEADING)
_LONGEST_CODE = 20


class Dimension(str, Enum):
    """What a name of the standard says about a complaint."""

    BUSINESS = "business"
    REASON = "reason"
    CHANNEL = "channel"

    @property
    def label(self) -> str:
        """The word a complaint officer reads."""
        return {"business": "业务类别", "reason": "投诉原因", "channel": "业务办理渠道"}[self.value]


@dataclass(frozen=True)
class Term:
    """One name of the standard; ``parent`` is the name above it, None at the top, and ``level``
    1 at the top."""

    dimension: Dimension
    name: str
    parent: str | None
    level: int


@dataclass(frozen=True)
class Codes:
    """The official codes a bank has filled in, by dimension and name; none at first."""

    by_name: Mapping[tuple[Dimension, str], str] = field(default_factory=dict)

    def of(self, dimension: Dimension, name: str) -> str:
        """The code of a name; empty where the bank has none."""
        return self.by_name.get((dimension, name), "")


def terms(dimension: Dimension) -> tuple[Term, ...]:
    """Every name of a dimension, each below its parent, in the order of the standard."""
    return _TERMS[dimension]


def is_term(dimension: Dimension, name: str) -> bool:
    """Whether the standard has this name in this dimension."""
    return name in _BY_NAME[dimension]


def parents(dimension: Dimension, name: str) -> tuple[str, ...]:
    """The names above a name, the nearest first; empty at the top and for an unknown name."""
    found = _BY_NAME[dimension].get(name)
    if found is None or found.parent is None:
        return ()
    return (found.parent, *parents(dimension, found.parent))


def top(dimension: Dimension, name: str) -> str:
    """The topmost name above a name; the name itself at the top or if it is unknown."""
    return (name, *parents(dimension, name))[-1]


def read_codes(text: str) -> Codes:
    """Official codes from a table with the columns ``name,dimension,code`` (and a heading line).

    ``dimension`` is ``business``, ``reason`` or ``channel``, or its Chinese label. Raises
    ConfigurationError that names every wrong line.
    """
    found: dict[tuple[Dimension, str], str] = {}
    problems = []
    for number, row in _numbered(text):
        try:
            key, code = _read_code(row)
            _check_new(key, code, found)
            found[key] = code
        except ValueError as exc:
            problems.append(f"第 {number} 行{exc}")
    if problems:
        raise ConfigurationError(f"分类代码文件有错：{'；'.join(problems)}。")
    return Codes(found)


def _numbered(text: str) -> Iterator[tuple[int, list[str]]]:
    """Lines with their numbers, cells stripped; no heading, blank lines or comments."""
    reader = csv.reader(text.splitlines())
    for row in reader:
        cells = [cell.strip() for cell in row]
        is_heading = [cell.lower() for cell in cells] == _HEADING
        if any(cells) and not is_heading and not cells[0].startswith(_COMMENT):
            yield reader.line_num, cells


def _read_code(row: list[str]) -> tuple[tuple[Dimension, str], str]:
    """Raises ValueError with what is wrong with the line."""
    if len(row) != _COLUMNS or not all(row):
        raise ValueError("应有名称、维度、代码三栏")
    name, written, code = row
    dimension = next((each for each in Dimension if written in (each.value, each.label)), None)
    if dimension is None:
        raise ValueError(f"的维度“{written}”不认识，应为 business、reason 或 channel")
    if not is_term(dimension, name):
        raise ValueError(f"的名称“{name}”不在{dimension.label}里")
    if len(code) > _LONGEST_CODE:
        raise ValueError(f"的代码超过 {_LONGEST_CODE} 个字符")
    return (dimension, name), code


def _check_new(
    key: tuple[Dimension, str], code: str, found: Mapping[tuple[Dimension, str], str]
) -> None:
    """Raises ValueError where a name has two codes, or a code two names of one dimension."""
    if key in found:
        raise ValueError(f"的“{key[1]}”前面已经写过")
    if any(other[0] is key[0] and given == code for other, given in found.items()):
        raise ValueError(f"的代码“{code}”前面已经给了别的名称")


def _read_terms(text: str) -> Mapping[Dimension, tuple[Term, ...]]:
    lines = (line for line in text.splitlines() if not line.startswith(_COMMENT))
    found: dict[Dimension, dict[str, Term]] = {dimension: {} for dimension in Dimension}
    for row in csv.DictReader(lines):
        dimension, parent = Dimension(row["dimension"]), row["parent"] or None
        level = found[dimension][parent].level + 1 if parent else 1
        found[dimension][row["name"]] = Term(dimension, row["name"], parent, level)
    return {dimension: tuple(named.values()) for dimension, named in found.items()}


_DATA = resources.files("casestore").joinpath("data/classification.csv")
_TERMS = _read_terms(_DATA.read_text(encoding="utf-8"))
_BY_NAME = {dimension: {term.name: term for term in found} for dimension, found in _TERMS.items()}

BUSINESSES: tuple[str, ...] = tuple(term.name for term in _TERMS[Dimension.BUSINESS])
REASONS: tuple[str, ...] = tuple(term.name for term in _TERMS[Dimension.REASON])
CHANNELS: tuple[str, ...] = tuple(term.name for term in _TERMS[Dimension.CHANNEL])
