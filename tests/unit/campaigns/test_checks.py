"""Campaigns keep the rules of the answers, their own days, and out of each other's way."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.campaigns.campaign import Campaigns
from bot.campaigns.checks import clashes, explained, faults
from bot.campaigns.reading import read_campaign
from bot.knowledge.catalogue import load_catalogue
from bot.knowledge.files import FAQ, SOURCES
from bot.knowledge.sources_file import load_sources
from tests.unit.campaigns.file import RIGHT, SOURCE, campaign, question, spoilt, written

ANSWERS = load_catalogue(FAQ)
DOCUMENTS = load_sources(SOURCES)
TODAY = date(2027, 3, 15)
SCENE = RIGHT["scenes"][0]


def found(folder: Path, **changes: Any) -> list[str]:
    return faults(campaign(folder, **changes), ANSWERS, DOCUMENTS, TODAY)


def quiz_with(**changes: Any) -> list[dict[str, Any]]:
    return [{**question(1, "easy"), **changes}, question(2, "medium"), question(3, "hard")]


def test_a_good_campaign_passes(tmp_path: Path) -> None:
    assert found(tmp_path) == []


def test_an_explanation_ends_in_its_source(tmp_path: Path) -> None:
    text = explained(campaign(tmp_path).quiz[0])
    assert text.splitlines()[-1] == (
        "依据：《银行业保险业消费投诉处理管理办法》（原中国银保监会令2020年第3号，2020-03-01施行）第十五条"
    )


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"topics": [{"title": "a", "theme": "cooking"}]}, "没有“cooking”这个主题"),
        (
            {"topics": [{"title": "a", "theme": "fees", "answer": "fees.nothing"}]},
            "没有“fees.nothing”这个问答",
        ),
        ({"topics": []}, "至少要有一个主题"),
        ({"topics": [{"title": f"第{n}个", "theme": "fees"} for n in range(7)]}, "最多 6 个"),
        ({"scenes": []}, "至少要有一个场景"),
        ({"last_day": "2028-03-03"}, "最长 366 天"),
        ({"quiz": [question(n, "easy") for n in range(201)]}, "最多 200 道题"),
        (
            {"scenes": [{**SCENE, "id": f"s{n}", "branch": f"第{n}支行"} for n in range(181)]},
            "最多 180 个网点",
        ),
        ({"scenes": [{**SCENE, "last_day": "2027-04-01"}]}, "日期超出了活动的日期"),
        ({"scenes": [SCENE, {**SCENE, "id": "again"}]}, "同一处摆位的日期重叠"),
        ({"scenes": [SCENE, SCENE]}, "编号“315-hall”写了两遍"),
        ({"quiz": [question(1, "easy")]}, "还缺 medium、hard"),
        ({"quiz": quiz_with(sources=[])}, "没有写依据"),
        ({"quiz": quiz_with(sources=[{**SOURCE, "article": "第九百条"}])}, "第九百条没有核对过"),
        ({"quiz": quiz_with(sources=[{**SOURCE, "number": "第1号"}])}, "文号写成了“第1号”"),
        ({"quiz": quiz_with(explanation="一定能赔。")}, "承诺"),
        ({"quiz": quiz_with(explanation="请您回复验证码。")}, "要密码一类"),
        (
            {"bookings": [{"day": "2027-05-01", "begins": "09:00", "ends": "10:00", "places": 1}]},
            "不在活动期间",
        ),
    ],
)
def test_a_fault_is_found(tmp_path: Path, changes: dict[str, Any], fault: str) -> None:
    lines = found(tmp_path, **changes)
    assert any(fault in line for line in lines), lines


def test_two_campaigns_must_not_share_a_code(tmp_path: Path) -> None:
    one = campaign(tmp_path)
    other = read_campaign(written(tmp_path, spoilt(), "other.yml"))
    assert clashes(Campaigns({one.id: one})) == []
    assert "315-hall" in clashes(Campaigns({one.id: one, other.id: other}))[0]
