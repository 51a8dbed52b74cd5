"""What a channel itself has to say to customers, whatever the assistant behind it does."""

from __future__ import annotations

SECRET_REFUSED = (
    "为了您的资金安全，请不要在这里发送{what}，小保也不需要它们。"
    "刚才的内容已经隐去，没有保存；如果已经告诉过别人，请马上拨打{hotline}修改密码或挂失。"
)
ONLY_SECRET = "请接着回答上面的问题，或者换个方式描述一下您的情况。"
FLOOR = (
    "抱歉，这句话小保没有处理好。请换个说法再发一次；着急的事请拨打{hotline}（{hotline_hours}）。"
)
BUSY = "系统正忙，您的话还没有处理，请稍等片刻再发一次；着急的事请拨打{hotline}。"
KIND_NAMES = {"card": "完整卡号", "password": "密码", "code": "验证码或CVV"}
FILED_NOTICE = (
    "您的投诉（编号 {reference}）已送达投诉受理系统，受理登记完成。\n"
    "本行服务承诺：{promise_due} 前答复；法定期限：{legal_due} 前作出处理决定。\n"
    "发送“查进度”可以随时查看。"
)
EMPTY = "请输入内容后再发送。"
TOO_LONG = "内容太长了（最多{limit}个字），请分成几条发送。"
UNREADABLE = "消息里有无法识别的字符，请删掉后再发送。"
BAD_JSON = "请求格式不正确，请刷新页面后再试。"
BAD_MESSAGE_ID = "消息编号不正确，请刷新页面后再试。"
TEXT_OR_CHOICE = "请发送文字，或者点选一个按钮。"
BAD_CONTENT_TYPE = "请以 application/json 发送。"
BAD_CURSOR = "消息位置不正确，请刷新页面后再试。"
UNKNOWN_CHOICE = "这个选项已经失效，请直接输入文字或重新选择。"
NO_SESSION = "会话无效，请刷新页面重新开始。"
SESSION_EXPIRED = "会话已过期，请刷新页面重新开始。"
TROUBLE = "系统出了点问题，请稍后再试。"
NOT_FOUND = "没有这个地址。"
NOT_ALLOWED = "不支持这种请求方式。"
