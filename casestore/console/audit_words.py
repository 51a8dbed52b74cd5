"""The audit log's codes in the words auditors read."""

ACTIONS = {
    "signed_in": "登录",
    "signed_out": "退出",
    "sign_in_refused": "登录被拒",
    "password_refused": "密码核对未通过",
    "invitation_refused": "一次性代码被拒",
    "password_set": "设置密码",
    "authenticator_set": "绑定验证器",
    "sessions_ended": "强制退出",
    "account_created": "新建账号",
    "account_changed": "修改账号",
    "account_disabled": "停用账号",
    "account_enabled": "启用账号",
    "account_reset": "重置账号",
    "invited": "命令行发放一次性代码",
    "chat_taken": "接入人工对话",
    "chat_passed": "转交人工对话",
    "chat_returned": "退回人工对话",
    "chat_closed": "结束人工对话",
    "chat_invited": "发起人工对话",
    "chat_opened": "打开人工对话",
    "callback_revealed": "查看回电的完整信息",
    "callback_cancelled": "客户取消回电",
    "branch_saved": "保存机构",
    "branches_imported": "导入机构",
    "form_refused": "拒绝伪造的表单",
    "refused": "越权被拒",
    "case_opened": "打开投诉",
    "attachment_opened": "打开附件",
    "attachment_added": "添加附件",
    "revealed": "查看完整信息",
    "exported": "导出",
    "case_erased": "到期删除投诉内容",
    "report_frozen": "固定报告",
    "report_signed": "签发报告",
    "report_exported": "导出报告",
    "alert_seen": "查阅预警",
    "keys_rotated": "更换密钥",
    "route_changed": "保存分派规则",
    "route_dropped": "删除分派规则",
    "audit_exported": "导出审计日志",
    "audit_verified": "核对审计链条",
}
"""By code."""

_ACTORS = {
    "anonymous": "未登录",
    "system": "系统",
    "system:command-line": "服务器命令行",
}


_SUBJECTS = {
    "account": "账号",
    "branch": "机构",
    "report": "报告",
    "route": "规则",
    "chat": "对话",
    "callback": "回电",
    "campaign": "活动",
}


def action_words(action: str) -> str:
    """What an entry is about; a code nobody has words for stands as it is."""
    return ACTIONS.get(action, action)


def actor_words(actor: str) -> str:
    """Who it was: an officer's user name, a program, or nobody known."""
    kind, _, name = actor.partition(":")
    if actor in _ACTORS:
        return _ACTORS[actor]
    return f"程序 {name}" if kind == "client" else name or kind


def subject_words(subject: str) -> str:
    """What it was about: a case's reference, or an account or branch by name."""
    kind, _, name = subject.partition(":")
    words = _SUBJECTS.get(kind)
    return f"{words} {name}" if words and name else subject
