"""What a client counted of a campaign, as it is sent."""

from copy import deepcopy
from typing import Any

ID = "315-2027"
FIGURES = f"/api/v1/campaigns/{ID}/figures"
HIDDEN = "少于5"
"""What the client writes for a number it does not tell."""
SCENES = ("315-2027-renmin-hall", "315-2027-renmin-square", "315-2027-site")
LABELS = {
    "scans": "扫码次数",
    "people": "参与人数",
    "consultations": "咨询次数",
    "answered": "答上的咨询",
    "unanswered": "没答上的咨询",
    "quiz_people": "答题人数",
    "quiz_answers": "答题次数",
    "quiz_finished": "答完人数",
    "right_first": "初答正确率",
    "right_last": "最后正确率",
    "learned": "学会的题",
    "bookings": "预约回电",
    "complaints": "登记投诉",
    "shares": "要分享文字",
}
_STEPS = {"came": "扫码的人", "asked": "提问的人", "quizzed": "答题的人", "complained": "投诉的人"}


def number(name: str, count: int | None) -> dict[str, Any]:
    """A figure; None is one too small to be told."""
    return {
        "name": name,
        "text": HIDDEN if count is None else str(count),
        "count": count,
        "of": None,
    }


def share(name: str, count: int | None, of: int | None) -> dict[str, Any]:
    """A share; None is one of too few."""
    if count is None or of is None:
        return {"name": name, "text": HIDDEN, "count": None, "of": None}
    return {"name": name, "text": f"{100 * count / of:.0f}%", "count": count, "of": of}


def row(
    *counts: int | None, first: int | None = 120, last: int | None = 160
) -> list[dict[str, Any]]:
    """All figures in their order; ``counts`` are those that are no shares, the last ones may be
    left out and are 0."""
    names = [name for name in LABELS if name not in {"right_first", "right_last"}]
    known = dict(zip(names, [*counts, *[0] * (len(names) - len(counts))], strict=True))
    found = []
    for name in LABELS:
        if name in known:
            found.append(number(name, known[name]))
        else:
            found.append(share(name, first if name == "right_first" else last, first and 200))
    return found


_BODY: dict[str, Any] = {
    "counted_at": "2026-11-23T08:30:00+00:00",
    "campaign": {
        "id": ID,
        "title": "3·15消费者权益日",
        "organiser": "消费者权益保护部",
        "first_day": "2026-11-20",
        "last_day": "2026-12-19",
        "audience": "everyone",
        "topics": ["金融消费者八项权利", "卡被盗刷了怎么办"],
        "scenes": [
            {
                "id": scene,
                "event": "3·15宣传",
                "branch": "人民路支行",
                "stand": stand,
                "first_day": "2026-11-20",
                "last_day": "2026-12-19",
            }
            for scene, stand in zip(SCENES, ("营业厅大堂", "广场摊位", "网站专题"), strict=True)
        ],
        "questions": 18,
        "places": 80,
    },
    "definitions": [
        {"name": name, "label": label, "meaning": f"{label}怎样数出来的"}
        for name, label in {**LABELS, **_STEPS}.items()
    ],
    "total": row(412, 305, 268, 231, 14, 120, 640, 88, 41, 12, 6, 33),
    "by_scene": [
        {"key": SCENES[0], "figures": row(300, 220, 200, 175, 9, 90, 500, 70, 30, 9, 6, 20)},
        {
            "key": SCENES[1],
            "figures": row(112, 85, 68, 56, 5, 30, 140, 18, 11, None, None, 13, first=None),
        },
    ],
    "by_branch": [
        {"key": "人民路支行", "figures": row(412, 305, 268, 231, 14, 120, 640, 88, 41, 12, 6, 33)}
    ],
    "by_day": [
        {"key": "2026-11-20", "figures": row(250, 190, 160, 140, 8, 70, 400, 50, 25, 8, None, 20)},
        {"key": "2026-11-22", "figures": row(162, 130, 108, 91, 6, 50, 240, 38, 16, None, 5, 13)},
    ],
    "by_channel": [
        {"key": "web", "figures": row(112, 85, 68, 56, 5, 30, 140, 18, 11, None, None, 13)},
        {"key": "wechat", "figures": row(300, 220, 200, 175, 9, 90, 500, 70, 30, 9, 6, 20)},
    ],
    "funnel": [
        {"name": name, "label": label, "text": str(count), "count": count}
        for (name, label), count in zip(_STEPS.items(), (305, 190, 120, 6), strict=True)
    ],
    "questions": [
        {
            "id": "code-call",
            "text": "“银行客服”来电说账户异常，要您报短信验证码。怎么办？",
            "level": "easy",
            "right_first": share("right_first", 80, 100),
            "right_last": share("right_last", 95, 100),
        },
        {
            "id": "no-tying",
            "text": "不买保险就不给办贷款，这样可以吗？",
            "level": "hard",
            "right_first": share("right_first", None, None),
            "right_last": share("right_last", None, None),
        },
    ],
    "most_asked": [
        {"label": "faq/card_fraud.first_steps", "title": "卡被盗刷了怎么办", "times": 61}
    ],
    "unanswered": [
        {"text": "=数字人民币钱包怎么开", "times": 6},
        {"text": "摊位几点收摊", "times": 2},
    ],
    "previous": {
        "id": "315-2026",
        "title": "3·15消费者权益日2026",
        "first_day": "2026-03-01",
        "last_day": "2026-03-31",
        "total": row(380, 290, 270, 220, 20, 100, 500, 70, 30, 10, None, 20, last=150),
    },
}


def make_body(**changes: Any) -> dict[str, Any]:
    """The figures of a campaign with three scenes, the third of which nobody came by."""
    return {**deepcopy(_BODY), **changes}
