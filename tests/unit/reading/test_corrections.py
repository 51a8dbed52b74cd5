"""Which field is corrected, and to what."""

from __future__ import annotations

import pytest

from bot.intake.reading.corrections import FIELD_WORDS, Correction, read_correction


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("电话改成另一个号139****0001", "complainant_phone", "139****0001"),
        ("换成139****0001", "complainant_phone", "139****0001"),
        ("电话号码不对", "complainant_phone", None),
        ("联系方式改成139****0001", "complainant_phone", "139****0001"),
        ("联系方式改成微信", "contact_preference", "微信"),
        ("网点说错了，是解放路支行", "complaint_branch", "解放路支行"),
        ("网点改成解放路支行吧，谢谢", "complaint_branch", "解放路支行"),
        ("网点不是人民路支行，是解放路支行", "complaint_branch", "解放路支行"),
        ("不是人民路支行，是解放路支行", "complaint_branch", "解放路支行"),
        ("不对，是人民路支行", "complaint_branch", "人民路支行"),
        ("修改网点", "complaint_branch", None),
        ("不是300是500", "complaint_amount", "500"),
        ("是500不是300", "complaint_amount", "500"),
        ("金额应该是500", "complaint_amount", "500"),
        ("改成500元", "complaint_amount", "500元"),
        ("把金额改一下，改成800", "complaint_amount", "800"),
        ("金额填错了", "complaint_amount", None),
        ("能改一下金额吗", "complaint_amount", None),
        ("时间没错，金额改成500", "complaint_amount", "500"),
        ("不是昨天是前天", "complaint_date", "前天"),
        ("时间不是昨天，是上周三", "complaint_date", "上周三"),
        ("说错了，是昨天", "complaint_date", "昨天"),
        ("应该是前天", "complaint_date", "前天"),
        ("改一下时间", "complaint_date", None),
        ("时间要改一下", "complaint_date", None),
        ("时间改成昨天，金额改成300", "complaint_date", "昨天"),
        ("把诉求改成道歉", "complaint_request", "道歉"),
        ("我要修改诉求", "complaint_request", None),
        ("名字写错了", "complainant_name", None),
        ("我姓名写错了，叫李四", "complainant_name", "李四"),
        ("不是张三是张四", "complainant_name", "张四"),
        ("身份应该是代理人", "complainant_role", "代理人"),
        ("不是本人，是代理人", "complainant_role", "代理人"),
        ("柜员名字写错了，应该是小王", "complaint_staff", "小王"),
        ("不是柜员，是大堂经理", "complaint_staff", "大堂经理"),
        ("业务类型改成信用卡", "complaint_business", "信用卡"),
        ("原因改成收费", "complaint_reason", "收费"),
        ("内容改成：昨天排队三小时", "complaint_detail", "昨天排队三小时"),
        ("事情经过补充一下", "complaint_detail", None),
    ],
)
def test_correction(text: str, field: str, value: str | None) -> None:
    assert read_correction(text, FIELD_WORDS) == Correction(field, value)


@pytest.mark.parametrize(
    "text",
    [
        "确认",
        "没错",
        "对的",
        "没有问题，提交",
        "金额没有问题",
        "不改了",
        "不用改",
        "写错了",
        "这不是钱的事是态度",
        "你们把我的电话改成了别人的",
        "我的钱被转错了",
        "",
    ],
)
def test_no_correction(text: str) -> None:
    assert read_correction(text, FIELD_WORDS) is None


def test_every_slot_of_the_form_has_words() -> None:
    assert set(FIELD_WORDS) == {
        "complaint_detail",
        "complaint_business",
        "complaint_reason",
        "complaint_branch",
        "complaint_staff",
        "complaint_date",
        "complaint_amount",
        "complaint_request",
        "complainant_name",
        "complainant_phone",
        "complainant_role",
        "contact_preference",
    }
