"""The intent model alone: trained, ranked, saved, loaded, tampered with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.errors import ConfigurationError
from bot.nlu import model_file
from bot.nlu.features import Utterance
from bot.nlu.model import IntentModel, Parts
from bot.nlu.ranking import Ranking, theme
from bot.nlu.recipe import Recipe
from bot.nlu.training import train

EXAMPLES = {
    "faq/card_lost.report_loss": [
        "卡 丢 了",
        "卡 丢 了 怎么办",
        "银行卡 丢 了 怎么 挂失",
        "挂失 银行卡",
    ],
    "faq/fees.annual": ["年费 多少", "年费 怎么 收", "为什么 收 年费", "年费 多少 钱"],
    "faq/fees.sms": ["短信 费", "短信 提醒 收费", "短信 要 钱", "关 短信 费"],
    "complaint_file": ["我 要 投诉", "我 想 投诉", "投诉 柜员", "我 要 投诉 你们"],
    "emergency": ["救命 正在 被骗", "钱 正在 被 转走", "骗子 正在 转 我 的 钱", "正在 被 盗刷"],
}
CALM = set(EXAMPLES) - {"emergency"}
RECIPE = Recipe(theme_c=1.0, danger_c=10.0)


def utterance(words: str) -> Utterance:
    concepts = "lose" if "丢" in words or "掉" in words else ""
    return Utterance(words.replace(" ", ""), words, concepts)


def trained(recipe: Recipe = RECIPE) -> Parts:
    pairs = [(utterance(words), label) for label, texts in EXAMPLES.items() for words in texts]
    utterances, labels = [u for u, _ in pairs], [label for _, label in pairs]
    return train(utterances, labels, recipe)


@pytest.fixture(scope="module")
def parts() -> Parts:
    return trained()


@pytest.fixture(scope="module")
def model(parts: Parts) -> IntentModel:
    return IntentModel(parts)


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("我 的 卡 丢 了", "faq/card_lost.report_loss"),
        ("年费 是 多少", "faq/fees.annual"),
        ("要 投诉", "complaint_file"),
    ],
)
def test_it_ranks_every_label_the_right_one_first(
    model: IntentModel, words: str, label: str
) -> None:
    ranking = model.rank(utterance(words))
    assert ranking.likeliest.label == label
    assert {scored.label for scored in ranking} == CALM
    confidences = [scored.confidence for scored in ranking]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) == pytest.approx(1.0, abs=1e-4)


def test_words_never_seen_still_get_a_ranking(model: IntentModel) -> None:
    assert len(model.rank(utterance("xyz"))) == len(CALM)
    assert len(model.rank(Utterance("", ""))) == len(CALM)


def test_a_word_never_seen_counts_by_its_concept(model: IntentModel) -> None:
    assert model.rank(utterance("掉 咯")).likeliest.label == "faq/card_lost.report_loss"


def test_danger_stands_beside_the_themes(model: IntentModel) -> None:
    alarming, calm = model.rank(utterance("正在 被骗")), model.rank(utterance("年费 多少"))
    assert alarming.danger > 0.5 > calm.danger


def test_a_theme_with_one_question_needs_no_choice(model: IntentModel) -> None:
    labels = [scored.label for scored in model.rank(utterance("卡 丢 了"))]
    assert labels.count("faq/card_lost.report_loss") == 1


def test_the_same_data_and_seed_give_the_same_ranking(model: IntentModel) -> None:
    again = IntentModel(trained())
    for words in ("卡 丢 了", "年费", "投诉", "你好"):
        assert _figures(again.rank(utterance(words))) == _figures(model.rank(utterance(words)))


def test_saved_and_loaded_it_ranks_alike(parts: Parts, model: IntentModel, tmp_path: Path) -> None:
    model_file.save(parts, tmp_path / "intents.npz")
    loaded = IntentModel(model_file.load(tmp_path / "intents.npz"))
    for words in ("卡 丢 了", "年费 多少", "我 要 投诉", "xyz"):
        before, after = model.rank(utterance(words)), loaded.rank(utterance(words))
        assert [s.label for s in after] == [s.label for s in before]
        assert _figures(after) == pytest.approx(_figures(before))


def _figures(ranking: Ranking) -> list[float]:
    return [*(s.confidence for s in ranking), ranking.danger]


def test_a_file_with_foreign_contents_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "intents.npz"
    np.savez(path, texts=np.array([Path("/etc")], dtype=object))
    with pytest.raises(ConfigurationError, match="拒绝加载"):
        model_file.load(path)


def test_half_a_file_and_none_are_refused(parts: Parts, tmp_path: Path) -> None:
    path = tmp_path / "intents.npz"
    model_file.save(parts, path)
    path.write_bytes(path.read_bytes()[:2000])
    for damaged in (path, tmp_path / "missing.npz"):
        with pytest.raises(ConfigurationError, match="拒绝加载"):
            model_file.load(damaged)


def test_the_runner_up_is_one_word_of_the_recipe_away() -> None:
    model = IntentModel(trained(Recipe(classifier="logistic", theme_c=1.0, danger_c=10.0)))
    assert model.rank(utterance("要 投诉")).likeliest.label == "complaint_file"


def test_a_classifier_nobody_knows_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="svm 或 logistic"):
        trained(Recipe(classifier="diet"))


def test_a_theme_is_the_part_before_the_question() -> None:
    assert theme("faq/card_lost.report_loss") == "faq/card_lost"
    assert theme("complaint_file") == "complaint_file"
