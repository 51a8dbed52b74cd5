"""Twelve things answers about banking get wrong easily; each must stay right here."""

from __future__ import annotations

import re

from tests.data.corpus import answers, body, in_theme


def test_complaint_days_are_natural_days() -> None:
    rule = "银行业保险业消费投诉处理管理办法"
    counted = re.compile(r"\d+ ?日")
    for answer in answers().values():
        if rule in answer.text and counted.search(body(answer)):
            assert "自然日" in answer.text, answer.id
            assert not re.search(r"(15|30|60) ?个工作日", answer.text), answer.id
    assert "15 日" in answers()["complaint_process.how_long"].text


def test_bank_complaints_do_not_go_to_12363() -> None:
    named = [answer for answer in answers().values() if "12363" in answer.text]
    assert [answer.id for answer in named] == ["complaint_process.regulator_12378"]
    assert "12378，不是 12363" in named[0].text


def test_five_counterfeit_notes_are_reported_not_twenty() -> None:
    assert "5张（枚）以上" in answers()["counterfeit.refuse"].text
    assert [a.id for a in in_theme("counterfeit") if re.search(r"20 ?张|二十张", a.text)] == []


def test_appraisal_is_asked_for_in_writing_within_three_working_days() -> None:
    asking = [a for a in in_theme("counterfeit") if re.search(r"收缴之日起.{0,80}申请", body(a))]
    assert {"counterfeit.appraisal", "counterfeit.seize_no_refund"} <= {a.id for a in asking}
    for answer in asking:
        assert "3个工作日内" in answer.text and "书面申请" in answer.text, answer.id


def test_atm_transfers_cannot_always_be_recalled() -> None:
    text = answers()["telecom_fraud.transfer_recall"].text
    assert text.startswith("不一定能撤回")
    assert "原则上24小时后到账" in text and "实时到账" in text
    always = re.compile(r"24 ?小时内(都|均|一定)?(能|可以)撤(回|销)")
    assert [a.id for a in answers().values() if always.search(a.text)] == []


def test_late_fee_of_credit_cards_is_abolished() -> None:
    named = [answer for answer in answers().values() if "滞纳金" in answer.text]
    assert named
    for answer in named:
        assert "滞纳金已经取消" in answer.text and "违约金" in answer.text, answer.id
    assert "超限费也不能收" in answers()["fees.card_penalty"].text


def test_lending_a_card_is_not_five_years_for_everybody() -> None:
    five = [answer for answer in in_theme("card_lending") if re.search(r"5 ?年|五年", answer.text)]
    assert five
    for answer in five:
        assert "2年" in answer.text and "3年" in answer.text, answer.id
        assert "连续执行不超过5年" in answer.text, answer.id


def test_deposit_insurance_adds_up_all_branches_of_a_bank() -> None:
    text = answers()["deposit_insurance.same_bank_combined"].text
    assert text.startswith("合并计算")
    assert "不是每个网点、每张卡各 50 万元" in text


def test_losses_of_illegal_fundraising_are_ones_own() -> None:
    text = answers()["illegal_fundraising.who_bears_loss"].text
    assert "由参与人自己承担" in text and "不要指望政府兜底" in text
    rest = [a.text.replace("不要指望政府兜底", "") for a in in_theme("illegal_fundraising")]
    assert [other for other in rest if "兜底" in other] == []


def test_credit_records_cannot_be_repaired_for_money() -> None:
    text = answers()["loans_credit.credit_repair_scam"].text
    assert text.startswith("不能") and "异议" in text and "信用修复政策也不收费" in text


def test_five_years_run_from_the_end_of_the_bad_event() -> None:
    text = answers()["loans_credit.bad_record_years"].text
    assert "从不良行为或事件终止之日算起" in text
    assert [a.id for a in answers().values() if re.search("从?还清之日起", a.text)] == []


def test_torn_notes_are_judged_at_the_counter() -> None:
    """The thresholds of 2003 are replaced by a rule of 2026 whose text is not checked yet."""
    old = re.compile(r"四分之三|二分之一|四分之一|3/4|1/2|全额|半额|2003")
    assert [a.id for a in in_theme("torn_notes") if old.search(a.text)] == []
    assert "当场认定" in answers()["torn_notes.how_much"].text
