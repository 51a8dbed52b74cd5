"""The page in plain Chinese. Pure: figures in, text out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.scorecard.corpus import HELD_OUT, LabelledFile
from benchmarks.scorecard.measure import Outcome, Point
from benchmarks.scorecard.metrics import (
    Bin,
    Judged,
    bands,
    calibration,
    confusions,
    expected_error,
    lenient,
    macro_f1,
    per_label,
    percentile,
    serving,
    strict,
)
from bot.nlu.bands import Band, Thresholds

MOST_CONFUSIONS = 15
_BANDS = {Band.ANSWER: "回答", Band.CLARIFY: "反问", Band.UNKNOWN: "说不知道"}


@dataclass(frozen=True)
class Circumstances:
    """What the head of the page says; `quick` is the size of a trial's sample, else None."""

    commit: str
    date: str
    machine: str
    versions: str
    lines: int
    answers: int
    quick: int | None = None


@dataclass(frozen=True)
class Charts:
    """Names of the drawings next to the page; None when there is none."""

    calibration: str
    curve: str | None


def write_page(
    about: Circumstances,
    files: Sequence[LabelledFile],
    outcomes: Sequence[Outcome],
    best: Outcome,
    thresholds: Thresholds,
    points: Sequence[Point],
    charts: Charts,
) -> str:
    """The whole page."""
    parts = [
        *_head(about, files),
        *_contest(files, outcomes, best),
        *_emergencies(outcomes),
        *_bands(best, thresholds),
        *_calibration(best, charts.calibration),
        *(_curve(points, charts.curve) if charts.curve else ()),
        *_confusions(best),
        *_labels(best),
    ]
    return "\n".join(parts) + "\n"


def _head(about: Circumstances, files: Sequence[LabelledFile]) -> Iterator[str]:
    yield "# 听懂客户：几种做法的成绩单"
    yield ""
    yield "由 `make scorecard` 生成：同样的训练问法、同样的测试集、同一次运行。不要手改。"
    yield ""
    if about.quick is not None:
        yield f"**试跑：训练问法只随机取了 {about.quick:,} 句，数字不能作准。**"
        yield ""
    yield f"- 提交：{about.commit}"
    yield f"- 日期：{about.date}"
    yield f"- 机器：{about.machine}"
    yield f"- 版本：{about.versions}"
    yield f"- 训练：{about.lines:,} 句问法，{about.answers} 个问答；都先经过 `bot/nlu/words.py` 的规整"
    sizes = "，".join(f"{file.name} {len(file.lines):,} 句" for file in files)
    yield f"- 测试集：{sizes}；先遮盖号码，再规整"
    yield ""
    yield f"{HELD_OUT}在仓库里（`data/evaluation/heldout.jsonl`），是自己写的，不参与训练。"
    others = [file.name for file in files if file.name != HELD_OUT]
    if others:
        yield f"{'、'.join(others)}**不在仓库里**，别人无法复算这部分数字；这一页也不印任何原话。"
    yield ""


def _contest(
    files: Sequence[LabelledFile], outcomes: Sequence[Outcome], best: Outcome
) -> Iterator[str]:
    yield "## 比什么"
    yield ""
    for outcome in outcomes:
        yield f"- **{outcome.entry.name}**：{outcome.entry.note}"
    yield ""
    yield "标签比到主题（`docs/labels.md`）。严格：与标注相同。宽松：标注里写明的其他标签也算对；打招呼、道谢之类的寒暄一律算 `out_of_scope`，人人如此。宏平均 F1：按严格，测试集里有的标签各算一份。"  # noqa: E501
    yield ""
    yield "这里比的是模型本身：按编号、尾号、险情用语判断的规则不参与。险情与主题分开看：小保另有一个分类器报警；Rasa 的两个以 `emergency` 排第一为报警，主题取其余标签中的第一名。标为 `emergency` 的句子，报了警就算对。"  # noqa: E501
    yield ""
    yield "训练时间含分词、取特征和保存模型，不含读取和规整问法。每句用时从原话到排出全部标签，一句一句地测。"
    yield ""
    for file in files:
        yield f"### {file.name}（{len(file.lines):,} 句）"
        yield ""
        yield from _table(
            (
                "做法",
                "严格",
                "宽松",
                "宏平均 F1",
                "训练（秒）",
                "每句 p50（毫秒）",
                "每句 p95（毫秒）",
            ),
            [_contest_row(outcome, file.name, best) for outcome in outcomes],
        )
    yield f"下面几节说的都是**{best.entry.name}**：在全部测试集的句子合起来宽松得分最高。"
    yield ""


def _contest_row(outcome: Outcome, name: str, best: Outcome) -> tuple[str, ...]:
    reading = outcome.readings[name]
    judged = reading.judged
    shown = f"**{outcome.entry.name}**" if outcome is best else outcome.entry.name
    return (
        shown,
        _percent(strict(judged)),
        _percent(lenient(judged)),
        _fraction(macro_f1(per_label(judged))),
        f"{outcome.train_seconds:,.1f}",
        f"{percentile(reading.times, 50):.2f}" if reading.times else "—",
        f"{percentile(reading.times, 95):.2f}" if reading.times else "—",
    )


def _emergencies(outcomes: Sequence[Outcome]) -> Iterator[str]:
    lists = outcomes[0].fuse
    yield "## 险情"
    yield ""
    yield f"`data/evaluation/emergencies.yml` 里 {lists.emergencies} 句该报警、{lists.calm} 句不该报警，按客户消息的走法：先规则，再模型。规则对每种做法都一样。"  # noqa: E501
    yield ""
    yield from _table(
        ("做法", "该报警的报了", "不该报警的报了"),
        [(o.entry.name, _percent(o.fuse.recall), _percent(o.fuse.false_alarms)) for o in outcomes],
    )


def _bands(best: Outcome, thresholds: Thresholds) -> Iterator[str]:
    yield "## 三档：回答、反问、说不知道"
    yield ""
    yield f"门槛是 `config.yml` 的：{thresholds.answer} 以上回答，{thresholds.clarify} 以上反问。"
    yield ""
    for name, reading in best.readings.items():
        yield f"### 三档：{name}"
        yield ""
        found = bands(reading.judged)
        yield from _table(
            ("档", "句数", "占比", "严格", "宽松"),
            [
                (shown, str(f.n), _percent(f.share), _percent(f.strict), _percent(f.lenient))
                for band, shown in _BANDS.items()
                for f in [found[band.value]]
            ],
        )
        served = serving(reading.judged)
        yield f"- 该管的问题，回答了的答对（宽松）：{_percent(served.right_when_answered)}"
        yield f"- 该管的问题，直接回答的占：{_percent(served.in_scope_answered)}"
        yield f"- 不该管的话，认出来或者说不知道的占：{_percent(served.out_of_scope_declined)}"
        yield ""


def _calibration(best: Outcome, chart: str) -> Iterator[str]:
    yield "## 置信度准不准"
    yield ""
    yield "说八成把握的，应该有八成是对的。期望校准误差（ECE）是两者之差按句数加权的平均，越小越好。标为 `emergency` 的句子不算在内。"  # noqa: E501
    yield ""
    yield f"![置信度与准确率，点越大句子越多]({chart})"
    yield ""
    for name, reading in best.readings.items():
        bins = calibration(reading.judged)
        yield f"### 置信度：{name}"
        yield ""
        yield (
            f"期望校准误差：对严格 {_fraction(expected_error(bins, [b.strict for b in bins]))}，"
            f"对宽松 {_fraction(expected_error(bins, [b.lenient for b in bins]))}。"
        )
        yield ""
        yield from _table(
            ("置信度", "句数", "占比", "平均置信度", "严格", "宽松"), [_bin_row(b) for b in bins]
        )


def _bin_row(found: Bin) -> tuple[str, ...]:
    return (
        f"{found.low:.1f}–{found.high:.1f}",
        str(found.n),
        _percent(found.share),
        _fraction(found.confidence),
        _percent(found.strict),
        _percent(found.lenient),
    )


def _curve(points: Sequence[Point], chart: str | None) -> Iterator[str]:
    yield "## 再加训练问法还有没有用"
    yield ""
    yield "固定种子抽取一部分训练问法，大的一份包含小的一份；各训练两次，有概念（`data/knowledge/concepts.yml`）和没有概念。"  # noqa: E501
    yield ""
    yield f"![训练问法与准确率]({chart})"
    yield ""
    names = list(points[0].strict)
    head = ["训练问法", "概念"]
    for name in names:
        head += [f"{name} 严格", f"{name} 宽松"]
    yield from _table(head, [_point_row(point, names) for point in points], words=2)


def _point_row(point: Point, names: Sequence[str]) -> tuple[str, ...]:
    cells = [f"{point.lines:,}（{point.part:.1%}）", "有" if point.concepts else "没有"]
    for name in names:
        cells += [_percent(point.strict[name]), _percent(point.lenient[name])]
    return tuple(cells)


def _confusions(best: Outcome) -> Iterator[str]:
    yield "## 最常见的认错"
    yield ""
    yield f"宽松也不算对的，每个测试集列最多的 {MOST_CONFUSIONS} 种；只写标签。"
    yield ""
    for name, reading in best.readings.items():
        yield f"### 认错：{name}"
        yield ""
        yield from _table(
            ("标注", "认成", "句数"),
            [
                (f"`{wanted}`", f"`{given}`", str(times))
                for wanted, given, times in confusions(reading.judged, MOST_CONFUSIONS)
            ],
            words=2,
        )


def _labels(best: Outcome) -> Iterator[str]:
    yield "## 每个标签"
    yield ""
    yield "按严格计。句数 0 的是测试集里没有、却被认成了的标签。"
    yield ""
    for name, reading in best.readings.items():
        yield f"### 标签：{name}"
        yield ""
        yield from _table(("标签", "句数", "精确率", "召回率", "F1"), _label_rows(reading.judged))


def _label_rows(judged: Sequence[Judged]) -> list[tuple[str, ...]]:
    return [
        (
            f"`{label}`",
            str(figures.n),
            _percent(figures.precision),
            _percent(figures.recall),
            _fraction(figures.f1),
        )
        for label, figures in per_label(judged).items()
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1) -> Iterator[str]:
    """A Markdown table and an empty line; all but the first `words` columns are figures."""
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * words + "--:|" * (len(head) - words)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value:.1%}"


def _fraction(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"


def bins_of(best: Outcome) -> Mapping[str, Sequence[Bin]]:
    """The calibration of every file."""
    return {name: calibration(reading.judged) for name, reading in best.readings.items()}
