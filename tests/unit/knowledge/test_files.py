"""Answers and sources read from YAML; what is written wrongly is named in plain Chinese."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.knowledge.answer import PROJECT
from bot.knowledge.catalogue import load_catalogue
from bot.knowledge.sources_file import load_sources
from tests.unit.knowledge.kit import (
    FAQ_FILE,
    ID,
    PREMIUM,
    SOURCES_FILE,
    answer,
    read_answer,
    write_files,
)


def test_an_answer_is_read_whole(tmp_path: Path) -> None:
    faq, _ = write_files(tmp_path)
    limit, premium = read_answer(faq, ID), read_answer(faq, PREMIUM)
    assert (limit.theme, limit.title) == ("deposit_insurance", "存款保险最多赔多少")
    assert limit.examples == ("存款保险赔多少",)
    assert (limit.related, limit.follow_up) == ((PREMIUM,), ("call",))
    assert (premium.related, premium.follow_up) == ((), ())
    assert (premium.metadata.approved_by, premium.metadata.written_by) == ("王芳", PROJECT)
    assert premium.metadata.raw["status"] == "approved"
    assert limit.metadata.sources[0].article == "第五条"


def test_a_channel_reads_its_own_wording_and_the_others_the_common_one() -> None:
    both = answer(text="长", wechat="短")
    assert [both.text_on(channel) for channel in ("wechat", "web", "")] == ["短", "长", "长"]
    assert (both.own_text("wechat"), both.own_text("web")) == ("短", "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    metadata:\n", "    metadatta:\n"),
        ("      title: 存款保险要交钱吗\n", ""),
        ("faq/deposit_insurance.premium\n", "faq/deposit_insurance.other\n"),
        ("responses:", "responses"),
        ("follow_up: [call]", "follow_up: call"),
        ("- document: ", "- documents: "),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, old: str, new: str) -> None:
    faq, _ = write_files(tmp_path)
    (faq / "deposit_insurance.yml").write_text(FAQ_FILE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"deposit_insurance\.yml.*请照"):
        load_catalogue(faq)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("status: current", "status: valid", "status 只能是"),
        ("  confidence: A", "  confidence: C", "confidence 只能是 A、B"),
        ('"2015-05-01"', "2015-05-01", "要加引号"),
        ("第九条: {", "第九条、第十条: {", "要一条一条写"),
        ("第九条: {", "第九: {", "第九"),
        ("confidence: B, says: 保费", "confidence: C, says: 保费", "第九条 要写 says"),
        ("issuer", "isuer", "存款保险条例"),
        ("documents:", "document:", "读不出来"),
    ],
)
def test_a_list_of_sources_that_is_wrong_is_named(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = tmp_path / "sources.yml"
    path.write_text(SOURCES_FILE.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said):
        load_sources(path)


def test_an_uncertain_document_may_be_of_confidence_c(tmp_path: Path) -> None:
    path = tmp_path / "sources.yml"
    text = SOURCES_FILE.replace("current", "uncertain").replace(
        "  confidence: A", "  confidence: C"
    )
    path.write_text(text, encoding="utf-8")
    assert [d.title for d in load_sources(path).not_to_be_cited()] == ["存款保险条例"]


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"sources\.yml"):
        load_sources(tmp_path / "sources.yml")
