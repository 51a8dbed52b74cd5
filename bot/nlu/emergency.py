"""The fuse: danger that is happening now, whatever else the message is about. Pure.

Words that leave no doubt decide by rule, never by probabilities; the classifier adds the messages
that say the same in words no rule foresees. Calm questions about the past (「上个月被盗刷，能追回来吗」)
are none of these: the answers of data/nlu/faq serve them better.
"""

from __future__ import annotations

import re
from enum import Enum


class Danger(str, Enum):
    """What is at stake, the gravest first; each has its own reply in domain.yml."""

    LIFE = "life"
    COERCION = "coercion"
    CARD = "card"
    MONEY = "money"


# Building blocks. Runs are bounded: else a long one is read anew from each of its characters.
_JUST = (
    r"(?:刚才|刚刚|刚(?![好需性])|(?:几|[一二两三四五六七八九十半\d]{1,4})分钟前|[一二两三\d]秒前)"
)
_DOING = r"(?:正在|正(?=[给跟在要往按输填])|这会儿?|此刻|眼下)"
_NOW = rf"(?:{_JUST}|{_DOING}|现在|马上)"
_SWINDLER = (
    r"(?:骗子|诈骗犯|诈骗的|搞诈骗|骗我的人|对方是骗|公检法|公安局的人|假客服|假警察|假领导|假老板)"
)
_PERSON = (
    r"(?:我|他|她|咱|[爸妈爹娘爷奶哥姐弟妹叔姨婆公舅姑](?!司)"
    r"|老人|孩子|儿子|女儿|闺女|老婆|同学|室友|朋友|同事)"
)
_STOP = (
    r"(?:冻结|止付|拦截|拦住|拦下|截住|截回|锁卡|封卡|停卡|把卡停|"
    r"(?:冻|锁|封|停)(?:掉|住|了)?我的?(?:银行)?(?:卡|账户))"
)
# A card that was blocked before is to be free again: 「封我的卡 马上给我解」, 「冻结快两个月了」
_TO_BE_FREED = r"(?:解|放开|弄开|取消|恢复)"
_RELATIVE_AT_RISK = r"(?:我[爸妈爹娘爷奶婆公]|[她他]|老人家?|老头|老太)"

# Idle talk, taken out before the rules look: hyperbole, advertising, stories, set phrases
_IDLE = re.compile(
    r"逼死(?:人|老百姓|客户)|想死(?:你|我|他|她)?们?了?(?:的)?(?:心|啦)|[笑气烦累困饿吵急热冷忙等挤冻]死|死期|死活"
    r"|跳楼(?:价|机|大?促销?|大?甩卖|清仓|特价|处理)|被.{1,4}逼[死疯]了?(?!.{0,8}(?:跳|死给|不活))"
    r"|逼死强迫症|遗书[和与跟]遗嘱|自杀(?:留下|身亡|去世|免赔|条款)"
    r"|救命(?:之恩|恩人|稻草|的?钱|药)|听说.{0,20}(?:被救|获救)|(?:新闻|电影|小说|电视剧|热搜).*"
)
# Not now: a hypothesis, a story of the past, a question of principle. Only life outweighs these.
_NOT_NOW = re.compile(
    r"如果|假如|假设|万一|倘若|要是被|去年|前年|大前天|上个?(?:月|周|星期|礼拜)|以前|很久|几年|半年"
    r"|怎么防|如何防|防止|预防|是什么意思|谁的责任|谁负责|谁承担|谁赔|听说|有没有被.{0,6}过"
)

_LIFE = re.compile(
    r"自杀|自尽|自残|轻生|寻死|寻短见|想不开|不想再?活|活不下去|活不成|活够了|活腻|没法活|不如死|死了算"
    r"|一了百了|结束(?:生命|自己|这一切)|死给你们?看|以死|逼死|了结(?:自己|生命)|自我了断|做傻事"
    r"|活着(?:没|也没|有什么|还有什么|干嘛|好累|太累)(?:意思|意义)?|(?:我|真|就|好|都|只)(?:想|要)去?死"
    r"|跳楼|跳河|跳江|跳桥|跳崖|割腕|割脉|割了手|上吊|烧炭|遗书|不想(?:再睁眼|再?醒)|撑不下去|没有活路"
    r"|(?:吃|吞|喝)(?:了|下|过)?.{0,4}(?:安眠药|农药|敌敌畏|百草枯|[整半一两]瓶药?)"
    r"|(?:我|他|她|就)(?:就|要|真)?从.{0,8}(?:楼|桥|阳台|窗|这儿|这里).{0,3}跳|喝药(?:了|自)"
    rf"|{_PERSON}.{{0,6}}(?:要跳(?![槽绳舞])|站在?(?:楼顶|天台|窗台|阳台外|桥栏))"
    r"|死了.{0,6}(?:不用|就能不|就可以不)还"
    r"|kill myself|end my life|want to die|don'?t want to live"
)
# A place from which people jump, together with what drives them there
_EDGE = re.compile(
    r"^(?=.*(?:欠|债|催收|骗|钱|网贷|对不起|再见|孩子))"
    r".*(?:站|坐|爬|人|我)(?:在|上|到).{0,4}(?:楼顶|天台|桥上|桥边|江边|河边|窗台|栏杆|铁轨|楼边)"
)
_WEAPON = r"(?:刀子?|匕首|(?<!码)枪|斧头?|砍刀|菜刀|汽油|炸药)"
_PLACE = r"(?:网点|大厅|营业厅|柜台|银行|取款机|自助|atm|门口|店里)"
_VIOLENCE = r"(?:抢劫|打劫|劫匪|行凶|砍人|捅人|劫持|绑架|抢钱|打起来|放火|开枪)(?![案罪片题电])"
_PAY = r"(?:转|汇|取钱|取款|取现|打钱|打款|交钱|交出|给钱|刷卡|[办借做]贷款|借钱|网贷|密码)"
_COERCION = re.compile(
    rf"{_PLACE}.{{0,10}}(?:{_VIOLENCE}|(?:拿|持|掏|举|带|泼|浇|动).{{0,4}}{_WEAPON})"
    rf"|(?:有人|歹徒|男的|他).{{0,4}}(?:拿|持|掏|举|泼).{{0,4}}{_WEAPON}(?!.{{0,4}}[切削])"
    rf"|有人.{{0,3}}{_VIOLENCE}|(?:我|正在|刚)被(?:人)?(?:抢劫|打劫|绑|挟持|劫持|软禁)"
    rf"|{_PERSON}(?:被|让)(?:人|他们|坏人)?(?:绑架|绑了|绑走|挟持|劫持|扣押|扣住|控制住?了|捆)"
    rf"|(?<!你们)(?<!银行)(?<!经理)(?<!柜员)(?<!老板)(?:威胁|逼|胁迫|强迫|恐吓|勒索|押)着?{_PERSON}"
    rf".{{0,8}}{_PAY}"
    rf"|被(?:人|他们|绑匪|坏人|歹徒)(?:逼着?|胁迫|强迫|威胁|控制).{{0,8}}{_PAY}"
    r"|(?:不转|不给钱|不打钱|不汇).{0,6}就(?:杀|打|砍|剁|抓|曝光|发)(?!你们|网|抖音)"
    r"|不(?:还|还钱|给|扫|交|签).{0,3}就(?:砍|剁|杀|弄死|打断)|(?:堵|锁)(?:着|在|住)?.{0,4}门.{0,4}不让(?:我们?|人)?(?:出|走)"
    r"|(?:裸聊|裸照|私密照|不雅).{0,16}(?:转|给|要|打).{0,5}(?:钱|款|[千万]|\d)|裸聊.{0,6}(?:敲诈|勒索)"
    r"|(?:要|交|打|给|凑|汇).{0,6}赎金|赎人|撕票|forc(?:es?|ing) me to (?:transfer|pay)"
    r"|(?<!银行)不[让准许]我们?(?:走|离开|出去|下车|回家).{0,12}(?:钱|卡|转|密码)"
    r"|(?:钱|卡|转|密码).{0,12}(?<!银行)不[让准许]我们?(?:走|离开|出去|下车|回家)"
)
_TAKEN = r"(?:丢|掉了|掉在|不见|没了|被偷|被抢|被扒|被摸走|被顺走|偷走|抢走)"
_CARD = re.compile(
    rf"{_JUST}.{{0,12}}(?:卡|钱包|包)(?!被?锁).{{0,6}}{_TAKEN}"
    rf"|(?:卡|钱包|包).{{0,4}}{_JUST}.{{0,4}}{_TAKEN}"
    rf"|{_JUST}.{{0,8}}手机.{{0,3}}(?:被|让人)(?:偷|抢|扒|摸走|顺走)"
    rf"|手机.{{0,2}}{_JUST}.{{0,2}}(?:被|让人)(?:偷|抢|扒|摸走|顺走)"
    r"|(?:有人|他|她|对方|小偷|贼|人家).{0,3}(?:正在?|一直在?|还在|在|马上)(?:拿|用|刷|盗刷)我.{0,4}卡"
    r"|捡到?了?我.{0,3}卡.{0,8}(?:在刷|取钱)|(?:拿|用)我.{0,3}卡(?:正|在|正在|还在)(?:取|刷)"
    rf"|我被(?:人)?抢了(?!红包|单|票|位|座|生意)|{_JUST}取的?.{{0,6}}被(?:人)?抢"
    r"|wallet was stolen|(?:using|charging) my card"
)
_SENT = r"(?:转|汇|打|付|交|输|填|扫|点|按)(?:了|给|完|出|过去|款|账|钱|好|码|进)"
_TOLD = r"(?:给|告诉|念给?|报给?|发给?|说给)了?(?:他|她|对方|人家|别人|骗子|客服|一个)"
_CODE = r"(?:验证码|密码|动态码|短信码|口令)"
_MONEY = re.compile(
    rf"{_NOW}.{{0,10}}(?:被骗|上当|被盗刷|被诈骗)(?!过|的人)"
    rf"|{_NOW}.{{0,10}}(?<!不)(?:转账|转|汇|打|付)?给.{{0,4}}{_SWINDLER}"
    rf"|{_NOW}.{{0,10}}(?:转|汇|打|付)(?:了|出|完|钱|款|账|过).{{0,8}}给.{{0,4}}{_SWINDLER}"
    rf"|{_JUST}.{{0,10}}{_SENT}.{{0,14}}(?:才|发现|反应|觉得|感觉|怀疑|意识到|原来|结果).{{0,6}}"
    r"(?:骗|假的|上当|诈)"
    rf"|{_JUST}.{{0,8}}{_CODE}.{{0,6}}{_TOLD}|{_JUST}.{{0,4}}{_TOLD}.{{0,6}}{_CODE}"
    rf"|{_PERSON}.{{0,12}}(?:正|在|(?<!不)要)(?:在|往)?.{{0,6}}给{_SWINDLER}.{{0,4}}(?:转|汇|打|取|交|付|送)"
    rf"|{_SWINDLER}(?:还|正)(?:在|跟|和)|(?:还|正)在.{{0,6}}{_SWINDLER}.{{0,4}}(?:电话|通话|聊)"
    rf"|{_SWINDLER}.{{0,4}}(?:正在|还在|在线|没挂)"
    r"|(?:卡|钱|账户|余额|存款).{0,6}(?:正在?|不停|还在|又在|在|一直在?)(?:往外)?被?"
    r"(?:人?刷(?!脸|新)|转走|转出(?!中)|往外转|划走|盗|往下掉|一笔笔)"
    r"|(?:钱|余额|存款).{0,4}(?:正在|还在|不停|一直)在?(?:被扣|往外|变少|减少)"
    r"|(?:短信|手机).{0,8}(?:响个?不停|一直响|不停|一条接一条).{0,6}扣(?:款|钱)|(?:还在|正在|不停地?)扣(?:钱|款)"
    rf"|(?:快|赶紧|赶快|马上|立刻|立即|求求|十万火急).{{0,6}}(?<![解被已别])(?<!解除){_STOP}"
    rf"(?!的|里|.{{0,8}}{_TO_BE_FREED})"
    rf"|(?<![解被已])(?<!解除){_STOP} ?(?:快|赶紧|马上|立刻|现在)(?![还要都没几半一两二三四五六七八九十\d])"
    rf"(?!.{{0,4}}{_TO_BE_FREED})|现在就.{{0,4}}{_STOP}"
    rf"|{_JUST}.{{0,6}}{_SENT}.{{0,8}}(?:拉黑|被删|失联|跑了|没影|消失|打不通)"
    r"|(?:在|正|还在)(?:转|取|刷|花|盗|划)走?我(?:的|卡里的?)?(?:钱|卡)"
    r"|(?:正在|在|被)(?:远程控制|远控|遥控)我?的?(?:手机|电脑|屏幕)|手机.{0,2}不受.{0,2}控制"
    rf"|(?:快|赶紧|赶快|求求).{{0,8}}拦.{{0,3}}{_RELATIVE_AT_RISK}|别给{_RELATIVE_AT_RISK}"
    r"(?:办(?!.{0,3}(?:保险|卡|贷|理财|业务))|转|取)"
    r"|^(?:(?:救命|救救?我)[啊呀哪 !,。!]*)+$"
    r"|救(?:命|救?我).{0,10}(?:被[骗盗刷抢绑转]|在[转扣刷]|骗子|转走|有人[抢逼打])"
    r"|(?:钱|卡).{0,6}(?:在转|在刷|在扣|转走).{0,6}救命"
    r"|(?:手机|屏幕|电脑).{0,6}(?:被人?控制|自己在?动|自己操作|自己在?转|被远程)"
    r"|(?:正在|在|开着).{0,3}(?:屏幕)?共享屏?幕?.{0,10}(?:转|密码|验证码|银行)"
    rf"|^(?:{_STOP}[ ,!]*){{2,}}$|扣(?:款|钱)短信.{{0,6}}(?:来个没完|不停|停不下来|一条接一条)"
    rf"|(?:马上|就)要?(?:按|点)确认.{{0,16}}{_SWINDLER}"
    r"|(?:just|now).{0,24}scammer|money is (?:going|leaving)"
)
_RULES = (
    (Danger.COERCION, _COERCION),
    (Danger.CARD, _CARD),
    (Danger.MONEY, _MONEY),
)

# What a text that is known to be dangerous is about, in words that alone would prove nothing
_ABOUT_LIFE = re.compile(
    r"(?<!锁)死(?!期)|不活|活着|跳下|要跳|楼顶|天台|窗台|桥上|江边|喝.{0,2}药|吃.{0,2}药|药.{0,3}手|吞了?一|割|绳子|炭"
    r"|煤气|遗言|遗嘱|永别|来世|来生|下辈子|解脱|收尸|晕|倒下|倒在|没呼吸|流血|着火|冒烟"
)
_ABOUT_COERCION = re.compile(
    rf"{_WEAPON}|{_VIOLENCE}|打人|打我|砸|逼|勒索|敲诈|威胁|裸|赎|绑|捆|关在|锁在|围着|堵|押着|尾随|跟着我"
    r"|不[让放].{0,3}走|不放人|照片发|视频发|knife|gun|lock(?:ed)? me|nude"
)
_ABOUT_CARD = re.compile(r"(?:卡|钱包|包).{0,6}(?:丢|掉了|不见|没了|偷|抢|扒)")
_ABOUT = (
    (Danger.LIFE, _ABOUT_LIFE),
    (Danger.COERCION, _ABOUT_COERCION),
    (Danger.CARD, _ABOUT_CARD),
)

# What only sounds like danger: a name, which no classifier knows, and a card to be given free, which
# is the opposite of one to be blocked.
_NAMED = re.compile(
    r"(?:你好|您好|好的?|嗯|[\s,.。!])*"
    r"(?:我(?:就)?是|我(?:的?名字|姓名)?叫做?|我姓|本人(?:姓名|叫|是)?|叫我|免贵姓|敝姓)"
    r"(?!.*[骗钱卡刷转偷抢死救命杀打逼刀枪血毒药跳绑押扣堵锁关坠晕火诈盗丢没被不了在着质密码险])"
    r"[一-龥]{1,4}(?:[·•・][一-龥]{1,8})*(?:就行|就好|吧|呀|啊)?[\s,.。!~]*"
)
_FREED = re.compile(r"解(?:开|冻|封|除|锁|了)|放开|恢复|弄开")
_OURS = re.compile(
    r"我们?的?(?:这张|那张|银行|信用|工资|社保|储蓄|借记)*(?:卡|账[户号]|帐户|存折)"
    r"|(?:卡|账[户号]|帐户).{0,4}[给帮]我|(?:快|赶紧|赶快|马上|立刻|立即|尽快)[给帮把]?我?(?:的?卡)?解"
)
_AT_STAKE = re.compile(
    r"骗|诈|盗|刷(?!卡)|转走|转出|被转|划走|取走|扣[走款]|在扣|验证码|密码|[他她]|对方|警|公安|检察|法院|逼|催|威胁"
    r"|链接|软件|远程|共享|短信|死|活|跳|刀|赎|抢|偷|丢|保证金|[解费]冻费|手续费|交钱|先[交转]"
    r"|要我|让我|叫我|少了|没了|[转打汇]过去|往外|[刚正]在?"
)


def is_calm_by_rule(text: str) -> bool:
    """True when a normalised text is a name, or the wish to have one's own account freed."""
    if _NAMED.fullmatch(text) is not None:
        return True
    frees = _FREED.search(text) is not None and _OURS.search(text) is not None
    return frees and _AT_STAKE.search(text) is None


def danger_by_rule(text: str) -> Danger | None:
    """What a normalised text says without doubt to be at stake now; None when it says nothing."""
    said = _IDLE.sub("", text)
    if _LIFE.search(said) is not None or _EDGE.search(said) is not None:
        return Danger.LIFE
    if _NOT_NOW.search(said) is not None:
        return None
    return _first(_RULES, said)


def kind_of(text: str) -> Danger:
    """The kind of danger in a text that is known to be dangerous."""
    return danger_by_rule(text) or _first(_ABOUT, text) or Danger.MONEY


def _first(kinds: tuple[tuple[Danger, re.Pattern[str]], ...], text: str) -> Danger | None:
    return next((danger for danger, words in kinds if words.search(text) is not None), None)
