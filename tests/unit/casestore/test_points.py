"""What customers write is cut into claims that can be answered one by one."""

import pytest

from casestore.domain.points import LONGEST_CLAIM, MOST_CLAIMS, claims


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("退还年费36元；解释为什么没有提前告知", ("退还年费36元", "解释为什么没有提前告知")),
        ("要求退还手续费，并要求书面道歉", ("要求退还手续费", "要求书面道歉")),
        (
            "第一、退还多收的利息；第二、更正征信记录；第三、对经办人员进行处理。",
            ("退还多收的利息", "更正征信记录", "对经办人员进行处理"),
        ),
        (
            "1.退还年费36元\n2.停止短信骚扰\n3. 赔偿1.5倍",
            ("退还年费36元", "停止短信骚扰", "赔偿1.5倍"),
        ),
        ("1、退钱2、道歉3、给个说法", ("退钱", "道歉", "给个说法")),
        ("一是退还扣款，二是查明是谁操作的", ("退还扣款", "查明是谁操作的")),
        ("（1）赔偿损失3,000元（2）道歉", ("赔偿损失3,000元", "道歉")),
        ("①退款 ②道歉", ("退款", "道歉")),
        ("把2.5万元还给我！！！", ("把2.5万元还给我",)),
        ("请银行核实11月18日3.5万元转账", ("请银行核实11月18日3.5万元转账",)),
        (
            "要求退还本金50000元及利息，希望银行给出书面说明，同时要求处理当事理财经理",
            ("要求退还本金50000元及利息", "希望银行给出书面说明", "要求处理当事理财经理"),
        ),
        ("退钱。退钱。", ("退钱",)),
        ("赔礼道歉\n\n谢谢！", ("赔礼道歉",)),
    ],
)
def test_a_request_becomes_its_claims(request_: str, expected: tuple[str, ...]) -> None:
    assert claims(request_, "昨天在网点排队。柜员态度很差。") == expected


@pytest.mark.parametrize(
    "request_", ["", "无", "没有", "希望尽快处理，谢谢", "请贵行妥善解决", "谢谢"]
)
def test_where_the_request_says_nothing_the_story_does(request_: str) -> None:
    story = "昨天在网点排队两个小时，柜员态度很差。旁边有人插队。要求柜员道歉。"
    assert claims(request_, story) == ("昨天在网点排队两个小时，柜员态度很差", "要求柜员道歉")


def test_where_nothing_sounds_like_a_claim_the_matter_is_looked_into() -> None:
    assert claims("无", "我的卡被吞了") == ("核实并处理：我的卡被吞了",)
    assert claims("", " ") == ("核实并处理所反映的情况",)
    (long,) = claims("无", "卡" * 300)
    assert len(long) < 100


def test_a_claim_that_stands_in_another_is_said_once() -> None:
    assert claims("退还手续费；退还手续费12.5元", "") == ("退还手续费12.5元",)


def test_many_claims_keep_the_last_point_for_the_rest() -> None:
    wanted = [f"第{number}笔要退还" for number in range(100, 112)]
    found = claims("；".join(wanted), "")
    assert len(found) == MOST_CLAIMS
    assert found[-1] == "；".join(wanted[MOST_CLAIMS - 1 :])


def test_no_claim_is_longer_than_can_be_kept() -> None:
    assert all(len(claim) <= LONGEST_CLAIM for claim in claims("退" * 2000 + "；" + "赔" * 600, ""))
