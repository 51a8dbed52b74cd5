"""The documentation says what is there: settings, verbs, targets, links and paths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import SecretStr

from bot.__main__ import app
from bot.settings import GENERATED, Settings
from casestore.__main__ import cli
from casestore.settings import Settings as CaseStoreSettings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
FIELDS = {**CaseStoreSettings.__fields__, **Settings.__fields__}

MADE_AT_RUN_TIME = (".env", ".rasa", ".venv", "backup", "models", "var")
MADE_AT_RUN_TIME += ("docs/benchmarks.md", "docs/scorecard.md", "docs/benchmarks-intake.md")
MADE_AT_RUN_TIME += ("docs/benchmarks-casestore.md", "docs/benchmarks-soak.md")
"""What an installation makes; a fresh checkout does not hold it."""
SUFFIXES = ("cfg", "example", "in", "json", "lock", "md", "py", "sh", "toml", "yml")

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"\.?[A-Za-z0-9_][A-Za-z0-9_.<>*-]*(/[A-Za-z0-9_.<>*-]+)*/?")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_ROW = re.compile(r"^\| `([A-Z_]+)` \| `?(.*?)`? \|", re.MULTILINE)
_TARGET = re.compile(r"^([a-z-]+):.*## ", re.MULTILINE)


# -- settings ----------------------------------------------------------------------------------


def test_the_example_names_exactly_the_settings_there_are() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == sorted(
        name.upper() for name in FIELDS
    )


def test_the_manual_gives_every_setting_with_its_default() -> None:
    documented = dict(_ROW.findall(OPERATIONS))
    assert documented == {name.upper(): _default(name) for name in FIELDS}


def test_the_example_changes_no_default() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    given = dict(re.findall(r"^([A-Z_]+)=(.+)$", example, re.MULTILINE))
    assert given == {name: _default(name.lower()) for name in given}


def _default(name: str) -> str:
    """A setting's default as the manual writes it."""
    if name.upper() in GENERATED:
        return "自动生成"
    value: Any = FIELDS[name].default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value == Path():
        return "空"
    if isinstance(value, Path):
        return str(value.relative_to(ROOT))
    return str(value).removesuffix(".0") or "空"


# -- commands ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("module", "commands"), [("bot", app), ("casestore", cli)])
def test_the_manual_lists_every_verb(module: str, commands: typer.Typer) -> None:
    listed = set(re.findall(rf"^\| `python -m {module} ([a-z -]+)`", OPERATIONS, re.MULTILINE))
    assert listed == set(_verbs(commands))


def test_no_page_names_a_command_that_is_not_there() -> None:
    known = {f"python -m bot {verb.split()[0]}" for verb in _verbs(app)}
    known |= {f"python -m casestore {verb}" for verb in _verbs(cli)}
    known |= {f"make {name}" for name in _targets()}
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    named = re.findall(r"(?:python -m (?:bot|casestore)|`make) [a-z-]+", text)
    assert {name.lstrip("`") for name in named} <= known


def _verbs(commands: typer.Typer) -> Iterator[str]:
    """`serve`, and `knowledge check` for a verb of a group."""
    for command in commands.registered_commands:
        yield _verb(command)
    for group in commands.registered_groups:
        assert group.typer_instance is not None
        yield from (f"{group.name} {verb}" for verb in _verbs(group.typer_instance))


def _verb(command: Any) -> str:
    return str(command.name or command.callback.__name__)


def test_the_manual_lists_every_make_target() -> None:
    assert [name for name in _targets() if f"`make {name}`" not in OPERATIONS] == []


def _targets() -> list[str]:
    return _TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8"))


# -- links and paths ---------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_internal_link_leads_somewhere(page: Path) -> None:
    assert [link for link in _internal_links(page) if not _resolves(page, link)] == []


def _internal_links(page: Path) -> Iterator[str]:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    for link in _LINK.findall(text):
        if "://" not in link:
            yield link


def _resolves(page: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    if not anchor:
        return target.exists()
    return target.is_file() and anchor in _anchors(target)


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = _HEADING.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_named_is_there(page: Path) -> None:
    assert [name for name in _paths(page) if not _exists(name)] == []


def _paths(page: Path) -> Iterator[str]:
    """What stands in backticks and reads like a path of this repository."""
    top = {entry.name for entry in ROOT.iterdir() if entry.is_dir()}
    for code in _CODE.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        if not _PATH.fullmatch(code) or code.startswith(MADE_AT_RUN_TIME):
            continue
        below_top = "/" in code and code.split("/", 1)[0] in top
        if below_top or Path(code).suffix[1:] in SUFFIXES:
            yield code


def _exists(name: str) -> bool:
    """True for a path from the root, or for a file's bare name; `<…>` stands for anything."""
    pattern = re.sub(r"<[^>]*>", "*", name.rstrip("/"))
    found = next(ROOT.glob(pattern), None) is not None
    if found or "/" in name:
        return found
    folders = ("actions", "bot", "casestore", "data", "tests", "wechatsim")
    return any(next((ROOT / folder).rglob(pattern), None) is not None for folder in folders)


def test_the_pages_name_no_path_of_a_machine() -> None:
    private = re.compile(r"(?<![\w.])/(root|work|home|Users)/")
    assert [page.name for page in PAGES if private.search(page.read_text(encoding="utf-8"))] == []
