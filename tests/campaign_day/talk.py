"""What visitors say, and by what the assistant's answers are known."""

from __future__ import annotations

from dataclasses import dataclass

from tests.campaign_day.content import Riddle, Slot

QUESTIONS = {
    "银行卡可以借给别人用吗": "faq/card_lending.lend_to_family",
    "收到一张假钱怎么办": "faq/counterfeit.hold_found",
    "破了的钱去哪里换": "faq/torn_notes.exchange",
    "银行卡短信提醒收费吗": "faq/fees.sms_fee",
    "银行哪些业务是免费的": "faq/fees.free_items",
}
"""Questions whose answer is certain, because they are training examples, and their labels."""
UNANSWERABLE = ("今天加班累死了", "作业多死了")
WELCOME = "欢迎"
"""In what is said to a scan, also while a form is open."""
SOURCED = "依据："
"""In every governed answer."""
UNKNOWN = "答不上来"
QUIZ, EASY, PAUSE, RESUME = "答题", "简单", "先停一停", "继续答题"
SHARE = "转发给朋友"
TOO_LATE = ("刚刚约满", "刚刚约不上了", "都约满了")
"""In the answers to those who wish for a slot that is gone."""
BOOKED = "约好了"
FILED = "TS"
"""In the answer to a confirmed complaint: its number."""
STORY = "昨天在人民路支行排了两个小时队，柜员态度还很差，要求赔礼道歉"


@dataclass(frozen=True)
class Said:
    """Words, what the answer has in it, and whether they are said only where they are offered."""

    words: str
    hears: str = ""
    if_offered: bool = False


def phone(number: int) -> str:
    """The phone of a visitor, nobody else's."""
    return f"139{10_000_000 + number:08d}"


def name(number: int) -> str:
    """The name of a visitor."""
    return NAMES[number % len(NAMES)]


NAMES = ("欧阳建国", "欧阳秀英", "欧阳志强", "欧阳桂兰")


def verdict(riddle: Riddle, is_right: bool) -> str:
    """In the answer to an answer of the quiz."""
    return "答对了" if is_right else f"没答对。应该是：{riddle.options[riddle.right]}"


def booking(slot: Slot, number: int) -> list[Said]:
    """The way to a booked call; it ends early for those who come too late."""
    hours = f"{slot.begins.removeprefix('0')}—{slot.ends.removeprefix('0')}"
    return [
        Said("预约活动热线", "热线回电"),
        Said(hours, if_offered=True),
        Said(phone(number)),
        Said("跳过"),
        Said("确认预约", BOOKED),
    ]


def complaint(number: int) -> list[Said]:
    """The shortest way to a filed complaint."""
    return [
        Said(f"我要投诉，{STORY}"),
        Said("同意，开始登记"),
        Said("借记卡"),
        Said(f"我叫{name(number)}，电话{phone(number)}"),
        Said("确认提交", FILED),
    ]
