"""What is known of each contestant, and the two tables made of it. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from benchmarks.aims import Row, quantile
from benchmarks.load import AT_ONCE, CUSTOMERS, IN_A_ROW, Filled, around
from benchmarks.measure import Asked, Pressed
from benchmarks.stages import Part

EARLY, MIDDLE, LATE = 10, 100, 400

MOST_FAQ_MS = 8.0
LEAST_PER_SECOND = 120.0
MOST_FORM_MS = 20.0
LEAST_TIMES_STOCK = 6.0
MOST_GROWTH = 1.3
MOST_START_SECONDS = 12.0
MOST_MB = 700.0
MOST_TRAIN_SECONDS = 45.0


@dataclass(frozen=True)
class Figures:
    """One contestant. What is None or empty it does not have, or was not measured.

    `talk`: ms of each turn of a long conversation. `wechat`: ms of passive replies. `stages`: where
    an FAQ turn's time goes. `train_note` and `form_note` say what a reader must know.
    """

    asked: Asked
    pressed: Pressed
    talk: Sequence[float] = ()
    filled: Filled | None = None
    start_seconds: float | None = None
    memory_mb: float | None = None
    train_seconds: float | None = None
    train_note: str = ""
    form_note: str = ""
    parse_ms: float | None = None
    wechat: Sequence[float] = ()
    stages: Sequence[Part] = ()


@dataclass(frozen=True)
class Floor:
    """Seconds of a fresh process that imports Rasa, or Rasa and TensorFlow, and ends."""

    rasa_seconds: float
    with_tensorflow_seconds: float


@dataclass(frozen=True)
class Measured:
    """All contestants of one run."""

    ours: Figures | None = None
    stock: Figures | None = None
    limit: Figures | None = None
    floor: Floor | None = None


@dataclass(frozen=True)
class Line:
    """One line of the comparison, None where there is nothing to compare.

    `stock_is_least`: stock Rasa's figure is in truth greater.
    """

    name: str
    unit: str
    ours: float | None
    stock: float | None
    limit: float | None
    more_is_better: bool = False
    stock_is_least: bool = False

    @property
    def times_better(self) -> float | None:
        """How many times better than stock Rasa the product is."""
        if self.ours is None or self.stock is None:
            return None
        return self.ours / self.stock if self.more_is_better else self.stock / self.ours


Value = Callable[[Figures], "float | None"]


def lines(measured: Measured) -> list[Line]:
    return [
        *_asked(measured),
        *_forms(measured),
        *_pressed(measured),
        *_long_talk(measured),
        *_process(measured),
    ]


def _line(
    measured: Measured, name: str, unit: str, value: Value, more_is_better: bool = False
) -> Line:
    ours, stock, limit = (
        None if figures is None else value(figures)
        for figures in (measured.ours, measured.stock, measured.limit)
    )
    return Line(name, unit, ours, stock, limit, more_is_better)


def _quantiles(
    measured: Measured, name: str, times: Callable[[Figures], Sequence[float]]
) -> list[Line]:
    def at(share: float) -> Value:
        return lambda figures: quantile(times(figures), share) if times(figures) else None

    return [
        _line(measured, f"{name} p{share * 100:.0f}", "毫秒", at(share))
        for share in (0.5, 0.95, 0.99)
    ]


def _asked(measured: Measured) -> list[Line]:
    return [
        *_quantiles(measured, "问答一轮", lambda f: f.asked.times),
        _line(measured, "问答一轮用的处理器时间（Rasa 进程）", "毫秒", lambda f: f.asked.cpu_ms),
        _line(
            measured,
            f"吞吐（{CUSTOMERS} 位客户同时问答）",
            "条/秒",
            lambda f: f.pressed.crowd.messages_per_second,
            more_is_better=True,
        ),
        *_quantiles(measured, f"{CUSTOMERS} 位客户同时，问答一轮", lambda f: f.pressed.crowd.times),
    ]


def _forms(measured: Measured) -> list[Line]:
    return [
        *_quantiles(measured, "投诉表单一轮", lambda f: f.filled.form if f.filled else ()),
        *_quantiles(measured, "确认到编号", lambda f: f.filled.filing if f.filled else ()),
        *_quantiles(measured, "微信随回包一轮", lambda f: f.wechat),
    ]


def _pressed(measured: Measured) -> list[Line]:
    return [
        _line(
            measured,
            f"{AT_ONCE} 位客户齐发，到最后一个回答",
            "毫秒",
            lambda f: statistics.median(f.pressed.at_once),
        ),
        _line(
            measured,
            f"一位客户连发 {IN_A_ROW} 条，到最后一个回答",
            "毫秒",
            lambda f: statistics.median(f.pressed.in_a_row),
        ),
    ]


def _long_talk(measured: Measured) -> list[Line]:
    def at(turn: int) -> Value:
        return lambda figures: around(figures.talk, turn)

    return [
        *(
            _line(measured, f"同一段对话第 {turn} 轮", "毫秒", at(turn))
            for turn in (EARLY, MIDDLE, LATE)
        ),
        _line(measured, f"第 {LATE} 轮是第 {EARLY} 轮的", "倍", growth),
    ]


def growth(figures: Figures) -> float | None:
    """How many times turn 10 turn 400 costs."""
    early, late = around(figures.talk, EARLY), around(figures.talk, LATE)
    return None if early is None or late is None else late / early


def _process(measured: Measured) -> list[Line]:
    return [
        _line(measured, "冷启动到第一个回答", "秒", lambda f: f.start_seconds),
        _line(measured, "内存（Rasa 进程，压过以后）", "MB", lambda f: f.memory_mb),
        replace(
            _line(measured, "训练", "秒", lambda f: f.train_seconds),
            stock_is_least=True,
        ),
        _line(measured, "理解一句话（不经 HTTP）", "毫秒", lambda f: f.parse_ms),
    ]


def aims(measured: Measured) -> list[Row]:
    """The product against what the project set itself; empty when it was not measured."""
    ours = measured.ours
    if ours is None:
        return []
    rows = [
        _row("问答一轮 p50", quantile(ours.asked.times, 0.5), "毫秒", most=MOST_FAQ_MS),
        _row("吞吐", ours.pressed.crowd.messages_per_second, "条/秒", least=LEAST_PER_SECOND),
        _row("吞吐是默认配置的", _times_stock(measured), "倍", least=LEAST_TIMES_STOCK),
        _row(
            "投诉表单一轮 p50",
            quantile(ours.filled.form, 0.5) if ours.filled else None,
            "毫秒",
            most=MOST_FORM_MS,
        ),
        _row(f"第 {LATE} 轮是第 {EARLY} 轮的", growth(ours), "倍", most=MOST_GROWTH),
        _row("冷启动到第一个回答", ours.start_seconds, "秒", most=MOST_START_SECONDS),
        *_floor(measured.floor),
        _row("Rasa 进程内存", ours.memory_mb, "MB", most=MOST_MB),
        _row("训练", ours.train_seconds, "秒", most=MOST_TRAIN_SECONDS),
    ]
    return [row for row in rows if row is not None]


def _floor(floor: Floor | None) -> list[Row]:
    if floor is None:
        return []
    return [
        Row("比一比：只导入 Rasa", floor.rasa_seconds, "秒"),
        Row("比一比：只导入 Rasa 和 TensorFlow", floor.with_tensorflow_seconds, "秒"),
    ]


def _row(
    name: str,
    value: float | None,
    unit: str,
    most: float | None = None,
    least: float | None = None,
) -> Row | None:
    return None if value is None else Row(name, value, unit, most, least)


def _times_stock(measured: Measured) -> float | None:
    found = [
        figures.pressed.crowd.messages_per_second
        for figures in (measured.ours, measured.stock)
        if figures is not None
    ]
    return found[0] / found[1] if len(found) == 2 else None
