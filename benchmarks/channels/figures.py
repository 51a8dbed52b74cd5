"""What is measured of the channels, and whether it meets its aim. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.aims import Row, quantile

MOST_P99_MS = 1000.0
MOST_ANSWER_MS = 4500.0
MOST_PAINT_MS = 1000.0
MOST_KB = 40.0


@dataclass(frozen=True)
class Load:
    """Milliseconds from a message to its answer, and what went wrong.

    `silent`: messages without an answer in the five seconds; `rate`: messages a second that were
    really sent.
    """

    times: Sequence[float]
    silent: int
    rate: float


@dataclass(frozen=True)
class Replay:
    """One thousand messages delivered several times to two processes.

    `turns` and `answers` are counted over all; `differing`: messages that were
    answered in two ways.
    """

    messages: int
    deliveries: int
    turns: int
    differing: int


@dataclass(frozen=True)
class WidgetFigures:
    """Of `visits` first visits on a desktop; times from the request for the page, in ms."""

    visits: int
    first_paint_median: float
    first_paint_worst: float
    ready_median: float
    """When the page is connected and shows that it is."""
    page_bytes: int
    """Everything the page loads, as it is sent."""
    widget_bytes: int
    """The script on the bank's own page."""

    @property
    def total_bytes(self) -> int:
        return self.page_bytes + self.widget_bytes


@dataclass(frozen=True)
class Figures:
    """`alone`: WeChat only; `wechat` and `web`: both at the same time."""

    alone: Load
    wechat: Load
    web: Load
    replay: Replay
    widget: WidgetFigures


def rows(figures: Figures) -> list[Row]:
    """The table: an aim where the issue names one."""
    return [
        *_load("微信，每秒 20 条", figures.alone, judged=True),
        *_load("微信，同时有网页", figures.wechat, judged=False),
        *_load("网页，同时有微信", figures.web, judged=False),
        *_replay(figures.replay),
        *_widget(figures.widget),
    ]


def _load(name: str, load: Load, *, judged: bool) -> list[Row]:
    times = load.times
    p99, longest = (MOST_P99_MS, MOST_ANSWER_MS) if judged else (None, None)
    return [
        Row(f"{name}：实际发出", load.rate, "条/秒"),
        Row(f"{name}：p50", quantile(times, 0.5), "毫秒"),
        Row(f"{name}：p99", quantile(times, 0.99), "毫秒", p99),
        Row(f"{name}：最慢", max(times), "毫秒", longest),
        Row(f"{name}：没有当场回答", float(load.silent), "条", 0.0 if judged else None),
    ]


def _replay(replay: Replay) -> list[Row]:
    return [
        Row("重复推送：消息", float(replay.messages), "条"),
        Row("重复推送：推送次数，两个进程", float(replay.deliveries), "次"),
        Row("重复推送：多处理的", float(replay.turns - replay.messages), "轮", 0.0),
        Row("重复推送：几次回答不一样的", float(replay.differing), "条", 0.0),
    ]


def _widget(widget: WidgetFigures) -> list[Row]:
    return [
        Row("聊天页首次绘制：中位数", widget.first_paint_median, "毫秒", MOST_PAINT_MS),
        Row("聊天页首次绘制：最慢", widget.first_paint_worst, "毫秒", MOST_PAINT_MS),
        Row("聊天页连上、可以说话：中位数", widget.ready_median, "毫秒"),
        Row("聊天页和挂件一共加载", widget.total_bytes / 1000, "kB", MOST_KB),
    ]
