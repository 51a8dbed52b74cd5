"""Complaints and keys the assistant's tests share."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from bot.intake.acts import Act, ActKind
from bot.intake.complaint import Complaint
from bot.privacy.sealing import Sealer
from tests.fakes import NOW

SEAL_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
OTHER_SEAL_KEY = "YWJjZGVmZ2hpamFiY2RlZmdoaWphYmNkZWZnaGlqYWI="
PHONE = "13800138000"
TAIL = "8000"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
_IDS = UUID("5f0c1a52-6f0e-4c35-9d37-0b3a0c8a3f11")


def sealer() -> Sealer:
    return Sealer([SEAL_KEY])


def fields(**changes: Any) -> dict[str, Any]:
    """Values of a confirmed form as the case store's contract wants them."""
    return {
        "complaint_detail": "昨天在人民路支行排了两个小时队，柜员态度很差",
        "complaint_business": "借记卡",
        "complaint_reason": "因服务态度及服务质量引起的投诉",
        "complaint_branch": "人民路支行",
        "complaint_staff": None,
        "complaint_date": {"text": "昨天", "start": "2026-11-22", "end": "2026-11-22"},
        "complaint_amount": 12.5,
        "complaint_request": "赔礼道歉",
        "complainant_name": "李建国",
        "complainant_phone": PHONE,
        "complainant_role": "本人",
        "contact_preference": "电话联系",
        "attachments": [],
        "consent": {"version": "2026-11", "given_at": NOW.isoformat()},
        "classification": {"business": {"proposed": "借记卡", "confidence": 0.5}, "reason": None},
        **changes,
    }


def complaint(number: int = 0, submitted_at: datetime = NOW, **changes: Any) -> Complaint:
    """A confirmed complaint, another one for each number."""
    intake_id = uuid5(_IDS, str(number))
    return Complaint(intake_id, "web", f"web-{number}", submitted_at, fields(**changes))


def act(
    number: int,
    reference: str,
    kind: ActKind = ActKind.SUPPLEMENT,
    submitted_at: datetime = NOW,
    **changes: Any,
) -> Act:
    """A later act about a complaint, another one for each number."""
    said: dict[ActKind, dict[str, Any]] = {
        ActKind.SUPPLEMENT: {"text": "当时还有一位保安在场"},
        ActKind.WITHDRAWAL: {"reason": None},
        ActKind.SATISFACTION: {"rating": 4, "comment": None},
        ActKind.REVIEW_REQUEST: {"reason": "答复没有回答我的问题"},
    }
    act_id = UUID(int=uuid5(_IDS, f"act {number}").int, version=4)
    content = {**said[kind], **changes}
    return Act(act_id, kind, reference, "web", "web-0", submitted_at, content)
