"""What the manifests of deploy/kubernetes promise, field by field; no cluster is asked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import IN_FILES, Settings
from casestore.settings import IN_FILES as CASESTORE_IN_FILES
from casestore.settings import Settings as CaseStoreSettings
from tests.deploy.manifests import (
    KUBERNETES,
    Manifest,
    config_maps,
    containers,
    folders,
    kustomization,
    labels,
    manifests,
    of_kind,
    parts,
    pod,
    selects,
    settings,
    shards,
    workloads,
)
from tests.stack import ROOT

BASE, MIGRATE = KUBERNETES / "base", KUBERNETES / "migrate"
EXAMPLE = KUBERNETES / "overlays" / "example"
COMPONENT = "app.kubernetes.io/component"
WORKLOADS = {workload["metadata"]["name"]: workload for workload in workloads(BASE, MIGRATE)}
SERVING = [name for name, workload in WORKLOADS.items() if workload["kind"] != "Job"]
CONTAINERS = {
    f"{name}/{container['name']}": container
    for name, workload in WORKLOADS.items()
    for container in containers(workload)
}
POLICIES = {policy["metadata"]["name"]: policy for policy in of_kind(BASE, "NetworkPolicy")}
SETTINGS = {name.upper() for name in (*Settings.__fields__, *CaseStoreSettings.__fields__)}
POD_FIELDS = {
    *("serviceAccountName", "automountServiceAccountToken", "enableServiceLinks", "restartPolicy"),
    *("securityContext", "topologySpreadConstraints", "terminationGracePeriodSeconds"),
    *("containers", "volumes"),
}
CONTAINER_FIELDS = {
    *("name", "image", "command", "env", "envFrom", "ports", "lifecycle", "resources"),
    *("startupProbe", "readinessProbe", "livenessProbe", "securityContext", "volumeMounts"),
}


# -- rights ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WORKLOADS)
def test_pods_run_without_root_and_without_a_way_to_the_cluster(name: str) -> None:
    spec = pod(WORKLOADS[name])
    assert spec.keys() <= POD_FIELDS
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False, "RASA_PORT would be set to a Service's address"
    security = spec["securityContext"]
    assert security["runAsNonRoot"] is True
    assert security["runAsUser"] == security["fsGroup"] == 10001
    assert security["seccompProfile"] == {"type": "RuntimeDefault"}


@pytest.mark.parametrize("name", CONTAINERS)
def test_containers_have_no_capability_and_no_disk_of_their_own(name: str) -> None:
    container = CONTAINERS[name]
    assert container.keys() <= CONTAINER_FIELDS
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    written = {m["mountPath"] for m in container["volumeMounts"] if not m.get("readOnly")}
    folder = "/tmp" if name == "nginx/nginx" else "/var/lib/xiaobao"
    assert all(path.startswith(folder) for path in written)


@pytest.mark.parametrize("name", CONTAINERS)
def test_containers_are_bounded(name: str) -> None:
    resources = CONTAINERS[name]["resources"]
    assert resources["requests"].keys() == resources["limits"].keys() == {"cpu", "memory"}


@pytest.mark.parametrize("name", CONTAINERS)
def test_images_are_names_that_an_overlay_replaces(name: str) -> None:
    own = {"nginx/nginx": "nginx", "casestore/casestore": "xiaobao-casestore"}
    own["xiaobao-migrate/migrate"] = "xiaobao-migrate"
    assert CONTAINERS[name]["image"] == own.get(name, "xiaobao")
    replaced = [each["name"] for each in kustomization(EXAMPLE / "site")["images"]]
    replaced += [each["name"] for each in kustomization(EXAMPLE / "app")["images"]]
    assert CONTAINERS[name]["image"] in replaced


def test_the_product_goes_back_without_the_case_store_by_one_line_of_the_overlay() -> None:
    images = {each["name"]: each for each in kustomization(EXAMPLE / "site")["images"]}
    assert images.keys() == {"xiaobao", "xiaobao-casestore", "xiaobao-migrate"}
    for each in images.values():
        assert {**each, "name": "xiaobao"} == images["xiaobao"], "at first one image for all"


# -- probes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in CONTAINERS if not name.startswith("xiaobao-")])
def test_what_hangs_is_started_again(name: str) -> None:
    container = CONTAINERS[name]
    probe = container["livenessProbe"]
    assert probe.get("timeoutSeconds", 1) < probe["periodSeconds"]
    assert "startupProbe" in container or "initialDelaySeconds" in probe


def test_no_restart_is_asked_for_what_a_restart_cannot_mend() -> None:
    assert CONTAINERS["rasa/rasa"]["livenessProbe"]["httpGet"]["path"] == "/"
    assert CONTAINERS["casestore/casestore"]["livenessProbe"]["httpGet"]["path"] == "/openapi.json"


def test_a_shard_is_taken_out_for_its_own_faults_only() -> None:
    path = CONTAINERS["rasa/rasa"]["readinessProbe"]["httpGet"]["path"]
    assert path == "/webhooks/web/ready"


@pytest.mark.parametrize("name", ["relay", "counter"])
def test_what_nobody_calls_is_asked_for_its_signs_of_life(name: str) -> None:
    for probe in ("startupProbe", "livenessProbe"):
        command = CONTAINERS[f"{name}/{name}"][probe]["exec"]["command"]
        assert command == ["python", "-m", "bot", "health", name]


@pytest.mark.parametrize("name", CONTAINERS)
def test_probes_and_services_use_ports_there_are(name: str) -> None:
    container = CONTAINERS[name]
    ports = {port["name"] for port in container.get("ports", [])}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = container.get(probe, {}).get("httpGet")
        assert asked is None or asked["port"] in ports


def test_stopping_leaves_time_for_the_turn_under_way() -> None:
    leaving = CONTAINERS["rasa/rasa"]["lifecycle"]["preStop"]["exec"]["command"]
    assert leaving[0] == "sleep"
    turn = Settings.__fields__["web_turn_timeout"].default
    assert pod(WORKLOADS["rasa"])["terminationGracePeriodSeconds"] > float(leaving[1]) + turn


# -- shards ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folder", "site", "replicas"),
    [
        (BASE, BASE / "site", WORKLOADS["rasa"]["spec"]["replicas"]),
        (EXAMPLE / "app", EXAMPLE / "app", kustomization(EXAMPLE / "app")["replicas"][0]["count"]),
    ],
    ids=["base", "example"],
)
def test_every_shard_has_an_address_that_nginx_knows(
    folder: Path, site: Path, replicas: int
) -> None:
    pods = [f"rasa-{number}" for number in range(replicas)]
    selector = "statefulset.kubernetes.io/pod-name"
    services = {
        service["metadata"]["name"]: service["spec"]["selector"].get(selector)
        for service in of_kind(folder, "Service")
    }
    assert sorted(name for name, chosen in services.items() if chosen) == pods
    assert all(services[name] == name for name in pods)
    assert shards(site / "shards.conf") == [f"{name}:5005" for name in pods]


def test_the_action_server_is_in_the_pod_of_its_shard_and_heard_there_only() -> None:
    assert WORKLOADS["rasa"]["kind"] == "StatefulSet"
    assert [container["name"] for container in containers(WORKLOADS["rasa"])] == ["rasa", "actions"]
    given = {env["name"] for env in CONTAINERS["rasa/actions"].get("env", [])}
    given |= {key for keys in config_maps(BASE).values() for key in keys}
    assert "ACTIONS_HOST" not in given, "the loopback address is the default"
    ports = [
        port["containerPort"] for c in containers(WORKLOADS["rasa"]) for port in c.get("ports", [])
    ]
    assert ports == [5005, 5056], "the second is its metrics"


# -- settings and secrets ----------------------------------------------------------------------


@pytest.mark.parametrize("name", CONTAINERS)
def test_settings_come_from_maps_there_are_and_name_settings(name: str) -> None:
    known = config_maps(BASE)
    for source in CONTAINERS[name].get("envFrom", []):
        assert source.keys() == {"configMapRef"}, "secrets are files"
        keys = known[source["configMapRef"]["name"]]
        assert {key.removesuffix("_FILE") for key in keys} <= SETTINGS
    for env in CONTAINERS[name].get("env", []):
        assert env.keys() == {"name", "value"}
        assert env["name"] in SETTINGS


@pytest.mark.parametrize(
    ("file", "names", "needed"),
    [
        ("assistant", IN_FILES, Settings),
        ("case-store", CASESTORE_IN_FILES, CaseStoreSettings),
    ],
    ids=["bot", "casestore"],
)
def test_every_secret_is_read_from_where_it_is_mounted(
    file: str, names: tuple[str, ...], needed: type[Settings] | type[CaseStoreSettings]
) -> None:
    given = settings(KUBERNETES / "files" / f"{file}.env")
    for name, path in given.items():
        assert name.endswith("_FILE")
        assert name.removesuffix("_FILE") in names
        assert path == f"/run/secrets/xiaobao/{file}/{name.removesuffix('_FILE').lower()}"
    required = {name.upper() for name, field in needed.__fields__.items() if field.required}
    assert {f"{name}_FILE" for name in required} <= given.keys()
    mounted = {
        mount["mountPath"]
        for container in CONTAINERS.values()
        for mount in container["volumeMounts"]
        if mount.get("readOnly")
    }
    assert f"/run/secrets/xiaobao/{file}" in mounted


@pytest.mark.parametrize("name", WORKLOADS)
def test_volumes_are_mounted_where_they_are_declared_and_secrets_only_for_the_group(
    name: str,
) -> None:
    volumes = {volume["name"]: volume for volume in pod(WORKLOADS[name])["volumes"]}
    mounts = [m for container in containers(WORKLOADS[name]) for m in container["volumeMounts"]]
    assert {mount["name"] for mount in mounts} == volumes.keys()
    claims = {claim["metadata"]["name"] for claim in of_kind(BASE, "PersistentVolumeClaim")}
    for volume in volumes.values():
        assert volume.get("secret", volume.get("projected", {})).get("defaultMode", 0o440) == 0o440
        assert volume.get("persistentVolumeClaim", {}).get("claimName") in {None, *claims}


def test_documents_on_their_way_are_seen_by_shards_and_relays_on_any_node() -> None:
    (evidence,) = [
        claim
        for claim in of_kind(BASE, "PersistentVolumeClaim")
        if claim["metadata"]["name"] == "xiaobao-evidence"
    ]
    assert evidence["spec"]["accessModes"] == ["ReadWriteMany"]
    for name in ("rasa/rasa", "rasa/actions", "relay/relay"):
        mounts = {m["name"]: m["mountPath"] for m in CONTAINERS[name]["volumeMounts"]}
        assert mounts["evidence"] == "/var/lib/xiaobao/evidence"


def test_nginx_finds_every_file_where_its_main_file_looks_for_it() -> None:
    (volume,) = [v for v in pod(WORKLOADS["nginx"])["volumes"] if "projected" in v]
    maps, found = config_maps(BASE), set()
    for source in volume["projected"]["sources"]:
        (kind,) = source
        keys = {item["key"] for item in source[kind]["items"]}
        assert keys == (
            maps[source[kind]["name"]] if kind == "configMap" else {"tls.crt", "tls.key"}
        )
        found |= {item["path"] for item in source[kind]["items"]}
    shared = ROOT / "deploy" / "nginx"
    files = [shared / "nginx.conf", *shared.glob("xiaobao/*"), *(BASE / "site").iterdir()]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    used = re.findall(r"^\s*(?:include|ssl_certificate|ssl_certificate_key) (\S+);", text, re.M)
    assert {"nginx.conf", *used} == found


# -- network -----------------------------------------------------------------------------------


def test_nothing_passes_that_is_not_named() -> None:
    assert POLICIES["nothing"]["spec"] == {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
    }


def reached(direction: str, peer: str, name: str) -> set[tuple[str, int]]:
    """(component, port) that `name` may send to, or be reached by."""
    own = labels(WORKLOADS[name])
    rules = [
        rule
        for policy in POLICIES.values()
        if selects(policy["spec"]["podSelector"], own)
        for rule in policy["spec"].get(direction, [])
    ]
    return {
        (component, port["port"])
        for rule in rules
        for each in rule.get(peer, [])
        for component in _components(each)
        for port in rule["ports"]
    }


def _components(peer: Manifest) -> set[str]:
    """The components a rule's peer stands for; none when it stands for addresses or namespaces."""
    if "podSelector" not in peer:
        return set()
    found = [labels(w) for w in WORKLOADS.values() if selects(peer["podSelector"], labels(w))]
    return {given[COMPONENT] for given in found}


def test_every_process_reaches_those_it_asks_and_no_other() -> None:
    assert {name: reached("egress", "to", name) for name in SERVING} == {
        "nginx": {("rasa", 5005), ("casestore", 8000)},
        "rasa": {("casestore", 8000)},
        "relay": {("casestore", 8000)},
        "counter": set(),
        "casestore": set(),
    }


def test_every_process_is_reached_by_those_who_ask_it_and_no_other() -> None:
    assert {name: reached("ingress", "from", name) for name in SERVING} == {
        "nginx": set(),
        "rasa": {("nginx", 5005)},
        "relay": set(),
        "counter": set(),
        "casestore": {("nginx", 8000), ("rasa", 8000), ("relay", 8000)},
    }


def test_what_processes_count_is_read_where_they_serve_it_and_from_the_monitoring_alone() -> None:
    spec = POLICIES["metrics"]["spec"]
    (rule,) = spec["ingress"]
    assert rule["from"] == [
        {"namespaceSelector": {"matchLabels": {"xiaobao/monitoring": "yes"}}},
    ]
    assert rule["ports"] == [{"protocol": "TCP", "port": "metrics"}]
    served = {
        name: port["containerPort"]
        for name, container in CONTAINERS.items()
        for port in container.get("ports", [])
        if port["name"] == "metrics"
    }
    assert served == {
        "rasa/actions": Settings.__fields__["actions_metrics_port"].default,
        "relay/relay": Settings.__fields__["relay_metrics_port"].default,
        "counter/counter": Settings.__fields__["counter_metrics_port"].default,
    }
    chosen = {name for name in SERVING if selects(spec["podSelector"], labels(WORKLOADS[name]))}
    assert chosen == {name.split("/")[0] for name in served}


def test_only_who_needs_it_reaches_databases_broker_and_the_world() -> None:
    def may(name: str) -> list[str]:
        return [w for w, each in WORKLOADS.items() if labels(each).get(f"xiaobao/reaches-{name}")]

    assert sorted(may("databases")) == ["casestore", "counter", "rasa", "relay", "xiaobao-migrate"]
    assert sorted(may("broker")) == ["counter", "relay"]
    assert sorted(may("outside")) == ["casestore", "rasa"]
    (rule,) = POLICIES["outside"]["spec"]["egress"]
    assert "10.0.0.0/8" in rule["to"][0]["ipBlock"]["except"]


def test_addresses_of_the_bank_are_left_to_the_overlay_which_gives_them_all() -> None:
    nobody = "cidr: 192.0.2.0/24"
    files = [BASE / "network-policies.yaml", MIGRATE / "network-policy.yaml"]
    blanks = sum(file.read_text(encoding="utf-8").count(nobody) for file in files)
    assert blanks == 4
    targets = [
        name
        for folder in (EXAMPLE / "app", EXAMPLE / "site")
        for patch in kustomization(folder)["patches"]
        if patch["target"]["kind"] == "NetworkPolicy"
        for name in patch["target"]["name"].split("|")
    ]
    assert sorted(targets) == ["broker", "console", "databases", "migrate"]


# -- the whole ---------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: str(folder.relative_to(ROOT)))
def test_every_folder_is_complete(folder: Path) -> None:
    own = kustomization(folder)
    named = [*own.get("resources", []), *own.get("components", [])]
    for generator in own.get("configMapGenerator", []):
        named += [*generator.get("files", []), *generator.get("envs", [])]
    assert [name for name in named if not (folder / name).exists()] == []
    files = {file.name for file in folder.glob("*.yaml")} - {"kustomization.yaml"}
    assert files <= set(named), "nothing lies beside it unused"


@pytest.mark.parametrize("folder", [EXAMPLE / "app", EXAMPLE / "migrate"], ids=["app", "migrate"])
def test_every_patch_of_the_example_meets_what_it_changes(folder: Path) -> None:
    components = [(folder / name).resolve() for name in kustomization(folder)["components"]]
    for part in (folder, *components):
        for patch in kustomization(part).get("patches", []):
            for operation in yaml.safe_load(patch["patch"]):
                for manifest in _targets(folder, patch["target"]):
                    _walk(manifest, operation)


def _targets(folder: Path, target: dict[str, str]) -> list[Manifest]:
    found = [
        manifest
        for manifest in of_kind(folder, target["kind"])
        if re.fullmatch(target["name"], manifest["metadata"]["name"])
    ]
    assert found, target
    return found


def _walk(manifest: Manifest, operation: dict[str, Any]) -> None:
    *way, last = operation["path"].strip("/").split("/")
    place: Any = manifest
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    assert operation["op"] == "add" or last in place


def test_every_workload_is_found_by_its_own_selector_and_spared_when_nodes_are_emptied() -> None:
    budgets = {b["metadata"]["name"]: b["spec"] for b in of_kind(BASE, "PodDisruptionBudget")}
    assert budgets.keys() == set(SERVING)
    for name in SERVING:
        workload = WORKLOADS[name]
        assert selects(workload["spec"]["selector"], labels(workload))
        assert selects(budgets[name]["selector"], labels(workload))
        assert budgets[name]["maxUnavailable"] == 1


def test_every_service_finds_a_pod_with_its_port() -> None:
    for service in of_kind(BASE, "Service"):
        selector = service["spec"]["selector"]
        chosen = selector.get(COMPONENT, "rasa")
        ports = {port["name"] for c in containers(WORKLOADS[chosen]) for port in c.get("ports", [])}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports


def test_the_migration_prints_no_one_time_code_into_a_log() -> None:
    command = CONTAINERS["xiaobao-migrate/migrate"]["command"]
    assert command[-1] == "python -m bot migrate && python -m casestore migrate >/dev/null"


def test_the_cluster_itself_refuses_more_rights_in_the_namespace() -> None:
    (namespace,) = of_kind(EXAMPLE / "migrate", "Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_no_two_things_of_a_kind_have_one_name() -> None:
    for folder in (BASE, MIGRATE, EXAMPLE / "app", EXAMPLE / "migrate"):
        names = [(m["kind"], m["metadata"]["name"]) for m in manifests(folder)]
        assert len(set(names)) == len(names)
        assert len(list(parts(folder))) > 1
