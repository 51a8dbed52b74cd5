"""A reply lacks something until it answers everything; the customer reads the decision first."""

from dataclasses import replace

import pytest
from stdnum import luhn

from casestore.domain import sensitive
from casestore.domain.letter import compose, usual_remedies
from casestore.domain.reply import (
    LONGEST_ANSWER,
    LONGEST_PART,
    Draft,
    Parts,
    Point,
    draft_problems,
    missing,
)
from casestore.domain.reply_template import ReplyTemplate, best_first

PARTS = Parts("查明扣费一笔。", "退还 12.5 元。", "价目表没有这一项。", usual_remedies(True))
POINTS = (Point("a", "退还手续费", "已退还。"), Point("b", "道歉", "我们向您道歉。"))
CARD = "622202123456789012"
CARD += luhn.calc_check_digit(CARD)


def test_a_complete_reply_lacks_nothing() -> None:
    assert missing(PARTS, POINTS, offers_review=True) == ()


@pytest.mark.parametrize("part", ["facts", "decision", "basis", "remedies"])
def test_each_part_is_needed(part: str) -> None:
    (lack,) = missing(replace(PARTS, **{part: " \n"}), POINTS, offers_review=True)
    assert lack.startswith("请填写“")


def test_each_point_is_answered() -> None:
    unanswered = (POINTS[0], Point("b", "对经办人员的态度作出书面道歉和说明", " "))
    assert missing(PARTS, unanswered, True) == (
        "第 2 项诉求“对经办人员的态度作出书面道歉和…”还没有答复。",
    )
    assert missing(PARTS, (), True) == ("请先列出客户的诉求要点。",)


@pytest.mark.parametrize("blank", ["【日期】", "【日期", "】"])
def test_a_blank_of_a_template_is_filled_in(blank: str) -> None:
    (lack,) = missing(replace(PARTS, facts=f"于{blank}\n扣收"), POINTS, True)
    assert lack == f"“核实情况”里还有没填好的地方：{blank}。"


@pytest.mark.parametrize("remedy", ["核查", "调解", "12378"])
def test_each_remedy_is_named(remedy: str) -> None:
    remedies = PARTS.remedies.replace(remedy, "")
    (lack,) = missing(replace(PARTS, remedies=remedies), POINTS, True)
    assert remedy in lack


def test_the_head_office_offers_no_review_of_its_own_decision() -> None:
    remedies = usual_remedies(offers_review=False)
    assert "核查" not in remedies
    assert missing(replace(PARTS, remedies=remedies), POINTS, offers_review=False) == ()
    assert "第二十条" in usual_remedies(offers_review=True)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"卡号 {CARD} 已退", sensitive.CARD_NUMBER),
        ("卡号 " + " ".join(CARD[i : i + 4] for i in range(0, 19, 4)), sensitive.CARD_NUMBER),
        ("身份证 11010519491231002X", sensitive.ID_NUMBER),
        ("请您提供银行卡密码以便核实", sensitive.DEMANDS_CODES),
        ("请回复短信验证码", sensitive.DEMANDS_CODES),
        ("请把卡片背面的 CVV2 发给我们", sensitive.DEMANDS_CODES),
    ],
)
def test_numbers_and_demands_for_secrets_are_found_in_parts_and_answers(
    text: str, problem: str
) -> None:
    assert sensitive.problems(text) == (problem,)
    assert missing(replace(PARTS, facts=text), POINTS, True) == (f"“核实情况”{problem}。",)
    answered = (POINTS[0], Point("b", "道歉", text))
    assert missing(PARTS, answered, True) == (f"第 2 项诉求的答复{problem}。",)


@pytest.mark.parametrize(
    "text",
    [
        "请勿向任何人提供密码、验证码。",
        "您当时把验证码告知了他人，未能避免损失。",
        "交易密码输入错误三次后卡片被锁。",
        "尾号 9012 的卡，流水号 2026112300001。",
        "请拨打 4008001234 或 12378。",
    ],
)
def test_advice_and_plain_facts_are_no_demands(text: str) -> None:
    assert sensitive.problems(text) == ()


def test_the_customer_reads_the_decision_first_then_the_rest() -> None:
    text = compose(PARTS, POINTS, "TS20261123-0000004")
    order = [
        "TS20261123-0000004",
        "一、处理决定\n退还 12.5 元。",
        "二、核实情况\n查明扣费一笔。",
        "1. 您提出：退还手续费\n答复：已退还。",
        "2. 您提出：道歉\n答复：我们向您道歉。",
        "四、依据和理由\n价目表没有这一项。",
        "五、您还可以怎么做\n",
        "12378",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_the_decision_of_a_review_says_so() -> None:
    assert "您申请的核查" in compose(PARTS, POINTS, "TS20261123-0000004", is_review=True)


def test_an_incomplete_draft_can_be_kept_but_not_one_without_end() -> None:
    assert draft_problems(Draft(Parts(), [Point("a", "退款")])) == {}
    points = [Point("a", "退款", "x" * (LONGEST_ANSWER + 1)), Point("b", " ")]
    wrong = draft_problems(Draft(Parts(facts="x" * (LONGEST_PART + 1), basis="\0"), points))
    assert set(wrong) == {"facts", "basis", "answer_1", "claim_2"}
    many = [Point(str(number), "退款") for number in range(21)]
    assert set(draft_problems(Draft(Parts(), many))) == {"points"}


def test_the_template_for_the_reason_comes_before_that_for_the_business() -> None:
    general = ReplyTemplate("general", "", "", "", "")
    fees = ReplyTemplate("fees", "", "", "", "", reasons=frozenset({"收费"}))
    cards = ReplyTemplate("cards", "", "", "", "", businesses=frozenset({"借记卡"}))
    loans = ReplyTemplate("loans", "", "", "", "", businesses=frozenset({"贷款"}))
    ordered = best_first([general, loans, cards, fees], "借记卡", "收费")
    assert [template.key for template in ordered] == ["fees", "cards", "general", "loans"]
