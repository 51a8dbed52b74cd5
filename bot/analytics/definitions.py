"""What each figure of a campaign means: said once, here, and shown beside the figure. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

FEWEST = 5
"""A figure about fewer people is not shown: at a small stand colleagues know who was there."""
HIDDEN = "不显示"


class People(Enum):
    """Whom a figure is about. Figures about the same people are shown or hidden together."""

    VISITORS = "visitors"
    ASKERS = "askers"
    STARTERS = "starters"
    ANSWERERS = "answerers"
    BEGINNERS = "beginners"
    """Who answered some question of the quiz for the first time."""
    FINISHERS = "finishers"
    BOOKERS = "bookers"
    COMPLAINANTS = "complainants"
    SHARERS = "sharers"


@dataclass(frozen=True)
class Definition:
    """What a figure means, for whoever reads it, and whom it is about."""

    name: str
    label: str
    meaning: str
    about: People


SCANS = Definition(
    "scans",
    "扫码次数",
    "从海报、桌卡上的码或带场景的链接打开小保的次数；同一人多次都算",
    People.VISITORS,
)
PEOPLE = Definition(
    "people",
    "参与人数",
    "扫过码、问过或答过题的不同微信号或浏览器；一人换设备会算两次，在几个场景就各算一次，"
    "所以各场景相加会多于合计",
    People.VISITORS,
)
CONSULTATIONS = Definition(
    "consultations",
    "咨询次数",
    "扫码后24小时内提的问题，一句算一次；填表的回答不算",
    People.ASKERS,
)
ANSWERED = Definition(
    "answered", "答上的咨询", "直接给出了有依据的回答；反问“您是想问”的不算", People.ASKERS
)
UNANSWERED = Definition("unanswered", "没答上的咨询", "小保说答不上来的问题", People.ASKERS)
QUIZ_STARTED = Definition(
    "quiz_started", "开始答题", "开始答题的次数，一人一天算一次", People.STARTERS
)
QUIZ_PEOPLE = Definition("quiz_people", "答题人数", "至少答了一道题的人", People.ANSWERERS)
QUIZ_ANSWERS = Definition(
    "quiz_answers", "答题次数", "答过的题数，错了以后再答的也算", People.ANSWERERS
)
QUIZ_FINISHED = Definition(
    "quiz_finished", "答完人数", "答完自己选的难度全部题目的人", People.FINISHERS
)
RIGHT_FIRST = Definition(
    "right_first",
    "初答正确率",
    "每人每题第一次回答的正确率，算在第一次回答的场景、日子和渠道",
    People.BEGINNERS,
)
RIGHT_LAST = Definition(
    "right_last",
    "最后正确率",
    "同样这些人和题，到现在最后一次回答的正确率；只答过一次的，最后就是第一次",
    People.BEGINNERS,
)
LEARNED = Definition(
    "learned", "学会的题", "第一次答错、最后答对的，一人一题算一次", People.BEGINNERS
)
BOOKINGS = Definition(
    "bookings", "预约回电", "预约成功的次数，取消的不减，换时间的不另算", People.BOOKERS
)
COMPLAINTS = Definition(
    "complaints", "登记投诉", "扫码后24小时内登记的投诉件数", People.COMPLAINANTS
)
SHARES = Definition(
    "shares", "要分享文字", "客户要了转发文字的次数；转发了多少次看不到", People.SHARERS
)
FIGURES = (
    SCANS,
    PEOPLE,
    CONSULTATIONS,
    ANSWERED,
    UNANSWERED,
    QUIZ_STARTED,
    QUIZ_PEOPLE,
    QUIZ_ANSWERS,
    QUIZ_FINISHED,
    RIGHT_FIRST,
    RIGHT_LAST,
    LEARNED,
    BOOKINGS,
    COMPLAINTS,
    SHARES,
)
"""Every figure, in the order of the reports."""

SCANNED = Definition("funnel_scanned", "扫码的人", "扫过码的不同的人", People.VISITORS)
ASKED = Definition(
    "funnel_asked", "其中提问的人", "扫过码的人里，至少提了一个问题的", People.ASKERS
)
QUIZZED = Definition(
    "funnel_quizzed",
    "其中答题的人",
    "扫过码的人里，至少答了一道题的；没有提问就去答题的也算",
    People.ANSWERERS,
)
COMPLAINED = Definition(
    "funnel_complained",
    "其中投诉的人",
    "扫过码的人里，24小时内登记了投诉的；没有提问、没有答题的也算",
    People.COMPLAINANTS,
)
FUNNEL = (SCANNED, ASKED, QUIZZED, COMPLAINED)
"""The way from the poster on. Every step counts people and is a part of who scanned; a step may be
left out, so that a step is not a part of the one before it."""

WITHHELD = Definition(
    "withheld",
    HIDDEN,
    f"不到{FEWEST}个人的数字不显示；为了不让它从合计里减出来，有时旁边一项也不显示。0照常显示",
    People.VISITORS,
)
"""Why a figure is not there."""
