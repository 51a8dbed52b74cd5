"""The intent model on disk: arrays and texts in one .npz file, nothing that could run code."""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bot.errors import ConfigurationError
from bot.nlu.features import CharacterGrams, Dense, Features, Words
from bot.nlu.linear import Scorer
from bot.nlu.model import Parts

_DAMAGED = "模型文件内容异常，已拒绝加载。请删除 models/ 后重新训练。"
_THEMES, _DANGER = "themes", "danger"


def save(parts: Parts, path: Path) -> None:
    """Writes the parts of a model.

    Not compressed: Rasa packs the whole model once more, and every start would pay for unpacking.
    """
    features = parts.features
    scorers = {_THEMES: parts.themes, _DANGER: parts.danger, **parts.questions}
    texts = {
        "concept weight": features.concept_weight,
        "dense": asdict(features.dense),
        "words": features.words.terms,
        "concepts": features.concepts.terms,
        "scorers": {name: [s.labels, s.sharpness] for name, s in scorers.items()},
    }
    arrays: dict[str, Any] = {"grams": features.grams.codes, "idf": features.idf}
    for name, scorer in scorers.items():
        arrays |= {f"features {name}": scorer.features, f"weights {name}": scorer.weights}
        arrays[f"bias {name}"] = scorer.bias
    encoded = np.frombuffer(json.dumps(texts, ensure_ascii=False).encode(), dtype=np.uint8)
    np.savez(path, texts=encoded, **arrays)


def load(path: Path) -> Parts:
    """Raises ConfigurationError when the file is not one that `save` has written."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return _read(file)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as exc:
        raise ConfigurationError(_DAMAGED) from exc


def _read(file: Any) -> Parts:
    texts = json.loads(file["texts"].tobytes())
    features = Features(
        CharacterGrams(file["grams"]),
        Words(texts["words"]),
        Words(texts["concepts"]),
        file["idf"],
        texts["concept weight"],
        Dense(**texts["dense"]),
    )
    scorers = {
        name: Scorer(
            labels,
            file[f"features {name}"],
            file[f"weights {name}"],
            file[f"bias {name}"],
            sharpness,
        )
        for name, (labels, sharpness) in texts["scorers"].items()
    }
    themes, danger = scorers.pop(_THEMES), scorers.pop(_DANGER)
    return Parts(features, themes, scorers, danger)
