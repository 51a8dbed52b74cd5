"""Reads a registry as Prometheus would."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

Figures = dict[tuple[str, ...], float]


def figures(registry: CollectorRegistry) -> Figures:
    """(name, label values in the order of the labels' names) → value; buckets and times of creation left out."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(generate_latest(registry).decode())
        for sample in family.samples
        if not sample.name.endswith(("_bucket", "_created"))
    }


def counted(registry: CollectorRegistry) -> Figures:
    """The figures that are not zero."""
    return {name: value for name, value in figures(registry).items() if value}
