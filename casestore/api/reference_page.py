"""The OpenAPI document boiled down to what the reference page shows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """A parameter, body field or answer: name, type, whether required, explanation."""

    name: str
    kind: str
    required: bool
    text: str


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    summary: str
    guarded: bool
    parameters: Sequence[Entry]
    body: Sequence[Entry]
    answers: Sequence[Entry]


def describe_operations(schema: Schema) -> list[Operation]:
    """All operations of an OpenAPI document, in its order."""
    return [
        Operation(
            method=method.upper(),
            path=path,
            summary=operation["summary"],
            guarded="security" in operation,
            parameters=[_parameter(item) for item in operation.get("parameters", [])],
            body=list(_body(operation, schema)),
            answers=[
                _answer(status, item) for status, item in sorted(operation["responses"].items())
            ],
        )
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def _parameter(item: Schema) -> Entry:
    place = {"header": "请求头", "path": "网址", "query": "网址参数"}[item["in"]]
    return Entry(item["name"], place, bool(item.get("required")), item.get("description", ""))


def _answer(status: str, item: Schema) -> Entry:
    return Entry(status, "", False, item["description"])


def _body(operation: Schema, schema: Schema) -> Iterator[Entry]:
    content = operation.get("requestBody", {}).get("content", {})
    for media in content.values():
        yield from _fields(media["schema"], schema, "")


def _fields(node: Schema, schema: Schema, prefix: str) -> Iterator[Entry]:
    node = _resolve(node, schema)
    for name, field in node.get("properties", {}).items():
        resolved = _resolve(field, schema)
        required = name in node.get("required", [])
        own = field["anyOf"][0] if "anyOf" in field else field
        kind = _kind(resolved) + ("，可为 null" if own is not field else "")
        yield Entry(prefix + name, kind, required, own.get("description", ""))
        inner = resolved.get("items", resolved)
        yield from _fields(inner, schema, f"{prefix}{name}.")


def _resolve(node: Schema, schema: Schema) -> Schema:
    for part in (*node.get("allOf", []), *node.get("anyOf", [])[:1]):
        node = {**node, **_resolve(part, schema)}
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[-1]
        found: Schema = schema["components"]["schemas"][name]
        return found
    return node


def _kind(node: Schema) -> str:
    if "enum" in node:
        return " / ".join(node["enum"])
    kind = str(node.get("format") or node.get("type", ""))
    if "maxItems" in node:
        return f"{kind}，最多 {node['maxItems']} 项"
    if "maxLength" in node:
        return f"{kind}，{node.get('minLength', 0)} 到 {node['maxLength']} 字"
    return kind
