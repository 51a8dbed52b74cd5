"""Validation errors of pydantic 1 in plain Chinese. Nothing that was sent is quoted back."""

from collections.abc import Mapping, Sequence
from typing import Any

_WORDING = {
    "value_error.missing": "必填",
    "value_error.extra": "没有这个字段",
    "value_error.jsondecode": "不是有效的 JSON",
    "type_error.none.not_allowed": "不能为空",
    "type_error.str": "应为文字",
    "type_error.integer": "应为整数",
    "type_error.list": "应为列表",
    "type_error.dict": "应为对象",
    "type_error.enum": "不在可选范围内",
    "type_error.decimal": "应为数字",
    "type_error.float": "应为数字",
    "value_error.decimal.not_finite": "应为普通数字",
    "value_error.decimal.max_places": "最多两位小数",
    "value_error.number.not_ge": "数值太小",
    "value_error.number.not_le": "数值太大",
    "value_error.number.not_lt": "数值太大",
    "value_error.any_str.min_length": "内容太短",
    "value_error.any_str.max_length": "内容太长",
    "value_error.list.max_items": "数量太多",
    "value_error.str.regex": "格式不对",
}
_OTHER = "填写不正确"
_PLACES = {"body", "query", "header", "path"}


def plain_fields(problems: Sequence[Any]) -> dict[str, str]:
    """Path of each wrong field (``a.b.0``; ``body`` for the whole) to what is wrong with it."""
    return {_path(problem["loc"]): _reason(problem) for problem in problems}


def _path(location: Sequence[str | int]) -> str:
    steps = location[1:] if location[0] in _PLACES else location
    if not steps or isinstance(steps[0], int):  # an int first: the offset of a JSON mistake
        return "body"
    return ".".join(_printable(str(step)) for step in steps)


def _printable(step: str) -> str:
    """Names of unknown fields come from outside; half a character cannot be answered back."""
    return step.encode("utf-8", "replace").decode()


def _reason(problem: Mapping[str, Any]) -> str:
    kind = problem["type"]
    # Plain ``value_error`` is what our own validators raise, worded already.
    return str(problem["msg"]) if kind == "value_error" else _WORDING.get(kind, _OTHER)
