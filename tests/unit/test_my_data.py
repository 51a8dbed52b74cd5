"""What a customer sees, takes along and has deleted of what is kept about them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intake import case_fields as c
from bot.intake import fields as f
from bot.intake.my_data import (
    LONGEST_MESSAGE,
    AskedCall,
    BookedCall,
    Consent,
    Draft,
    Filed,
    KeptFile,
    LaterAct,
    MyData,
    Visited,
    Wanted,
    correcting,
    deleting,
    export,
    overview,
    wanted,
    withdrawing_consent,
)
from tests.fakes import NOW
from tests.samples import PHONE, complaint, sealer

NLU = Path(__file__).resolve().parents[2] / "data" / "nlu"
REFERENCE = "TS20261123-7K3QF8K"
NOTHING = MyData(drafts=(), filed=(), consents=(), files=(), draft_days=7)
DRAFT = Draft(
    {
        f.CONSENT: {"version": "2026-11", "given_at": NOW.isoformat()},
        f.DETAIL: "信用卡年费多收了",
        f.BRANCH: None,
        f.AMOUNT: 300.0,
        f.NAME: "欧阳小雨",
        f.PHONE: {"shown": "138****8000", "sealed": sealer().seal(PHONE)},
        f.ATTACHMENTS: [],
        f.INTAKE: {"id": "9d3c", "misses": {"x": 1}},
    },
    NOW,
)
HELD = KeptFile("小票.jpg", 20480, NOW, None)
ATTACHED = KeptFile("回单.pdf", 300, NOW, REFERENCE)


def filed(number: int = 0, **changes: Any) -> Filed:
    one = complaint(number, **changes)
    reference = f"TS20261123-7K3QF{number:02}"
    return Filed(reference, NOW, one.payload(reference))


FULL = MyData(
    drafts=(DRAFT,),
    filed=(filed(),),
    consents=(Consent("2026-11", NOW),),
    files=(HELD, ATTACHED),
    draft_days=7,
    acts=(LaterAct(c.SUPPLEMENT, REFERENCE, NOW, {"text": "柜员姓王"}),),
)


# -- what they want --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("看看我的信息", Wanted.VIEW),
        ("我的信息", Wanted.VIEW),
        ("请问你们存了我哪些个人信息？", Wanted.VIEW),
        ("查看我在你们这里保存的资料", Wanted.VIEW),
        ("看看聊天记录", Wanted.VIEW),
        ("看看我在这里的记录", Wanted.VIEW),
        ("导出我的信息", Wanted.EXPORT),
        ("能不能把我的资料导出来", Wanted.EXPORT),
        ("能不能把我的资料导出给我", Wanted.EXPORT),
        ("下载聊天记录", Wanted.EXPORT),
        ("更正我的信息", Wanted.CORRECT),
        ("把我的个人信息改一下", Wanted.CORRECT),
        ("删除我的信息", Wanted.DELETE),
        ("删除我的信息吧，谢谢", Wanted.DELETE),
        ("请把我的个人信息全部删掉！", Wanted.DELETE),
        ("把我的信息删了吧", Wanted.DELETE),
        ("可以删除我的个人信息吗？", Wanted.DELETE),
        ("怎么清空聊天记录", Wanted.DELETE),
        ("你好，麻烦你删一下我的资料", Wanted.DELETE),
        ("撤回同意", Wanted.WITHDRAW_CONSENT),
        ("我要撤回我的同意", Wanted.WITHDRAW_CONSENT),
        ("取消对个人信息的同意", Wanted.WITHDRAW_CONSENT),
    ],
)
def test_a_short_plain_wish_is_understood(text: str, wish: Wanted) -> None:
    assert wanted(text) is wish


@pytest.mark.parametrize(
    "text",
    [
        "",
        "删除",
        "导出",
        "更正",
        "撤回",
        "撤回投诉",
        "不同意",
        "没经过我同意",
        "删除短信",
        "骗子让我删除短信",
        "他让我删除聊天记录",
        "微信聊天记录怎么导出",
        "聊天记录导出",
        "你们删了我的信息",
        "你们把我的信息删了",
        "银行删除我的信息了",
        "怎么把我的信息删了",
        "为什么删除我的信息",
        "我的信息被泄露了",
        "有人查看我的信息",
        "我的信息你们会保存多久",
        "删除我的征信记录",
        "更正我的征信信息",
        "查看我的交易记录",
        "导出我的账单",
        "查看我的账户信息",
        "修改手机银行预留信息",
        "同意",
        "柜员说可以帮我删除我的信息，结果第二天又打电话来推销，我要投诉",
    ],
)
def test_stories_and_other_records_are_left_alone(text: str) -> None:
    assert wanted(text) is None


def test_nothing_in_the_training_data_about_other_matters_is_taken_for_a_wish() -> None:
    taken, read = [], 0
    for path in sorted(NLU.rglob("*.yml")):
        intent = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if named := re.match(r"- intent: (\S+)", line):
                intent = named[1]
            elif not intent.startswith(("my_data", "faq/personal_info")):
                said = line.strip().removeprefix("- ")
                read += 1
                taken += [(intent, said)] if wanted(said) else []
    assert read > 10_000
    assert taken == []


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("导出", Wanted.EXPORT),
        ("全删了", Wanted.DELETE),
        ("更正", Wanted.CORRECT),
        ("撤回", Wanted.WITHDRAW_CONSENT),
        ("看看", Wanted.VIEW),
        ("我点错了 没想同意你们用我信息", Wanted.WITHDRAW_CONSENT),
        ("你这里存的手机号不对", Wanted.CORRECT),
        ("把我说的话打包给我", Wanted.EXPORT),
        ("别留着我的电话 删掉", Wanted.DELETE),
        ("Delete my data", Wanted.DELETE),
        ("不要删除我的信息", None),
        ("先不撤回了", None),
        ("说清楚一点", None),
        ("好的", None),
    ],
)
def test_one_telling_word_is_enough_once_the_talk_is_about_data(
    text: str, wish: Wanted | None
) -> None:
    assert wanted(text, about_data=True) is wish
    assert wanted(text) is None


@given(st.text("请能你们把我的信息删除吗怎么", min_size=19, max_size=200))
def test_a_wish_inside_a_story_is_part_of_the_story(story: str) -> None:
    assert wanted("删除我的信息") is Wanted.DELETE
    assert wanted(f"{story}删除我的信息") is None
    assert wanted(f"删除我的信息{story}") is None


# -- what they read --------------------------------------------------------------------------------


def test_the_overview_counts_what_is_kept_and_says_what_can_be_done() -> None:
    assert overview(FULL) == (
        "小保这里保存着您的这些信息：\n"
        "1. 没有提交的投诉草稿1份，最近一次修改在2026-11-23 09:00，7天没有动就自动删除\n"
        "2. 已经提交的投诉1件：TS20261123-7K3QF00\n"
        "3. 图片和文件2个：小票.jpg、回单.pdf\n"
        "4. 个人信息告知：您在2026-11-23 09:00同意了2026-11版\n"
        "以上只是小保这里保存的；账户、交易和征信等业务资料不在这里，请联系银行客服。"
        "聊天内容就在这个对话窗口里，完整卡号和密码没有保存。\n"
        "您可以说：“导出我的信息”“更正我的信息”“删除我的信息”“撤回同意”。"
    )


def test_who_is_on_wechat_reads_what_is_done_with_their_openid() -> None:
    on_wechat = replace(NOTHING, openid_days=183)
    for text in (overview(on_wechat), *export(on_wechat), deleting(on_wechat)):
        assert "微信给我们的用户编号（OpenID）：加密保存" in text
        assert "183天没有来往就自动删除" in text
        assert len(text) <= LONGEST_MESSAGE
    assert all("OpenID" not in text for text in (overview(FULL), *export(FULL), deleting(FULL)))


def test_nobody_is_told_of_data_that_is_not_there() -> None:
    text = overview(NOTHING)
    assert text.startswith("除了聊天内容，小保这里没有保存您的其他信息。")
    assert "草稿" not in text


def test_a_consent_taken_back_is_shown_as_taken_back() -> None:
    consent = Consent("2026-11", NOW, NOW + timedelta(days=1))
    text = overview(replace(NOTHING, consents=(consent,)))
    assert "您在2026-11-23 09:00同意了2026-11版，在2026-11-24 09:00撤回" in text


def test_the_overview_names_only_a_few_of_many() -> None:
    text = overview(replace(FULL, filed=tuple(filed(n) for n in range(40))))
    assert (
        "已经提交的投诉40件：TS20261123-7K3QF00、TS20261123-7K3QF01、TS20261123-7K3QF02等" in text
    )


def test_the_export_holds_every_value_under_its_label_with_phone_and_name_masked() -> None:
    text = "\n".join(export(FULL))
    for line in (
        "【草稿1】最近修改：2026-11-23 09:00",
        "事情经过：信用卡年费多收了",
        "涉及金额：300元",
        "您的称呼：欧***",
        "联系电话：138****8000",
        "【投诉 TS20261123-7K3QF00】登记：2026-11-23 09:00",
        "提交时间：2026-11-23 09:00",
        "提交渠道：网页",
        "事情经过：昨天在人民路支行排了两个小时队，柜员态度很差",
        "发生时间：昨天（2026-11-22）",
        "涉及金额：12.50元",
        "您的称呼：李**",
        "投诉身份：本人",
        "系统建议的分类：借记卡",
        "个人信息告知：您在2026-11-23 09:00同意了2026-11版",
        "【补充】投诉 TS20261123-7K3QF8K，2026-11-23 09:00",
        "内容：柜员姓王",
        "【文件】小票.jpg（20KB，2026-11-23 09:00收到，还没有提交）",
        "【文件】回单.pdf（1KB，2026-11-23 09:00收到，属于投诉 TS20261123-7K3QF8K）",
        "【个人信息告知】您在2026-11-23 09:00同意了2026-11版",
    ):
        assert f"\n{line}\n" in f"\n{text}\n"


def test_the_export_shows_neither_phone_nor_name_nor_seals_nor_bookkeeping() -> None:
    text = "\n".join(export(FULL))
    for hidden in (PHONE, "李建国", "欧阳小雨", "gAAAA", "9d3c", "sealed", "None", "complain"):
        assert hidden not in text


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("13800138000", "138****8000"), ("01088886666", "010-****6666"), ("8526123", "****6123")],
)
def test_every_kind_of_phone_is_masked(phone: str, shown: str) -> None:
    pages = export(replace(NOTHING, filed=(filed(complainant_phone=phone),)))
    assert f"联系电话：{shown}" in pages[0]
    assert phone not in pages[0]


def test_every_label_of_a_payload_is_chinese() -> None:
    group = {"size": 23, "text": "我们23户业主"}
    everything = filed(
        complaint_staff="大堂经理",
        complaint_group=group,
        linked_to=REFERENCE,
        attachments=["a", "b"],
        classification={"business": None, "reason": None},
    )
    text = "\n".join(export(replace(NOTHING, filed=(everything,))))
    assert "共同投诉：我们23户业主" in text
    assert "附件：2个" in text
    assert "系统建议的分类：没有" in text
    labels = [line.partition("：")[0] for line in text.splitlines()[2:]]
    assert not [label for label in labels if re.search(r"[a-z_]", label)]


def test_a_draft_of_a_later_act_is_shown_without_its_proof() -> None:
    values = {
        c.ACT: c.WITHDRAWAL,
        c.REFERENCE: REFERENCE,
        c.PROOF: {"tail": "8000"},
        c.TEXT: "不想办了",
        c.BOOK: {"id": "x"},
    }
    text = "\n".join(export(replace(NOTHING, drafts=(Draft(values, NOW),))))
    assert f"事项：撤回投诉\n投诉编号：{REFERENCE}\n内容：不想办了" in text
    assert "8000" not in text


def test_a_story_longer_than_a_message_goes_on_over_the_pages() -> None:
    story = "".join(chr(0x4E00 + n) for n in range(5000))
    pages = export(replace(NOTHING, filed=(filed(complaint_detail=story),)))
    assert len(pages) > 8
    assert story in "".join(page.partition("\n")[2] for page in pages).replace("\n", "")


ITEMS = st.integers(0, 60)


@given(ITEMS, ITEMS, ITEMS, st.text(min_size=1, max_size=200), st.text(max_size=5000))
def test_every_message_fits_and_the_pages_are_numbered(
    drafts: int, files: int, complaints: int, name: str, story: str
) -> None:
    data = MyData(
        drafts=(DRAFT,) * drafts,
        filed=tuple(filed(n, complaint_detail=story) for n in range(complaints)),
        consents=(Consent("2026-11", NOW),) * complaints,
        files=(KeptFile(name, 10**7, NOW, None),) * files,
        draft_days=7,
    )
    assert len(overview(data)) < LONGEST_MESSAGE
    pages = export(data)
    for number, page in enumerate(pages, 1):
        assert page.startswith(f"您的信息（第{number}页，共{len(pages)}页）\n")
        assert len(page) <= LONGEST_MESSAGE
    for explained in (deleting(data), withdrawing_consent(data), correcting(data)):
        assert len(explained) < LONGEST_MESSAGE


def test_moments_are_told_in_china_time() -> None:
    late = datetime.fromisoformat("2026-11-23T16:30:00+00:00")
    assert "2026-11-24 00:30" in overview(replace(NOTHING, consents=(Consent("1", late),)))


# -- what may be done ------------------------------------------------------------------------------


def test_deleting_says_what_goes_what_stays_and_why() -> None:
    text = deleting(FULL)
    assert "可以马上删除：没有提交的草稿1份、没有提交的图片和文件1个。" in text
    assert "从办结那天起至少保存3年" in text
    assert "第四十四条" in text
    assert "第二十八条" in text


def test_without_a_submitted_complaint_nothing_is_kept_back() -> None:
    for explained in (deleting, withdrawing_consent):
        text = explained(replace(FULL, filed=()))
        assert "聊天记录" in text
        assert "保存6个月" in text
        assert "保存3年" not in text


def test_taking_back_the_consent_leaves_a_submitted_complaint_to_the_law() -> None:
    text = withdrawing_consent(FULL)
    assert "撤回以前的处理仍然有效" in text
    assert "至少保存3年" in text
    assert "“撤回投诉”" in text
    assert "“撤回投诉”" not in withdrawing_consent(NOTHING)


def test_correcting_says_the_way_for_what_is_there() -> None:
    assert "回到填写" in correcting(replace(FULL, filed=()))
    assert "投诉编号" not in correcting(replace(FULL, filed=()))
    assert "编号和要更正的内容" in correcting(FULL)
    assert correcting(NOTHING) == "小保这里没有可以更正的内容。"


def test_calls_asked_for_are_told_with_the_phone_masked() -> None:
    call = AskedCall(NOW, "13812348000", "理财赎回")
    data = replace(NOTHING, calls=[call])
    assert "约工作人员回的电话1次：138****8000" in overview(data)
    (page,) = export(data)
    assert "【回电】" in page
    assert "138****8000，理财赎回" in page
    assert "13812348000" not in page


def test_a_call_that_was_cancelled_is_told_as_such() -> None:
    calls = [AskedCall(NOW, "13812348000", "理财赎回", is_cancelled=True)]
    assert "138****8000，理财赎回，已经取消" in export(replace(NOTHING, calls=calls))[0]


def test_a_booked_call_is_told_and_may_be_forgotten_though_the_call_comes() -> None:
    data = replace(NOTHING, booked=[BookedCall(NOW, "3月15日 9:00—10:00")])
    assert "活动热线的预约1次：3月15日 9:00—10:00，时间过后7天自动删除" in overview(data)
    assert "【活动预约】" in export(data)[0]
    assert "约了3月15日 9:00—10:00" in export(data)[0]
    assert (
        "可以马上删除：活动预约的记录1条（约好的电话照常打给您，不想要请先说“取消我的预约”）"
        in deleting(data)
    )


def test_answers_to_quizzes_and_reminders_are_shown_and_can_be_deleted() -> None:
    data = replace(NOTHING, quiz_answers=12, reminders=[NOW])
    for told in (overview(data), "\n".join(export(data)), deleting(data)):
        assert "答题记录12条" in told
        assert "小问答的提醒1个" in told


def test_the_campaign_somebody_came_by_is_shown_and_can_be_deleted() -> None:
    data = replace(NOTHING, visited=Visited("3·15消费者权益日", NOW))
    for told in (overview(data), "\n".join(export(data))):
        assert "最近看过的活动：3·15消费者权益日" in told
    assert "看过哪个活动的记录" in deleting(data)
