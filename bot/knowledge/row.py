"""An answer as one row of the review sheet, and what a reviewed row makes of the answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.knowledge import themes
from bot.knowledge.answer import (
    APPROVED,
    DRAFT,
    LISTED,
    Answer,
    Metadata,
    Source,
    Variant,
)

Row = Mapping[str, str]
"""Cells by column key; "" is an empty cell."""

STATUS_WORDS = {DRAFT: "草稿", APPROVED: "已批准"}
FOLLOW_UP_WORDS = {"call": "打热线", "complaint": "登记投诉", "emergency": "紧急处理"}
WECHAT = "wechat"
_BETWEEN = re.compile(r"[\s,，、;；]+")


@dataclass(frozen=True)
class Column:
    """`editable` says whether the reviewer's entry is taken over; `width` in characters."""

    key: str
    heading: str
    width: int
    editable: bool = False


COLUMNS = (
    Column("id", "编号", 26),
    Column("theme", "主题", 14),
    Column("title", "标题", 20, editable=True),
    Column("text", "正文", 60, editable=True),
    Column(WECHAT, "微信正文", 40, editable=True),
    Column("sources", "依据", 44),
    Column("confidence", "把握", 6),
    Column("owner", "归口部门", 14, editable=True),
    Column("status", "状态", 9, editable=True),
    Column("approved_by", "审批人", 12, editable=True),
    Column("approved_on", "审批日期", 12, editable=True),
    Column("written_by", "撰写人", 12, editable=True),
    Column("checked_on", "核对日期", 12, editable=True),
    Column("review_due", "复核期限", 12, editable=True),
    Column("valid_from", "起用日", 12, editable=True),
    Column("valid_until", "停用日", 12, editable=True),
    Column("related", "相关问题", 30, editable=True),
    Column("follow_up", "后续按钮", 12, editable=True),
)
STAMP = Column("stamp", "校验", 4)
"""Hidden; tells whether the answer is still the one the reviewer read."""
EDITABLE = tuple(column.key for column in COLUMNS if column.editable)
IN_METADATA = tuple(key for key in EDITABLE if key not in ("text", WECHAT))


def row_of(answer: Answer) -> Row:
    """The cells of an answer, all but the stamp."""
    metadata = answer.metadata
    plain = {key: str(getattr(metadata, key)) for key in IN_METADATA if key not in LISTED}
    return {
        **plain,
        "id": answer.id,
        "theme": themes.name_of(answer.theme),
        "text": answer.text,
        WECHAT: answer.own_text(WECHAT),
        "sources": "\n".join(_source(source) for source in metadata.sources),
        "confidence": metadata.confidence,
        "status": STATUS_WORDS.get(metadata.status, metadata.status),
        "related": "\n".join(metadata.related),
        "follow_up": "\n".join(FOLLOW_UP_WORDS.get(item, item) for item in metadata.follow_up),
    }


def stamp_of(row: Row) -> str:
    """A short digest of every cell of an exported row."""
    cells = "\0".join(row[column.key] for column in COLUMNS)
    return hashlib.sha256(cells.encode()).hexdigest()[:16]


def answer_from(row: Row, answer: Answer) -> Answer:
    """`answer` with the editable cells of `row`."""
    raw = {**answer.metadata.raw, **metadata_values(row)}
    kept = {key: value for key, value in raw.items() if value or key in answer.metadata.raw}
    return replace(answer, variants=_variants(row, answer), metadata=Metadata.read(kept))


def metadata_values(row: Row) -> dict[str, Any]:
    """The editable cells as the YAML has them: words translated back, lists apart."""
    status = {word: key for key, word in STATUS_WORDS.items()}
    follow_up = {word: key for key, word in FOLLOW_UP_WORDS.items()}
    return {
        **{key: row[key] for key in IN_METADATA},
        "status": status.get(row["status"], row["status"]),
        "related": _list(row["related"]),
        "follow_up": [follow_up.get(word, word) for word in _list(row["follow_up"])],
    }


def _variants(row: Row, answer: Answer) -> tuple[Variant, ...]:
    """The texts in their order: the first for all channels replaced, WeChat's where it was."""
    texts = {"": row["text"], WECHAT: row[WECHAT]}
    channels = [variant.channel for variant in answer.variants]
    if WECHAT not in channels:
        channels.append(WECHAT)
    every = [Variant(texts.get(name, answer.own_text(name)), name) for name in channels]
    return tuple(variant for variant in every if variant.text or variant.channel != WECHAT)


def _list(cell: str) -> list[str]:
    return [item for item in _BETWEEN.split(cell) if item]


def _source(source: Source) -> str:
    brackets = "，".join(part for part in (source.number, source.in_force_since) if part)
    return f"{source.document}{f'（{brackets}）' if brackets else ''}{source.article}"
