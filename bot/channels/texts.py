"""What a channel itself has to say to customers, whatever the assistant behind it does."""

from __future__ import annotations

SECRET_REFUSED = (
    "为了您的资金安全，请不要在这里发送{what}，小保也不需要它们。"
    "刚才的内容已经隐去，没有保存；如果已经告诉过别人，请马上拨打{hotline}修改密码或挂失。"
)
ONLY_SECRET = "请接着回答上面的问题，或者换个方式说；如果是金额，请带上“元”再发一次。"
FLOOR = (
    "抱歉，这句话小保没有处理好。请换个说法再发一次；着急的事请拨打{hotline}（{hotline_hours}）。"
)
BUSY = "系统正忙，您的话还没有处理，请稍等片刻再发一次；着急的事请拨打{hotline}。"
KIND_NAMES = {"card": "完整卡号", "password": "密码", "code": "验证码或CVV"}
FILED_NOTICE = (
    "您的投诉（编号 {reference}）已送达投诉受理系统，受理登记完成。\n"
    "本行服务承诺：最晚{promise_due}答复；法定期限：最晚{legal_due}作出处理决定。\n"
    "发送“查进度”可以随时查看。"
)
SUPPLEMENT_NOTICE = "您补充的内容（投诉编号 {reference}）已送达，处理人员能看到。"
WITHDRAWAL_NOTICE = (
    "您的投诉（编号 {reference}）已经撤回，本行不再处理。以后还需要的话，可以随时重新投诉。"
)
SATISFACTION_NOTICE = "您的评价（投诉编号 {reference}）已送达，谢谢您告诉我们。"
REVIEW_NOTICE = (
    "您的核查申请（投诉编号 {reference}）已送达，本行最晚 {review_due} 作出核查决定。\n"
    "发送“查进度”可以随时查看。"
)
ATTACHMENT_NOTICE = "您上传的材料（投诉编号 {reference}）已全部送达，处理人员能看到。"
PARKED_NOTICE = (
    "抱歉，您{what}（投诉编号 {reference}）没有送达：{why}。\n"
    "请拨打{hotline}（{hotline_hours}），报上投诉编号，请人工为您处理。"
)
SENT_NAMES = {
    "supplement": "补充的内容",
    "withdrawal": "的撤诉申请",
    "satisfaction": "的评价",
    "review_request": "的核查申请",
    "attachment": "上传的材料",
}
REFUSAL_REASONS = {
    "case_withdrawn": "这件投诉已经撤回了",
    "no_reply_yet": "这件投诉还没有答复",
    "review_too_late": "从答复到现在超过30天了",
    "case_closed": "这件投诉已经办结了",
    "case_merged": "这件投诉已经和另一件合并处理了",
    "wrong_state": "这件投诉现在的进度不能这样办理",
}
REFUSED_ANYHOW = "投诉受理系统没有接收"
REPLIED_NOTICE = "您的投诉（编号 {reference}）有答复了：\n\n{text}\n\n您对这次的处理满意吗？"
NO_CONVERSATION = "没有找到提出这件投诉的对话"
NOT_BROUGHT = "微信没有送到（错误码 {code}），请用别的方式告知客户"
CONVERSATION_ENDED = "客户已经结束对话，看不到这条消息"
OFFICER_TOOK = "{officer} 来了，正在看您前面的话，请稍等。\n想回到小保，随时回复“结束人工”。"
OFFICER_CHANGED = "{officer} 接着为您服务，前面的话都能看到，不用再说一遍。"
OFFICER_INVITES = (
    "{officer} 想和您聊聊您的投诉（编号 {reference}），您直接在这里回复就可以。\n"
    "现在不方便，回复“结束人工”，小保继续为您服务。"
)
OFFICER_AWAY = (
    "工作人员可能正在查资料，还没有回复您，您的话都已经转到。"
    "可以再等一等，也可以回复“结束人工”回到小保；着急的事请拨打{hotline}（{hotline_hours}）。"
)
OFFICER_LEFT = "人工服务已结束，小保继续为您服务，有问题请直接告诉我。"
TALK_ENDED = "好的，人工服务已结束，小保继续为您服务。"
WAITING_ENDED = "好的，不等人工了，小保继续为您服务。"
ALL_BUSY = (
    "让您久等了，暂时还没有工作人员能接。您可以留下电话，我们给您回电；也可以再等一等，"
    "或者直接问小保。着急的事请拨打{hotline}（{hotline_hours}）。"
)
CALL_ME, KEEP_WAITING = "给我回电", "继续等"
LIFE_AT_STAKE = (
    "您的命最要紧。您或者身边的人有危险，请马上拨打 120 或 110，也请让家人来陪您。"
    "工作人员看得到您的话。"
)
DANGER_NOW = (
    "事情如果正在发生：先顾好人身安全，马上打 110；不要再转账，"
    "拨打{hotline}挂失、冻结您的卡。工作人员看得到您的话。"
)
CAMPAIGN_OPENED = "［打开活动页］"
QUIZ_NOTICE = "上次小问答里答错的题，今天可以再答一次，看看记住了没有。"
NO_QUIZ_NOTICE = "不再提醒"
SATISFIED, DISSATISFIED = "满意", "不满意"
EMPTY = "请输入内容后再发送。"
TOO_LONG = "内容太长了（最多{limit}个字），请分成几条发送。"
UNREADABLE = "消息里有无法识别的字符，请删掉后再发送。"
BAD_JSON = "请求格式不正确，请刷新页面后再试。"
BAD_MESSAGE_ID = "消息编号不正确，请刷新页面后再试。"
TEXT_OR_CHOICE = "请发送文字，或者点选一个按钮。"
BAD_CONTENT_TYPE = "请以 application/json 发送。"
BAD_CURSOR = "消息位置不正确，请刷新页面后再试。"
BAD_SCENE = "这个活动码不正确，请重新扫码；也可以直接输入问题。"
UNKNOWN_CHOICE = "这个选项已经失效，请直接输入文字或重新选择。"
NO_SESSION = "会话无效，请刷新页面重新开始。"
SESSION_EXPIRED = "会话已过期，请刷新页面重新开始。"
TOO_MANY = "您发得太快了，请{wait}后再发，这句话可以先留着。钱正在被骗、卡正在被盗刷，请马上拨打{hotline}或110。"
ORIGIN_REFUSED = "这个网站没有接入小保。请从本行的网站或公众号打开。"
TROUBLE = "系统出了点问题，请稍后再试。"
NOT_FOUND = "没有这个地址。"
NOT_ALLOWED = "不支持这种请求方式。"
PICTURE, DOCUMENT = "图片", "文件"
FILE_TEXT = "［{kind}］{name}"
NAMELESS = "未命名"
NO_FILE = "没有收到文件，请重新选择后再发送。"
ONE_FILE = "一次只能发送一个文件，请分几次发送。"
EMPTY_FILE = "这个文件是空的，请换一个再发送。"
FILE_TOO_LARGE = "文件太大了（最大10MB）。请压缩后再发送，或者发送截图。"
BAD_UPLOAD = "文件没有传完整，请重新发送。"
NOT_A_FORM = "请以 multipart/form-data 发送文件。"
