"""What the customer wants instead of answering."""

from __future__ import annotations

import pytest

from bot.intake.commands import Command, command_of, fixed_command, is_aside, may_be_aside
from bot.intake.turn import Turn
from tests.fakes import NOW


def turn(text: str, intent: str = "", confidence: float = 0.9) -> Turn:
    return Turn(text, intent, confidence, NOW, NOW.date())


WORDS = {
    Command.CANCEL: [
        "取消",
        "我要取消投诉",
        "退出",
        "不投诉了",
        "算了",
        "算了吧",
        "不填了",
        "我不想投诉了",
    ],
    Command.AFFIRM: [
        "是",
        "是的",
        "对",
        "好的",
        "好",
        "嗯嗯",
        "行",
        "可以",
        "同意",
        "确认提交",
        "没问题",
        "OK",
    ],
    Command.DENY: ["不", "不是", "不对", "不行", "不同意", "错了", "有误", "No"],
    Command.SKIP: ["跳过", "不填", "没有", "无", "不方便说", "略", "下一个"],
    Command.REPEAT: ["再说一遍", "没看清", "什么问题"],
    Command.RESTART: ["重新开始", "重新填", "从头来", "重来"],
    Command.WHY: ["为什么", "为啥要问这个", "凭什么要提供", "为什么要电话", "干嘛要留电话"],
    Command.RESUME: ["继续", "接着填", "我接着填", "不改了"],
}


@pytest.mark.parametrize(("command", "text"), [(c, t) for c, ts in WORDS.items() for t in ts])
@pytest.mark.parametrize("ending", ["", "。", "！", "吧", "啊。", " "])
def test_fixed_words_decide_whatever_the_classifier_thinks(
    command: Command, text: str, ending: str
) -> None:
    assert command_of(turn(text + ending, "faq", 0.99)) is command


@pytest.mark.parametrize("word", ["取消", "算了", "不投诉了", "没有了", "好了", "可以了", "错了"])
def test_words_that_end_in_le_are_known_with_and_without_it(word: str) -> None:
    assert fixed_command(word) is not None


@pytest.mark.parametrize(
    "text", ["凭什么扣我钱", "为什么多扣我二十块", "取消了我的贷款", "不是我转的账", "没有人理我"]
)
def test_what_merely_begins_like_a_command_is_an_answer(text: str) -> None:
    assert fixed_command(text) is None
    assert command_of(turn(text)) is None


def test_other_words_need_a_sure_classifier_and_few_characters() -> None:
    assert command_of(turn("我不想弄这个了", "cancel", 0.8)) is Command.CANCEL
    assert command_of(turn("我不想弄这个了", "cancel", 0.5)) is None
    assert command_of(turn("柜员让我取消业务我没有同意他就骂我", "cancel", 0.9)) is None
    assert command_of(turn("人民路支行", "faq", 0.9)) is None


@pytest.mark.parametrize("text", ["客服在吗", "有人吗", "叫个客服来"])
def test_a_person_is_asked_for_in_a_story_too(text: str) -> None:
    assert is_aside(turn(text, "handoff", 0.9), free_text=True)


def test_a_call_asked_for_in_a_story_is_no_part_of_it() -> None:
    assert is_aside(turn("给我回个电话", "callback_request", 0.9), free_text=True)
    assert not is_aside(turn("给我回个电话", "callback_request", 0.3), free_text=True)


@pytest.mark.parametrize("intent", ["handoff", "emergency"])
def test_a_person_and_an_emergency_always_go_first(intent: str) -> None:
    assert is_aside(turn("转人工", intent, 0.9), free_text=True)
    assert is_aside(turn("转人工", intent, 0.3), free_text=False)
    assert not is_aside(turn("转人工", intent, 0.3), free_text=True)


def test_in_free_text_only_a_short_question_is_aside() -> None:
    assert is_aside(turn("假币怎么办？", "faq"), free_text=True)
    assert not is_aside(turn("柜员说我的钱是假币", "faq"), free_text=True)
    assert not is_aside(turn("假币怎么办？" + "柜员收走了我的钱，" * 6, "faq"), free_text=True)
    assert not is_aside(turn("怎么这样？", "deny"), free_text=True)


def test_elsewhere_a_question_or_a_long_text_is_aside() -> None:
    assert is_aside(turn("存款保险赔多少", "faq"), free_text=False)
    assert is_aside(turn("银行哪些业务是免费的", "faq"), free_text=False)
    assert is_aside(turn("我想了解一下存款保险最高的赔付", "faq"), free_text=False)
    assert not is_aside(turn("信用卡", "faq"), free_text=False)


def test_what_is_no_answer_may_be_left_to_the_rules() -> None:
    assert may_be_aside(turn("信用卡", "faq"))
    assert may_be_aside(turn("你好", "greet"))
    assert not may_be_aside(turn("你好" * 30, "greet"))
    assert not may_be_aside(turn("嗯嗯啊", "affirm"))
