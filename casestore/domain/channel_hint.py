"""Through which channel the disputed business was probably done, from the words of a complaint.

The assistant proposes no channel, so an officer would choose it each time; a word often gives it
away. Where several do, the channel named most often comes first. A hint, never recorded.
"""

from collections import Counter
from collections.abc import Sequence

_WORDS = {
    "移动客户端": ("手机银行", "手机app", "app", "客户端", "掌上银行", "云闪付"),
    "网银渠道": ("网银", "网上银行", "u盾", "电脑上"),
    "自助机具": ("自助机", "自助设备", "取款机", "存款机", "atm", "吞卡", "吞了", "智能柜台"),
    "电话渠道": ("客服电话", "热线", "电话银行", "打客服", "外呼", "推销电话"),
    "短信渠道": ("短信",),
    "网络公众平台": ("公众号", "微信", "小程序", "网站", "官网"),
    "第三方渠道": ("支付宝", "财付通", "第三方", "中介", "合作商", "美团", "京东", "抖音支付"),
    "中、后台业务渠道": ("催收", "审批", "征信", "风控", "冻结", "后台"),
    "营业现场": (
        "柜台",
        "柜面",
        "柜员",
        "网点",
        "支行",
        "营业厅",
        "营业部",
        "大堂",
        "窗口",
        "排队",
    ),
}


# Longest first: 智能柜台 is a machine and no 柜台.
_CHANNEL_OF = {word: name for name, words in _WORDS.items() for word in words}
_LONGEST_FIRST = sorted(_CHANNEL_OF, key=len, reverse=True)


def likely_channels(detail: str, branch: str) -> Sequence[str]:
    """Names of the standard's channels with a word in the story or the branch, likeliest first."""
    text = f"{detail}\n{branch}".lower()
    found: Counter[str] = Counter()
    for word in _LONGEST_FIRST:
        if count := text.count(word):
            found[_CHANNEL_OF[word]] += count
            text = text.replace(word, " ")
    return [name for name, _ in found.most_common()]
