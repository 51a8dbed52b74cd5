"""Every alert says what it is about and has its page; the dashboard holds together."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
import yaml

from tests.deploy.manifests import KUBERNETES, containers, workloads
from tests.watching.files import ALERTS, PAGE, PROMETHEUS, alerts, dashboard, expressions, panels

_ANCHOR = re.compile(r"[^\w\- ]")
PARTS = ("**什么意思**", "**先看哪里**", "**怎么办**", "**什么时候叫人**")


def sections() -> dict[str, str]:
    """Anchor of every section of the alerts' page → its text."""
    parts = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    titled = (part.partition("\n")[::2] for part in parts)
    return {_ANCHOR.sub("", title.lower()).replace(" ", "-"): text for title, text in titled}


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: str(rule["alert"]))
def test_an_alert_says_how_bad_it_is_what_it_means_and_where_to_read_on(
    rule: dict[str, dict[str, str]],
) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert re.search(r"[\u4e00-\u9fff]", rule["annotations"]["summary"])
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert page == "docs/alerts.md"
    text = sections()[anchor]
    assert [part for part in PARTS if part not in text] == []


def test_the_page_has_no_section_without_an_alert() -> None:
    named = [rule["annotations"]["runbook"].partition("#")[2] for rule in alerts()]
    assert sorted(sections()) == sorted(named)


def test_no_two_alerts_have_one_name() -> None:
    assert max(Counter(rule["alert"] for rule in alerts()).values()) == 1


def test_every_alert_is_seen_to_fire() -> None:
    tested = (PROMETHEUS / "alerts.test.yml").read_text(encoding="utf-8")
    assert [r["alert"] for r in alerts() if f'alertname="{r["alert"]}"' not in tested] == []


def test_figures_that_several_processes_read_from_one_database_are_not_summed() -> None:
    shared = r"xiaobao_(?:undelivered|oldest|drafts|talks|longest|facts_waiting)|casestore_limits"
    text = ALERTS.read_text(encoding="utf-8")
    assert re.findall(rf"sum (?:by \(\w+\) )?\((?:{shared})", text) == []
    assert [
        e for e in expressions() if re.search(rf"sum(?: by \([^)]*\))?\s*\((?:{shared})", e)
    ] == []


def scraped_in_kubernetes() -> dict[str, tuple[str, int]]:
    """Job → path and port, by what kubernetes.yml makes of every port of our containers."""
    settings = yaml.safe_load((PROMETHEUS / "kubernetes.yml").read_text(encoding="utf-8"))
    (scrape,) = settings["scrape_configs"]
    found = {}
    for workload in workloads(KUBERNETES / "base", KUBERNETES / "migrate"):
        for container in containers(workload):
            for port in container.get("ports", []):
                labels = {
                    "__metrics_path__": "/metrics",
                    "__meta_kubernetes_pod_container_name": container["name"],
                    "__meta_kubernetes_pod_container_port_name": port["name"],
                }
                if relabelled(labels, scrape["relabel_configs"]):
                    found[labels["job"]] = (labels["__metrics_path__"], port["containerPort"])
    return found


def relabelled(labels: dict[str, str], rules: list[dict[str, Any]]) -> bool:
    """Changes the labels of a target as Prometheus would; False when it is not to be scraped."""
    for rule in rules:
        value = ";".join(labels[name] for name in rule["source_labels"])
        match = re.fullmatch(rule["regex"], value)
        if rule.get("action") == "keep" and match is None:
            return False
        if match is not None and "target_label" in rule:
            wanted = rule["replacement"].replace("$", "\\")
            labels[rule["target_label"]] = match.expand(wanted)
    return True


def test_in_kubernetes_every_process_is_scraped_under_a_job_of_ours() -> None:
    assert scraped_in_kubernetes() == {
        "xiaobao-rasa": ("/webhooks/web/metrics", 5005),
        "xiaobao-actions": ("/metrics", 5056),
        "xiaobao-relay": ("/metrics", 5057),
        "xiaobao-counter": ("/metrics", 5058),
        "xiaobao-casestore": ("/metrics", 8000),
    }


def test_only_what_stopped_is_known_by_its_job() -> None:
    asking = {e for e in expressions() if re.search(r"\bjob\s*(?:=~|!=|!~|=)", e)}
    metrics = {m for e in asking for m in re.findall(r"(\w+)\{job", e)}
    assert metrics == {"up", "xiaobao_process_info"}


def test_the_panels_of_the_dashboard_have_names_and_do_not_overlap() -> None:
    ids = [panel["id"] for panel in dashboard()["panels"]]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        place = panel["gridPos"]
        columns = range(place["x"], place["x"] + place["w"])
        rows = range(place["y"], place["y"] + place["h"])
        cells = {(column, row) for column in columns for row in rows}
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells
    assert all(panel["title"] and panel["targets"] for panel in panels())


def test_the_dashboard_names_no_data_source_of_its_own() -> None:
    sources = {panel["datasource"]["uid"] for panel in panels()}
    sources |= {t["datasource"]["uid"] for panel in panels() for t in panel["targets"]}
    assert sources == {"${datasource}"}
    variables = {variable["name"] for variable in dashboard()["templating"]["list"]}
    assert variables == {"datasource"}
