"""The alert rules and the dashboard as they lie in deploy/, and what metrics they ask for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from tests.stack import ROOT

PROMETHEUS = ROOT / "deploy" / "prometheus"
ALERTS = PROMETHEUS / "alerts.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "xiaobao.json"
PAGE = ROOT / "docs" / "alerts.md"

_STRING = re.compile(r'"[^"]*"')
_SELECTOR = re.compile(r"\b((?:xiaobao|casestore|process)_[a-z0-9_]+)\s*(?:\{([^}]*)\})?")
_MATCHER = re.compile(r'(\w+)\s*(=~|!=|!~|=)\s*"([^"]*)"')


@dataclass(frozen=True)
class Selector:
    """A metric and the labels asked for; `values` are those that must be equal."""

    metric: str
    labels: frozenset[str]
    values: frozenset[tuple[str, str]]


@cache
def alerts() -> tuple[dict[str, Any], ...]:
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return tuple(rule for group in groups for rule in group["rules"])


@cache
def dashboard() -> dict[str, Any]:
    return dict(json.loads(DASHBOARD.read_text(encoding="utf-8")))


def panels() -> list[dict[str, Any]]:
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def queries() -> Iterator[str]:
    """Every PromQL expression of the dashboard, Grafana's variable filled in."""
    for panel in panels():
        for target in panel["targets"]:
            yield str(target["expr"]).replace("$__rate_interval", "5m")
    for annotation in dashboard()["annotations"]["list"]:
        yield str(annotation["expr"])


def expressions() -> list[str]:
    """Those of the rules and of the dashboard."""
    return [*(str(rule["expr"]) for rule in alerts()), *queries()]


def selectors(expression: str) -> Iterator[Selector]:
    for metric, inside in _SELECTOR.findall(expression):
        matchers = _MATCHER.findall(inside)
        yield Selector(
            metric,
            frozenset(label for label, _, _ in matchers),
            frozenset((label, value) for label, how, value in matchers if how == "="),
        )


def grouped_by(expression: str) -> set[str]:
    """The labels an expression sums up by."""
    plain = _STRING.sub('""', expression)
    inside = re.findall(r"\b(?:by|on|ignoring)\s*\(([^)]*)\)", plain)
    return {label.strip() for labels in inside for label in labels.split(",") if label.strip()}
