"""What a message means, read with a model of a few lines."""

from __future__ import annotations

import pytest

from bot.nlu.bands import Thresholds
from bot.nlu.features import Utterance
from bot.nlu.model import IntentModel
from bot.nlu.recipe import Recipe
from bot.nlu.training import train
from bot.nlu.understanding import Reader

LINES = {
    "faq/card_lost.report_loss": ["卡丢了怎么办", "怎么挂失", "卡不见了", "挂失银行卡"],
    "faq/card_lost.fee": ["补卡要多少钱", "挂失收费多少", "补卡费", "补一张卡多少钱"],
    "faq/fees.annual": ["年费多少", "年费怎么收", "为什么收年费", "年费贵不贵"],
    "account_service": ["查一下余额", "余额还有多少", "怎么开通网银", "开通手机银行"],
    "complaint_file": ["我要投诉", "投诉柜员", "态度太差", "我要投诉你们"],
    "handoff": ["转人工", "找个真人", "人工客服", "让人给我回个电话", "给我回电"],
    "out_of_scope": ["今天天气怎么样", "讲个笑话", "放首歌听", "订张机票"],
    "emergency": ["钱在往外转", "他让我现在把钱转过去", "骗我的人在线", "余额在往下掉"],
}


def see(text: str, words: str = "") -> Utterance:
    return Utterance(text, words or " ".join(text), "how_much" if "多少" in text else "")


@pytest.fixture(scope="module")
def reader() -> Reader:
    pairs = [(see(text), label) for label, texts in LINES.items() for text in texts]
    parts = train(
        [u for u, _ in pairs],
        [label for _, label in pairs],
        Recipe(theme_c=1.0, danger_c=30.0),
    )
    known = {
        "你们这样做对吗": "complaint_file",
        "快": "emergency",
        "他让我现在把钱转过去对吗": "account_service",
    }
    thresholds = Thresholds(answer=0.3, clarify=0.15, danger=0.5, several=0.3)
    return Reader(IntentModel(parts), see, thresholds, known.get)


def test_a_question_is_answered_by_its_label(reader: Reader) -> None:
    found, ranking = reader.read("卡丢了怎么办")
    assert (found.intent, found.band) == ("faq", "answer")
    assert found.label == "faq/card_lost.report_loss"
    assert found.emergency is None
    assert ranking.likeliest.label == found.label


def test_danger_keeps_the_theme_and_gets_its_own_intent(reader: Reader) -> None:
    by_model, _ = reader.read("余额在往下掉")
    assert (by_model.intent, by_model.emergency) == ("emergency", "money")
    by_rule, _ = reader.read("卡丢了怎么办我不想活了")
    assert (by_rule.intent, by_rule.emergency) == ("emergency_life", "life")
    assert by_rule.label == "faq/card_lost.report_loss"


def test_a_training_example_said_word_for_word_is_never_misunderstood(reader: Reader) -> None:
    assert reader.read("你们这样做对吗")[0].label == "complaint_file"
    assert reader.read("快")[0].intent == "emergency"
    calm, _ = reader.read("他让我现在把钱转过去对吗")
    assert (calm.label, calm.emergency) == ("account_service", None)


def test_digits_and_references_are_read_by_their_shape(reader: Reader) -> None:
    assert reader.read("8000")[0].intent == "status_tail"
    assert reader.read("ts20261123-7k3qf8k")[0].intent == "complaint_status"


def test_wishes_are_read_by_their_shape(reader: Reader) -> None:
    assert reader.read("你好 我有两件事要投诉")[0].intent == "complaint_file"
    assert reader.read("还有一件,我要投诉")[0].intent == "complaint_another"
    assert reader.read("你是真人还是机器人?")[0].intent == "who_are_you"


def test_who_asks_for_a_person_may_ask_for_a_call(reader: Reader) -> None:
    assert reader.read("转人工")[0].intent == "handoff"
    call, _ = reader.read("让人给我回个电话")
    assert (call.intent, call.label) == ("callback_request", "handoff")


def test_no_person_any_more_is_read_by_its_shape(reader: Reader) -> None:
    assert reader.read("算了,不等了")[0].intent == "handover_cancel"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("看看活动", "campaign_menu"),
        ("转发给朋友", "campaign_share"),
        ("预约活动热线", "campaign_book"),
        ("继续答题", "quiz_open"),
    ],
)
def test_wishes_about_a_campaign_are_read_by_their_shape(
    reader: Reader, text: str, intent: str
) -> None:
    assert reader.read(text)[0].intent == intent


def test_a_question_asked_in_anger_is_answered_with_care(reader: Reader) -> None:
    found, _ = reader.read("气死我了,年费多少")
    assert (found.intent, found.label) == ("upset_question", "faq/fees.annual")
    assert found.distress
    assert not reader.read("年费多少")[0].distress


def test_anger_changes_nothing_about_complaints_and_danger(reader: Reader) -> None:
    complaint, _ = reader.read("气死我了,我要投诉你们")
    assert (complaint.intent, complaint.distress) == ("complaint_file", True)
    assert reader.read("气死我了,余额在往下掉")[0].intent == "emergency"


def test_a_wrong_told_with_a_demand_is_no_question_about_its_subject(reader: Reader) -> None:
    found, ranking = reader.read("上周补一张卡收了我五十块补卡费,说好补卡不要钱的,把补卡费退给我")
    assert ranking.likeliest.label == "faq/card_lost.fee"
    assert (found.intent, found.band) == ("complaint_file", "answer")
    asked, _ = reader.read("上周补一张卡收了我五十块补卡费,补卡费多少才对,能不能把补卡费退给我")
    assert asked.label == "faq/card_lost.fee"


def test_the_classifier_raises_no_alarm_over_a_card_to_be_freed(reader: Reader) -> None:
    found, ranking = reader.read("我的卡在线,余额在,给我解开")
    assert ranking.danger >= 0.5
    assert found.emergency is None


def test_two_questions_are_both_named(reader: Reader) -> None:
    found, _ = reader.read("卡丢了怎么挂失?年费多少")
    assert found.intent == "several_questions"
    assert found.questions == ("faq/card_lost.report_loss", "faq/fees.annual")


def test_a_complaint_that_asks_something_stays_one_complaint(reader: Reader) -> None:
    assert reader.read("我要投诉你们柜员态度太差。年费多少")[0].intent != "several_questions"


def test_a_question_without_a_subject_carries_what_each_theme_would_make_of_it(
    reader: Reader,
) -> None:
    found, _ = reader.read("那要多少")
    assert found.intent == "follow_up"
    assert found.within is not None
    assert found.within["faq/card_lost"][0].label == "faq/card_lost.fee"
    shares = [scored.confidence for scored in found.within["faq/card_lost"]]
    assert sum(shares) == pytest.approx(1.0, abs=1e-4)


def test_it_goes_into_the_tracker_as_plain_json(reader: Reader) -> None:
    plain = reader.read("那要多少")[0].as_dict()
    assert set(plain["within"]["faq/fees"][0]) == {"label", "confidence"}
