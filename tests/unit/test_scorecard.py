"""The scorecard's figures against ones worked out by hand, and what its page shows and hides."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.scorecard import contestants, corpus, measure, metrics, page
from benchmarks.scorecard.charts import draw_calibration, draw_curve
from benchmarks.scorecard.contestants import as_ranking
from benchmarks.scorecard.corpus import HELD_OUT, Alarms, Corpus, LabelledFile
from benchmarks.scorecard.metrics import Judged
from bot.errors import ConfigurationError
from bot.nlu.bands import NO_CHOICE, Thresholds
from bot.nlu.evaluate import Line, Prediction
from bot.nlu.features import Utterance
from bot.nlu.labels import OUT_OF_SCOPE, SMALL_TALK
from bot.nlu.ranking import Ranking, Scored
from bot.nlu.recipe import Recipe

LOST, FEES, FRAUD = "faq/card_lost", "faq/fees", "faq/telecom_fraud"

JUDGED = [
    Judged(LOST, (), LOST, "answer", 0.95),
    Judged(LOST, (FEES,), FEES, "answer", 0.85),
    Judged(LOST, (), FEES, "clarify", 0.35),
    Judged(FEES, (), FEES, "answer", 1.0),
    Judged(FEES, (), LOST, "answer", 0.45),
    Judged(OUT_OF_SCOPE, (), "greet", "answer", 0.5),
    Judged(OUT_OF_SCOPE, (), OUT_OF_SCOPE, "unknown", 0.25),
    Judged(OUT_OF_SCOPE, (), LOST, "answer", 0.65),
]


def test_strict_and_lenient_of_all_lines() -> None:
    assert metrics.strict(JUDGED) == 3 / 8
    assert metrics.lenient(JUDGED) == 5 / 8
    assert metrics.strict([]) is None


@pytest.mark.parametrize(
    ("wanted", "accepted", "given", "lenient"),
    [
        (OUT_OF_SCOPE, (), "thanks", True),
        ("greet", (), OUT_OF_SCOPE, True),
        (LOST, (OUT_OF_SCOPE,), "help", True),
        (LOST, (), "help", False),
        (LOST, (FEES,), FEES, True),
    ],
)
def test_small_talk_counts_as_out_of_scope(
    wanted: str, accepted: tuple[str, ...], given: str, lenient: bool
) -> None:
    judged = Judged(wanted, accepted, given, "answer", 0.9)
    assert (judged.strict, judged.lenient) == (False, lenient)


def test_every_intent_of_the_conversation_is_small_talk() -> None:
    assert NO_CHOICE - {OUT_OF_SCOPE} <= SMALL_TALK


def test_precision_recall_and_f1_of_each_label() -> None:
    labels = metrics.per_label(JUDGED)
    assert labels[LOST] == metrics.Label(3, 1 / 3, 1 / 3, 1 / 3)
    assert labels[FEES] == metrics.Label(2, 1 / 3, 1 / 2, 2 / 5)
    assert labels[OUT_OF_SCOPE] == metrics.Label(3, 1.0, 1 / 3, 1 / 2)
    assert labels["greet"] == metrics.Label(0, 0.0, None, 0.0)


def test_macro_f1_is_the_mean_of_the_labels_the_file_has() -> None:
    assert metrics.macro_f1(metrics.per_label(JUDGED)) == pytest.approx((1 / 3 + 2 / 5 + 1 / 2) / 3)
    assert metrics.macro_f1({}) is None


def test_ten_bins_of_confidence() -> None:
    bins = metrics.calibration(JUDGED)
    assert [b.n for b in bins] == [0, 0, 1, 1, 1, 1, 1, 0, 1, 2]
    assert (bins[9].low, bins[9].high, bins[9].share) == (0.9, 1.0, 0.25)
    assert (bins[9].confidence, bins[9].strict, bins[9].lenient) == (0.975, 1.0, 1.0)
    assert (bins[8].strict, bins[8].lenient) == (0.0, 1.0)
    assert (bins[0].confidence, bins[0].strict) == (None, None)


def test_the_expected_error_weighs_the_gaps_by_their_share() -> None:
    bins = metrics.calibration(JUDGED)
    gaps = [0.75, 0.35, 0.45, 0.5, 0.65, 0.85, 2 * 0.025]
    strict = metrics.expected_error(bins, [b.strict for b in bins])
    assert strict == pytest.approx(sum(gaps) / 8)
    assert metrics.expected_error(metrics.calibration([]), [None] * 10) == 0


def test_lines_that_want_an_alarm_do_not_calibrate_themes() -> None:
    alarmed = Judged("emergency", (), "emergency", "clarify", 0.2)
    assert metrics.calibration([*JUDGED, alarmed]) == metrics.calibration(JUDGED)


def test_bands_hold_their_share_and_their_accuracy() -> None:
    bands = metrics.bands(JUDGED)
    assert bands["answer"] == metrics.BandFigures(6, 0.75, 2 / 6, 4 / 6)
    assert bands["clarify"] == metrics.BandFigures(1, 0.125, 0.0, 0.0)
    assert bands["unknown"] == metrics.BandFigures(1, 0.125, 1.0, 1.0)
    assert metrics.bands([])["answer"] == metrics.BandFigures(0, None, None, None)


def test_what_the_bands_mean_for_customers() -> None:
    served = metrics.serving(JUDGED)
    assert served.right_when_answered == 3 / 4
    assert served.in_scope_answered == 4 / 5
    assert served.out_of_scope_declined == 2 / 3


def test_confusions_are_what_nobody_would_accept_the_most_frequent_first() -> None:
    judged = [*JUDGED, Judged(FEES, (), LOST, "answer", 0.9)]
    expected = [(FEES, LOST, 2), (LOST, FEES, 1), (OUT_OF_SCOPE, LOST, 1)]
    assert metrics.confusions(judged, 15) == expected
    assert metrics.confusions(judged, 1) == expected[:1]


@pytest.mark.parametrize(
    ("label", "alt", "given", "alarm", "becomes"),
    [
        ("emergency", (), FRAUD, True, "emergency"),
        ("emergency", (), FRAUD, False, FRAUD),
        (FRAUD, ("emergency",), FRAUD, True, FRAUD),
        (FRAUD, ("emergency",), FEES, True, "emergency"),
        (FRAUD, (), FRAUD, True, FRAUD),
    ],
)
def test_an_alarm_counts_where_the_line_wants_one(
    label: str, alt: tuple[str, ...], given: str, alarm: bool, becomes: str
) -> None:
    predicted = Prediction(given, "answer", 0.9, emergency=alarm)
    assert metrics.judge([Line("…", label, alt)], [predicted])[0].given == becomes


@pytest.mark.parametrize(("percent", "value"), [(50, 5), (95, 10), (90, 9), (1, 1), (100, 10)])
def test_percentiles_are_values_that_were_measured(percent: int, value: int) -> None:
    assert metrics.percentile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], percent) == value


# -- data --------------------------------------------------------------------------------------


def test_a_smaller_sample_is_part_of_a_larger_one_in_the_old_order() -> None:
    whole = Corpus([str(n) for n in range(100)], [f"faq/a.{n}" for n in range(100)])
    small, large = whole.sample(10), whole.sample(50)
    assert len(small) == 10
    assert set(small.texts) < set(large.texts)
    assert list(large.texts) == sorted(large.texts, key=int)
    assert whole.sample(100) == whole
    assert (small.answers, whole.answers) == (10, 100)


def test_other_files_stand_beside_the_held_out_one(tmp_path: Path) -> None:
    path = tmp_path / "more.jsonl"
    path.write_text(json.dumps({"text": "卡丢了", "label": LOST}), encoding="utf-8")
    files = corpus.labelled_files([f"另一个={path}"])
    assert [file.name for file in files] == [HELD_OUT, "另一个"]
    assert files[1].lines == [Line("卡丢了", LOST)]


@pytest.mark.parametrize(
    ("named", "complaint"),
    [
        (["没有等号"], "名称=路径"),
        (["=x.jsonl"], "名称=路径"),
        ([f"{HELD_OUT}=x.jsonl"], "重复"),
        (["真实=no-such-file.jsonl"], "读不了"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(named: list[str], complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        corpus.labelled_files(named)


# -- contestants -------------------------------------------------------------------------------


def test_only_the_contestants_asked_for_compete() -> None:
    recipe = Recipe()
    assert [e.key for e in contestants.entries(recipe)] == list(contestants.KEYS)
    assert [e.key for e in contestants.entries(recipe, ["rasa", "ours"])] == ["ours", "rasa"]
    with pytest.raises(ConfigurationError, match="bert"):
        contestants.entries(recipe, ["bert"])


def test_the_contestants_of_ours_differ_in_one_thing_each() -> None:
    recipe, _ = contestants.configured()
    ours, runner_up, plain = (e.recipe for e in contestants.entries(recipe)[:3])
    assert ours == recipe
    assert runner_up == replace(recipe, classifier="logistic")
    assert plain == replace(recipe, concepts=0.0)


def test_emergency_in_the_first_place_of_rasas_ranking_is_an_alarm() -> None:
    ranking = [
        {"name": "emergency", "confidence": 0.6},
        {"name": FRAUD, "confidence": 0.3},
        {"name": FEES, "confidence": 0.1},
    ]
    themes = [Scored(FRAUD, 0.3), Scored(FEES, 0.1)]
    for given, danger in [(ranking, 1.0), (ranking[1:] + ranking[:1], 0.0)]:
        assert (list(as_ranking(given)), as_ranking(given).danger) == (themes, danger)


class Certain:
    """A contestant that knows these words and nothing else."""

    words = (("丢", LOST), ("年费", FEES), ("天气", OUT_OF_SCOPE))

    def see(self, text: str) -> Utterance:
        return Utterance(text, text)

    def rank(self, utterance: Utterance) -> Ranking:
        found = next((label for word, label in self.words if word in utterance.text), FRAUD)
        other = FRAUD if found != FRAUD else FEES
        labels = [Scored(found, 0.75), Scored(other, 0.25)]
        return Ranking.of(labels, 0.9 * ("转" in utterance.text))


FILES = [
    LabelledFile(HELD_OUT, [Line("我的银行卡丢了", LOST), Line("年费是多少", FEES)]),
    LabelledFile("另一个", [Line("明天天气怎么样", OUT_OF_SCOPE), Line("年费贵", LOST)]),
]
ALARMS = Alarms(
    ["我的钱在转走", "有人拿刀逼我把钱全转出去", "我不想活了"], ["年费多少", "怎么转账"]
)
THRESHOLDS = Thresholds()


@pytest.fixture(scope="module")
def outcomes() -> list[measure.Outcome]:
    steps: list[str] = []
    found = [
        measure.compete(
            contestants.Entry(key, name, "", lambda _: Certain(), recipe),
            Corpus([], []),
            FILES,
            ALARMS,
            THRESHOLDS,
            steps.append,
        )
        for key, name, recipe in [("ours", "小保", Recipe()), ("rasa", "Rasa", None)]
    ]
    assert len(steps) == 2 * (1 + len(FILES))
    return found


@pytest.fixture(scope="module")
def points() -> list[measure.Point]:
    return [
        measure.Point(part, lines, concepts, {HELD_OUT: part / 2}, {HELD_OUT: part})
        for part, lines in [(0.5, 8), (1.0, 16)]
        for concepts in (True, False)
    ]


def test_a_contestant_reads_every_file_and_both_lists(outcomes: list[measure.Outcome]) -> None:
    ours = outcomes[0]
    assert [j.given for j in ours.readings[HELD_OUT].judged] == [LOST, FEES]
    assert metrics.lenient(ours.everything) == 0.75
    assert len(ours.readings[HELD_OUT].times) == 2


def test_rules_raise_the_alarm_where_the_model_does_not(outcomes: list[measure.Outcome]) -> None:
    assert not Certain().rank(Certain().see("我不想活了")).danger
    assert outcomes[0].fuse == measure.Fuse(3, 2, 1.0, 0.5)


def test_the_winner_has_most_lines_right(outcomes: list[measure.Outcome]) -> None:
    ours = outcomes[0]
    right = [Judged(LOST, (), LOST, "answer", 0.9)]
    better = replace(ours, readings={HELD_OUT: measure.Reading(right, [1.0])})
    assert measure.winner([ours, better]) is better
    assert measure.winner([ours, ours]) is ours


def test_the_curve_is_of_the_winner_where_that_has_concepts_to_leave_out(
    outcomes: list[measure.Outcome],
) -> None:
    configured = Recipe(theme_c=3.0)
    ours, rasa = outcomes
    assert measure.recipe_of_curve(ours, configured) == Recipe()
    assert measure.recipe_of_curve(rasa, configured) == configured
    plain = replace(ours, entry=replace(ours.entry, recipe=Recipe(concepts=0.0)))
    assert measure.recipe_of_curve(plain, configured) == configured


# -- page --------------------------------------------------------------------------------------


def written(outcomes: list[measure.Outcome], points: list[measure.Point]) -> str:
    about = page.Circumstances("`abc1234`", "2026-01-02", "两核", "Python", 16, 2, quick=16)
    charts = page.Charts("a.svg", "b.svg" if points else None)
    return page.write_page(about, FILES, outcomes, outcomes[0], THRESHOLDS, points, charts)


def test_the_page_shows_figures_and_no_text_of_a_customer(
    outcomes: list[measure.Outcome], points: list[measure.Point]
) -> None:
    text = written(outcomes, points)
    assert "| **小保** | 100.0% | 100.0% | 1.000 |" in text
    assert f"| `{LOST}` | `{FEES}` | 1 |" in text
    assert "另一个**不在仓库里**" in text
    assert "试跑" in text
    assert "![训练问法与准确率](b.svg)" in text
    assert [line.text for file in FILES for line in file.lines if line.text in text] == []


def test_without_a_curve_the_page_has_no_such_section(outcomes: list[measure.Outcome]) -> None:
    assert "再加训练问法" not in written(outcomes, [])


def test_the_same_figures_draw_the_same_bytes(
    tmp_path: Path, outcomes: list[measure.Outcome], points: list[measure.Point]
) -> None:
    for name in ("first", "second"):
        draw_calibration(tmp_path / f"{name}-a.svg", page.bins_of(outcomes[0]))
        draw_curve(tmp_path / f"{name}-b.svg", points)
    for chart in ("a.svg", "b.svg"):
        first = (tmp_path / f"first-{chart}").read_bytes()
        assert first == (tmp_path / f"second-{chart}").read_bytes()
        assert b"dc:date" not in first
