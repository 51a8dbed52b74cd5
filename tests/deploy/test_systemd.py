"""The units of deploy/systemd: taken by systemd itself, complete, and with as few rights as can be."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from bot.launcher.models.shelf import NOT_SERVING
from bot.settings import IN_FILES, Settings
from casestore.settings import IN_FILES as CASESTORE_IN_FILES
from casestore.settings import Settings as CaseStoreSettings
from tests.deploy.manifests import settings, shards
from tests.stack import ROOT

FOLDER = ROOT / "deploy" / "systemd"
DROP_IN = "xiaobao-.service.d"
VERB_DROP_IN = "xiaobao-verb-.service.d"
SITE = FOLDER / "drop-ins"
UNITS = sorted(file.name for file in FOLDER.glob("*.service"))
SERVING = [name for name in UNITS if name != "xiaobao-prepare.service"]
DEPLOY = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
UPGRADE = DEPLOY.partition("**systemd**：新版本")[2]
Section = dict[str, list[str]]


def read(file: Path) -> dict[str, Section]:
    """The values of each name in each section; an empty value counts as one."""
    found: dict[str, Section] = defaultdict(lambda: defaultdict(list))
    section = ""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found[section][name].append(value)
    return found


def environment(unit: str) -> dict[str, str]:
    pairs = read(FOLDER / unit)["Service"]["Environment"]
    return dict(pair.split("=", 1) for pair in pairs)


def test_there_is_a_unit_for_every_process() -> None:
    assert UNITS == [
        "xiaobao-actions@.service",
        "xiaobao-casestore.service",
        "xiaobao-counter.service",
        "xiaobao-prepare.service",
        "xiaobao-rasa@.service",
        "xiaobao-relay@.service",
    ]


@pytest.mark.systemd_analyze
def test_systemd_takes_every_unit_as_it_is(tmp_path: Path) -> None:
    machine(tmp_path)
    assert complaints(tmp_path) == []


@pytest.mark.systemd_analyze
def test_systemd_takes_the_drop_ins_that_a_site_may_add(tmp_path: Path) -> None:
    units = machine(tmp_path)
    for file in SITE.iterdir():
        (units / DROP_IN / f"20-{file.name}").write_bytes(file.read_bytes())
    assert complaints(tmp_path) == []


@pytest.mark.systemd_analyze
def test_systemd_takes_what_is_different_for_a_verb(tmp_path: Path) -> None:
    units = machine(tmp_path)
    (units / VERB_DROP_IN).mkdir()
    for file in (FOLDER / VERB_DROP_IN).iterdir():
        (units / VERB_DROP_IN / file.name).write_bytes(file.read_bytes())
    program = "ExecStart=/opt/xiaobao/.venv/bin/python"
    (units / "xiaobao-verb-1.service").write_text(f"[Service]\n{program}\n")
    assert complaints(tmp_path, "xiaobao-verb-1.service") == []
    drop_in = units / VERB_DROP_IN / "15-verb.conf"
    drop_in.write_text(drop_in.read_text().replace("PrivateTmp=", "PrivateTemp="))
    assert len(complaints(tmp_path, "xiaobao-verb-1.service")) == 1


@pytest.mark.systemd_analyze
def test_systemd_would_not_take_a_word_it_does_not_know(tmp_path: Path) -> None:
    drop_in = machine(tmp_path) / DROP_IN / "10-all.conf"
    drop_in.write_text(drop_in.read_text().replace("ProtectSystem=", "ProtectSystems="))
    assert len(complaints(tmp_path)) >= 1


def machine(root: Path) -> Path:
    """Lays out a file system with our units in it; the folder of the units."""
    units = root / "etc" / "systemd" / "system"
    (units / DROP_IN).mkdir(parents=True)
    for name in ("xiaobao.target", *UNITS):
        (units / name.replace("@", "@1")).write_bytes((FOLDER / name).read_bytes())
    for file in (FOLDER / DROP_IN).iterdir():
        (units / DROP_IN / file.name).write_bytes(file.read_bytes())
    for program in ("opt/xiaobao/.venv/bin/python", "bin/sh"):
        (root / program).parent.mkdir(parents=True, exist_ok=True)
        (root / program).touch(mode=0o755)
    for target in ("sysinit", "basic", "shutdown", "multi-user", "network-online"):
        (units / f"{target}.target").write_text("[Unit]\nDescription=of every machine\n")
    return units


def complaints(root: Path, *more: str) -> list[str]:
    """What systemd has to say against our units, and against `more`."""
    names = [*(name.replace("@", "@1") for name in UNITS), *more]
    command = ["systemd-analyze", "verify", "--man=no", f"--root={root}", "xiaobao.target", *names]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=60)
    return [line for line in done.stderr.splitlines() if "xiaobao" in line]


@pytest.mark.parametrize("unit", SERVING)
def test_what_stops_is_started_again_and_stops_with_the_target(unit: str) -> None:
    sections = read(FOLDER / unit)
    assert sections["Service"]["Restart"] == ["always"]
    assert sections["Service"].keys() >= {"MemoryMax", "TasksMax"}
    assert sections["Install"]["WantedBy"] == ["xiaobao.target"]
    assert read(FOLDER / DROP_IN / "10-all.conf")["Unit"]["PartOf"] == ["xiaobao.target"]
    (seconds,) = sections["Service"]["TimeoutStopSec"]
    assert float(seconds) > Settings.__fields__["web_turn_timeout"].default


@pytest.mark.parametrize("unit", SERVING)
def test_databases_and_model_are_prepared_first_and_late_ones_keep_nobody_down(unit: str) -> None:
    section = read(FOLDER / unit)["Unit"]
    assert "xiaobao-prepare.service" in section["Wants"]
    assert "xiaobao-prepare.service" in section["After"]
    assert "Requires" not in section


def test_preparing_tries_again_and_prints_no_one_time_code() -> None:
    service = read(FOLDER / "xiaobao-prepare.service")["Service"]
    assert service["Restart"] == ["on-failure"]
    steps = [re.findall(r"-m (\w+ \w+)", line) for line in service["ExecStart"]]
    assert steps == [["bot migrate"], ["casestore migrate"], ["bot train"]]
    assert service["ExecStart"][1].endswith("casestore migrate >/dev/null'")


def test_a_model_that_the_gate_refuses_is_not_tried_again_and_again() -> None:
    service = read(FOLDER / "xiaobao-prepare.service")["Service"]
    assert service["Type"] == ["oneshot"]
    assert service["RestartPreventExitStatus"] == [str(NOT_SERVING)]


def test_an_upgrade_stops_when_the_preparing_failed_and_waits_for_no_shard_for_good() -> None:
    upgrade = UPGRADE.partition("**退回**")[0]
    restarts = re.findall(r"systemctl (restart xiaobao-prepare|is-active xiaobao-prepare)", upgrade)
    assert restarts[:2] == ["restart xiaobao-prepare", "is-active xiaobao-prepare"]
    before, _, after = upgrade.partition("is-active xiaobao-prepare")
    assert "xiaobao-rasa@" not in before
    assert "model promote --force" in after.partition("xiaobao-rasa@")[0]
    assert re.findall(r"^ +(\S.*)until curl", after, re.MULTILINE) == ['timeout 300 sh -c "']


def test_an_upgrade_leaves_the_drop_ins_of_the_site(tmp_path: Path) -> None:
    (command,) = set(re.findall(r"^sudo (cp -r .*) /etc/systemd/system/$", DEPLOY, re.MULTILINE))
    own = [tmp_path / folder / "20-site.conf" for folder in (DROP_IN, f"{UNITS[0]}.d")]
    for file in own:
        file.parent.mkdir()
        file.write_text("[Service]\nMemoryMax=9G\n")
    subprocess.run(["sh", "-c", f"{command} {tmp_path}"], cwd=ROOT, check=True, timeout=30)
    assert [file.read_text() for file in own] == ["[Service]\nMemoryMax=9G\n"] * 2
    shipped = {
        name for name in os.listdir(FOLDER) if name.startswith("xiaobao") and ".env" not in name
    }
    assert shipped <= {*os.listdir(tmp_path)}
    ours = [file.name for file in FOLDER.glob("*.service.d/*")]
    assert sorted(ours) == ["10-all.conf", "15-verb.conf"], "20- and more are the site's"


@pytest.mark.parametrize("file", sorted(SITE.iterdir()), ids=lambda file: file.name)
def test_every_drop_in_for_a_site_is_told_of_where_it_is_installed(file: Path) -> None:
    place = rf"deploy/systemd/drop-ins/{file.name} /etc/systemd/system/\S+\.d/20-{file.name}$"
    assert re.search(place, DEPLOY, re.MULTILINE)


def test_a_site_without_a_broker_needs_no_file_for_one() -> None:
    service = read(SITE / "without-broker.conf")["Service"]
    ((name, fallback),) = (given.split(":") for given in service["SetCredential"])
    assert fallback, "systemd takes no empty one"
    assert service["UnsetEnvironment"] == [f"{name.upper()}_FILE"]
    loading = [u for u in UNITS if f"{name.upper()}_FILE" in environment(u)]
    assert len(loading) == len(UNITS) - 1


def test_a_site_with_a_wechat_account_gives_all_its_secrets_to_all_who_read_them() -> None:
    service = read(SITE / "wechat.conf")["Service"]
    files = dict(pair.split("=", 1) for pair in service["Environment"])
    wanted = {name for name in IN_FILES if name.startswith("WECHAT_")} - {"WECHAT_PREVIOUS_AES_KEY"}
    assert files == {f"{n}_FILE": f"/run/credentials/%n/{n.lower()}" for n in wanted}
    loaded = {f"{n.lower()}:/etc/xiaobao/secrets/{n.lower()}" for n in wanted}
    assert {*service["LoadCredential"]} == loaded
    (units,) = re.findall(r"for unit in (.*); do\n.*wechat\.conf", DEPLOY)
    reading = [u for u in UNITS if "WEB_SESSION_SECRET_FILE" in environment(u)]
    assert sorted(f"xiaobao-{unit}.service" for unit in units.split()) == reading


def test_every_unit_has_as_few_rights_as_can_be() -> None:
    service = read(FOLDER / DROP_IN / "10-all.conf")["Service"]
    assert service["User"] == ["xiaobao"]
    assert service["ProtectSystem"] == ["strict"]
    assert service["StateDirectory"] == ["xiaobao"]
    assert service["CapabilityBoundingSet"] == service["AmbientCapabilities"] == [""]
    assert service["SystemCallFilter"] == ["@system-service", "~@privileged"]
    on = ("NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectHome", "RestrictNamespaces")
    assert all(service[name] == ["true"] for name in on)
    weaker = {"User", "Group", "ProtectSystem", "ReadWritePaths", "NoNewPrivileges"}
    assert [u for u in UNITS if weaker & read(FOLDER / u)["Service"].keys()] == []


@pytest.mark.parametrize("unit", UNITS)
def test_secrets_are_credentials_that_the_settings_read_as_files(unit: str) -> None:
    known = {*IN_FILES, *CASESTORE_IN_FILES}
    given = environment(unit)
    assert not known & given.keys()
    files = {name: path for name, path in given.items() if name.endswith("_FILE")}
    assert {name.removesuffix("_FILE") for name in files} <= known
    loaded = dict(c.split(":", 1) for c in read(FOLDER / unit)["Service"]["LoadCredential"])
    assert all(path == f"/etc/xiaobao/secrets/{name}" for name, path in loaded.items())
    # Not %d, which systemd only knows since version 250.
    assert set(files.values()) == {f"/run/credentials/%n/{name}" for name in loaded}
    kind = CaseStoreSettings if "casestore" in unit else Settings
    required = {f"{name.upper()}_FILE" for name, field in kind.__fields__.items() if field.required}
    assert required <= files.keys()


def test_shards_and_their_action_servers_meet_at_ports_that_nginx_knows() -> None:
    shard, actions = environment("xiaobao-rasa@.service"), environment("xiaobao-actions@.service")
    assert shard["ACTIONS_PORT"] == actions["ACTIONS_PORT"] == "505%i"
    assert "ACTIONS_HOST" not in {**shard, **actions}, "the loopback address is the default"
    known = shards(FOLDER / "site" / "shards.conf")
    assert known == [f"127.0.0.1:{shard['RASA_PORT'].replace('%i', n)}" for n in ("1", "2")]
    assert shards(FOLDER / "site" / "case-store.conf") == [
        f"127.0.0.1:{CaseStoreSettings.__fields__['case_store_port'].default}"
    ]


def test_no_two_processes_of_one_machine_want_the_same_port() -> None:
    ports = [
        port.replace("%i", number)
        for unit in UNITS
        for name, port in environment(unit).items()
        if name.endswith("_PORT") and not (name == "ACTIONS_PORT" and "rasa" in unit)
        for number in (map(str, range(1, 10)) if "%i" in port else "1")
    ]
    ports.append(str(CaseStoreSettings.__fields__["case_store_port"].default))
    assert len(ports) == 4 * 9 + 2
    assert len(set(ports)) == len(ports)


def test_relays_of_one_machine_leave_their_signs_of_life_apart() -> None:
    assert environment("xiaobao-relay@.service")["HEARTBEAT_DIR"].endswith("-%i")


def test_the_example_of_settings_names_settings() -> None:
    names = {name.upper() for name in (*Settings.__fields__, *CaseStoreSettings.__fields__)}
    given = settings(FOLDER / "xiaobao.env.example").keys()
    assert given <= names - {*IN_FILES}


def test_a_verb_gets_the_secrets_there_are_in_a_unit_of_the_product(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "field_keys").touch()
    words = told(tmp_path, verb(tmp_path, "bot", "retry", "TS20261123-7K3QF8K"))
    (unit,) = [word.removeprefix("--unit=") for word in words if word.startswith("--unit=")]
    assert unit.startswith("xiaobao-verb-"), "the drop-ins count for it"
    assert f"--property=LoadCredential=field_keys:{tmp_path}/secrets/field_keys" in words
    assert f"--setenv=FIELD_KEYS_FILE=/run/credentials/{unit}/field_keys" in words
    assert words[-5:] == [
        *("/opt/xiaobao/.venv/bin/python", "-m", "bot", "retry", "TS20261123-7K3QF8K"),
    ]
    assert not [word for word in words if "JOURNAL_URL" in word]


def test_a_verb_gets_every_secret_that_settings_read_from_a_file_and_no_other(
    tmp_path: Path,
) -> None:
    known = {*IN_FILES, *CASESTORE_IN_FILES}
    (tmp_path / "secrets").mkdir()
    for name in (*known, "POSTGRES_PASSWORD", "RABBITMQ.CONF"):
        (tmp_path / "secrets" / name.lower()).touch()
    words = told(tmp_path, verb(tmp_path, "bot", "migrate"))
    given = [word.split("=")[1] for word in words if word.startswith("--setenv=")]
    assert sorted(given) == sorted(f"{name}_FILE" for name in known)
    assert len([word for word in words if "LoadCredential=" in word]) == len(known)


def test_a_verb_writes_its_results_to_the_folder_it_is_given(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "link").symlink_to("results")
    done = verb(tmp_path, "bot", "backup", "x", OUT_DIR=str(tmp_path / "link"))
    assert f"--property=ReadWritePaths={tmp_path.resolve()}/results" in told(tmp_path, done)
    assert told(tmp_path, verb(tmp_path, "bot", "backup", "x")) != []
    assert "ReadWritePaths" not in (tmp_path / "said").read_text()


@pytest.mark.parametrize(
    ("folder", "why"),
    [
        ("missing", "OUT_DIR 不是已有的目录"),
        ("with space", "不能有空格"),
        ("closed", "用户 xiaobao 写不进 OUT_DIR"),
        ("/home", "OUT_DIR 不能在 /home、/root"),
    ],
)
def test_a_verb_does_not_begin_when_its_result_could_not_be_written(
    tmp_path: Path, folder: str, why: str
) -> None:
    for name in ("with space", "closed"):
        (tmp_path / name).mkdir()
    done = verb(tmp_path, "bot", "backup", "x", OUT_DIR=str(tmp_path / folder))
    assert done.returncode == 2
    assert why in done.stderr
    assert not (tmp_path / "said").exists()


def test_no_result_of_a_verb_vanishes_with_the_unit() -> None:
    service = read(FOLDER / VERB_DROP_IN / "15-verb.conf")["Service"]
    assert service["PrivateTmp"] == ["false"], "with ProtectSystem=strict /tmp is then read-only"
    assert service["RuntimeDirectory"] == ["%N"]
    assert service["Environment"] == ["TMPDIR=%t/%N"], "what is left to programs themselves"
    assert not {"ProtectSystem", "ReadWritePaths", "User"} & service.keys()


def verb(room: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs verb.sh with what stands in for systemd-run (which notes its words) and for runuser
    (for whose user all folders but `closed` can be written to)."""
    stand_ins = {
        "systemd-run": f'printf "%s\\n" "$@" >{room}/said',
        "runuser": 'shift 3; case "$*" in *closed*) exit 1 ;; esac; exec "$@"',
    }
    for name, script in stand_ins.items():
        (room / name).write_text(f"#!/bin/sh\n{script}\n")
        (room / name).chmod(stat.S_IRWXU)
    return subprocess.run(
        ["sh", str(FOLDER / "verb.sh"), *words],
        env={
            "PATH": f"{room}:{os.environ['PATH']}",
            "SECRETS_DIR": str(room / "secrets"),
            **environment,
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=30,
    )


def told(room: Path, done: subprocess.CompletedProcess[str]) -> list[str]:
    """What systemd-run was told by a run of `verb`."""
    assert done.returncode == 0, done.stderr
    return (room / "said").read_text(encoding="utf-8").splitlines()
