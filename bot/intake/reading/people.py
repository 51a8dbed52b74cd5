"""Who complains, about whom, and how to reach them: names, roles, staff, ways of contact."""

from __future__ import annotations

import re

from bot.intake.reading._names import CLASS, surname_of
from bot.intake.reading._text import clauses, fold, trim

SELF, AGENT, HEIR = "本人", "代理人", "继承人"

_TITLE = r"(?:先生|女士|小姐|老师|大爷|大妈|阿姨|师傅|同志|太太)"
_END = r"(?=\Z|就行|就好|就可以|吧|[\s，。,.;；！!、？?（(]|电话|手机|的电话|身份证)"
_CHINESE = rf"{CLASS}[一-龥]{{1,2}}"
_DOTTED = r"[一-龥]{1,10}(?:[·•・‧][一-龥]{1,10})+"
_LATIN = r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ.'’\-]*(?: [A-Za-zÀ-ÿ][A-Za-zÀ-ÿ.'’\-]*){0,4}"
_ANY_NAME = rf"{_DOTTED}|{CLASS}{_TITLE}|{_CHINESE}{_TITLE}|[一-龥]{{2,4}}?|{_LATIN}"
_SURELY = rf"{_DOTTED}|{CLASS}{_TITLE}|{_CHINESE}"
_CALLED = re.compile(
    r"(?:我叫做?|我的?名字(?:是|叫)?|(?:我的?)?(?:真实)?姓名(?:是|叫)?|我本人叫|名叫"
    rf"|叫我)[:：\s]*(?P<name>{_ANY_NAME}){_END}"
)
_SURNAME = re.compile(rf"(?:我姓|免贵姓|敝姓|本人姓)(?P<name>{CLASS}){_END}")
_I_AM = re.compile(
    rf"(?<![不说])(?:我是|本人|这里是|这边是)(?:客户|用户|储户)?(?P<name>{_SURELY}){_END}"
)
_BARE_TITLE = re.compile(rf"(?P<name>{_CHINESE}{_TITLE}|{CLASS}{_TITLE})")
_ASKED_LEAD = re.compile(
    r"\A(?:你好|您好|好的?|嗯+|哦|那个|就?叫我?|我?就是|我是|我叫|我|是|姓名|名字|本人|免贵|姓"
    r"|叫|:|：|\s|,|，)+"
)
_ASKED_END = re.compile(
    r"(?:谢谢(?:你|您)?|就行|就好|就可以|吧|啊|呀|哈|哦|[，,。\s].*)+\Z", re.DOTALL
)
_NOT_A_NAME = re.compile(
    r"[的了吗呢吧不没啥么哪谁我你您他她这那怎干嘛退取]|匿名|保密|本人|自己|谢谢|可以|确认|提交"
    r"|返回|投诉|人工|你好|随便|跳过|"
    r"电话|手机|短信|微信|银行|支行|网点|名字|姓名|为什|告诉|需要|必须|一定|知道|昨天|今天|前天"
    r"|代理|继承|修改|改一|方便|好说|好滴|同意|隐去|元|客服|客户|用户|储户"
)
_NOT_AFTER_SURNAME = re.compile(r"时候|以为|为了|是|能|可|家里|常常|全是|成天|方便|连续|单纯")
_DIED = re.compile(
    r"去世|过世|离世|逝世|身故|亡故|已故|病故|走了以后|不在了|死了以后|死亡证明|遗产|继承|遗嘱"
    r"|生前|人没了"
)
_KIN = (
    r"(?:妈妈|妈|爸爸|爸|父亲|母亲|父母|爷爷|奶奶|外公|外婆|姥姥|姥爷|老公|老婆|丈夫|妻子|爱人"
    r"|媳妇|儿子|女儿|孩子"
    r"|哥哥|哥|姐姐|姐|弟弟|弟|妹妹|妹|岳父|岳母|公公|婆婆|家人|家里人|老人|朋友|同事|亲戚|舅舅"
    r"|叔叔|姑姑|阿姨|邻居|客户|当事人)"
)
# 柜员帮我妈操作手机, 给老人推销: only 替/代 alone, or a verb of complaining, makes an agent.
_FOR_OTHER = re.compile(
    rf"(?:替|代)(?:我|他|她)?(?:的|家)?{_KIN}(?!.{{0,6}}(?:买|转|存|取|开|交|充|汇|办|打|换|还|填|签))"
    rf"|(?:替|帮|代|代表|为|给)(?:我|他|她)?(?:的|家)?{_KIN}.{{0,4}}"
    r"(?:投诉|反映|问|咨询|申诉|维权|举报|登记|讨)"
    rf"|(?:替|帮|代)我?的?{_KIN}(?:的|来的|吧)?\Z"
    r"|代理人|委托代理|我?代理(?![保险业务商销售基金国债店行点理财费贷产])"
    r"|受.{0,6}委托|替(?:别人|他|她|人)(?:投诉|反映|问)"
    rf"|我是(?:他|她|客户|储户)的?{_KIN}|代为?(?:投诉|办理投诉|反映)|不是本人|非本人(?:投诉|是)"
)
_SELF = re.compile(
    r"我(?:就)?是(?:账?户主)?本人|我本人(?!不|没|到|去)|我自己(?:的事|投诉|来投诉|的投诉)|替自己"
    r"|为自己|给自己投诉|是本人(?!到|去|办)"
)
_SELF_ANSWER = re.compile(
    r"(?:就?是)?(?:我|给|替|为)?(?:本人|自己|我)(?:的事?|啊|呀|吧|来的|(?<!我)投诉|(?<=自己)投诉)*"
)
_AGENT_ANSWER = re.compile(
    r"(?:我?是)?(?:帮别人|替别人|别人|代理|代办|家属|家人|亲属|律师|不是我)(?:的|投诉|啊|吧)*"
)

_ROLES = (
    r"(?:大堂经理|客户经理|理财经理|理财顾问|信贷经理|贷款经理|大堂引导员|大堂|柜员|柜台人员"
    r"|柜台(?:的)?工作人员|保安|副?行长|网点主任|主任"
    r"|信贷员|业务员|业务经理|催收员|催收人员|客服人员|客服专员|客服|坐席|座席|接线员|经办人?"
    r"|工作人员|营业员|店员|经理)"
)
_STAFF_NAME = (
    rf"(?:[小老]{CLASS}|{CLASS}某{{1,2}}|{CLASS}(?:姐|哥|经理|主任|行长|{_TITLE})"
    rf"|(?!常常|成天|全程|向我|向客|应该|满脸|方才|时不时|强行|强制|时候){_CHINESE}(?=\Z"
    r"|[\s，。,.;；！!、？?（(]|态度|的|说|让|把|对|给我|没|告诉|骗|推|卖|介绍|忽悠|诱|哄|劝|拒|跟|当|不|拉|叫|硬|一直|就|还|在))"
)
_STAFF_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        (
            rf"(?:{_ROLES}[，,]?(?:的)?)?(?:员工号|工号|工牌号?|编号)(?:是|为|:|：|\s"
            rf"|尾号)*[A-Za-z]{{0,3}}\d{{2,10}}(?:的?{_ROLES})?"
        ),
        rf"{_ROLES}(?:是|叫|姓名|名字|名叫|,|，)*{_STAFF_NAME}",
        rf"{_ROLES}(?:，|,)?(?:他|她)?姓{CLASS}",
        rf"(?:姓|叫){CLASS}[一-龥]{{0,2}}的(?:那个|那位|一个|一位)?(?:女|男|小)?{_ROLES}",
        rf"{CLASS}(?:副?行长|经理|主任|客户经理|大堂)(?![一-龥]?支行)",
        (
            rf"(?:\d{{1,2}}|[一二三四五六七八九十]{{1,2}})号(?:柜台|窗口|柜)(?:的)?(?:那个"
            rf"|那位)?(?:女的?|男的?)?(?:{_ROLES}|员工)?"
        ),
        rf"(?:女|男)的?{_ROLES}",
    )
)
# A role alone tells something only where a branch has few of them.
_ROLE_ALONE = re.compile(
    r"大堂经理|客户经理|理财经理|理财顾问|信贷经理|贷款经理|柜员|保安|副?行长(?!期)|网点主任"
    r"|信贷员|催收员|催收人员"
)
_NO_STAFF = re.compile(
    r"不知道|不清楚|没看|没注意|不记得|记不|忘|没有|不认识|不用|跳过|随便|算了|为什么|[?？]"
    r"|不涉及|系统|无\Z|^没$"
)

_WAY = r"(?:打?电话|短信|微信|邮件|电子邮件|邮箱|书面|信件|线上)"
_TIME = (
    r"(?:下班(?:以|之)?后|晚上|周末|中午|上午|下午|早上|白天|工作日|休息日|\d{1,2}点(?:半)?(?:以"
    r"|之)?[前后]?|[一二三四五六七八九十]{1,2}点(?:半)?(?:以|之)?[前后]?)"
)
_PREFERENCE = tuple(
    re.compile(pattern)
    for pattern in (
        (
            rf"(?:请|可以|最好|希望|麻烦)?(?:你们?)?{_TIME}+(?:以?后|之后)?(?:再|都|才)?(?:方便|给我"
            r"|可以|能)*(?:打(?:给我|过来|电话|我电话)?(?![了的])|联系(?:我)?|来电|回电|回复我?"
            r"|接电话|接听)"
        ),
        rf"(?:不要|别|请勿|不用|不想)(?:再)?(?:给我|接)?{_WAY}(?:给我|联系|通知|打扰)?",
        (
            r"(?:请|可以|最好|希望|麻烦)?(?:你们?)?(?:(?:给我)?打个电话给我|给我(?:打个?电话"
            r"|回电话?|来电话?|发(?:个)?(?:短信|微信|邮件)|发到邮箱)|打我(?:的)?(?:电话|手机)"
            r"|打电话给我|打电话(?:联系|通知|就行|就好|吧|即可))"
        ),
        (
            rf"(?:请|可以|最好|希望|麻烦|就|用|通过)*(?:发)?{_WAY}(?:上)?(?:跟我|和我)?(?:联系|通知"
            r"|回复|告知|告诉我|给我|答复|就行|就好|就可以|即可|都行|都可以)(?:我|就行|就好|即可|吧"
            r"|就可以)*"
        ),
        (
            r"(?:就)?在?(?:这里|这儿|此处|这边|线上|网页上?|这个页面|公众号(?:里"
            r"|上)?)(?:直接)?(?:回复|回我|告诉我|答复|通知|说|联系)(?:我|就行|就好|即可|就可以)*"
        ),
        r"(?:给我)?回个?电话?给我|(?:请|希望)(?:尽快)?(?:回电|来电)|加我微信",
    )
)
# 天天打我电话催收 tells what happened, not what is wished.
_COMPLAINING = re.compile(
    r"老是|天天|一直|总是|不停|每天|经常|催收|骚扰|没人|不接|打了|非要|还|结果|说|从来"
)
_WISHING = re.compile(r"请|希望|最好|不要|别|麻烦")
_PREFERENCE_ANSWER = re.compile(
    rf"(?:就|用|发|通过|还是|最好)*(?:{_WAY}|手机|微信|在?这里|这儿|线上|网上|来电"
    rf"|回电)(?:和{_WAY})?(?:联系)?(?:吧|就行|就好|即可|都行|都可以|啊|回复)*"
    r"|(?:怎么|哪[个种]?|什么)?(?:都行|都可以|均可|随便|都好|不限)(?:吧|啊)?"
)


def read_name(text: str, asked: bool = False) -> str | None:
    """The customer's name as given: 张三, 王 (我姓王), 张女士, 买买提·艾力, John Smith.

    `asked`: the form has just asked for it, so a bare name of 2–4 characters counts.
    """
    for pattern in (_CALLED, _I_AM, _SURNAME):
        m = pattern.search(text)
        if m and _plausible(m["name"]):
            return m["name"]
    last = re.split(r"[，,。、\s]+", trim(text))[-1]
    if asked and last != trim(text) and "姓" in text and looks_like_name(last):
        return last  # 「老板姓蒋，蒋国强」
    bare = trim(text)
    if _BARE_TITLE.fullmatch(bare):
        return bare
    return _answered_name(bare) if asked else None


def _answered_name(text: str) -> str | None:
    name = _ASKED_LEAD.sub("", text)
    name = name if re.fullmatch(_LATIN, name) else trim(_ASKED_END.sub("", name))
    if re.fullmatch(rf"{_DOTTED}|{_LATIN}|[一-龥]{{2,4}}|{CLASS}{_TITLE}|{_CHINESE}{_TITLE}", name):
        return name if _plausible(name) else None
    alone = re.fullmatch(rf"(?:我|免贵)?姓?({CLASS})", name) if "姓" in text else None
    return alone[1] if alone else None


def _plausible(name: str) -> bool:
    if re.fullmatch(r"[A-Za-z]+", name):
        return len(name) > 1 and name.lower() not in ("ok", "yes", "no", "hi", "hello", "app")
    return not (_NOT_A_NAME.search(name) or _NOT_AFTER_SURNAME.search(name[1:]))


def read_role(text: str) -> str | None:
    """本人, 代理人 or 继承人; an heir before an agent, since 替去世的父亲 is both."""
    if _DIED.search(text):
        return HEIR
    answer = trim(text)
    if _FOR_OTHER.search(text) or _AGENT_ANSWER.fullmatch(answer):
        return AGENT
    if _SELF.search(text) or _SELF_ANSWER.fullmatch(answer):
        return SELF
    return None


def read_staff(text: str, asked: bool = False) -> str | None:
    """The member of staff in the customer's words: 柜员小李, 工号1024, 大堂经理.

    `asked`: any short answer that does not decline is one (一个戴眼镜的男的).
    """
    folded = fold(text)
    for pattern in (*_STAFF_PATTERNS, _ROLE_ALONE):
        m = pattern.search(folded)
        if m:
            return trim(text[m.start() : m.end()])
    answer = trim(text)
    declined = _NO_STAFF.search(answer) or not 2 <= len(answer) <= 20
    return answer if asked and not declined else None


def read_contact_preference(text: str) -> str | None:
    """How and when the customer wants to be reached, in their words; None when not said."""
    answer = trim(text)
    if _PREFERENCE_ANSWER.fullmatch(answer):
        return answer
    folded = fold(text)
    for clause in clauses(folded):
        if _COMPLAINING.search(clause.group()) and not _WISHING.search(clause.group()):
            continue
        for pattern in _PREFERENCE:
            m = pattern.search(clause.group())
            if m:
                start = clause.start() + m.start()
                return trim(text[start : clause.start() + m.end()])
    return None


def looks_like_name(text: str) -> bool:
    """True when `text` is nothing but a name that begins with a known surname."""
    name = trim(text)
    return surname_of(name) is not None and re.fullmatch(_SURELY, name) is not None
