"""How heavy a complaint looks by rule when it comes in."""

from dataclasses import replace

import pytest

from casestore.domain.case import Complaint, Flag, Grade, Group, Priority, Source
from casestore.domain.grading import COMPLEX_AMOUNT_FEN, grading
from tests.contract.casestore.kit import make_complaint

PLAIN = "柜员说手续费免了，结果还是扣了。"


def complaint(detail: str = PLAIN, **changes: object) -> Complaint:
    return replace(make_complaint(), detail=detail, **changes)  # type: ignore[arg-type]  # a maker


@pytest.mark.parametrize(
    ("detail", "flag"),
    [
        ("我的卡被盗刷了八千块", Flag.EMERGENCY),
        ("接到诈骗电话，钱转出去了", Flag.EMERGENCY),
        ("卡丢了以后客服一直打不通", Flag.EMERGENCY),
        ("我被骗走了三万元", Flag.EMERGENCY),
        ("我母亲八十多岁，坐轮椅去的网点", Flag.VULNERABLE),
        ("我今年72岁，不会用手机", Flag.VULNERABLE),
        ("残疾人窗口没有人", Flag.VULNERABLE),
        ("孩子是未成年，开卡时没人说清楚", Flag.VULNERABLE),
        ("洪水过后网点一直没有营业", Flag.DISASTER),
        ("再不处理我就找记者曝光", Flag.MEDIA),
        ("我要发抖音", Flag.MEDIA),
        ("我会委托律师起诉你们", Flag.LITIGATION),
    ],
)
def test_words_of_the_story_raise_a_flag(detail: str, flag: Flag) -> None:
    assert grading(complaint(detail)).flags == {flag}


@pytest.mark.parametrize(
    "detail",
    [
        PLAIN,
        "排队两个小时，窗口只开了一个",
        "信用卡年费和当初说的不一样",
        "在ATM上存款少记了一百元",
        "手机银行转账限额一直调不了",
    ],
)
def test_an_everyday_complaint_raises_none(detail: str) -> None:
    found = grading(complaint(detail))
    assert (found.grade, found.priority, found.flags) == (
        Grade.ORDINARY,
        Priority.NORMAL,
        frozenset(),
    )


def test_the_request_is_read_too() -> None:
    found = grading(complaint(request="三天内不退钱就上微博"))
    assert found.flags == {Flag.MEDIA}


@pytest.mark.parametrize(
    ("size", "grade", "flags"),
    [
        (19, Grade.ORDINARY, frozenset()),
        (20, Grade.MAJOR, frozenset({Flag.GROUP})),
        (None, Grade.ORDINARY, frozenset()),
    ],
)
def test_twenty_people_make_a_complaint_major(
    size: int | None, grade: Grade, flags: frozenset[Flag]
) -> None:
    """投诉办法 article 29."""
    found = grading(complaint(group=Group(size, "同事")))
    assert (found.grade, found.flags) == (grade, flags)


def test_a_disaster_makes_a_complaint_major() -> None:
    """投诉办法 article 29."""
    assert grading(complaint("台风过后柜台拒绝支取")).grade is Grade.MAJOR


@pytest.mark.parametrize(
    ("detail", "grade"),
    [
        ("电视台昨天来采访了好几户，都是这款理财", Grade.MAJOR),
        ("这件事微博上已经传开了", Grade.MAJOR),
        ("已经被媒体曝光，你们还不处理", Grade.MAJOR),
        ("再不处理我就找记者曝光", Grade.ORDINARY),
        ("不退钱我就请电视台报道", Grade.ORDINARY),
    ],
)
def test_what_the_press_works_on_is_major_and_a_threat_is_not(detail: str, grade: Grade) -> None:
    found = grading(complaint(detail))
    assert found.grade is grade
    assert Flag.MEDIA in found.flags


@pytest.mark.parametrize(
    ("amount_fen", "grade"),
    [
        (None, Grade.ORDINARY),
        (COMPLEX_AMOUNT_FEN - 1, Grade.ORDINARY),
        (COMPLEX_AMOUNT_FEN, Grade.COMPLEX),
    ],
)
def test_a_large_sum_makes_it_complex(amount_fen: int | None, grade: Grade) -> None:
    assert grading(complaint(amount_fen=amount_fen)).grade is grade


@pytest.mark.parametrize(
    ("detail", "source", "priority"),
    [
        ("卡被盗刷，老人不会操作", Source.PHONE, Priority.EMERGENCY),
        ("老人不会操作", Source.PHONE, Priority.URGENT),
        (PLAIN, Source.REGULATOR, Priority.URGENT),
        ("我会起诉", Source.PHONE, Priority.NORMAL),
    ],
)
def test_money_that_may_be_saved_comes_first_then_people_who_need_care(
    detail: str, source: Source, priority: Priority
) -> None:
    assert grading(complaint(detail, source=source)).priority is priority


def test_what_a_regulator_passed_on_says_so() -> None:
    assert Flag.REGULATOR in grading(complaint(source=Source.REGULATOR)).flags
