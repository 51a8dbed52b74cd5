"""Wishes about a person of the bank: a call from one, or none any more. Pure."""

from __future__ import annotations

import re

_WHO = r"(?:你们|你|银行|贵行|客服|人工|真人|人|员|经理|主任|主管|领导|行长|负责人|专员|专人|同事|老师|谁)"
_ME = r"(?:我|俺|咱|本人|我这边|我[妈爸]|老人|家里)"
_CALL = r"(?:回|来|打(?!字|印|款|钱|开|算|听)|去|拨)"
_CALL_ME = re.compile(
    rf"(?:给|跟|和|向|帮){_ME}(?:再|先|快|赶紧|就|直接|也)?{_CALL}(?:过来|回来)?(?:[一两个通次]|电|手机|座机|$|[,。! ])"
    rf"|{_CALL}(?:我|本人|个|[一两]个|通|一通|次)*电(?:话)?(?![子脑信路影视])|回拨|回话"
    rf"|{_CALL}(?:个|一个)?(?:电话|手机|座机)?(?:过来|回来)?给{_ME}(?!们?的?钱)"
    rf"|(?:让|叫|请|派|安排|找|要|等).{{0,4}}{_WHO}.{{0,8}}(?:打(?:过来|给|电话)|来电|致电|拨过?来?|联系(?:一下)?{_ME}|联系$)"
    rf"|(?:打|拨){_ME}(?:的)?(?:电话|手机|座机)|打座机|致电{_ME}|(?:你们|晚点|再)(?:打|拨)过来"
    r"|(?:预约|约|登记|申请).{0,6}(?:回电|来电|回访)|(?:拨|来|打)个电话(?:过来|成|行|好|可以|吧|$)"
    rf"|^请?联系{_ME}$|call me|phone me|ring me"
)
_BARE_CALL = re.compile(
    r"(?:你好|您好|麻烦|请|能不能|能|可以|可否|帮我|我要|我想|[, ])*"
    rf"(?:(?:让|叫|请|派|安排|找|要)(?:你们|你|一?[个位名]|的)*(?:银行|工作|客服|大堂|理财|客户)?{_WHO})?"
    r"(?:尽快|马上|赶紧|快|现在|再)?"
    rf"(?:给{_ME}{_CALL}(?:一?[个通次])?(?:电话|电|过来)|回(?:{_ME})?(?:一?[个通次])?电话?"
    rf"|打(?:个)?(?:电话)?给{_ME}|联系{_ME})"
    r"(?:一下|过来|谢谢|行吗|可以吗|好吗|行不行|好不好|[吗吧啊呀,.。!?~ ])*"
)
_NOT_ME = re.compile(
    r"(?:别|不要|不用|不必|不想|不许|停止|老是?|总是?|天天|每天|一直|不停|到处|乱|刚才|昨天|前天|上次"
    rf"|为什么|为啥|凭什么|怎么|骗子|推销|催收|陌生|还没|没有?|没人)[^,。!?]{{0,6}}(?:{_CALL}|联系)"
)
_NO_PERSON = re.compile(
    r"(?:那|算了|那就|我)?[, ]*(?:不等(?:了|人工|客服|他们?)+|不想等了|等不了了|不用等了|别等了"
    r"|(?:不转|不用转|不要转|取消转|别转|不找|不要|不用|取消|退出|结束|关闭)(?:了)?(?:接)?"
    r"(?:人工|真人|排队)(?:客服|服务|对话|会话|聊天)?了?"
    r"|(?:回到|返回|换回|切回|转回|还是找)(?:小保|机器人)|取消排队|退出排队|不排队?了)"
    r"(?:就行|[。!,~ 吧啊啦])*"
)
_LONGEST = 40


def wants_a_call(text: str) -> bool:
    """True when a normalised text that asks for a person asks for a call from one.

    「给我回个电话」, 「让你们经理打给我」; not 「别给我打电话」.
    """
    if len(text) > _LONGEST or _NOT_ME.search(text) is not None:
        return False
    return _CALL_ME.search(text) is not None


def wants_only_a_call(text: str) -> bool:
    """True when a normalised text asks for a call and for nothing else."""
    return len(text) <= _LONGEST and _BARE_CALL.fullmatch(text) is not None


def wants_no_person(text: str) -> bool:
    """True when a normalised text says that no person is wanted any more, and nothing else."""
    return len(text) <= _LONGEST and _NO_PERSON.fullmatch(text) is not None
