"""Writes reviewed answers back into the YAML, touching nothing but what changed."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from bot.errors import SheetError
from bot.knowledge.answer import PREFIX
from bot.knowledge.review import Change
from bot.knowledge.row import IN_METADATA, WECHAT, metadata_values
from bot.knowledge.rules.governing import DATES

ORDER = (
    "title",
    "sources",
    "confidence",
    "owner",
    "status",
    "approved_by",
    "approved_on",
    "written_by",
    "checked_on",
    "review_due",
    "valid_from",
    "valid_until",
    "related",
    "follow_up",
)
"""Where a key is put that was not there before."""


def write_changes(folder: Path, changes: Iterable[Change]) -> list[Path]:
    """Edits the files of `folder` and returns those written; a file is replaced as a whole.

    Raises SheetError when a file cannot be read, written, or no longer holds the answer.
    """
    by_file: dict[Path, list[Change]] = {}
    for change in changes:
        by_file.setdefault(folder / f"{change.before.theme}.yml", []).append(change)
    try:
        edited = {path: _edited(path, items) for path, items in by_file.items()}
        for path, text in edited.items():
            _replace(path, text)
    except (OSError, KeyError, TypeError, YAMLError) as exc:
        raise SheetError(f"问答文件改不了（{exc}）。请检查 {folder} 里的文件和权限。") from exc
    return sorted(by_file)


def _edited(path: Path, changes: Iterable[Change]) -> str:
    yaml = YAML()
    yaml.preserve_quotes = True  # type: ignore[assignment]
    yaml.width = 1_000_000  # type: ignore[assignment]
    content = yaml.load(path.read_text(encoding="utf-8"))
    for change in changes:
        _edit(content["responses"][PREFIX + change.id], change)
    out = io.StringIO()
    yaml.dump(content, out)
    return out.getvalue()


def _replace(path: Path, text: str) -> None:
    """All or nothing: nobody ever reads half a file."""
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.chmod(path.stat().st_mode)
    os.replace(new, path)


def _edit(variants: CommentedSeq, change: Change) -> None:
    if "text" in change.changed:
        for_all = next((v for v in variants if "channel" not in v), variants[0])
        for_all["text"] = LiteralScalarString(change.after["text"])
    if WECHAT in change.changed:
        _edit_wechat(variants, change.after[WECHAT])
    values = metadata_values(change.after)
    metadata = variants[0]["metadata"]
    for key in IN_METADATA:
        if key in change.changed:
            _put(metadata, key, values[key])


def _edit_wechat(variants: CommentedSeq, text: str) -> None:
    there = [variant for variant in variants if variant.get("channel") == WECHAT]
    if not text:
        variants.remove(there[0])
    elif there:
        there[0]["text"] = LiteralScalarString(text)
    else:
        variants.append(CommentedMap(channel=WECHAT, text=LiteralScalarString(text)))


def _put(metadata: CommentedMap, key: str, value: Any) -> None:
    """Sets, inserts in its place, or removes `key`; lists keep the style they have."""
    if isinstance(value, list):
        _put_list(metadata, key, value)
    elif not value:
        metadata.pop(key, None)
    else:
        text = DoubleQuotedScalarString(value) if key in DATES else value
        _set(metadata, key, text)


def _put_list(metadata: CommentedMap, key: str, value: list[str]) -> None:
    existing = metadata.get(key)
    if isinstance(existing, CommentedSeq) and value:
        existing[:] = value
        return
    new = CommentedSeq(value)
    new.fa.set_flow_style()
    _set(metadata, key, new)


def _set(metadata: CommentedMap, key: str, value: Any) -> None:
    if key in metadata:
        metadata[key] = value
        return
    before = ORDER[: ORDER.index(key)]
    position = sum(1 for name in metadata if name in before)
    metadata.insert(position, key, value)
