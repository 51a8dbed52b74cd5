"""What an installation tells of its campaigns: `python -m bot campaign report`, and its relay."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from bot.analytics.fact import FactKind, Outcome
from bot.analytics.store import Facts
from bot.errors import NotFound
from bot.intake.case_store import HttpCaseStore
from bot.storage.engine import create_engine
from tests.stack import ROOT, START_SECONDS, Stack, wait_until
from tests.unit.analytics.kit import CAMPAIGN, answer, people

SCENE = "315-renmin-hall"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The databases of an installation with facts of the shipped 3·15 campaign, and its case store."""
    stack = Stack(tmp_path_factory.mktemp("installation"))
    for package in ("bot", "casestore"):
        run(stack, package, "migrate")
    engine = create_engine(f"sqlite:///{stack.folder / 'analytics.db'}")
    facts = [
        *people(9, FactKind.SCAN, scene=SCENE),
        *people(6, FactKind.CONSULTATION, scene=SCENE, outcome=Outcome.ANSWERED),
        *[answer(f"p{n}", "lost-card-first", Outcome.RIGHT, scene=SCENE) for n in range(7)],
    ]
    Facts(engine).add(facts)
    engine.dispose()
    try:
        stack.launch("casestore")
        stack.wait_for_store()
        yield stack
    finally:
        stack.stop()


def run(stack: Stack, *arguments: str, **changes: str) -> tuple[int, str]:
    """Exit code and everything printed."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**stack.env, "COLUMNS": "160", **changes},
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
    )
    return done.returncode, done.stdout + done.stderr


def report(stack: Stack, *arguments: str, **changes: str) -> tuple[int, str]:
    return run(stack, "bot", "campaign", "report", *arguments, **changes)


def test_the_files_are_made_by_the_case_store(stack: Stack, tmp_path: Path) -> None:
    code, said = report(stack, CAMPAIGN, "--out", str(tmp_path))
    assert code == 0, said
    assert "扫码次数" in said
    document = Document(BytesIO((tmp_path / "report.docx").read_bytes()))
    assert "3·15消费者权益日" in "\n".join(each.text for each in document.paragraphs)
    cells = [
        str(cell.value)
        for sheet in load_workbook(tmp_path / "report.xlsx")
        for row in sheet.iter_rows()
        for cell in row
    ]
    assert "扫码次数" in cells
    assert (tmp_path / "figures.json").is_file()


def test_a_case_store_that_is_away_is_said_and_the_figures_are_shown(
    stack: Stack, tmp_path: Path
) -> None:
    away = "http://127.0.0.1:9"
    code, said = report(stack, CAMPAIGN, "--out", str(tmp_path), CASE_STORE_URL=away)
    assert code == 1
    assert "扫码次数" in said
    assert "受理系统没有给出报告文件" in said
    assert [path.name for path in tmp_path.iterdir()] == ["figures.json"]


def test_an_unknown_campaign_is_one_line_and_a_bad_end(stack: Stack) -> None:
    code, said = report(stack, "no-such-campaign")
    assert code == 1
    assert said.startswith("没有活动“no-such-campaign”")
    assert "Traceback" not in said


def test_the_relay_sends_the_figures_of_every_campaign_by_itself(stack: Stack) -> None:
    cases = HttpCaseStore(stack.store, stack.token, 1.0, 10.0)

    def told() -> bool:
        with suppress(NotFound):
            return cases.campaign_report_file("anti-fundraising-2027", "docx").startswith(b"PK")
        return False

    assert not told()
    stack.launch("relay")
    wait_until(told, START_SECONDS, f"figures of a campaign nobody asked for; see {stack.folder}")
