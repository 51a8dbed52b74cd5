"""What deploy/compose/compose.yaml promises, field by field; no container engine is asked."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import IN_FILES, Settings
from casestore.settings import IN_FILES as CASESTORE_IN_FILES
from casestore.settings import Settings as CaseStoreSettings
from tests.stack import ROOT

FOLDER = ROOT / "deploy" / "compose"
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "XIAOBAO_IMAGE" in service["image"]]
SHARDS = [name for name in SERVICES if re.fullmatch(r"rasa-\d+", name)]
RUNNING = [name for name in SERVICES if name != "migrate"]
SETTINGS = {name.upper() for name in (*Settings.__fields__, *CaseStoreSettings.__fields__)}


def networks(service: str) -> dict[str, Any]:
    given = SERVICES[service]["networks"]
    return {name: {} for name in given} if isinstance(given, list) else given


def address(service: str, network: str) -> str:
    return str(networks(service)[network]["ipv4_address"])


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_a_choice_and_no_registry_is_named(name: str) -> None:
    variable, default = re.fullmatch(r"\$\{(\w+):-(.+)\}", SERVICES[name]["image"]).groups()  # type: ignore[union-attr]
    assert variable.endswith("_IMAGE")
    assert "/" not in default


@pytest.mark.parametrize(
    ("given", "assistant", "case_store", "migration"),
    [
        ({}, "xiaobao", "xiaobao", "xiaobao"),
        ({"XIAOBAO_IMAGE": "new"}, "new", "new", "new"),
        ({"XIAOBAO_IMAGE": "old", "CASESTORE_IMAGE": "new"}, "old", "new", "new"),
        ({"XIAOBAO_IMAGE": "old", "MIGRATE_IMAGE": "new"}, "old", "old", "new"),
    ],
)
def test_the_case_store_and_the_migration_stay_when_the_rest_goes_back(
    given: dict[str, str], assistant: str, case_store: str, migration: str
) -> None:
    special = {"casestore": case_store, "migrate": migration}
    for name in OURS:
        assert _chosen(SERVICES[name]["image"], given) == special.get(name, assistant), name


def _chosen(written: str, given: dict[str, str]) -> str:
    """What Compose makes of `${A:-${B:-c}}`."""
    found = re.fullmatch(r"\$\{(\w+):-(.+)\}", written)
    return written if found is None else given.get(found[1]) or _chosen(found[2], given)


@pytest.mark.parametrize("name", [*OURS, "nginx"])
def test_our_processes_run_without_root_rights_or_a_disk_to_write(name: str) -> None:
    service = SERVICES[name]
    assert service["user"] == "10001:10001"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    written = [mount.split(":")[0] for mount in service["tmpfs"]]
    volumes = [mount.split(":")[1] for mount in service.get("volumes", []) if mount[-3:] != ":ro"]
    folder = "/tmp" if name == "nginx" else "/var/lib/xiaobao"
    assert all(path.startswith(folder) for path in (*written, *volumes))


@pytest.mark.parametrize("name", RUNNING)
def test_what_runs_is_watched_bounded_and_started_again(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert {"test", "interval", "timeout", "retries"} <= service["healthcheck"].keys()
    assert {"cpus", "memory", "pids"} == service["deploy"]["resources"]["limits"].keys()
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}


@pytest.mark.parametrize("name", OURS)
def test_secrets_come_as_files_that_the_settings_know(name: str) -> None:
    service = SERVICES[name]
    environment: dict[str, str] = service["environment"]
    secret = {*IN_FILES, *CASESTORE_IN_FILES}
    assert not secret & environment.keys()
    files = {key.removesuffix("_FILE"): path for key, path in environment.items() if "_FILE" in key}
    assert files.keys() <= secret
    mounted = {f"/run/secrets/{source}" for source in service["secrets"]}
    assert set(files.values()) == mounted
    others = environment.keys() - {f"{key}_FILE" for key in files}
    assert others <= SETTINGS


def test_every_secret_of_the_assistant_that_has_no_default_is_given() -> None:
    wanted = {name.upper() for name, field in Settings.__fields__.items() if field.required}
    for name in (*SHARDS, "relay", "counter", "migrate"):
        assert {f"{key}_FILE" for key in wanted} <= SERVICES[name]["environment"].keys()


def test_every_secret_used_is_a_file_outside_of_version_control() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8")
    used = {
        _source(secret) for service in SERVICES.values() for secret in service.get("secrets", [])
    }
    assert used == COMPOSE["secrets"].keys()
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"${{SECRETS_DIR:-./secrets}}/{name}"}
    assert "/deploy/compose/secrets/" in ignored
    assert "/deploy/compose/xiaobao.env\n" in ignored


def _source(secret: str | dict[str, str]) -> str:
    return secret if isinstance(secret, str) else secret["source"]


def test_every_secret_is_made_by_the_script() -> None:
    script = (ROOT / "deploy" / "make-secrets.sh").read_text(encoding="utf-8")
    for name in COMPOSE["secrets"]:
        assert re.search(rf"\b{name.removesuffix('_url')}\b", script), name


def test_every_shard_is_known_to_nginx_by_its_fixed_address() -> None:
    lines = (FOLDER / "site" / "shards.conf").read_text(encoding="utf-8")
    assert re.findall(r"^server (\S+) ", lines, re.MULTILINE) == [
        f"{address(name, 'inside')}:5005" for name in SHARDS
    ]
    assert [SERVICES[name]["hostname"] for name in SHARDS] == SHARDS


def test_the_case_store_is_known_by_its_address_and_believes_nginx_alone() -> None:
    site = (FOLDER / "site" / "case-store.conf").read_text(encoding="utf-8")
    assert f"server {address('casestore', 'inside')}:8000 " in site
    believed = SERVICES["casestore"]["environment"]["CASE_STORE_TRUSTED_PROXIES"]
    assert believed == address("nginx", "inside")


@pytest.mark.parametrize("shard", SHARDS)
def test_an_action_server_is_reached_by_its_own_shard_only(shard: str) -> None:
    number = shard.removeprefix("rasa-")
    actions, pair = f"actions-{number}", f"pair-{number}"
    on_it = [name for name in SERVICES if pair in networks(name)]
    assert sorted(on_it) == [actions, shard]
    for name in on_it:
        assert SERVICES[name]["environment"]["ACTIONS_HOST"] == address(actions, pair)


def test_only_nginx_is_reached_from_outside_and_data_stays_inside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    for name, network in COMPOSE["networks"].items():
        assert network.get("internal", False) is (name not in ("edge", "outside"))
    for name in ("postgres", "rabbitmq", "relay", "counter"):
        assert set(networks(name)) == {"inside"}


def test_fixed_addresses_lie_in_their_networks_where_no_other_is_given_out() -> None:
    for service in SERVICES:
        for name, given in networks(service).items():
            if given:
                (pool,) = COMPOSE["networks"][name]["ipam"]["config"]
                fixed = ipaddress.ip_address(given["ipv4_address"])
                assert fixed in ipaddress.ip_network(pool["subnet"])
                assert fixed not in ipaddress.ip_network(pool["ip_range"])


def test_nothing_starts_before_the_databases_are_there_and_up_to_date() -> None:
    for name in (*SHARDS, "relay", "counter", "casestore"):
        condition = SERVICES[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"
    assert SERVICES["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert SERVICES["migrate"]["restart"] == "no"
    assert SERVICES["migrate"]["command"][-1].endswith("casestore migrate >/dev/null")


def test_stopping_leaves_time_for_the_turn_under_way() -> None:
    turn = Settings.__fields__["web_turn_timeout"].default
    for name in SHARDS:
        assert float(SERVICES[name]["stop_grace_period"].removesuffix("s")) > turn


def test_documents_are_where_both_who_take_them_and_who_deliver_them_look() -> None:
    for name in (*SHARDS, "relay"):
        assert "evidence:/var/lib/xiaobao/evidence" in SERVICES[name]["volumes"]
    assert SERVICES["casestore"]["volumes"] == ["case-files:/var/lib/xiaobao/case-files"]
    assert COMPOSE["volumes"].keys() == {"postgres", "rabbitmq", "evidence", "case-files"}


def test_the_example_of_settings_names_settings() -> None:
    lines = (FOLDER / "xiaobao.env.example").read_text(encoding="utf-8").splitlines()
    names = [line.partition("=")[0] for line in lines if line and not line.startswith("#")]
    assert set(names) <= SETTINGS - {*IN_FILES}


def test_nginx_finds_every_file_and_none_is_mounted_into_a_folder_that_is_read_only() -> None:
    mounts = [m.rsplit(":", 2) for m in SERVICES["nginx"]["volumes"]]
    targets = {Path(target) for _, target, mode in mounts if mode == "ro"}
    assert not any(other in target.parents for target in targets for other in targets)
    shared = {f"/etc/nginx/xiaobao/{f.name}" for f in (ROOT / "deploy/nginx/xiaobao").iterdir()}
    folders = {"/etc/nginx/nginx.conf", "/etc/nginx/xiaobao/site", "/etc/nginx/xiaobao/tls"}
    assert {str(target) for target in targets} == shared | folders


def test_every_file_mounted_from_here_is_there_or_made_by_the_guide() -> None:
    mounts = [m for service in SERVICES.values() for m in service.get("volumes", [])]
    sources = {mount.split(":")[0] for mount in mounts if mount.startswith(".")}
    assert [source for source in sources if not (FOLDER / Path(source)).exists()] == []
