"""A client's report on its answers, as it is sent."""

from copy import deepcopy
from typing import Any

KNOWLEDGE = "/api/v1/knowledge"
_REPORT: dict[str, Any] = {
    "days": 30,
    "missed": 8,
    "questions": [
        {
            "question": "数字人民币钱包怎么开",
            "times": 5,
            "first_seen": "2026-11-20T01:00:00+00:00",
            "last_seen": "2026-11-23T08:30:00+00:00",
            "kind": "unknown",
            "theme": "",
        },
        {
            "question": "=外币兑换要预约吗",
            "times": 2,
            "first_seen": "2026-11-22T01:00:00+00:00",
            "last_seen": "2026-11-22T02:00:00+00:00",
            "kind": "unsolved",
            "theme": "残损币、零钞",
        },
    ],
    "answers_total": 203,
    "drafts_total": 203,
    "due_total": 2,
    "due": [
        {
            "id": "fees.small_account",
            "title": "小额账户管理费",
            "theme": "服务收费",
            "owner": "财务部",
            "status": "draft",
            "review_due": "2026-11-22",
            "valid_until": "2027-01-01",
        },
        {
            "id": "counterfeit.receipt",
            "title": "假币收缴凭证",
            "theme": "假币",
            "owner": "运营部",
            "status": "approved",
            "review_due": "2026-11-23",
            "valid_until": None,
        },
    ],
}


def make_knowledge(**changes: Any) -> dict[str, Any]:
    """A report with two questions and two answers to be reviewed, one of them overdue."""
    return {**deepcopy(_REPORT), **changes}
