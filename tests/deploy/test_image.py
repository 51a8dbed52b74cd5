"""The image holds what production needs and nothing else, and nothing of it needs root."""

from __future__ import annotations

import ast
import fnmatch
import importlib.metadata
import re
import shlex
import sys
from collections.abc import Iterator
from functools import lru_cache

import pytest

from deploy.image.runtime_requirements import blocks, direct, needed
from tests.stack import ROOT

CONTAINERFILE = (ROOT / "deploy" / "image" / "Containerfile").read_text(encoding="utf-8")
INSTRUCTIONS = [
    line
    for line in CONTAINERFILE.replace("\\\n", " ").splitlines()
    if line and not line.startswith("#")
]


# -- packages ----------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def packages() -> tuple[set[str], dict[str, list[str]]]:
    lock = blocks((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    roots = direct((ROOT / "requirements.in").read_text(encoding="utf-8"))
    return needed(roots, lock), lock


def test_tools_of_development_stay_out() -> None:
    tools = {"pytest", "mypy", "ruff", "playwright", "hypothesis", "import-linter", "types-pyyaml"}
    chosen, lock = packages()
    assert tools <= lock.keys()
    assert not tools & chosen


def test_everything_the_product_imports_is_in() -> None:
    chosen, _ = packages()
    installed = {name for package in chosen for name in _modules(package)}
    assert _imported() - installed == set()


def _modules(package: str) -> set[str]:
    """What can be imported of a package; nothing when it is meant for another machine."""
    try:
        files = importlib.metadata.files(package) or []
    except importlib.metadata.PackageNotFoundError:
        return set()
    return {file.parts[0].split(".")[0] for file in files}


def _imported() -> set[str]:
    own = {"bot", "actions", "casestore"}
    trees = (
        ast.parse(file.read_text(encoding="utf-8"))
        for folder in own
        for file in (ROOT / folder).rglob("*.py")
    )
    names = {name.split(".")[0] for tree in trees for name in _names(tree)}
    return names - own - set(sys.stdlib_module_names)


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module)


def test_every_package_keeps_its_hashes() -> None:
    chosen, lock = packages()
    assert [n for n in chosen if not any("--hash=sha256:" in line for line in lock[n])] == []


def test_what_only_a_tool_needs_goes_with_it_and_what_both_need_stays() -> None:
    lock = blocks(
        "a==1 \\\n    --hash=sha256:00\n    # via -r requirements.in\n"
        "b==1 \\\n    --hash=sha256:00\n    # via\n    #   a\n    #   tool\n"
        "C_d==1 \\\n    --hash=sha256:00\n    # via b\n"
        "only-tool==1 \\\n    --hash=sha256:00\n    # via tool\n"
        "tool==1 \\\n    --hash=sha256:00\n    # via -r requirements.in\n"
    )
    assert needed(direct("A[x]==1  # why\n# Development\ntool\n"), lock) == {"a", "b", "c-d"}


def test_a_list_of_requirements_without_its_heading_is_refused() -> None:
    with pytest.raises(ValueError, match="Development"):
        direct("a\ntool\n")


# -- the image ---------------------------------------------------------------------------------


def _arguments(instruction: str) -> list[list[str]]:
    found = [shlex.split(line) for line in INSTRUCTIONS if line.startswith(f"{instruction} ")]
    return [words[1:] for words in found]


def test_the_base_image_is_a_choice_and_no_host_is_named() -> None:
    assert _arguments("ARG") == [["BASE_IMAGE=python:3.10-slim"]]
    assert {words[0] for words in _arguments("FROM")} == {"${BASE_IMAGE}", "packages"}
    assert "://" not in CONTAINERFILE


def test_it_runs_without_root_from_a_folder_it_cannot_write() -> None:
    assert _arguments("USER")[-1] == ["10001:10001"]
    assert INSTRUCTIONS.index("USER 10001:10001") > INSTRUCTIONS.index("FROM ${BASE_IMAGE}")
    assert "chown" not in CONTAINERFILE
    written = re.findall(r"(?:HOME|TMPDIR|VAR_DIR|EVIDENCE_DIR|FILES_DIR)=(/\S+)", CONTAINERFILE)
    in_production = [path for path in written if path != "/tmp"]
    assert len(in_production) == 5
    assert all(path.startswith("/var/lib/xiaobao") for path in in_production)


def test_packages_are_installed_by_their_hashes() -> None:
    installs = [line for line in INSTRUCTIONS if "pip install" in line]
    assert len(installs) == 1
    assert "--require-hashes -r runtime.lock" in installs[0]


def test_what_is_copied_is_there_and_let_through_and_nothing_else_is() -> None:
    sources = {
        source
        for words in _arguments("COPY")
        if not words[0].startswith("--from")
        for source in words[:-1]
    }
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    let_through = {rule[1:] for rule in rules if rule.startswith("!")}
    assert rules[0] == "*"
    assert let_through == sources
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert not any(fnmatch.fnmatch(name, rule) for name in (".env", "var") for rule in let_through)
