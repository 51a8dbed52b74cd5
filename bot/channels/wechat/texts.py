"""What the WeChat channel itself has to say; everything else comes from the assistant."""

from __future__ import annotations

MORE = "（还有内容，回复“继续”查看）"
MORE_FOLLOWS = "（内容较长，后面的接着发给您）"
STILL_WORKING = "还在处理，请过一会儿回复“继续”查看。"
UNREAD = "您还有{count}条没看的消息，回复“继续”查看。"
AWAY = (
    "系统正忙，您的话小保已经记下，处理好就在这里回复您，不用重发。"
    "着急的事请拨打{hotline}（{hotline_hours}）。"
)
AWAY_ASK_AGAIN = (
    "系统正忙，您的话小保已经记下，请过一会儿回复“继续”查看。"
    "着急的事请拨打{hotline}（{hotline_hours}）。"
)
TROUBLE = "系统出了点问题，这条没有处理成功，请稍后再发一次；着急的事请拨打{hotline}。"
EMPTY = "小保没有收到文字，请打字告诉我您想问什么。"
TOO_LONG = "这段话太长了（最多{limit}个字），请分成几条发给我。"
PICTURE_MISSING = "图片没有收到，请再发一次。"
PICTURE_TOO_LARGE = "图片太大了（最大10MB），请发截图，或者不勾选“原图”再发。"
VOICE = "语音小保暂时听不了，请打字告诉我；也可以点麦克风，用输入法的语音转文字。"
VIDEO = "视频小保看不了，这条没有保存。请用文字说明，或者发截图。"
LOCATION = (
    "位置收到了，不过小保用不上，没有保存。要找网点，请拨打{hotline}；要投诉，请直接说是哪个网点。"
)
LINK = "链接小保打不开，这条没有保存。请把要问的话直接发给我；陌生的链接请不要点。"
OTHER = "这种消息小保看不了，这条没有保存。请打字告诉我，或者发图片。"
PICTURE_NAME = "微信图片_{taken_at:%m%d-%H%M}.{ending}"
FOLLOWED = "［关注公众号］"
SCANNED = "［扫描二维码］"
HELLO = (
    "您好，我是{bank_name}的消费者权益保护助手小保，是机器人。\n"
    "先说明一下：微信会把您在本公众号的用户编号（OpenID）和您发来的消息交给我们，"
    "只用来回答您、登记和办理您的投诉。编号加密保存，{days}天没有来往就删除；"
    "聊天记录保存{days}天，投诉办结后按规定至少保存三年。转人工时，工作人员会看到这里的对话。"
    "您随时可以说“查看我的信息”“删除我的信息”，有疑问请拨打{hotline}。"
    "请不要发密码、验证码或完整卡号，小保从不需要它们。"
)
"""What is done with their data, told before anything else (PIPL, article 17)."""
WELCOME = HELLO + (
    "\n银行卡安全、假币、收费、防诈骗，都可以直接打字问我；也可以在这里投诉、查投诉进度。"
)
WELCOME_BACK = "欢迎回来，我是小保。要问什么直接打字，也可以从下面选。"
FIRST_CHOICES = (
    ("我要投诉", "/complaint_file"),
    ("查询投诉进度", "/complaint_status"),
    ("小保能做什么", "/help"),
    ("转人工", "/handoff"),
)
MENU_OUTDATED = "这个菜单项已经停用。请直接打字告诉我要办什么；发“小保能做什么”可以看看我会什么。"
GO_ON = frozenset({"继续", "繼續", "接着", "接着说", "下一条", "继续查看"})
"""Words that ask for what could not be brought, when there is any."""
