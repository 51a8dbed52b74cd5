"""The forty customers as data: what each says to which question, and what the bank should get.

A persona answers questions, whatever their order, so a script has no turns:

- `opening`: what is said first; a text, or steps.
- `answers`: field → the answer to its question; a list when it may be asked again.
- `interruptions`: field → steps taken before its question is answered; when the question never
  comes, they are taken at the recap.
- `corrections`: steps taken at the recap; `afterwards`: steps taken once the complaint is filed.
- `expect`: field → value the case store should hold, `plainly` for what any clerk would have
  written down from these words, `otherwise` for the rest.
- `secrets`: what was typed by mistake and may be stored nowhere; `then`: a further complaint in
  the same conversation.

A step is a text, or `{say: …}` or `{press: title}`, with `reply` for what the replies must hold.
`begins: then` says that it opens the further complaint before this one is done, `elsewhere: true`
that it is said on another device, where `{code}` is the one-time code shown before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Step:
    """What the customer does: types `text`, or presses the button with that title."""

    text: str
    press: bool = False
    reply: tuple[str, ...] = ()
    begins_then: bool = False
    elsewhere: bool = False


@dataclass(frozen=True)
class Script:
    """One complaint of a persona; `opening_kind` is rich, bare or other."""

    name: str
    opening_kind: str
    opening: tuple[Step, ...]
    answers: Mapping[str, tuple[Step, ...]]
    interruptions: Mapping[str, tuple[Step, ...]]
    corrections: tuple[Step, ...]
    afterwards: tuple[Step, ...]
    secrets: tuple[str, ...]
    plainly: Mapping[str, Any]
    otherwise: Mapping[str, Any]
    then: Script | None

    @property
    def phone(self) -> str:
        """The phone the case should hold; the first of the ways it may be written."""
        wanted = self.plainly["complainant_phone"]
        return str(wanted if isinstance(wanted, str) else wanted[0])

    def plain_words(self, field: str) -> str | None:
        """The answer to `field` put more plainly, when it was not understood as given."""
        wanted = {**self.plainly, **self.otherwise}.get(field)
        if isinstance(wanted, list):
            wanted = wanted[0]
        if isinstance(wanted, Mapping):
            return "，".join(wanted["has"])
        return wanted if field != "complaint_date" else None


def load_personas(*leaving_out: str) -> tuple[Script, ...]:
    """Every persona of the files here but those named (without `.yml`)."""
    files = sorted(path for path in HERE.glob("*.yml") if path.stem not in leaving_out)
    told = [each for path in files for each in yaml.safe_load(path.read_text(encoding="utf-8"))]
    return tuple(_script(each["id"], each["opening_kind"], each) for each in told)


def _script(name: str, kind: str, told: Mapping[str, Any]) -> Script:
    expect, then = told["expect"], told.get("then")
    return Script(
        name=name,
        opening_kind=kind,
        opening=_steps(told["opening"]),
        answers=_by_field(told["answers"]),
        interruptions=_by_field(told.get("interruptions", {})),
        corrections=_steps(told.get("corrections", [])),
        afterwards=_steps(told.get("afterwards", [])),
        secrets=tuple(told.get("secrets", [])),
        plainly=expect["plainly"],
        otherwise=expect.get("otherwise", {}),
        then=_script(f"{name}.then", "other", then) if then else None,
    )


def _by_field(told: Mapping[str, Any]) -> dict[str, tuple[Step, ...]]:
    return {field: _steps(steps) for field, steps in told.items()}


def _steps(told: Any) -> tuple[Step, ...]:
    return tuple(_step(each) for each in (told if isinstance(told, list) else [told]))


def _step(told: Any) -> Step:
    if isinstance(told, str):
        return Step(told)
    press = "press" in told
    return Step(
        text=told["press" if press else "say"],
        press=press,
        reply=tuple(told.get("reply", ())),
        begins_then=told.get("begins") == "then",
        elsewhere=told.get("elsewhere", False),
    )
