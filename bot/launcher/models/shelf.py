"""The folder of trained models, and the small file in it that says which one serves."""

from __future__ import annotations

import json
import os
import re
import tarfile
import zlib
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.errors import ConfigurationError
from bot.launcher.models.gate import Scores

POINTER = "serving.json"
REFUSED, WITHDRAWN = "refused", "withdrawn"
NOT_SERVING = 3
"""Exit code of a training whose model does not serve: another than that of a failed one."""
_SPARE = 1
"""Models kept beside those that serve or served: the one trained last before the newest."""
_NAME = re.compile(r"xiaobao-(?:(?P<frame>[0-9a-f]{8})-)?[0-9a-f]{16}\.tar\.gz")
_FRAME_DIGITS, _DIGITS = 8, 16


def model_name(frame: str, fingerprint: str) -> str:
    """The file name of a model; both are SHA-256 in hexadecimal digits."""
    return f"xiaobao-{frame[:_FRAME_DIGITS]}-{fingerprint[:_DIGITS]}.tar.gz"


def fits(name: str, frame: str) -> bool:
    """Whether a model was made for the program with this frame."""
    found = _NAME.fullmatch(name)
    return found is not None and found["frame"] == frame[:_FRAME_DIGITS]


def is_whole(path: Path) -> bool:
    """False when it is not there; a training that was interrupted leaves half a file behind."""
    try:
        with tarfile.open(path) as archive:
            return "metadata.json" in archive.getnames()
    except (OSError, tarfile.TarError, EOFError, zlib.error):
        return False


@dataclass(frozen=True)
class Promoted:
    """A model that serves or served: since when (ISO 8601), and what it had shown."""

    name: str
    at: str
    scores: Scores


@dataclass(frozen=True)
class State:
    """`aside`: models that must not be promoted by themselves, and why (refused or withdrawn)."""

    serving: Promoted | None = None
    previous: Promoted | None = None
    aside: dict[str, str] = field(default_factory=dict)


class Shelf:
    """Reads and changes raise ConfigurationError when the pointer cannot be read or written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        return self.folder / name

    def names(self) -> list[str]:
        """The models that are there, the newest first."""
        models = [path for path in self.folder.glob("*.tar.gz") if _NAME.fullmatch(path.name)]
        return [path.name for path in sorted(models, key=_age, reverse=True)]

    def state(self) -> State:
        try:
            body = json.loads((self.folder / POINTER).read_text(encoding="utf-8"))
            return State(_read(body["serving"]), _read(body["previous"]), dict(body["aside"]))
        except FileNotFoundError:
            return State()
        except (OSError, ValueError, KeyError, TypeError) as exc:
            raise ConfigurationError(
                f"{self.folder / POINTER} 读不出来。可以删掉它，再运行 make train。"
            ) from exc

    def to_serve(self, frame: str) -> Path | None:
        """The model that a program with this frame serves; None when there is none for it.

        That is the one promoted last, or, while a program of another version is brought in or taken
        back beside this one, the one before.
        """
        state = self.state()
        for model in (state.serving, state.previous):
            if model is None or model.name in state.aside or not fits(model.name, frame):
                continue
            if is_whole(self.path(model.name)):
                return self.path(model.name)
        return None

    def is_settled(self, name: str) -> bool:
        """Whether a model is trained and nothing is left to decide about it."""
        state = self.state()
        serves = state.serving is not None and state.serving.name == name
        return is_whole(self.path(name)) and (serves or name in state.aside)

    def promote(self, model: Promoted) -> None:
        """Lets a model serve; the one that served is kept for a roll-back."""
        state = self.state()
        aside = {name: why for name, why in state.aside.items() if name != model.name}
        self._write(State(model, state.serving, aside))

    def roll_back(self, now: str) -> Promoted:
        """Lets the model before serve again, and returns it; the one that served is withdrawn.

        Raises ConfigurationError when there is none.
        """
        state = self.state()
        if state.serving is None or state.previous is None:
            raise ConfigurationError("没有上一个模型可以退回。")
        back = replace(state.previous, at=now)
        aside = {**state.aside, state.serving.name: WITHDRAWN}
        aside.pop(back.name, None)
        self._write(State(back, state.serving, aside))
        return back

    def refuse(self, name: str) -> None:
        """Notes that a model was found worse than the one that serves."""
        state = self.state()
        self._write(replace(state, aside={**state.aside, name: REFUSED}))

    def tidy(self, newest: str) -> None:
        """Old models go, but for those that serve or served and the one trained before `newest`."""
        state = self.state()
        kept = {one.name for one in (state.serving, state.previous) if one is not None} | {newest}
        for old in [name for name in self.names() if name not in kept][_SPARE:]:
            self.path(old).unlink(missing_ok=True)

    def _write(self, state: State) -> None:
        """Whole or not at all: processes read it as they start."""
        there = set(self.names())
        aside = {name: why for name, why in state.aside.items() if name in there}
        text = json.dumps(asdict(replace(state, aside=aside)), ensure_ascii=False, indent=1)
        half = self.folder / f"{POINTER}.{os.getpid()}"
        try:
            with half.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            half.replace(self.folder / POINTER)
        except OSError as exc:
            raise ConfigurationError(f"{self.folder / POINTER} 写不进去：{exc.strerror}。") from exc


def _age(path: Path) -> float:
    return path.stat().st_mtime


def _read(body: dict[str, Any] | None) -> Promoted | None:
    if body is None:
        return None
    return Promoted(str(body["name"]), str(body["at"]), Scores.parse(body["scores"]))
