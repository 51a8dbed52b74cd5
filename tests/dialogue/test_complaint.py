"""The complaint conversation from the first word to the reference."""

from __future__ import annotations

from tests.dialogue.kit import OPENING, STORY, arrived, asked, at_recap, recap, says
from tests.stack import Stack, reference_in


def test_a_complaint_is_filed_by_typing_alone(stack: Stack) -> None:
    chat = stack.chat()
    assert asked(chat.say("我要投诉")) == "consent"
    answers = {
        "同意": "complaint_detail",
        "柜员态度很差，骂了我": "complaint_business",
        "借记卡": "complaint_branch",
        "人民路支行": "complaint_date",
        "昨天下午": "complaint_request",
        "赔礼道歉": "complainant_name",
        "赵敏": "complainant_phone",
        "13812340001": "complaint_confirmed",
    }
    for answer, following in answers.items():
        replies = chat.say(answer)
        assert asked(replies) == following, (answer, replies)
    shown = recap(replies)
    assert shown["事情经过"] == "柜员态度很差，骂了我"
    assert shown["业务类别"] == "借记卡"
    assert shown["涉及网点或渠道"] == "人民路支行"
    assert shown["发生时间"].startswith("昨天下午")
    assert shown["您的诉求"] == "赔礼道歉"
    assert shown["您的称呼"] == "赵敏"
    assert shown["联系电话"] == "138****0001"
    reference = reference_in(chat.say("确认提交"))
    arrived(stack, reference, "0001")


def test_a_complaint_is_filed_by_buttons_where_there_are_any(stack: Stack) -> None:
    chat = stack.chat()
    chat.say("你好呀")
    chat.press("我要投诉")
    assert asked(chat.press("同意，开始登记")) == "complaint_detail"
    assert asked(chat.say("柜员态度很差，骂了我")) == "complaint_business"
    assert asked(chat.press("其他（业务）")) == "complaint_branch"
    for answer in ("记不清", "记不清", "赔礼道歉", "赵敏 13812340002"):
        replies = chat.say(answer)
    assert recap(replies)["业务类别"] == "其他（业务）"
    assert chat.titles() == ["确认提交", "修改", "取消投诉"]
    chat.press("修改")
    assert asked(chat.press("诉求")) == "complaint_request"
    assert recap(chat.say("给我一个书面解释"))["您的诉求"] == "给我一个书面解释"
    reference = reference_in(chat.press("确认提交"))
    arrived(stack, reference, "0002")


def test_a_full_first_message_is_asked_only_for_what_is_missing(stack: Stack) -> None:
    chat = stack.chat()
    first = chat.say(OPENING)
    assert asked(first) == "consent"
    assert "解放路支行" in first[0], "what was understood is said back"
    assert asked(chat.press("同意，开始登记")) == "complaint_business"
    replies = chat.say("借记卡")
    shown = recap(chat.press("不是，另外登记") if asked(replies) == "complaint_same" else replies)
    assert STORY in shown["事情经过"]
    assert shown["涉及网点或渠道"] == "解放路支行"
    assert shown["发生时间"].startswith("前天上午")
    assert shown["涉及金额"] == "60元"
    assert "退钱" in shown["您的诉求"]
    assert shown["您的称呼"] == "王小红"
    assert shown["联系电话"] == "139****5678"


def test_every_field_is_corrected_at_the_recap_in_one_sentence(stack: Stack) -> None:
    corrections = {
        "时间是昨天": ("发生时间", "昨天"),
        "网点改成人民路支行": ("涉及网点或渠道", "人民路支行"),
        "金额是80元": ("涉及金额", "80元"),
        "不是80元，是95元": ("涉及金额", "95元"),
        "业务改成信用卡": ("业务类别", "信用卡"),
        "诉求改成书面道歉": ("您的诉求", "书面道歉"),
        "我叫王晓红": ("您的称呼", "王晓红"),
        "电话改成13700001111": ("联系电话", "137****1111"),
        "身份改成代理人": ("投诉身份", "代理人"),
        "经过改成：柜员没有告诉我就开了短信提醒": ("事情经过", "柜员没有告诉我就开了短信提醒"),
    }
    chat = stack.chat()
    before = recap(at_recap(chat))
    for sentence, (label, value) in corrections.items():
        after = recap(chat.say(sentence))
        assert after[label].startswith(value), (sentence, after)
        others = {"投诉原因"} if label == "事情经过" else set()
        changed = {name for name in before if after.get(name) != before[name]}
        assert changed <= {label} | others, (sentence, after)
        before = after
    reference = reference_in(chat.say("确认提交"))
    arrived(stack, reference, "1111")


def test_a_field_named_without_a_value_is_asked_again(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    assert asked(chat.say("网点说错了")) == "complaint_branch"
    assert recap(chat.say("火车站支行"))["涉及网点或渠道"] == "火车站支行"


def test_a_new_value_may_answer_the_question_what_to_change(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    chat.press("修改")
    assert recap(chat.say("金额改成80元"))["涉及金额"] == "80元"


def test_cancelling_is_asked_back_and_forgets_everything(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    assert says("utter_ask_complaint_form_form_cancel") in chat.say("取消投诉")[-1]
    kept = chat.press("继续填写")
    assert recap(kept)["您的称呼"] == "王小红"
    chat.say("取消投诉")
    assert chat.press("确定取消") == [says("utter_complaint_form_cancelled")]
    assert asked(chat.say("我要投诉")) == "consent"
    assert asked(chat.say("同意")) == "complaint_detail"


def test_starting_over_clears_the_answers_and_keeps_the_consent(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    replies = chat.say("重新开始")
    assert replies[0] == says("utter_form_restarted")
    assert asked(replies) == "complaint_detail"
    assert asked(chat.say("柜员态度很差，骂了我")) == "complaint_business"
    assert asked(chat.say("跳过")) == "complaint_branch"


def test_refusing_consent_ends_the_form_and_names_other_ways(stack: Stack) -> None:
    chat = stack.chat()
    chat.say(OPENING)
    (reply,) = chat.press("不同意")
    assert says("utter_form_consent_refused") in reply
    assert "400-000-0000" in reply
    assert chat.say("确认提交") == [says("utter_nothing_open")]
    chat.say("我要投诉")
    assert asked(chat.say("同意")) == "complaint_detail", "the refused story was forgotten"


def test_a_side_question_in_every_field_leaves_the_next_answer_in_its_field(stack: Stack) -> None:
    chat = stack.chat()
    chat.say("我要投诉")
    script = {
        "consent": "同意",
        "complaint_detail": "柜员态度很差，骂了我",
        "complaint_business": "信用卡",
        "complaint_branch": "人民路支行",
        "complaint_date": "昨天下午",
        "complaint_request": "赔礼道歉",
        "complainant_name": "赵敏",
        "complainant_phone": "13812340003",
    }
    for field, answer in script.items():
        aside = chat.say("存款保险最多赔多少钱？")
        assert "依据：" in aside[0], (field, aside)
        assert asked(aside) == field, (field, aside)
        replies = chat.say(answer)
    aside = chat.say("存款保险最多赔多少钱？")
    assert recap(aside) == recap(replies)
    shown = recap(aside)
    assert shown["事情经过"] == "柜员态度很差，骂了我"
    assert shown["业务类别"] == "信用卡"
    assert shown["涉及网点或渠道"] == "人民路支行"
    assert shown["发生时间"].startswith("昨天下午")
    assert shown["您的诉求"] == "赔礼道歉"
    assert shown["您的称呼"] == "赵敏"
    assert shown["联系电话"] == "138****0003"


def test_a_person_and_the_reason_why_are_answered_inside_the_form(stack: Stack) -> None:
    chat = stack.chat()
    chat.say("我要投诉")
    chat.say("同意")
    replies = chat.say("为什么要问这个")
    assert replies[0] == says("utter_why_complaint_detail")
    assert asked(replies) == "complaint_detail"
    replies = chat.say("转人工")
    assert "400-000-0000" in replies[0]
    assert asked(replies) == "complaint_detail"


def test_an_answer_misunderstood_twice_offers_a_way_out(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    chat.say("电话说错了")
    assert says("utter_help_complainant_phone") in chat.say("12345")[0]
    assert says("utter_ask_form_way_out") in chat.say("6789")[-1]
    assert asked(chat.press("再说一次")) == "complainant_phone"
    assert recap(chat.say("13812340004"))["联系电话"] == "138****0004"


def test_a_second_complaint_has_nothing_of_the_first(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    chat.say("身份改成代理人")
    first = reference_in(chat.say("确认提交"))
    assert asked(chat.say("我要投诉")) == "consent"
    answers = ("同意", "网点空调太冷", "跳过", "手机银行", "记不清", "调高温度", "孙立")
    for answer in answers:
        assert asked(chat.say(answer)) != "complaint_confirmed"
    shown = recap(chat.say("13812340005"))
    text = "".join(shown.values())
    for value in ("解放路", "前天", "60", "退钱", "王小红", "5678", "代理人", "短信"):
        assert value not in text, (value, shown)
    second = reference_in(chat.say("确认提交"))
    assert second != first
    arrived(stack, second, "0005")
    assert stack.case(first, "5678").status_code == 200
