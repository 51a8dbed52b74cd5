"""Short wishes about a campaign: its menu, its words to share, its bookings, its quiz. Pure.

The whole message has to be the wish: 「看看活动」, not 「活动送的油没给我」. Sharing a screen and passing
on money are what swindlers ask for, and never meant here.
"""

from __future__ import annotations

import re

LONGEST = 20
_BEFORE = (
    r"(?:你好|您好|小保|请问|请|麻烦(?:你|您)?|那么?|嗯|好的?|行|我们?|咱们?|就|也|还是|还|再|现在"
    r"|想要|想|要|来|帮我|给我|让我|带我|怎么|怎样|如何|在哪里?|哪里|可以|能|[\s,.。!~])*"
)
_AFTER = r"(?:一下|一遍|可以|行|好)?[\s,.。!?~了吧吗么啊呀呢哦哈啦嘛]*"
_THIS = r"(?:这个|这次|这里的?|你们的?|银行的?|今天的?|刚才的?|宣传|金融|知识|3[·.]15|315|的)*"
_EVENT = rf"(?:{_THIS}活动)"
_TO_WHOM = (
    r"(?:朋友圈|朋友们?|亲友|亲戚|亲人|家里人|家人|家里|同学们?|室友|同事|邻居|老伴|孩子|儿子|女儿|爸妈|父母|妈妈?|爸爸?"
    r"|老人|大家|别人|其他人|群里|微信群|微信好友|微信|好友|群友|他们)"
)
_SEE = r"(?:看一?看|看一?下|看|查看|打开|进入|参加|回到|返回|回去?|退回|显示|换)"
_WHAT_IS_ON = rf"(?:今天|最近|现在|你们|银行|这里|都|还)*有(?:些)?(?:什么|啥|哪些){_EVENT}"
_MORE = r"(?:更多(?:的)?内容|看别的)"  # what stands on the button to further pages
_MENU = (
    rf"(?:{_SEE}{_EVENT}(?:的?(?:菜单|内容|主页|首页|页面|目录|介绍|详情))?"
    rf"|{_EVENT}的?(?:菜单|内容|主页|首页|目录|介绍|详情)?"
    rf"|{_EVENT}(?:里|上)?(?:都|还)?有(?:些)?(?:什么|啥|哪些)(?:内容|可以看的?|好看的?)?"
    rf"|{_WHAT_IS_ON}|{_MORE})"
)
_SHARE = (
    rf"(?:(?:把)?{_EVENT}?(?:链接)?(?:转发|分享)(?:一?下)?(?:这个|{_EVENT}|链接)*"
    rf"(?:(?:给|到|去)(?:我的?)?{_TO_WHOM})?(?:{_EVENT}|链接)?"
    rf"|(?:把)?{_EVENT}?推荐{_EVENT}?给(?:我的?)?{_TO_WHOM}"
    rf"|(?:把)?(?:{_EVENT}|链接)发(?:一?下)?(?:给|到)(?:我的?)?{_TO_WHOM}"
    rf"|叫{_TO_WHOM}(?:也|一起)*(?:来)?参加{_EVENT}?)"
)
_CALL = r"(?:客服)?(?:热线|专线|回电|来电|电话|通话|咨询)"
_BOOK = (
    rf"(?:(?:预约|约|订)(?:一?[个下])?{_EVENT}的?(?:{_CALL}|时间|时段)*"
    rf"|{_EVENT}的?(?:{_CALL})*的?预约|{_EVENT}的?{_CALL}(?:怎么|如何)?(?:预约|约))"
)
_BOOKING = rf"(?:我的?)?(?:{_EVENT}的?)?(?:{_CALL})*的?预约(?:的?(?:{_CALL}|时间|时段))*"
_UNDO = r"(?:取消|退|不要|修改|更改|改|换)(?:一下|一改|掉|个)?"
_OWN_BOOKING = (
    r"(?=.*(?:我的|活动|热线|专线|[回来]电|电话|通话))"  # a bare 「取消预约」 may mean a branch's
    rf"(?:(?:{_UNDO}|查一?查|查询|查看|看一?看|查一?下){_BOOKING}|(?:把)?{_BOOKING}{_UNDO}"
    rf"|我的(?:{_EVENT}的?)?(?:{_CALL})*预约)"
)
_TEST = (
    r"(?:小?问答|小?测验|小测试|知识问答|知识竞赛|问答题|小题目?|有奖问答|有奖答题"
    r"|(?:金融|反诈|防骗)(?:知识)?(?:问答|测验|测试|竞赛|答题))"
)
_QUIZ = (
    rf"(?:(?:开始|继续|接着|参加|参与|去|做|玩|打开|进入|看看|试试)*(?:活动)?(?:的)?{_TEST}(?:题目?)?"
    rf"|(?:开始|继续|接着|参加|参与|去|打开|试试)*(?:活动)?(?:的)?"
    rf"(?:答题|做题|刷题|答(?:几道|[一两二三]道|小)?(?:小)?题目?|做(?:几道|[一两二三]道|小)(?:小)?题目?)(?:活动|试试|闯关)?"
    rf"|(?:出|来)(?:几|[一两二三1-9])?(?:道|个)?题目?(?:考考我)?|(?:答|做)(?:一?些|一?点)?(?:简单|容易|中等|难)一?点?的?题目?|考考我|考我|测一?测我?(?:的(?:金融)?知识)?)"
)

_NO_REMINDER = (
    r"(?:(?:不要|不再|别|不用|不必|不想|停止|取消)(?:再|老|总是?)*(?:提醒(?:我)?(?:答题|做题)?|问(?:我)?(?:题目?|小问答))"
    r"|(?:答题|做题|小问答)的?提醒(?:取消|停|关)(?:掉|一下)?)"
)


def _alone(wish: str) -> re.Pattern[str]:
    """The wish with the words around it that add nothing."""
    return re.compile(_BEFORE + wish + _AFTER)


_MENU_ALONE = _alone(_MENU)
_WHAT_IS_ON_ALONE = _alone(_WHAT_IS_ON)
_MORE_ALONE = _alone(_MORE)
_SHARE_ALONE = _alone(_SHARE)
_BOOK_ALONE = _alone(_BOOK)
_OWN_BOOKING_ALONE = _alone(_OWN_BOOKING)
_QUIZ_ALONE = _alone(_QUIZ)
_NO_REMINDER_ALONE = _alone(_NO_REMINDER)


def wants_the_menu(text: str) -> bool:
    """True when a normalised text asks what the campaign has, and nothing else."""
    return _is_all(_MENU_ALONE, text)


def asks_what_is_on(text: str) -> bool:
    """True when a normalised text asks which campaigns there are, and nothing else."""
    return _is_all(_WHAT_IS_ON_ALONE, text)


def wants_more(text: str) -> bool:
    """True when a normalised text asks for the further pages of the menu, and nothing else."""
    return _is_all(_MORE_ALONE, text)


def wants_to_share(text: str) -> bool:
    """True when a normalised text asks for words to pass on, and nothing else."""
    return _is_all(_SHARE_ALONE, text)


def wants_to_book(text: str) -> bool:
    """True when a normalised text asks for a booking of the campaign; a mere call is no booking."""
    return _is_all(_BOOK_ALONE, text)


def wants_own_booking(text: str) -> bool:
    """True when a normalised text asks to see, change or cancel a booking."""
    return _is_all(_OWN_BOOKING_ALONE, text)


def wants_the_quiz(text: str) -> bool:
    """True when a normalised text asks for the quiz, from the beginning or further on."""
    return _is_all(_QUIZ_ALONE, text)


def wants_no_reminder(text: str) -> bool:
    """True when a normalised text takes back the wish to be asked the quiz's questions again."""
    return _is_all(_NO_REMINDER_ALONE, text)


def _is_all(wish: re.Pattern[str], text: str) -> bool:
    return len(text) <= LONGEST and wish.fullmatch(text) is not None
