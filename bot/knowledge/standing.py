"""How the answers stand as a whole: how many are drafts, which are to be reviewed by when."""

from __future__ import annotations

from datetime import date, timedelta

from bot.knowledge.answer import APPROVED, Answer, Answers


def drafts(answers: Answers) -> list[Answer]:
    return [answer for answer in answers.values() if answer.metadata.status != APPROVED]


def opening_line(answers: Answers, *, approved_only: bool) -> str:
    """One sentence for whoever starts the assistant."""
    count = len(drafts(answers))
    if not count:
        return f"问答 {len(answers)} 条，都经过审批。"
    line = f"问答 {len(answers)} 条，其中 {count} 条是草稿，还没有经过银行审批"
    if approved_only:
        return f"{line}；按 ANSWERS_APPROVED_ONLY 的设置，这 {count} 条不对客户回答。"
    return f"{line}；对外开放前请审批，并设 ANSWERS_APPROVED_ONLY=True。"


def due_within(answers: Answers, today: date, days: int) -> list[Answer]:
    """Answers whose review is due within `days` from `today` or overdue, the oldest first."""
    last = (today + timedelta(days=days)).isoformat()
    due = [answer for answer in answers.values() if answer.metadata.review_due <= last]
    return sorted(due, key=lambda answer: (answer.metadata.review_due, answer.id))
