"""`python -m bot knowledge <verb>` on files of its own: output, exit code, errors in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from bot.__main__ import app
from bot.errors import SheetError
from bot.knowledge import commands
from bot.knowledge.sheet import ANSWERS
from tests.unit.knowledge.kit import FAQ_FILE, ID, write_files

# Of the files' own days: the real clock decides which day it is.
FAR = FAQ_FILE.replace("2027-05-23", "2999-12-31")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of answers the verbs work on."""
    faq, sources = write_files(tmp_path)
    monkeypatch.setattr(commands, "FAQ", faq)
    monkeypatch.setattr(commands, "SOURCES", sources)
    path = faq / "deposit_insurance.yml"
    path.write_text(FAR, encoding="utf-8")
    return path


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["knowledge", *arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def test_a_clean_check_ends_well_and_an_error_ends_badly(file: Path) -> None:
    code, said = run("check")
    assert (code, "0 处错误" in said) == (0, True)
    file.write_text(FAR.replace("第九条", "第八条"), encoding="utf-8")
    code, said = run("check")
    assert (code, "第八条没有核对过" in said) == (1, True)


@pytest.mark.usefixtures("file")
def test_due_takes_the_number_of_days() -> None:
    assert run("due") == (0, "90 天以内没有要复核的回答。\n")
    assert run("due", "--within", "-1")[0] == 2


def test_a_sheet_is_exported_changed_and_imported(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, said = run("sheet", "--out", str(out))
    assert (code, "已导出 2 个回答" in said) == (0, True)
    (path,) = out.glob("*.xlsx")
    assert list(out.glob("*.html"))
    book = load_workbook(path)
    book[ANSWERS]["H2"] = "法规部"
    book.save(path)
    assert run("import", str(path))[0] == 0
    assert file.read_text(encoding="utf-8") == FAR
    code, said = run("import", str(path), "--write")
    assert (code, ID in said, "已写 deposit_insurance.yml" in said) == (0, True, True)
    assert "owner: 法规部" in file.read_text(encoding="utf-8")


def test_a_refused_sheet_ends_badly(file: Path, tmp_path: Path) -> None:
    run("sheet", "--out", str(tmp_path))
    (path,) = tmp_path.glob("*.xlsx")
    book = load_workbook(path)
    book[ANSWERS]["I2"] = "通过"
    book.save(path)
    assert run("import", str(path), "--write")[0] == 1
    assert file.read_text(encoding="utf-8") == FAR


@pytest.mark.usefixtures("file")
def test_a_missing_sheet_is_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match=r"none\.xlsx 读不出来。"):
        run("import", str(tmp_path / "none.xlsx"))
