"""Whether the customer already told what happened, and the story without its greeting."""

from __future__ import annotations

import re

from bot.intake.reading._text import trim

_GREETING = (
    r"(?:你好|您好|你们好|hello|hi|哈喽|喂|在吗|在不在|请问|小保|客服|人工客服|早上好|下午好"
    r"|晚上好|嗨|嗯+|啊|呃|那个)"
)
_WISH = (
    r"(?:那|对了|另外|还有|再)?(?:我|本人|俺)?(?:们)?(?:现在|今天|就|还)?(?:是来|来|要|想|想要|需要|准备|打算)?(?:进行|做"
    r"|提(?:交|出|一?个)|登记|发起)?(?:一?个|一下)?"
    r"(?:投诉|投訴|头诉|投素|举报|反映|反应|反馈)(?:另外?)?(?:一?个?(?:问题|情况|事情|件事|下))?(?:你们(?=[，。,！!；;\s]"
    r"|\Z))?"
)
_NAME = r"(?:我(?:叫|姓)|我的?(?:姓名|名字)(?:是|叫)?)[一-龥·]{1,6}?(?=[，,。;；])"
_PHONE = r"(?:我的?)?(?:电话|手机号?)?(?:是|：|:)?1\d{2}\*{4}\d{4}"
_LEAD = re.compile(
    rf"\A(?:\s|[，。！,.!？?：:；;~、]|{_GREETING}|{_WISH}|{_NAME}|{_PHONE})+", re.IGNORECASE
)
# What may surround 投诉 without saying what happened.
_EMPTY = re.compile(
    r"投诉|投訴|头诉|投素|另外|还有?|别的|[一两二三几]件事?|件|再|那|举报|反映|反馈|你们|贵行|咱们|银行|支行|网点|分行|营业部|柜员|柜台|经理|大堂|客服"
    r"|工作人员|员工|服务态度|服务|态度|业务|问题|情况|事情"
    r"|信用卡|借记卡|银行卡|储蓄卡|贷款|理财|存款|保险|手机银行|热线|那个|这个|一个|一下|一件事"
    r"|个事|怎么|如何|哪里|哪儿|在哪|可以|能|吗|多少|流程|需要|什么|材料|电话|渠道|方式"
    r"|办理|登记|提交|处理|我|要|想|你|您|的|了|呢|吧|啊|请|帮|给|是|有|人工|太气人|气死|太过分"
    r"|受不了|忍无可忍|真是|非常|太|很|生气|不满意?|就|来|现在|找|谁|有没有|没有|入口"
    r"|〔[^〕]*〕|先?(?:发|报|给)给?(?:你|您)|卡号|账号|号码|身份证号?|密码|验证码"
    r"|[\s，。！,.!？?：:；;~、〔〕*\d]"
)
_BRANCH_NAME = re.compile(r"[一-龥]{2,8}(?:支行|分行|营业部|网点|分理处|储蓄所)")
_ENOUGH = 2


def read_narrative(text: str) -> str | None:
    """The story in the customer's words without 你好, 我要投诉; None when nothing is told yet."""
    story = trim(_LEAD.sub("", text))
    left = _EMPTY.sub("", _BRANCH_NAME.sub("", story) if len(story) < 16 else story)
    return story if len(re.findall(r"[一-龥A-Za-z]", left)) >= _ENOUGH else None
