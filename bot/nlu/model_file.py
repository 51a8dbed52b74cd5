"""The intent model on disk: arrays and texts in one .npz file, nothing that could run code."""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from bot.errors import ConfigurationError
from bot.nlu.model import Dense, IntentModel, Scorer

_DAMAGED = "模型文件内容异常，已拒绝加载。请删除 models/ 后重新训练。"


def save(model: IntentModel, concepts: float, path: Path) -> None:
    """Writes `model`; `concepts` is the weight of concepts it was trained with."""
    vocabularies, scorers = model.parts()
    texts = {
        "concepts": concepts,
        "dense": asdict(model.dense),
        "terms": [terms for terms, _ in vocabularies],
        "scorers": {name: [s.labels, s.sharpness] for name, s in scorers.items()},
    }
    arrays: dict[str, Any] = {f"idf {n}": idf for n, (_, idf) in enumerate(vocabularies)}
    for name, scorer in scorers.items():
        arrays |= {f"features {name}": scorer.features, f"weights {name}": scorer.weights}
        arrays[f"bias {name}"] = scorer.bias
    encoded = np.frombuffer(json.dumps(texts, ensure_ascii=False).encode(), dtype=np.uint8)
    np.savez_compressed(path, texts=encoded, **arrays)


def load(path: Path) -> IntentModel:
    """Raises ConfigurationError when the file is not one that `save` has written."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return _read(file)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as exc:
        raise ConfigurationError(_DAMAGED) from exc


def _read(file: Any) -> IntentModel:
    texts = json.loads(file["texts"].tobytes())
    vocabularies = [(terms, file[f"idf {n}"]) for n, terms in enumerate(texts["terms"])]
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
    dense = Dense(**texts["dense"])
    return IntentModel.put_together(vocabularies, scorers, texts["concepts"], dense)
