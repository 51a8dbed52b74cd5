"""The themes by the names colleagues use; a theme without one goes by its key."""

from __future__ import annotations

NAMES = {
    "card_safety": "银行卡安全",
    "card_lost": "银行卡丢失",
    "card_fraud": "银行卡盗刷",
    "card_swallowed": "自助机吞卡、存取款差错",
    "card_lending": "出租出借银行卡",
    "counterfeit": "假币",
    "torn_notes": "残损币、零钞",
    "fees": "服务收费",
    "illegal_fundraising": "非法集资",
    "telecom_fraud": "电信网络诈骗",
    "ebanking_safety": "网上银行、手机银行安全",
    "personal_info": "个人信息",
    "wealth_products": "理财与代销",
    "loans_credit": "贷款与征信",
    "deposit_insurance": "存款保险与储蓄",
    "consumer_rights": "消费者权利",
    "complaint_process": "投诉处理",
}


def name_of(theme: str) -> str:
    return NAMES.get(theme, theme)
