"""Vectors of sentences from a bank's own Chinese encoder: a TensorFlow SavedModel in a folder.

Off unless config.yml names the folder; TensorFlow is imported only when one is opened. What the
folder must hold and how to make it: docs/operations.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.errors import ConfigurationError
from bot.settings import ROOT

VOCABULARY, GRAPH = "vocab.txt", "saved_model.pb"
CHECKSUMS = "variables/variables.index"
"""TensorFlow keeps the checksum of every weight here; a graph with frozen weights has none."""
MOST_TOKENS = 128
BATCH = 64
LONGEST_WORD = 100
_START, _END, _UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
_IDS, _MASK, _TYPES = "input_ids", "attention_mask", "token_type_ids"
_STATES = "last_hidden_state"
_SIGNATURE = "serving_default"
_CHINESE = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
_WORDS = re.compile(rf"[{_CHINESE}]|[^\W_{_CHINESE}]+|\S")
_MANUAL = "要求见 docs/operations.md“接入句向量模型”。"

Ids = NDArray[np.int64]
Run = Callable[[Ids, Ids], NDArray[np.float32]]
"""Token numbers and mask, [batch, length] → hidden states or pooled vectors."""


class WordPiece:
    """Cuts a text into tokens as Chinese BERT models do."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._vocabulary = vocabulary

    @classmethod
    def read(cls, path: Path) -> WordPiece:
        """Raises ConfigurationError when `path` is not a BERT vocabulary, one token a line."""
        try:
            lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
        except (OSError, UnicodeDecodeError) as exc:
            raise ConfigurationError(f"词表 {path} 读不了。{_MANUAL}") from exc
        vocabulary = {line.rstrip("\r"): n for n, line in enumerate(lines)}
        missing = [token for token in (_START, _END, _UNKNOWN) if token not in vocabulary]
        if missing:
            raise ConfigurationError(f"词表 {path} 里没有 {'、'.join(missing)}。{_MANUAL}")
        return cls(vocabulary)

    @property
    def last(self) -> int:
        """The highest number a token has."""
        return max(self._vocabulary.values())

    def tokens(self, text: str) -> list[str]:
        """At most 128, the marks of beginning and end among them."""
        plain = unicodedata.normalize("NFD", text.lower())
        plain = "".join(c for c in plain if unicodedata.category(c) != "Mn")
        found = [token for word in _WORDS.findall(plain) for token in self._pieces(word)]
        return [_START, *found[: MOST_TOKENS - 2], _END]

    def ids(self, text: str) -> list[int]:
        return [self._vocabulary[token] for token in self.tokens(text)]

    def _pieces(self, word: str) -> list[str]:
        """The longest pieces from the left; one piece unknown makes the word unknown."""
        found: list[str] = []
        rest = word
        while rest and len(word) <= LONGEST_WORD:
            mark = "##" if found else ""
            lengths = range(len(rest), 0, -1)
            fitting = next((n for n in lengths if mark + rest[:n] in self._vocabulary), None)
            if fitting is None:
                break
            found.append(mark + rest[:fitting])
            rest = rest[fitting:]
        return [_UNKNOWN] if rest else found


class SentenceEncoder:
    """A text's vector of length 1, `width` numbers; build it with `load`."""

    def __init__(self, words: WordPiece, run: Run, width: int) -> None:
        self._words = words
        self._run = run
        self.width = width

    @classmethod
    def load(cls, folder: Path) -> SentenceEncoder:
        """Raises ConfigurationError when files are missing or the model does not fit."""
        files_of(folder)
        words = WordPiece.read(folder / VOCABULARY)
        run = _opened(folder)
        try:  # the highest number shows whether vocabulary and model belong together
            states = run(np.array([[words.last]]), np.ones((1, 1), np.int64))
        except Exception as exc:  # TensorFlow raises what its kernels meet
            raise ConfigurationError(
                f"句向量模型 {folder} 试算失败，多半是 {VOCABULARY} 和模型不是一套（{_first_line(exc)}）。"
            ) from exc
        if states.ndim not in (2, 3) or not np.isfinite(states).all():
            raise ConfigurationError(f"句向量模型 {folder} 算出来的不是句向量。{_MANUAL}")
        return cls(words, run, states.shape[-1])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A row for each text: mean of its tokens' hidden states, normalised to length 1."""
        rows = [self._words.ids(text) for text in texts]
        order = sorted(
            range(len(rows)), key=lambda n: len(rows[n])
        )  # alike in length: less padding
        vectors = np.zeros((len(rows), self.width), np.float32)
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            vectors[batch] = self._vectors([rows[n] for n in batch])
        return vectors

    def _vectors(self, rows: Sequence[list[int]]) -> NDArray[np.float32]:
        shape = (len(rows), max(len(row) for row in rows))
        ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for n, row in enumerate(rows):
            ids[n, : len(row)] = row
            mask[n, : len(row)] = 1
        states = self._run(ids, mask)
        if states.ndim == 3:
            states = np.einsum("blw,bl->bw", states, mask / mask.sum(axis=1, keepdims=True))
        lengths = np.linalg.norm(states, axis=1, keepdims=True)
        unit: NDArray[np.float32] = (states / np.maximum(lengths, 1e-9)).astype(np.float32)
        return unit


def open_encoder(setting: str | None) -> SentenceEncoder | None:
    """The encoder of config.yml's `encoder`; none when that is empty."""
    return SentenceEncoder.load(folder_of(setting)) if setting else None


def folder_of(setting: str, root: Path = ROOT) -> Path:
    """A relative folder starts at the project's root."""
    return root / Path(setting).expanduser()


def files_of(folder: Path) -> list[Path]:
    """The small files by which a changed encoder is known.

    Raises ConfigurationError when one that must be there is missing.
    """
    missing = [name for name in (GRAPH, VOCABULARY) if not (folder / name).is_file()]
    if missing:
        raise ConfigurationError(
            f"config.yml 的 encoder 指定的文件夹 {folder} 里没有 {'、'.join(missing)}。{_MANUAL}"
        )
    names = (GRAPH, VOCABULARY, CHECKSUMS)
    return [folder / name for name in names if (folder / name).is_file()]


def check_width(trained: int, encoder: SentenceEncoder | None) -> None:
    """Raises ConfigurationError unless a model trained with `trained` columns fits the encoder."""
    present = 0 if encoder is None else encoder.width
    if present == trained:
        return
    if not trained:
        problem = "模型训练时没有用句向量，config.yml 里却写了 encoder。"
    elif not present:
        problem = f"模型是配着宽 {trained} 的句向量训练的，config.yml 里却没有写 encoder。"
    else:
        problem = f"模型训练时句向量宽 {trained}，现在的宽 {present}，不是同一个句向量模型。"
    raise ConfigurationError(problem + "请改回来，或者运行 make train 重新训练。")


def _opened(folder: Path) -> Run:
    import tensorflow as tf

    try:
        loaded = tf.saved_model.load(str(folder))
    except Exception as exc:  # TensorFlow raises what its C++ half meets
        raise ConfigurationError(
            f"句向量模型 {folder} 打不开，文件不全，或者是用太新的 TensorFlow 导出的（{_first_line(exc)}）。"
        ) from exc
    if _SIGNATURE not in loaded.signatures:
        raise ConfigurationError(f"句向量模型 {folder} 里没有签名 {_SIGNATURE}。{_MANUAL}")
    function = loaded.signatures[_SIGNATURE]
    types = _inputs(folder, function.structured_input_signature[1])
    output = _output(folder, function.structured_outputs)

    def run(ids: Ids, mask: Ids) -> NDArray[np.float32]:
        _ = loaded  # the function alone does not keep its weights alive
        values = {_IDS: ids, _MASK: mask, _TYPES: np.zeros_like(ids)}
        given = {name: tf.constant(values[name], kind) for name, kind in types.items()}
        states: NDArray[np.float32] = function(**given)[output].numpy().astype(np.float32)
        return states

    return run


def _inputs(folder: Path, specs: Mapping[str, Any]) -> dict[str, Any]:
    """Name and type of each input."""
    if not {_IDS, _MASK} <= set(specs) <= {_IDS, _MASK, _TYPES}:
        raise ConfigurationError(
            f"句向量模型 {folder} 的输入是 {'、'.join(sorted(specs))}，"
            f"应当是 {_IDS}、{_MASK}，还可以有 {_TYPES}。"
        )
    for name, spec in specs.items():
        free = spec.shape.rank is None or spec.shape.as_list() == [None, None]
        if spec.dtype.name not in ("int32", "int64") or not free:
            raise ConfigurationError(
                f"句向量模型 {folder} 的输入 {name} 是 {spec.dtype.name} {spec.shape}，"
                "应当是 int32 或 int64，句数和长度都不固定（[None, None]）。"
            )
    return {name: spec.dtype for name, spec in specs.items()}


def _output(folder: Path, specs: Mapping[str, Any]) -> str:
    """The hidden states of the last layer; where there are none, the pooled vector."""
    if _STATES in specs:
        return _STATES
    for rank in (3, 2):
        fitting = [name for name, spec in specs.items() if spec.shape.rank == rank]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            break
    raise ConfigurationError(
        f"句向量模型 {folder} 的输出是 {'、'.join(sorted(specs))}，看不出用哪一个："
        f"要有 {_STATES}，或者只有一个 [句数, 长度, 宽]，或者只有一个 [句数, 宽]。"
    )


def _first_line(exc: Exception) -> str:
    return f"{type(exc).__name__}：{(str(exc).strip() or '无说明').splitlines()[0][:200]}"
