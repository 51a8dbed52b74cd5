"""Prometheus' own tool finds nothing wrong: the rules, what they fire on, the dashboard's queries."""

from __future__ import annotations

import subprocess
from pathlib import Path

import yaml

from tests.watching.files import PROMETHEUS, queries


def promtool(*arguments: str | Path) -> str:
    done = subprocess.run(
        ["promtool", *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_promtool_takes_the_scrape_settings_and_the_rules() -> None:
    assert "SUCCESS" in promtool("check", "config", PROMETHEUS / "prometheus.yml")


def test_promtool_takes_what_names_the_jobs_in_kubernetes(tmp_path: Path) -> None:
    """Without the discovery itself: not every build of promtool knows Kubernetes."""
    settings = yaml.safe_load((PROMETHEUS / "kubernetes.yml").read_text(encoding="utf-8"))
    for scrape in settings["scrape_configs"]:
        del scrape["kubernetes_sd_configs"]
        scrape["static_configs"] = [{"targets": ["127.0.0.1:1"]}]
    file = tmp_path / "kubernetes.yml"
    file.write_text(yaml.safe_dump({"scrape_configs": settings["scrape_configs"]}))
    assert "SUCCESS" in promtool("check", "config", file)


def test_promtool_sees_every_alert_fire_on_a_bad_day_and_none_on_a_good_one() -> None:
    assert "SUCCESS" in promtool("test", "rules", PROMETHEUS / "alerts.test.yml")


def test_promtool_can_read_every_query_of_the_dashboard(tmp_path: Path) -> None:
    records = [
        {"record": f"query:{number}", "expr": query} for number, query in enumerate(queries())
    ]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": records}]}))
    assert f"{len(records)} rules found" in promtool("check", "rules", file)
