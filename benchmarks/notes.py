"""What a reader of the page must know to judge its figures. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import load
from benchmarks.comparison import Figures, Measured
from benchmarks.plan import Plan, for_stock


def notes(measured: Measured, plan: Plan) -> Iterator[str]:
    """Markdown, a line each."""
    theirs = for_stock(plan)
    yield (
        "小保：照 `make run` 的样子启动全部进程，一个 Rasa 进程，SQLite，从网页渠道全部经过 HTTP；"
        "只放宽了一个地址每分钟能发几条"
    )
    yield (
        "Rasa 默认配置：`rasa init` 的 pipeline 和 policies，REST 渠道；分词器换成 Jieba（否则不支持中文），"
        "会话存在 SQLite（与小保一样落盘），规则和表单是小保的，经同样的动作服务。"
        "它不遮盖、不存对话记录、不防重发。数据里只有规则没有故事，TED 等策略因此没有训练"
    )
    yield (
        "极限：同一版本的 Sanic，一个进程，只解析同样的 JSON、回同样大小的 JSON："
        "只有网络和解析，没有 Rasa，没有磁盘"
    )
    yield (
        f"问答各 {plan.faq_turns} 轮（默认配置 {theirs.faq_turns}），每十轮换一段对话；"
        f"同时的每人 {plan.turns_per_customer} 轮（{theirs.turns_per_customer}）；"
        f"投诉逐项填写 {plan.complaints} 件（{theirs.complaints}）；"
        f"齐发、连发各 {plan.bursts} 次（{theirs.bursts}）取中位数；"
        f"长谈 {plan.conversations} 段（{theirs.conversations}），一段 {load.LONGEST_TALK} 轮，"
        "取该轮前后十轮的中位数"
    )
    yield "冷启动：从启动 Rasa 进程到客户收到第一个回答，其余进程已经在运行"
    yield from _client_note(measured.limit)
    yield from _stock_notes(measured.stock)


def _client_note(limit: Figures | None) -> Iterator[str]:
    if limit is not None:
        yield f"发请求的程序自己每轮用 {limit.asked.client_cpu_ms:.2f} 毫秒处理器时间，已含在以上时间里"


def _stock_notes(theirs: Figures | None) -> Iterator[str]:
    if theirs is not None and theirs.train_note:
        yield f"训练：{theirs.train_note}"
    if theirs is not None and theirs.form_note:
        yield f"投诉：{theirs.form_note}"
