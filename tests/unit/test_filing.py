"""From slots to the contract, and what one complaint is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.intake import fields as f
from bot.intake.filing import contract_fields
from bot.intake.forms import table as t
from casestore.api.schemas import ComplaintIn
from tests.fakes import NOW
from tests.samples import complaint, fields, sealer
from tests.unit.talk import STORY, Talk, at


def test_a_confirmed_form_fits_the_contract_of_the_case_store() -> None:
    talk = at(f.CONFIRMED)
    talk.press(f.CONFIRMED, True)
    values = contract_fields(talk.values, sealer().open)
    filed = replace(complaint(), fields=values).payload("TS20261123-7K3QF8K")
    assert ComplaintIn(**filed).complainant_phone == "13800138000"
    assert set(filed) == set(ComplaintIn.__fields__) - {
        "complaint_group",
        "linked_to",
        "complaint_amount_text",
    }


def test_everything_skipped_still_fits_the_contract() -> None:
    talk = Talk("我要投诉，利息算得不对")
    talk.press(f.CONSENT, True)
    while talk.requested in (f.BUSINESS, f.BRANCH, f.DATE):
        talk.say("跳过")
    talk.say("退还利息")
    talk.say("李建国 13800138000")
    talk.press(t.EDIT, f.AMOUNT)
    talk.say("跳过")
    talk.press(t.EDIT, f.CONTACT)
    talk.say("跳过")
    talk.say("确认提交")
    values = contract_fields(talk.values, sealer().open)
    ComplaintIn(**replace(complaint(), fields=values).payload("TS20261123-7K3QF8K"))
    assert values[f.DATE] == {"text": "记不清", "start": None, "end": None}
    assert values[f.AMOUNT] is None


def test_the_phone_is_opened_and_the_bookkeeping_left_out() -> None:
    talk = Talk("我要投诉，" + STORY)
    values = {
        **talk.values,
        f.PHONE: {"shown": "138****8000", "sealed": sealer().seal("13800138000")},
    }
    filed = contract_fields(values, sealer().open)
    assert filed[f.PHONE] == "13800138000"
    assert f.INTAKE not in filed
    assert f.CONFIRMED not in filed
    assert filed[f.ATTACHMENTS] == []


def test_the_best_proposals_go_along() -> None:
    values = {
        f.PHONE: {"shown": "x", "sealed": sealer().seal("1")},
        f.INTAKE: {
            "business": [
                {"name": "借记卡", "confidence": 0.51239},
                {"name": "信用卡", "confidence": 0.2},
            ],
            "reason": [],
        },
    }
    filed = contract_fields(values, sealer().open)
    assert filed["classification"] == {
        "business": {"proposed": "借记卡", "confidence": 0.5124},
        "reason": None,
    }
    assert contract_fields({**values, f.INTAKE: None}, sealer().open)["classification"] == {
        "business": None,
        "reason": None,
    }


def test_a_group_a_linked_complaint_and_documents_go_along_only_when_there_are_any() -> None:
    values = {f.PHONE: {"shown": "x", "sealed": sealer().seal("1")}, f.INTAKE: None}
    assert not {"complaint_group", "linked_to"} & set(contract_fields(values, sealer().open))
    said = {
        f.GROUP: {"size": 23, "text": "我们23位储户"},
        f.LINKED: "TS20261123-7K3QF8K",
        f.ATTACHMENTS: ["455378b7-5749-4d1e-a9c4-7385151dce4c"],
    }
    filed = contract_fields({**values, **said}, sealer().open)
    assert filed["complaint_group"] == {"size": 23, "text": "我们23位储户"}
    assert filed["linked_to"] == "TS20261123-7K3QF8K"
    assert filed["attachments"] == ["455378b7-5749-4d1e-a9c4-7385151dce4c"]


@pytest.mark.parametrize(("channel", "source"), [("web", "web_chat"), ("wechat", "wechat_chat")])
def test_the_payload_names_reference_time_and_source(channel: str, source: str) -> None:
    payload = replace(complaint(), channel=channel).payload("TS20261123-7K3QF8K")
    assert payload["source"] == source
    assert payload["submitted_at"] == "2026-11-23T01:00:00+00:00"
    assert payload["reference"] == "TS20261123-7K3QF8K"
    assert {k: v for k, v in payload.items() if k in fields()} == fields()


def test_the_fingerprint_is_that_of_the_content_not_of_the_time() -> None:
    first = complaint()
    assert complaint(submitted_at=NOW + timedelta(hours=1)).fingerprint() == first.fingerprint()
    assert complaint(complaint_amount=13.0).fingerprint() != first.fingerprint()


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        (f.AMOUNT, 1234.5, "1,234.50元"),
        (f.AMOUNT, 300.0, "300元"),
        (f.AMOUNT, {"text": "300块", "yuan": 300.0, "vague": False}, "300元"),
        (f.AMOUNT, {"text": "三千来块", "yuan": 3000.0, "vague": True}, "三千来块（约3,000元）"),
        (f.AMOUNT, None, "未填写"),
        (f.PHONE, {"shown": "138****8000", "sealed": "x"}, "138****8000"),
        (
            f.DATE,
            {"text": "昨天", "start": "2026-11-22", "end": "2026-11-22"},
            "昨天（2026-11-22）",
        ),
        (
            f.DATE,
            {"text": "上周", "start": "2026-11-16", "end": "2026-11-22"},
            "上周（2026-11-16 至 2026-11-22）",
        ),
        (f.DATE, {"text": "2026-11-22", "start": "2026-11-22", "end": "2026-11-22"}, "2026-11-22"),
        (f.DATE, {"text": "记不清", "start": None, "end": None}, "记不清"),
        (f.NAME, "李建国", "李建国"),
    ],
)
def test_values_as_the_customer_reads_them(name: str, value: object, shown: str) -> None:
    assert f.show(name, value) == shown


def test_the_buttons_are_the_proposals_or_the_common_ones_and_a_way_out() -> None:
    assert f.offered_business({"business": [{"name": "信用卡"}]}) == ("信用卡", f.OTHER_BUSINESS)
    assert f.offered_business({}) == (*f.COMMON_BUSINESS, f.OTHER_BUSINESS)


def test_words_go_along_with_a_sum_that_is_only_about_right() -> None:
    values = {f.PHONE: {"shown": "x", "sealed": sealer().seal("1")}, f.INTAKE: None}
    vague = {f.AMOUNT: {"text": "三千来块", "yuan": 3000.0, "vague": True}}
    exact = {f.AMOUNT: {"text": "300块", "yuan": 300.0, "vague": False}}
    filed = contract_fields({**values, **vague}, sealer().open)
    assert (filed["complaint_amount"], filed["complaint_amount_text"]) == (3000.0, "三千来块")
    filed = contract_fields({**values, **exact}, sealer().open)
    assert filed["complaint_amount"] == 300.0
    assert "complaint_amount_text" not in filed
    filed = contract_fields({**values, f.AMOUNT: 12.5}, sealer().open)
    assert filed["complaint_amount"] == 12.5, "as conversations of the last release hold it"
