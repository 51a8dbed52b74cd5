"""The intent model alone: trained, ranked, saved, loaded, tampered with."""

from __future__ import annotations

from pathlib import Path

import pytest
import skops.io as sio
from sklearn.dummy import DummyClassifier

from bot.errors import ConfigurationError
from bot.nlu.model import IntentModel, Utterance, theme

EXAMPLES = {
    "faq/card_lost.report_loss": [
        "卡 丢 了",
        "卡 丢 了 怎么办",
        "银行卡 丢 了 怎么 挂失",
        "挂失 银行卡",
    ],
    "faq/fees.annual": ["年费 多少", "年费 怎么 收", "为什么 收 年费", "年费 多少 钱"],
    "complaint_file": ["我 要 投诉", "我 想 投诉", "投诉 柜员", "我 要 投诉 你们"],
}


def utterance(words: str) -> Utterance:
    return Utterance(words.replace(" ", ""), words)


def trained() -> IntentModel:
    pairs = [(utterance(words), label) for label, texts in EXAMPLES.items() for words in texts]
    utterances, labels = [u for u, _ in pairs], [label for _, label in pairs]
    return IntentModel.train(utterances, labels, theme_c=20.0, question_c=20.0, seed=7)


@pytest.fixture(scope="module")
def model() -> IntentModel:
    return trained()


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
    assert ranking[0].label == label
    assert {scored.label for scored in ranking} == set(EXAMPLES)
    confidences = [scored.confidence for scored in ranking]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) == pytest.approx(1.0, abs=1e-4)


def test_words_never_seen_still_get_a_ranking(model: IntentModel) -> None:
    assert len(model.rank(utterance("xyz"))) == len(EXAMPLES)
    assert len(model.rank(Utterance("", ""))) == len(EXAMPLES)


def test_the_same_data_and_seed_give_the_same_ranking(model: IntentModel) -> None:
    again = trained()
    for words in ("卡 丢 了", "年费", "投诉", "你好"):
        assert again.rank(utterance(words)) == model.rank(utterance(words))


def test_saved_and_loaded_it_ranks_alike(model: IntentModel, tmp_path: Path) -> None:
    model.save(tmp_path / "intents.skops")
    loaded = IntentModel.load(tmp_path / "intents.skops")
    for words in ("卡 丢 了", "年费 多少", "我 要 投诉", "xyz"):
        before, after = model.rank(utterance(words)), loaded.rank(utterance(words))
        assert [s.label for s in after] == [s.label for s in before]
        assert [s.confidence for s in after] == pytest.approx([s.confidence for s in before])


def test_a_file_with_foreign_contents_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "intents.skops"
    sio.dump([Path("/etc"), DummyClassifier()], path)
    with pytest.raises(ConfigurationError, match="拒绝加载"):
        IntentModel.load(path)


def test_a_theme_is_the_part_before_the_question() -> None:
    assert theme("faq/card_lost.report_loss") == "faq/card_lost"
    assert theme("complaint_file") == "complaint_file"
