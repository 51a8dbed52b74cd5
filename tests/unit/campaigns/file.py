"""A small campaign that is right in every way, to be spoilt by the tests."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

from bot.campaigns.campaign import Campaign
from bot.campaigns.reading import read_campaign

SOURCE = {
    "document": "银行业保险业消费投诉处理管理办法",
    "number": "原中国银保监会令2020年第3号",
    "article": "第十五条",
    "in_force_since": "2020-03-01",
}


def question(number: int, level: str) -> dict[str, Any]:
    return {
        "id": f"q{number}",
        "level": level,
        "theme": "complaint_process",
        "question": f"第{number}题：投诉可以撤回吗？",
        "options": ["可以", "不可以"],
        "answer": 1,
        "explanation": "可以，银行收到撤回申请当天就终止处理。",
        "confidence": "A",
        "sources": [SOURCE],
    }


RIGHT: dict[str, Any] = {
    "title": "3·15消费者权益日",
    "organiser": "消费者权益保护部",
    "first_day": "2027-03-01",
    "last_day": "2027-03-31",
    "audience": "everyone",
    "welcome": "欢迎来到3·15活动。",
    "share": "我在学金融知识，你也来。",
    "topics": [{"title": "八项权利", "theme": "consumer_rights"}],
    "articles": [
        {
            "id": "withdraw",
            "title": "投诉可以撤回",
            "text": "改主意了可以撤回投诉。",
            "confidence": "A",
            "sources": [SOURCE],
        }
    ],
    "quiz": [question(1, "easy"), question(2, "medium"), question(3, "hard")],
    "questions_a_day": 3,
    "scenes": [
        {
            "id": "315-hall",
            "event": "营业厅宣传",
            "branch": "人民路支行",
            "stand": "大堂",
            "first_day": "2027-03-10",
            "last_day": "2027-03-20",
        }
    ],
    "bookings": [{"day": "2027-03-15", "begins": "09:00", "ends": "10:00", "places": 10}],
}


def spoilt(**changes: Any) -> dict[str, Any]:
    """The right campaign with some parts changed; `None` takes a part away."""
    content = {**copy.deepcopy(RIGHT), **changes}
    return {name: value for name, value in content.items() if value is not None}


def written(folder: Path, content: Any, name: str = "315-2027.yml") -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def campaign(folder: Path, **changes: Any) -> Campaign:
    return read_campaign(written(folder, spoilt(**changes)))
