"""Training examples are recognised word for word, from digests alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.errors import ConfigurationError
from bot.nlu.known import KnownTexts

LABELS = {"卡丢了": "faq/card_lost.report_loss", "年费多少": "faq/fees.annual", "救命": "emergency"}
KNOWN = KnownTexts.of(LABELS)


def test_an_example_has_its_label_and_any_other_text_none() -> None:
    assert {text: KNOWN.label_of(text) for text in LABELS} == LABELS
    for text in ("卡丢了吗", "", "卡丢", "\ud800"):
        assert KNOWN.label_of(text) is None


def test_saved_and_loaded_they_are_the_same_and_hold_no_texts(tmp_path: Path) -> None:
    path = tmp_path / "known.npz"
    KNOWN.save(path)
    loaded = KnownTexts.load(path)
    assert {text: loaded.label_of(text) for text in LABELS} == LABELS
    assert all(text.encode(code) not in path.read_bytes() for text in LABELS for code in CODES)


CODES = ("utf-8", "utf-16-le", "utf-32-le")


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "known.npz"
    np.savez(path, digests=np.array([Path("/etc")], dtype=object))
    with pytest.raises(ConfigurationError, match="拒绝加载"):
        KnownTexts.load(path)
    path.write_bytes(b"half")
    with pytest.raises(ConfigurationError, match="拒绝加载"):
        KnownTexts.load(path)


def test_a_model_without_examples_knows_none() -> None:
    assert KnownTexts.of({}).label_of("卡丢了") is None
