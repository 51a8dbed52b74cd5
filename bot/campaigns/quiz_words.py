"""What the quiz says: short sentences, one thing at a time. Pure.

Students are addressed as 你, everybody else as 您.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from enum import Enum

from bot.campaigns.buttons import Button, button
from bot.campaigns.campaign import Audience, Campaign, Level, Question, Standing, standing
from bot.campaigns.checks import explained
from bot.campaigns.greeting import show_date
from bot.campaigns.manner import MANNERS
from bot.campaigns.quiz import Answered, Rest, comes_back_on, next_return, score
from bot.campaigns.quiz_progress import Progress

LEVELS = {Level.EASY: "简单", Level.MEDIUM: "中等", Level.HARD: "难"}
PAUSE, CHANGE_LEVEL, GO_ON = "先停一停", "换个难度", "继续答题"
REMIND_ME, NO_REMINDER = "好，提醒我", "不用了"
WHICH = "小问答跟着活动走。现在有这些活动，选一个："
NONE = "现在没有小问答可以答。想了解什么，直接问我就行。"
NOT_REMINDED = "好的，不提醒了。"
KEPT = "小问答先给您留着。想接着答，说“继续答题”。"
GONE = "这个活动的小问答已经撤下了。别的问题，照常可以问我。"
SKIPPED = "好，先跳过这道。"
NO_WAY_BACK = "答过的题不能改，没关系，我们接着答。"
SAME_LEVEL = "现在答的就是“{level}”的题。不会没关系，说“不知道”，我来讲。"
PRIZE = "有没有礼品，请问一问现场的工作人员。"
PASSED_BY = "那道题已经过去了，我们看这一道。"
_REMIND_AT = "上午10点"
_OUTSIDE = {
    Standing.BEFORE: "活动{first}开始。题现在就能答。",
    Standing.OVER: "活动{last}结束了。题还能答。",
}


class Ending(str, Enum):
    """Why a round of questions is over."""

    PAUSED = "paused"
    ENOUGH_TODAY = "enough_today"
    LEVEL_DONE = "level_done"
    ALL_DONE = "all_done"
    SET_ASIDE = "set_aside"
    """For something else the customer wants; they are told that it waits."""
    LEFT = "left"
    """For something that leaves no room for a word about a quiz."""
    GONE = "gone"
    """The campaign, or its quiz, is no longer there."""


ENDINGS = {
    Rest.ENOUGH_TODAY: Ending.ENOUGH_TODAY,
    Rest.LEVEL_DONE: Ending.LEVEL_DONE,
    Rest.ALL_DONE: Ending.ALL_DONE,
}


def you(campaign: Campaign) -> str:
    return "你" if campaign.audience is Audience.STUDENTS else "您"


# -- questions ---------------------------------------------------------------------------------


def outside(campaign: Campaign, today: date) -> str | None:
    """That the campaign is not on today; None when it is."""
    frame = _OUTSIDE.get(standing(campaign.days, today))
    days = campaign.days
    return frame and frame.format(
        first=show_date(days.first, today), last=show_date(days.last, today)
    )


def ask_level(campaign: Campaign) -> str:
    return f"选个难度，我们就开始。\n每天最多答{campaign.questions_a_day}道，答完都有讲解。"


def asked(question: Question, number: int, left: int) -> str:
    """A question with its mark: the how-manieth of today, and how many may follow today."""
    more = f"今天还能答{left}题" if left else "今天最后一题"
    return f"第{number}题，{more}。\n{question.text}"


def verdict(question: Question, option: int | None) -> str:
    """What is said to an answer; `option` is None for 「不知道」."""
    right = question.options[question.right]
    if option == question.right:
        said = "答对了！"
    elif option is None:
        said = f"没关系。应该是：{right}"
    else:
        said = f"没答对。应该是：{right}"
    return f"{said}\n{explained(question)}"


# -- the end of a round ------------------------------------------------------------------------


def score_words(campaign: Campaign, history: Sequence[Answered]) -> str:
    """How it went so far, in words; empty when nothing was answered."""
    found = score(campaign, history)
    if not found.answered:
        return ""
    told = f"一共答了{found.answered}道，答对{found.right_at_last}道。"
    if found.learned > 0:
        told += f"\n一开始答错、后来答对的有{found.learned}道，有进步！"
    return told


def rest_words(campaign: Campaign, rest: Rest, level: Level) -> str:
    """Why there is no further question."""
    words = {
        Rest.ENOUGH_TODAY: f"今天的{campaign.questions_a_day}道答完了，明天可以接着答。",
        Rest.LEVEL_DONE: f"“{LEVELS[level]}”的题都答过了。",
        Rest.ALL_DONE: "所有的题都答过了，真不错！",
    }
    return words[rest]


def summary(campaign: Campaign, progress: Progress, ending: Ending, today: date) -> str:
    """What is said at the end of a round; empty when nothing needs to be said."""
    plain = {Ending.SET_ASIDE: KEPT, Ending.GONE: GONE, Ending.LEFT: ""}
    if ending in plain:
        return plain[ending]
    lines = [*_opening(campaign, progress, ending), score_words(campaign, progress.history)]
    lines += _promised(campaign, progress, today)
    if ending is Ending.PAUSED:
        lines.append(f"想接着答，说“{GO_ON}”。")
    return "\n".join(line for line in lines if line)


def _opening(campaign: Campaign, progress: Progress, ending: Ending) -> Iterator[str]:
    if ending is Ending.PAUSED:
        yield "好的，先停在这里，答过的都记着。"
        return
    rest = next(rest for rest, end in ENDINGS.items() if end is ending)
    yield rest_words(campaign, rest, progress.level or Level.EASY)


def _promised(campaign: Campaign, progress: Progress, today: date) -> Iterator[str]:
    day = reminder_day(campaign, progress.history, today)
    if progress.remind and day is not None:
        yield f"答错的题，{_day_words(day, today)}再来问{you(campaign)}。"


def reminder_day(campaign: Campaign, history: Sequence[Answered], today: date) -> date | None:
    """The later day on which what was wrong may be asked again; None when nothing was."""
    day = next_return(campaign, history)
    return None if day is None else max(day, today + timedelta(days=1))


def ask_to_remind(campaign: Campaign, progress: Progress, today: date) -> str:
    day = reminder_day(campaign, progress.history, today) or today
    wrong = sum(
        comes_back_on(progress.history, question.id) is not None for question in campaign.quiz
    )
    return f"有{wrong}道还没答对。\n{_day_words(day, today)}再来问{you(campaign)}一次，好吗？"


def reminded(campaign: Campaign, day: date | None, today: date, *, agree: bool) -> str:
    """What is said to a yes or a no; `day` is None when nothing is to be asked again."""
    if not agree:
        return f"好的，不提醒。想再答，说“{GO_ON}”就行。"
    if day is None:
        return "现在没有答错的题，不用提醒。"
    when = f"{_day_words(day, today)}{_REMIND_AT}"
    return f"好，{when}，我在这里提醒{you(campaign)}。\n不想要了，说“不再提醒”。"


def _day_words(day: date, today: date) -> str:
    near = {1: "明天", 2: "后天"}
    return near.get((day - today).days) or show_date(day, today)


def buttons_after(campaign: Campaign, progress: Progress, ending: Ending) -> list[Button]:
    """Where to go on at the end of a round."""
    if ending in (Ending.SET_ASIDE, Ending.LEFT, Ending.GONE):
        return []
    manner = MANNERS[campaign.audience]
    back = button(manner.back, "campaign_menu")
    if ending is Ending.PAUSED:
        return [button(GO_ON, "quiz_open"), back]
    further = _further(campaign, progress) if ending is Ending.LEVEL_DONE else []
    return [*further, button(manner.forward, "campaign_share"), back]


def _further(campaign: Campaign, progress: Progress) -> list[Button]:
    """The next level that has something new, the harder ones first."""
    levels = list(Level)
    place = levels.index(progress.level) if progress.level else 0
    ahead = [*levels[place + 1 :], *levels[:place]]
    new = [level for level in ahead if not progress.has_seen_all(campaign, level)]
    return [button(f"答“{LEVELS[level]}”的题", "quiz_open", level=level.value) for level in new[:1]]
