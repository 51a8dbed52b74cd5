"""The scorecard trains Rasa's own components in process, and ours as the product does."""

from __future__ import annotations

import warnings

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from benchmarks.scorecard import measure
    from benchmarks.scorecard.contestants import Contestant, entries
    from benchmarks.scorecard.corpus import Corpus, LabelledFile
    from benchmarks.scorecard.rasa_pipelines import RasaPipeline

from bot.nlu.bands import Thresholds
from bot.nlu.evaluate import Line
from bot.nlu.labels import OUT_OF_SCOPE
from bot.nlu.recipe import Recipe

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")

LOST, FEES = "faq/card_lost", "faq/fees"
TRAINING = {
    f"{LOST}.report": ["卡丢了", "银行卡丢了怎么办", "卡不见了", "怎么挂失银行卡"],
    f"{FEES}.annual": ["年费多少", "年费怎么收", "为什么收年费", "年费多少钱"],
    OUT_OF_SCOPE: ["今天天气怎么样", "天气好吗", "明天天气下雨吗", "讲个笑话"],
    "emergency": ["钱正在被转走", "骗子正在转我的钱", "正在被盗刷", "正在扣我的钱"],
}
CORPUS = Corpus(
    [text for texts in TRAINING.values() for text in texts],
    [label for label, texts in TRAINING.items() for _ in texts],
)
LINES = [
    Line("我的银行卡丢了", LOST),
    Line("年费是多少", FEES),
    Line("明天天气怎么样", OUT_OF_SCOPE),
]


@pytest.mark.parametrize("key", ["ours", "logistic", "plain", "rasa"])
def test_each_learns_the_themes(key: str) -> None:
    contestant = entries(Recipe(theme_c=1.0), [key])[0].train(CORPUS)
    assert themes(contestant) == [LOST, FEES, OUT_OF_SCOPE]


def test_diet_ranks_every_theme() -> None:
    pipeline = RasaPipeline.diet(CORPUS)
    ranking = pipeline.rank(pipeline.see("年费怎么收钱"))
    assert {scored.label for scored in ranking} == {LOST, FEES, OUT_OF_SCOPE}


def test_the_curve_grows_to_all_lines_with_and_without_concepts() -> None:
    files = [LabelledFile("三句", LINES)]
    steps: list[str] = []
    corpus = Corpus([*CORPUS.texts] * 10, [*CORPUS.labels] * 10)
    points = measure.learning_curve(Recipe(theme_c=1.0), corpus, files, Thresholds(), steps.append)
    assert len(points) == len(steps) == measure.CURVE_STEPS
    assert [p.lines for p in points if p.concepts] == [20, 40, 80, 120, 160]
    assert points[-1].strict == points[-1].lenient == {"三句": 1.0}


def themes(contestant: Contestant) -> list[str]:
    """The best theme of each line."""
    rankings = [contestant.rank(contestant.see(line.text)) for line in LINES]
    return [ranking.likeliest.theme for ranking in rankings]
