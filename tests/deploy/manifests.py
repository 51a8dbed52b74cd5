"""Reads the Kustomize folders of deploy/kubernetes as far as the tests need; no kustomize is run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.stack import ROOT

KUBERNETES = ROOT / "deploy" / "kubernetes"
Manifest = dict[str, Any]


def kustomization(folder: Path) -> Manifest:
    """The kustomization.yaml of a folder."""
    loaded: Manifest = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    return loaded


def folders() -> list[Path]:
    """Every folder that has a kustomization.yaml, the shared one of nginx among them."""
    found = sorted(file.parent for file in KUBERNETES.rglob("kustomization.yaml"))
    return [ROOT / "deploy" / "nginx", *found]


def parts(folder: Path) -> Iterator[Path]:
    """A folder and the folders it is built upon."""
    yield folder
    for name in kustomization(folder).get("resources", []):
        if (folder / name).is_dir():
            yield from parts((folder / name).resolve())


@cache
def manifests(folder: Path) -> tuple[Manifest, ...]:
    """What a folder and those below it hold, before patches."""
    files = [
        part / name
        for part in parts(folder)
        for name in kustomization(part).get("resources", [])
        if (part / name).is_file()
    ]
    documents = (yaml.safe_load_all(file.read_text(encoding="utf-8")) for file in files)
    return tuple(document for each in documents for document in each)


def of_kind(folder: Path, *kinds: str) -> list[Manifest]:
    return [manifest for manifest in manifests(folder) if manifest["kind"] in kinds]


def workloads(*folders: Path) -> list[Manifest]:
    """Everything that makes pods."""
    kinds = ("Deployment", "StatefulSet", "Job")
    return [manifest for folder in folders for manifest in of_kind(folder, *kinds)]


def pod(workload: Manifest) -> Manifest:
    spec: Manifest = workload["spec"]["template"]["spec"]
    return spec


def containers(workload: Manifest) -> list[Manifest]:
    return list(pod(workload)["containers"])


def labels(workload: Manifest) -> dict[str, str]:
    found: dict[str, str] = workload["spec"]["template"]["metadata"]["labels"]
    return found


def selects(selector: Manifest, given: dict[str, str]) -> bool:
    """Whether a label selector fits labels."""
    wanted = selector.get("matchLabels", {})
    expressions = selector.get("matchExpressions", [])
    return all(given.get(key) == value for key, value in wanted.items()) and all(
        given.get(each["key"]) in each["values"] for each in expressions
    )


def config_maps(folder: Path) -> dict[str, set[str]]:
    """The keys of each generated ConfigMap; of an env file its names."""
    found: dict[str, set[str]] = {}
    for part in parts(folder):
        for generator in kustomization(part).get("configMapGenerator", []):
            keys = found.setdefault(generator["name"], set())
            keys |= {Path(name).name for name in generator.get("files", [])}
            for name in generator.get("envs", []):
                keys |= settings(part / name).keys()
    return found


def settings(env_file: Path) -> dict[str, str]:
    """NAME=value lines."""
    lines = env_file.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def shards(file: Path) -> list[str]:
    """The servers that nginx shards over."""
    return re.findall(r"^server (\S+) ", file.read_text(encoding="utf-8"), re.MULTILINE)
