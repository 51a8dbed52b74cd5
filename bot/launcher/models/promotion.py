"""From a trained model to the one that serves: by the gate, or by somebody's decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from bot.errors import ConfigurationError
from bot.launcher.models.gate import Check, Scores, checks, is_understood
from bot.launcher.models.shelf import Promoted, Shelf, fits, is_whole
from bot.launcher.models.trial import Trial, TrialSet, lost
from bot.nlu.evaluate import Line, Prediction


class Outcome(Enum):
    """What became of a candidate."""

    SERVES_ALREADY = "serves"
    PROMOTED = "promoted"
    REFUSED = "refused"
    ASIDE = "aside"
    """It was refused or withdrawn before; nothing was tried."""


@dataclass(frozen=True)
class Decision:
    """`lost`: lines that the serving model takes rightly and this one does not, as far as both could
    be tried; `why_aside`: refused or withdrawn."""

    name: str
    outcome: Outcome
    checks: Sequence[Check] = ()
    misread: Sequence[str] = ()
    lost: Sequence[tuple[Line, Prediction]] = ()
    why_aside: str = ""

    @property
    def serves(self) -> bool:
        """Whether it serves now."""
        return self.outcome in (Outcome.SERVES_ALREADY, Outcome.PROMOTED)


@dataclass(frozen=True)
class Gate:
    """`frame` is that of the running program; `try_model` runs the tests with a model's file."""

    shelf: Shelf
    frame: str
    tests: Callable[[], TrialSet]
    try_model: Callable[[Path, TrialSet], Trial]

    def consider(self, name: str, now: str) -> Decision:
        """For a model that was trained and that nobody has spoken for: it serves if it passes.

        Raises ConfigurationError when it is damaged or of another program.
        """
        aside = self.shelf.state().aside
        if name in aside:
            return Decision(name, Outcome.ASIDE, why_aside=aside[name])
        return self.decide(name, now)

    def decide(self, name: str, now: str, *, force: bool = False) -> Decision:
        """Tries the model and promotes it when it passes, or whatever it shows with `force`; not
        even then when it misreads a plain question. Raises ConfigurationError."""
        self._check(name)
        serving = self.shelf.state().serving
        if serving is not None and serving.name == name:
            return Decision(name, Outcome.SERVES_ALREADY)
        tests = self.tests()
        baseline = self._baseline(serving, tests)
        trial = self.try_model(self.shelf.path(name), tests)
        before = baseline.scores if isinstance(baseline, Trial) else baseline
        found = checks(before, trial.scores)
        passes = all(check.is_met for check in found) or force
        if passes and is_understood(trial.scores):
            outcome = Outcome.PROMOTED
            self.shelf.promote(Promoted(name, now, trial.scores))
        else:
            outcome = Outcome.REFUSED
            self.shelf.refuse(name)
        lines = lost(tests, baseline, trial) if isinstance(baseline, Trial) else []
        return Decision(name, outcome, found, trial.scores.misread, lines)

    def _check(self, name: str) -> None:
        if not is_whole(self.shelf.path(name)):
            raise ConfigurationError(f"没有 {name} 这个模型，或者文件不完整。")
        if not fits(name, self.frame):
            raise ConfigurationError(f"{name} 是别的版本的程序训练的，这个版本不能用它。")

    def _baseline(self, serving: Promoted | None, tests: TrialSet) -> Trial | Scores | None:
        """The serving model tried anew; one of another program cannot be run here, what it had shown
        counts as long as it was asked the same. None: nothing to compare with."""
        if serving is None:
            return None
        path = self.shelf.path(serving.name)
        if fits(serving.name, self.frame) and is_whole(path):
            return self.try_model(path, tests)
        return serving.scores if serving.scores.tests == tests.digest else None

    def roll_back(self, now: str) -> Promoted:
        """The model before serves again. Raises ConfigurationError when there is none that can."""
        previous = self.shelf.state().previous
        if previous is not None:
            if not fits(previous.name, self.frame):
                raise ConfigurationError(
                    f"上一个模型 {previous.name} 是别的版本的程序训练的。"
                    "请先把程序退回那个版本，再退模型。"
                )
            self._check(previous.name)
        return self.shelf.roll_back(now)
