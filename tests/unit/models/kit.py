"""Models that are only files, and trials whose outcome the test decides."""

from __future__ import annotations

import io
import os
import tarfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.launcher.models.gate import Scores
from bot.launcher.models.promotion import Gate
from bot.launcher.models.shelf import Shelf, model_name
from bot.launcher.models.trial import Trial, TrialSet
from bot.nlu.evaluate import Line, Prediction

FRAME, OTHER_FRAME = "a" * 64, "b" * 64
AT = "2026-11-26T08:00:00+00:00"
TESTS = TrialSet([Line("卡丢了", "faq/card_lost")], [], [])
SCORES = Scores(
    tests=TESTS.digest,
    strict=0.90,
    lenient=0.95,
    wrong=0.03,
    alarms=1.0,
    false_alarms=0.05,
    recall={"faq/card_lost": 0.9, "handoff": 0.8},
    misread=(),
)
RIGHT, WRONG = (Prediction(label, "answer", 0.9) for label in ("faq/card_lost", "faq/fees"))


def name(number: int, frame: str = FRAME) -> str:
    return model_name(frame, f"{number:064x}"[::-1])


def put_model(folder: Path, number: int, frame: str = FRAME, *, age: int = 0) -> str:
    """A file that looks like a whole model, `age` seconds old."""
    folder.mkdir(exist_ok=True)
    path = folder / name(number, frame)
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("metadata.json"), io.BytesIO())
    os.utime(path, (1_000_000 - age, 1_000_000 - age))
    return path.name


@dataclass
class Bench:
    """A shelf with a gate whose trials give what is in `shows`, by the model's name."""

    folder: Path
    shows: dict[str, Trial] = field(default_factory=dict)
    tried: list[str] = field(default_factory=list)
    tests: TrialSet = TESTS

    def __post_init__(self) -> None:
        self.shelf = Shelf(self.folder)
        self.gate = self.gate_of(FRAME)

    def gate_of(self, frame: str) -> Gate:
        return Gate(self.shelf, frame, lambda: self.tests, self._try)

    def _try(self, path: Path, tests: TrialSet) -> Trial:
        self.tried.append(path.name)
        trial = self.shows[path.name]
        return replace(trial, scores=replace(trial.scores, tests=tests.digest))

    def add(
        self, number: int, frame: str = FRAME, found: Prediction = RIGHT, **scores: object
    ) -> str:
        added = put_model(self.folder, number, frame, age=100 - number)
        self.shows[added] = Trial([found], replace(SCORES, **scores))
        return added

    def serving(self) -> str | None:
        state = self.shelf.state()
        return state.serving.name if state.serving else None
