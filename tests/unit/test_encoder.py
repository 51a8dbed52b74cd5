"""Sentence vectors without TensorFlow: tokens, files, and the model that learns from vectors."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.errors import ConfigurationError
from bot.nlu import model_file
from bot.nlu.encoder import (
    MOST_TOKENS,
    SentenceEncoder,
    WordPiece,
    check_width,
    files_of,
    folder_of,
    open_encoder,
)
from bot.nlu.features import Dense, Utterance
from bot.nlu.model import IntentModel, Parts
from bot.nlu.ranking import Scored
from bot.nlu.recipe import Recipe
from bot.nlu.training import train
from bot.settings import ROOT

TOKENS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "银",
    "行",
    "卡",
    "atm",
    "wechat",
    "##pay",
    "1",
    "##2",
]
WORDS = WordPiece({token: n for n, token in enumerate([*TOKENS, "##3", "cafe", "?"])})


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("银行卡", "银 行 卡"),
        ("ATM吞卡", "atm [UNK] 卡"),
        ("wechatpay 123", "wechat ##pay 1 ##2 ##3"),
        ("卡124?", "卡 [UNK] ?"),
        ("Café_卡", "cafe [UNK] 卡"),
        ("[CLS]", "[UNK] [UNK] [UNK]"),
        ("1" + "2" * 100, "[UNK]"),
        (" \n", ""),
    ],
)
def test_a_text_is_cut_as_chinese_bert_cuts_it(text: str, tokens: str) -> None:
    assert WORDS.tokens(text) == ["[CLS]", *tokens.split(), "[SEP]"]


def test_tokens_have_the_numbers_of_their_lines() -> None:
    assert WORDS.ids("卡丢") == [2, 6, 1, 3]


def test_a_long_text_keeps_its_beginning_and_its_end_mark() -> None:
    tokens = WORDS.tokens("卡" * 500)
    assert (len(tokens), tokens[0], tokens[-1]) == (MOST_TOKENS, "[CLS]", "[SEP]")


def test_a_vocabulary_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "vocab.txt"
    path.write_bytes("\r\n".join([*TOKENS, "\u2028", "丢", ""]).encode())
    read = WordPiece.read(path)
    assert read.ids("丢卡") == [2, 13, 6, 3]
    assert read.last == 13


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("[CLS]\n卡\n".encode(), r"没有 \[SEP\]、\[UNK\]"), ("卡".encode("gbk"), "读不了")],
)
def test_what_is_no_vocabulary_is_named(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "vocab.txt"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=complaint):
        WordPiece.read(path)


# -- files -------------------------------------------------------------------------------------


def test_without_the_switch_there_is_no_encoder_and_no_tensorflow() -> None:
    assert open_encoder(None) is None
    assert open_encoder("") is None
    program = (
        "import sys, bot.nlu.encoder, bot.launcher.training; assert 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=60)


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"没有 saved_model\.pb、vocab\.txt"):
        open_encoder(str(tmp_path / "nowhere"))
    (tmp_path / "saved_model.pb").touch()
    with pytest.raises(ConfigurationError, match=r"没有 vocab\.txt"):
        SentenceEncoder.load(tmp_path)


def test_the_checksums_of_the_weights_tell_encoders_apart(tmp_path: Path) -> None:
    names = ["saved_model.pb", "vocab.txt", "variables/variables.index"]
    (tmp_path / "variables").mkdir()
    for name in [*names, "variables/variables.data-00000-of-00001"]:
        (tmp_path / name).touch()
    assert [str(file.relative_to(tmp_path)) for file in files_of(tmp_path)] == names


def test_a_relative_folder_starts_at_the_project() -> None:
    assert folder_of("var/encoder") == ROOT / "var" / "encoder"
    assert folder_of("/data/encoder") == Path("/data/encoder")


# -- the model ---------------------------------------------------------------------------------

LOST, FEES = "faq/card_lost.report_loss", "faq/fees.annual"
LINES = {
    LOST: ["遗失", "遗失了", "怎么遗失", "遗失怎么办"],
    FEES: ["年费", "年费了", "怎么年费", "年费怎么办"],
}
MEANING = {"遗": (1, 0), "失": (1, 0), "弄": (1, 0), "没": (1, 0), "年": (0, 1), "费": (0, 1)}


def see(text: str) -> Utterance:
    total = np.sum([MEANING.get(c, (0, 0)) for c in text], axis=0, dtype=np.float32)
    return Utterance(text, " ".join(text), dense=total / max(float(np.linalg.norm(total)), 1.0))


def trained(*, dense: bool = True, weight: float = 1.0) -> Parts:
    seen = [(see(text), label) for label, texts in LINES.items() for text in texts]
    return train(
        [u if dense else replace(u, dense=None) for u, _ in seen],
        [label for _, label in seen],
        Recipe(theme_c=1.0, encoder_weight=weight),
    )


def ranked(parts: Parts, text: str) -> list[Scored]:
    return list(IntentModel(parts).rank(see(text)))


def test_a_synonym_counts_by_its_vector() -> None:
    model = trained()
    assert IntentModel(model).dense == Dense(2, 1.0)
    assert ranked(model, "弄没")[0].label == LOST
    plain = trained(dense=False)
    assert IntentModel(plain).dense == Dense(0, 1.0)
    assert ranked(plain, "弄没") == ranked(plain, "xyz")  # characters cannot tell


def test_more_weight_more_influence_and_none_without() -> None:
    def confidence(weight: float) -> float:
        ranking = ranked(trained(weight=weight), "弄没")
        return next(s.confidence for s in ranking if s.label == LOST)

    assert ranked(trained(weight=0.0), "弄没") == ranked(trained(dense=False), "弄没")
    assert confidence(0.5) < confidence(2.0)


@pytest.mark.parametrize("dense", [True, False])
def test_saved_and_loaded_it_ranks_alike(tmp_path: Path, dense: bool) -> None:
    model = trained(dense=dense, weight=1.5)
    model_file.save(model, tmp_path / "intents.npz")
    loaded = model_file.load(tmp_path / "intents.npz")
    assert loaded.features.dense == model.features.dense
    for text in ("弄没", "年费", "xyz"):
        before, after = ranked(model, text), ranked(loaded, text)
        assert [s.label for s in after] == [s.label for s in before]
        assert [s.confidence for s in after] == pytest.approx([s.confidence for s in before])


def test_model_and_encoder_must_fit() -> None:
    two = SentenceEncoder(WORDS, lambda ids, _: np.ones((*ids.shape, 2), np.float32), 2)
    check_width(2, two)
    check_width(0, None)
    for trained_with, encoder, complaint in [
        (0, two, "没有用句向量.*却写了 encoder.*make train"),
        (768, None, "宽 768 .*没有写 encoder.*make train"),
        (768, two, "宽 768，现在的宽 2.*make train"),
    ]:
        with pytest.raises(ConfigurationError, match=complaint):
            check_width(trained_with, encoder)
