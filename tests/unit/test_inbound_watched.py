"""A turn at the door: timed with its wait, counted by its end, found under one id in the log."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from bot.channels.transcript import Reply
from bot.correlation import current, request_id
from bot.errors import StorageError
from bot.launcher.log_format import JsonLines
from tests.unit.desk import Desk
from tests.unit.metrics.scrape import counted


async def test_a_turn_is_counted_by_its_end(desk: Desk) -> None:
    await desk.send("你好")
    await desk.send("你好")
    await desk.send("密码123456", "k2")
    desk.assistant.failures = [StorageError()]
    await desk.refused("在吗", "k3")
    desk.ready = False
    await desk.refused("在吗", "k4")
    ends = {
        name[2]: value
        for name, value in counted(desk.registry).items()
        if name[0] == "xiaobao_turns_total"
    }
    assert ends == {"answered": 1, "stored": 2, "failed": 1, "busy": 1}


async def test_waiting_for_an_earlier_message_is_time_in_the_lane(desk: Desk) -> None:
    desk.assistant.go.clear()
    both = [asyncio.create_task(desk.send("一", "k1")), asyncio.create_task(desk.send("二", "k2"))]
    await desk.assistant.began.wait()
    desk.assistant.go.set()
    await asyncio.gather(*both)
    found = counted(desk.registry)
    lane = found["xiaobao_turn_stage_seconds_sum", "lane"]
    assert found["xiaobao_turn_stage_seconds_count", "lane"] == 2
    assert lane < found["xiaobao_turn_seconds_sum", "web"]


async def test_silence_is_a_fallback(desk: Desk) -> None:
    desk.assistant.replies = []
    await desk.send("你好")
    assert counted(desk.registry)["xiaobao_fallbacks_total", "silent"] == 1


async def test_the_assistant_runs_under_the_id_of_the_message(desk: Desk) -> None:
    seen: list[str] = []

    async def assistant(_turn: object) -> list[Reply]:
        seen.append(await asyncio.to_thread(current))
        return [Reply("您好")]

    desk.assistant = assistant  # type: ignore[assignment]  # a mere function will do
    await desk.send("你好", "k7")
    assert seen == [request_id("k7")]


async def test_the_line_of_a_turn_tells_its_stages_and_nothing_of_the_customer(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    handler = _Keeping()
    logger = logging.getLogger("bot.channels.inbound")
    caplog.set_level(logging.INFO, logger.name)
    logger.addHandler(handler)
    await desk.send("我叫李建国，电话13800138000", "k9", sender="wechat-77")
    logger.removeHandler(handler)
    (line,) = [json.loads(line) for line in handler.lines]
    assert (line["message"], line["request"]) == ("turn over", request_id("k9"))
    assert (line["channel"], line["outcome"]) == ("wechat", "answered")
    assert {"lane", "channel"} <= set(line["stages"])
    for personal in ("李建国", "1380013", "wechat-77"):
        assert personal not in handler.lines[0]


class _Keeping(logging.Handler):
    """Keeps lines as the process would write them."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines("rasa"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))
