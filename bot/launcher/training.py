"""Trains the model, and only when config, domain, data or the NLU code changed."""

from __future__ import annotations

import hashlib
import os
import warnings
from pathlib import Path

from bot.errors import ConfigurationError
from bot.launcher.models.shelf import is_whole, model_name
from bot.launcher.process import configure_logging
from bot.launcher.recipe import read_recipe
from bot.nlu.encoder import files_of, folder_of
from bot.settings import ROOT, Settings

_FRAME = ("config.yml", "domain.yml", "data/stories", "bot/nlu", "requirements.lock")
"""What a model shares with the program that serves it."""
_CONTENT = ("data/nlu", "data/knowledge/concepts.yml", "data/knowledge/heard_words.yml")


def fingerprint(root: Path = ROOT) -> str:
    """SHA-256 over everything a model is made from.

    Raises ConfigurationError when config.yml names a sentence encoder that is not there.
    """
    digest = _digest(root, (*_FRAME, *_CONTENT))
    for file in _encoder_files(root):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def frame(root: Path = ROOT) -> str:
    """SHA-256 over what a model shares with the program: one of another frame may name slots,
    actions or components that the program does not have."""
    return _digest(root, _FRAME).hexdigest()


def _digest(root: Path, names: tuple[str, ...]) -> hashlib._Hash:
    digest = hashlib.sha256()
    for name in names:
        path = root / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return digest


def _encoder_files(root: Path) -> list[Path]:
    """What tells one sentence encoder from another; empty when config.yml names none."""
    steps = read_recipe(root).get("pipeline") or []
    folders = [str(step["encoder"]) for step in steps if step.get("encoder")]
    return [file for folder in folders for file in files_of(folder_of(folder, root))]


def model_path(config: Settings) -> Path:
    """Where the model of the present inputs lies or will lie."""
    return config.models_dir / model_name(frame(), fingerprint())


def ensure_model(config: Settings, *, force: bool = False) -> Path:
    """The model of the present inputs; trains it when it is not there.

    Raises ConfigurationError when training fails.
    """
    path = model_path(config)
    if not force and is_whole(path):
        return path
    configure_logging("train", config.log_format)
    # The fingerprint above is the cache; Rasa's own keeps hundreds of megabytes per training.
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"
    from rasa.engine.exceptions import GraphComponentException
    from rasa.model_training import train

    from bot.rasa_ext.model_archive import quick_archive
    from bot.rasa_ext.training_data import light_examples

    with warnings.catch_warnings(), light_examples(), quick_archive():
        # Our classifier selects the answer itself; Rasa expects a ResponseSelector to do that.
        warnings.filterwarnings("ignore", message=".*response selector.*")
        warnings.filterwarnings("ignore", message=".*ResponseSelector.*")
        try:
            result = train(
                domain=str(ROOT / "domain.yml"),
                config=str(ROOT / "config.yml"),
                training_files=[str(ROOT / "data" / "nlu"), str(ROOT / "data" / "stories")],
                output=str(config.models_dir),
                fixed_model_name=path.name.removesuffix(".tar.gz"),
                force_training=True,
            )
        except GraphComponentException as exc:
            if isinstance(exc.__cause__, ConfigurationError):
                # Ours says what is wrong, Rasa's only where.
                raise ConfigurationError(exc.__cause__.message) from exc
            raise
    if result.model is None:
        raise ConfigurationError("模型训练失败。请运行 make train 查看详细原因。")
    return path
