"""What is typed in a quiz: an option by number, letter or words, a level, a pause. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from bot.campaigns.campaign import Level
from bot.intake.commands import Command, command_of
from bot.intake.reading.choices import read_choice
from bot.intake.turn import Turn

_END = r"[\s。！!~～.,，吧啊呀哦呢哈嘛了啦]*"
_TIRED = r"(?:我|俺|有点儿?|太|好)*(?:累|困|乏|没空|没时间|有事|要走|要回家)(?:了|啦)?"
_PAUSE = re.compile(
    r"(?:我)?(?:先)?(?:停一停|停一下|停|歇一歇|歇一?会儿?|休息(?:一下|一会儿?)?|暂停|到这儿?|到这里)"
    r"|(?:我)?(?:先)?(?:不|别)(?:想)?(?:再)?(?:答|做|玩|问|考)(?:题|我)?"
    r"|(?:今天)?(?:就)?(?:先)?(?:答|做|玩)?(?:到这儿?|到这里|这些)"
    r"|(?:下次|明天|以后|改天|回头|等会儿?|一会儿?)(?:再)?(?:答|做|来|玩|说)"
)
_ANOTHER_LEVEL = re.compile(
    r"(?:换|改|调)(?:一?个|一下)?(?:难度|难的|难一?点的?|简单的|简单一?点的?|容易的|容易一?点的?|中等的)"
    r"|(?:太|有点儿?|好)(?:难|简单|容易)"
    r"|(?:更)?(?:难|简单|容易)(?:一?点|一?些)儿?(?:的题?)?"
    r"|(?:来|要|想答|答|做)(?:一?个|一?些|一?点)?更?(?:难|简单|容易|中等)(?:一?点|一?些)?儿?的题?"
)
_NO_IDEA = re.compile(
    r"(?:这个|这道|这题)?(?:我|俺|咱)?(?:也|真|还|都)?(?:不知道|不会(?!吧)|不懂|不清楚|不晓得|不了解|没学过|猜不(?:出来?|到|着)"
    r"|想不(?:出来?|到|起来)|说不(?:准|好)|拿不准)"
)
_PRIZE = (
    r".{0,8}(?:有|送|给|领|发)(?:没有|不|什么|啥|点)?(?:送|给|领|发)?(?:奖品|礼品|礼物|奖励|小礼物|纪念品|奖)"
    rf"(?:没有?|么|吗)?{_END}[?？]?"
)
_GUESS = re.compile(
    r"\A(?:我|俺|咱|嗯|那|应该|可能|大概|好像|估计|肯定|就|觉得|认为|猜|感觉|答案|是|选择?|[,，:：\s])+"
)
_LETTER = re.compile(r"(?<![a-z])([a-d])(?![a-z])")
_NUMBERS = ("1", "2", "3", "4")
_YES = re.compile(r"(?:好|可以|行|要|嗯|成|中|提醒|我|的|吧|啊|呀|了|下次|明天|谢谢|[,，])+")
_NO = re.compile(
    r"我?(?:不|别|算了|免了|没必要)(?:用|要|必|需要|想|了|吧|再|提醒|问|我|的|谢谢|[,，])*"
)
_WISHES = (
    (re.compile(r"太难|简单|容易|初级|入门"), Level.EASY),
    (re.compile(r"中等|一般|中级"), Level.MEDIUM),
    (re.compile(r"太简单|难|高级"), Level.HARD),
)
_LONGEST_WISH = 14


def named_exactly(text: str, options: Sequence[str]) -> int | None:
    """The place of the option of which `text` is the number, the letter or all the words."""
    plain = _plain(text)
    folded = [_plain(option) for option in options]
    for said in (plain, _GUESS.sub("", plain)):
        if said in folded:
            return folded.index(said)
    numbered = _LETTER.sub(lambda found: str(ord(found[1]) - ord("a") + 1), plain)
    places = _NUMBERS[: len(options)]
    place = read_choice(numbered, places)
    return read_choice(_GUESS.sub("", numbered), places) if place is None else place


def meant(text: str, options: Sequence[str]) -> int | None:
    """The place of the option that `text` is near enough to; None when it may be another."""
    guess = _GUESS.sub("", _plain(text))
    for place in (read_choice(text, options), read_choice(guess, options)):
        if place is not None:
            return place
    leads = [_lead(_plain(option)) for option in options]
    return leads.index(_lead(guess)) if leads.count(_lead(guess)) == 1 else None


def shares_little(text: str, option: str) -> bool:
    """True when most of `text` is not in the option: it may be a question that has a word of it."""
    said, there = _pairs(_GUESS.sub("", _plain(text))), _pairs(_plain(option))
    return 2 * len(said & there) < len(said)


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _lead(text: str) -> str:
    """What stands before the first comma: 「不交」 of 「不交，回家先商量」."""
    return re.split("[,，]", text, maxsplit=1)[0]


def wants_pause(text: str) -> bool:
    """「先停一停」, 「不答了」, 「明天再答」, 「我累了，不答了」."""
    pause = rf"(?:{_TIRED}[,，。]?)?(?:{_PAUSE.pattern}){_END}|{_TIRED}{_END}"
    return re.fullmatch(pause, _plain(text)) is not None


def wants_another_level(text: str) -> bool:
    """「换个难度」, 「太难了」, 「来点难的」."""
    return re.fullmatch(f"(?:{_ANOTHER_LEVEL.pattern}){_END}", _plain(text)) is not None


def is_no_idea(text: str) -> bool:
    """「不知道」, 「猜不出来」."""
    return re.fullmatch(f"(?:{_NO_IDEA.pattern}){_END}", _plain(text)) is not None


def asks_for_a_prize(text: str) -> bool:
    """「答完了有奖品吗」, 「有礼品没」."""
    return re.fullmatch(_PRIZE, _plain(text)) is not None


def wished_level(text: str) -> Level | None:
    """The level that a short wish names: 「来点难的」, 「太难了」 for an easier one."""
    if len(text) > _LONGEST_WISH:
        return None
    if "太简单" in text or "太容易" in text:
        return Level.HARD
    told = text.replace("难度", "")  # 「换个难度」 names none
    return next((level for words, level in _WISHES if words.search(told)), None)


def said_yes(turn: Turn) -> bool | None:
    """A typed yes or no; None for anything else."""
    command = command_of(turn)
    if command in (Command.AFFIRM, Command.DENY, Command.CANCEL, Command.SKIP):
        return command is Command.AFFIRM
    plain = _plain(turn.text)
    if _NO.fullmatch(plain):
        return False
    return True if _YES.fullmatch(plain) else None


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold().rstrip("。！!.,，~")
