"""``python -m casestore report``: reports as files, made at the command line."""

from pathlib import Path

import pytest
from docx import Document
from sqlalchemy import text
from typer.testing import CliRunner

from casestore.__main__ import cli
from casestore.domain.errors import ConfigurationError, InvalidRequest
from casestore.domain.period import parse_period
from casestore.domain.report import ReportKind, ReportOrder
from casestore.report_verb import write_report
from casestore.settings import Settings, load
from casestore.storage.customers_file import load_customers
from casestore.storage.engine import build_engine
from tests.contract.casestore.kit import FIELD_KEY, TOKEN
from tests.contract.casestore.report_kit import add_small_bank

YEAR = ReportOrder(ReportKind.ANNUAL, parse_period("2026"))


@pytest.fixture
def environment(migrated_file: Path, tmp_path: Path) -> dict[str, str]:
    """Settings of a case store that holds the small bank."""
    database = tmp_path / "bank.db"
    database.write_bytes(migrated_file.read_bytes())
    url = f"sqlite:///{database}"
    engine = build_engine(url)
    add_small_bank(engine)
    engine.dispose()
    return {
        "DATABASE_URL": url,
        "CASE_STORE_TOKEN": TOKEN,
        "CASE_STORE_FIELD_KEYS": FIELD_KEY,
        "CASE_STORE_FILES_DIR": str(tmp_path / "files"),
    }


def test_the_verb_writes_the_report_and_notes_it(
    environment: dict[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "summary.docx"
    arguments = ["report", "year", "2026", "--out", str(out)]
    result = CliRunner().invoke(cli, arguments, env=environment)
    assert (result.exit_code, result.output) == (0, f"已写入 {out}。\n")
    words = "\n".join(paragraph.text for paragraph in Document(str(out)).paragraphs)
    assert "2026年消费者投诉处理工作总结" in words
    engine = build_engine(environment["DATABASE_URL"])
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT actor, action, detail FROM audit")).all()
    engine.dispose()
    assert [tuple(row) for row in rows] == [
        ("system", "report_exported", "2026年消费者投诉处理工作总结")
    ]


@pytest.mark.parametrize(
    ("period", "name", "words"),
    [
        ("2026-13", "x.docx", "期间应写成"),
        ("2026-Q4", "x.docx", "不是按这样的期间做的"),
        ("2090", "x.docx", "还没有开始"),
        ("2026", "x.pdf", "文件名应以 .xlsx、.csv、.docx 结尾"),
    ],
)
def test_the_verb_says_what_is_wrong_with_the_order(
    environment: dict[str, str], tmp_path: Path, period: str, name: str, words: str
) -> None:
    arguments = ["report", "year", period, "--out", str(tmp_path / name)]
    result = CliRunner().invoke(cli, arguments, env=environment)
    assert result.exit_code == 1
    assert words in result.output
    assert not (tmp_path / name).exists()


def test_a_folder_that_cannot_be_written_is_named(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="写不了文件"):
        write_report(load(Settings, environment), YEAR, tmp_path / "missing" / "x.csv")


def test_a_database_without_tables_is_told_to_be_migrated(
    environment: dict[str, str], tmp_path: Path
) -> None:
    empty = {**environment, "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.db'}"}
    with pytest.raises(ConfigurationError, match="migrate"):
        write_report(load(Settings, empty), YEAR, tmp_path / "x.csv")


def test_another_kind_of_file_is_refused_before_anything_is_read(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(InvalidRequest):
        write_report(load(Settings, environment), YEAR, tmp_path / "x.pdf")


def test_customers_come_from_a_file_that_excel_wrote(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_bytes("\ufeffname,customers\r\n人民路支行,1200\r\n".encode())
    assert load_customers(str(path)) == {"人民路支行": 1200}
    assert load_customers("") == {}


@pytest.mark.parametrize("content", [None, "机构,客户数".encode("gbk")])
def test_a_file_of_customers_that_cannot_be_read_stops_the_start(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "customers.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="REPORT_CUSTOMERS_FILE"):
        load_customers(str(path))
