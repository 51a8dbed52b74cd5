"""What a customer in the form wants instead of answering. Pure.

Short fixed words decide before the classifier does: 「取消」 must never become an answer.
"""

from __future__ import annotations

import re
from enum import Enum

from bot.intake.turn import Turn


class Command(str, Enum):
    """Repairs every field understands; values are the intents of data/nlu/dialogue.yml."""

    AFFIRM = "affirm"
    DENY = "deny"
    CANCEL = "cancel"
    SKIP = "skip"
    CORRECT = "correct"
    WHY = "why"
    REPEAT = "repeat"
    RESTART = "start_over"  # Rasa gives `restart` a meaning of its own: it wipes the tracker
    RESUME = "resume"
    BACK = "step_back"  # `back`, too, is Rasa's own


_WORDS: dict[Command, str] = {
    Command.CANCEL: r"(我?(要|想)?取消(投诉|登记)?|退出|不投诉了|算了(吧)?|不填了|我?不(想|要)(投诉|填)了?|撤销)",
    Command.AFFIRM: (
        r"((是的?|对的?|[好对是]滴|好的?|嗯|行|可以|中|成|(看过|知道)了|没问题|ok|yes)[，,。 ]*)*"
        r"((是的?|对的?|[好对是]滴|好的?|嗯+|行|可以|中|成|没错|确认|提交|确认提交|没问题|ok|yes|正确)"
        r"|(我们?|本人)?(看过了?|已阅读?)?[，,。 ]*(并|都)?同意(的|开始|登记)*)"
    ),
    Command.DENY: r"(不|不是|不对|否|不行|不同意|我不同意|不可以|有误|错了|no)",
    Command.SKIP: r"(跳过|不填|没有|无|不想说|不方便(说|透露)?|略过?|下一(个|题|项))",
    Command.REPEAT: r"(再说一遍|重复(一下|一遍)?|没看清|什么问题|上一个问题是什么)",
    Command.RESTART: r"(重新(开始|填|填写|来|登记)|从头(开始|来)|重来)",
    # 「凭什么扣我钱」 is a complaint, 「为什么要电话」 is a question about ours.
    Command.WHY: (
        r"(为什么|为啥|干嘛|凭什么)"
        r"((要|得)?(问|填|提供|知道|告诉|留).{0,8}|要(我的)?(电话|手机|姓名|名字|信息|这).{0,4})?"
    ),
    Command.RESUME: r"(继续|继续填写|接着(填|说|来)|我接着填|不(用)?改了)",
    Command.BACK: (
        r"(返回|退回|回到?|后退)?(上|前)(一|1)(步|个问题|题|项|个)"
        r"|(返回|退回|回到)(上|前)(面|一个)(那)?(个|一)?(步|问题|题)?"
        r"|返回(上一(级|页))?|退回去"
    ),
}
_ENDINGS = " \n\t，。！!,.~～?？、啊吧呢啦了哦呀嘛"
_NO_MARK = " 。！!,，~～"
_NLU_SURE = 0.55
_EMERGENCIES = {"emergency", "emergency_life", "emergency_coercion", "emergency_card"}
_SWITCHES = {
    *("complaint_supplement", "complaint_withdraw", "complaint_review", "complaint_rate"),
    *("complaint_another", "continue_elsewhere", "my_data", "handover_cancel"),
    *("campaign_menu", "campaign_share", "campaign_book", "quiz_open", "quiz_remind"),
}
"""What takes the conversation elsewhere; the rules come back to the form by themselves."""
_HANDOFF = "handoff"
CALLBACK = "callback_request"
_ASKS_FOR_PERSON = re.compile(
    r"人工|真人|活人|坐席|座席|转(接|个?人|客服)|[找叫让喊换]\S{0,6}(人|客服|经理|领导)"
    r"|客服\S{0,2}(在吗|在不在|在么|在没在)|有(没有)?人(在)?吗"
    r"|human|agent|person|someone",
    re.IGNORECASE,
)
_ASIDE_INTENTS = {
    *("faq", "several_questions", "account_service", "help", "who_are_you", "complaint_status"),
    "upset_question",
}
_COURTESY = {"greet", "thanks", "goodbye"}
_ASIDE_WHEN_SHORT = {*_COURTESY, "nlu_fallback", "follow_up"}
_QUESTION = re.compile(
    r"[?？]|吗|呢$|怎么|怎样|什么|多少|多久|哪里|哪儿|哪些|哪种|如何|能不能|可不可以|是不是|啥|哪一?步|到哪|了没有?$"
)
_LONGEST_COMMAND = 14
_LONGEST_QUESTION = 45
_LONGEST_SWITCH = 30
_COURTESY_SURE = 0.9
_LONGEST_COURTESY = 8
_SWITCH_SURE = 0.75


def command_of(turn: Turn) -> Command | None:
    """The command in a short message, by fixed words first, then by a sure classifier."""
    said = fixed_command(turn.text)
    if said is not None:
        return said
    if len(turn.text.strip().rstrip(_ENDINGS)) > _LONGEST_COMMAND or turn.confidence < _NLU_SURE:
        return None
    return Command(turn.intent) if turn.intent in Command._value2member_map_ else None


def fixed_command(text: str) -> Command | None:
    """The command whose fixed words are all that `text` says."""
    # One ending at a time: 「算了」 and 「错了」 end like 「好了」 and 「可以了」.
    form = text.strip().lower()
    while form:
        for command, words in _WORDS.items():
            if re.fullmatch(words, form):
                return command
        if form[-1] not in _ENDINGS:
            return None
        form = form[:-1]
    return None


def is_aside(turn: Turn, *, free_text: bool) -> bool:
    """True when the message is surely a side question rather than an answer.

    In a free-text field only a short message that reads like a question counts: stories contain
    question words too. Elsewhere a short message without question words is tried as an answer
    first; see `may_be_aside`.
    """
    if turn.intent in _EMERGENCIES:
        return turn.confidence >= _NLU_SURE or not free_text
    if turn.intent in (_HANDOFF, CALLBACK):  # 「增加接线的人」 is a wish, 「电话」 a channel
        sure = turn.confidence >= _NLU_SURE or not free_text
        asks = turn.intent == CALLBACK or _ASKS_FOR_PERSON.search(turn.text) is not None
        return sure and asks
    if turn.intent in _COURTESY:  # 「谢谢」 is no branch and no wish
        return turn.confidence >= _COURTESY_SURE and len(turn.text) <= _LONGEST_COURTESY
    if free_text:
        return _asks_at_end(turn.text) and turn.intent in _ASIDE_INTENTS
    asks = bool(_QUESTION.search(turn.text))
    return turn.intent in _ASIDE_INTENTS and (asks or len(turn.text) > _LONGEST_COMMAND)


def _asks_at_end(text: str) -> bool:
    """True for a short text whose last clause is a question: a story goes on after its questions."""
    last = re.split(r"[，,。！!；;\s]+", text.strip(_NO_MARK))[-1]
    return len(text) <= _LONGEST_QUESTION and _QUESTION.search(last) is not None


def leads_elsewhere(turn: Turn) -> bool:
    """True when a short message surely asks for another form, device or matter of its own."""
    told = turn.intent == "complaint_another" and turn.confidence == 1.0  # by its shape
    short = len(turn.text) <= _LONGEST_SWITCH or told
    return turn.confidence >= _SWITCH_SURE and short and turn.intent in _SWITCHES


def is_emergency(turn: Turn) -> bool:
    """True when the message was answered as an emergency."""
    return turn.intent in _EMERGENCIES


def may_be_aside(turn: Turn) -> bool:
    """True when a message that is no answer may be left to the rules instead of asking again."""
    short = len(turn.text) <= _LONGEST_QUESTION
    asides = {*_ASIDE_INTENTS, _HANDOFF, CALLBACK, *_EMERGENCIES}
    return turn.intent in asides or (turn.intent in _ASIDE_WHEN_SHORT and short)
