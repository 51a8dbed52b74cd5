"""What to do about an error of the platform, for whoever sets the account up.

Codes: 公众平台「全局返回码说明」, 「获取稳定版接口调用凭据」, 「服务端 API 调用说明」.
"""

from __future__ import annotations

import re

from bot.errors import WeChatError, WeChatUnreachable

_ADVICE = {
    -1: "微信平台正忙，过一会儿再试",
    40001: "AppSecret 不对：在后台重置，把新的写进 WECHAT_APP_SECRET",
    40013: "AppID 不对：与后台“基本配置”里的对照，改 WECHAT_APP_ID",
    40125: "AppSecret 不对：在后台重置，把新的写进 WECHAT_APP_SECRET",
    40164: "本机出口地址 {address} 不在 IP 白名单里：在后台“IP白名单”里加上，几分钟后再试",
    40243: "AppSecret 被冻结了：在后台“基本配置”里解冻，十分钟后再试",
    41002: "没有 AppID：填 WECHAT_APP_ID",
    41004: "没有 AppSecret：填 WECHAT_APP_SECRET",
    45009: "今天的调用次数用完了：明天再试，或者在后台清零",
    45011: "调用太频繁，一分钟后再试",
    46003: "平台上还没有菜单：运行 python -m bot wechat menu --publish",
    48001: "账号没有这个接口的权限：在后台“接口权限”里看；只有认证的服务号才有客服消息和带参数的二维码",
    48004: "接口被平台封禁了：在后台看通知",
    50002: "账号受限，可能因为违规：在后台看通知",
}
_ADDRESS = re.compile(r"invalid ip ([0-9A-Fa-f.:]{3,45})")


def advice(error: WeChatError) -> str:
    """A sentence in Chinese, with the platform's own words behind it when there are any."""
    if isinstance(error, WeChatUnreachable):
        return f"连不上微信平台（{error.detail}）：检查网络、防火墙和 WECHAT_API_URL"
    named = _ADDRESS.search(error.detail)
    known = _ADVICE.get(error.code, "微信平台没有接受，请按错误码查官方文档")
    said = known.format(address=named[1] if named else "（见下）")
    return f"{said}（{error.code} {error.detail[:120]}）"
