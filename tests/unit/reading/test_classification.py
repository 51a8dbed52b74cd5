"""Proposals from evidence words, with the table the product ships."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.intake.reading.classification import (
    SMOOTHING,
    Proposal,
    Table,
    load_table,
    propose_business,
    propose_reason,
)

TABLE_PATH = Path(__file__).parents[3] / "data" / "knowledge" / "classification.yml"
TABLE = load_table(TABLE_PATH)
SERVICE = "因服务态度及服务质量引起的投诉"
FEES = "因定价收费引起的投诉"
SAFETY = "因消费者资金安全引起的投诉"
SELLING = "因营销方式和手段引起的投诉"
RULES = "因金融机构管理制度、业务规则与流程引起的投诉"
MACHINES = "因金融机构服务设施、设备、业务系统引起的投诉"


def test_the_table_offers_all_reasons_and_few_businesses() -> None:
    assert len(TABLE.reason_names) == 13
    assert len(TABLE.business_names) <= 18
    assert TABLE.reason_names[-1] == "其他（原因）"
    assert TABLE.business_names[-1] == "其他（业务）"


@pytest.mark.parametrize(
    ("text", "business", "reason"),
    [
        ("昨天在人民路支行排了两个小时队，柜员态度还很差", None, SERVICE),
        ("信用卡莫名其妙扣了我300元年费", "信用卡", FEES),
        ("ATM把我的卡吞了", "银行卡", MACHINES),
        ("卡里被盗刷了3万5", "借记卡", SAFETY),
        ("我爸去世了，存折取不出来，跑了三趟，说材料不够", "人民币储蓄", RULES),
        ("房贷利率太高", "个人住房贷款", FEES),
        ("贷款一直不放款", "贷款", RULES),
        ("被柜员忽悠买了保险，存款变保险", "银行代理业务", SELLING),
        ("理财亏损两万，收益没达到", "自营理财", "因产品收益引起的投诉"),
        ("催收天天打电话骚扰我家人", "债务催收", "因债务催收方式和手段引起的投诉"),
        ("你们泄露了我的个人信息", "个人金融信息", "因消费者信息安全引起的投诉"),
        ("换零钱不给换", "人民币管理", RULES),
        ("账户冻结转账限额太低", "支付结算", RULES),
        ("短信费没告诉我就扣了", "其他中间业务", FEES),
        ("买黄金积存金", "贵金属", None),
        ("换汇的汇率", "外汇", None),
        ("国债买不到", "国库", None),
        ("要求我开通一堆业务，不同意就不给办", None, "因自主选择权引起的投诉"),
        ("不买保险就不给贷款，强制捆绑", None, "因自主选择权引起的投诉"),
        ("合同没给我，条款写得不清楚", None, "因合同条款引起的投诉"),
        ("没告知风险，故意隐瞒", None, "因信息披露引起的投诉"),
    ],
)
def test_best_proposals(text: str, business: str | None, reason: str | None) -> None:
    if business:
        assert propose_business(text, TABLE)[0].name == business
    if reason:
        assert propose_reason(text, TABLE)[0].name == reason


@pytest.mark.parametrize("text", ["今天天气不错", "你好", ""])
def test_no_evidence_no_proposal(text: str) -> None:
    assert propose_business(text, TABLE) == []
    assert propose_reason(text, TABLE) == []


SMALL = Table(
    business={"甲": {"卡": 1, "信用卡": 3}, "乙": {"贷款": 2}}, reason={"丙": {"态度+差": 3}}
)


def test_confidence_is_the_smoothed_share_of_the_evidence() -> None:
    found = propose_business("信用卡和贷款", SMALL)
    total = 3 + 2 + SMOOTHING
    assert found == [Proposal("甲", round(3 / total, 3)), Proposal("乙", round(2 / total, 3))]


def test_a_pair_counts_only_within_one_clause() -> None:
    assert propose_reason("态度真差", SMALL)
    assert propose_reason("态度好，天气差", SMALL) == []


@pytest.mark.parametrize(
    "content", ["business: {}", "[1, 2]", "business: {a: {b: c}}\nreason: {}", ":"]
)
def test_a_bad_table_is_a_configuration_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "classification.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError):
        load_table(path)


def test_a_missing_table_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        load_table(tmp_path / "nothing.yml")
