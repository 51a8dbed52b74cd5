"""The real answers survive the way to the review sheet and back untouched."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.knowledge.editing import write_changes
from bot.knowledge.files import FAQ
from bot.knowledge.review import Change, review
from bot.knowledge.row import STAMP, row_of, stamp_of
from bot.knowledge.sheet import read_sheet, write_sheet
from tests.data.corpus import answers, sources


def test_the_exported_sheet_read_back_changes_nothing(tmp_path: Path) -> None:
    write_sheet(tmp_path / "sheet.xlsx", answers())
    rows = read_sheet(tmp_path / "sheet.xlsx")
    assert len(rows) == len(answers())
    result = review(rows, answers(), sources(), date(2026, 12, 1))
    assert (result.changes, result.refusals) == ((), ())


@pytest.mark.parametrize("path", sorted(FAQ.glob("*.yml")), ids=lambda path: path.stem)
def test_writing_a_file_touches_one_line_for_one_change(path: Path, tmp_path: Path) -> None:
    before = path.read_text(encoding="utf-8")
    (tmp_path / path.name).write_text(before, encoding="utf-8")
    answer = next(answer for answer in answers().values() if answer.theme == path.stem)
    row = row_of(answer)
    after = {**row, STAMP.key: stamp_of(row), "owner": "另一个部门"}
    write_changes(tmp_path, [Change(answer, after)])
    now = (tmp_path / path.name).read_text(encoding="utf-8").splitlines()
    changed = [pair for pair in zip(before.splitlines(), now, strict=True) if pair[0] != pair[1]]
    assert changed == [(f"      owner: {row['owner']}", "      owner: 另一个部门")]
