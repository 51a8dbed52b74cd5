"""Forty customers of our own invention talk to the real product from the first word to the case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from rich.console import Console

from tests.personas.cases import Finding
from tests.personas.report import accuracy, by_field, detours, median_questions, misses, questions
from tests.personas.runner import Outcome, findings, secrets_found, talk_all
from tests.personas.script import Script, load_personas
from tests.personas.traces import traces
from tests.stack import Stack

NOT_YET = ""
"""The file of conversations whose features are not there yet."""
PERSONAS = load_personas(NOT_YET)
LEAST_ACCURACY = 0.95
MOST_QUESTIONS = {"rich": 5, "bare": 9}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A product of its own: what it has stored comes from these personas alone."""
    running = Stack(tmp_path_factory.mktemp("personas"))
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture(scope="module")
def outcomes(installation: Stack) -> Sequence[Outcome]:
    return talk_all(installation, PERSONAS)


@pytest.fixture(scope="module")
def found(installation: Stack, outcomes: Sequence[Outcome]) -> Sequence[Finding]:
    return findings(installation, outcomes)


def show(capsys: pytest.CaptureFixture[str], *what: object) -> None:
    """Prints past pytest's capture: the figures are wanted from a passing run, too."""
    with capsys.disabled():
        Console(width=160).print(*what, sep="\n", markup=False)


def complaints(personas: Sequence[Script]) -> Iterator[Script]:
    for script in personas:
        yield script
        yield from complaints([script.then] if script.then else [])


def test_forty_different_customers_enough_of_each_kind() -> None:
    kinds = Counter(persona.opening_kind for persona in PERSONAS)
    assert len({persona.name for persona in PERSONAS}) == len(PERSONAS) >= 40
    assert kinds["rich"] >= 10
    assert kinds["bare"] >= 10
    assert len({persona.phone for persona in PERSONAS}) == len(PERSONAS)


def test_every_conversation_ends_with_a_delivered_complaint(outcomes: Sequence[Outcome]) -> None:
    stuck = [f"{o.script.name}: {o.failure}; said {o.said}" for o in outcomes if not o.reference]
    assert not stuck, "\n".join(stuck)
    assert [o.script for o in outcomes] == list(complaints(PERSONAS))


def test_interruptions_are_answered_and_the_form_goes_on(outcomes: Sequence[Outcome]) -> None:
    unmet = [f"{o.script.name}: {what}" for o in outcomes for what in o.unmet]
    assert not unmet, "\n".join(unmet)


def test_what_was_said_plainly_is_in_the_case(
    found: Sequence[Finding], outcomes: Sequence[Outcome], capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = misses(found, outcomes)
    show(capsys, "", by_field(found), *wrong)
    plain = [finding for finding in found if finding.plainly]
    assert accuracy(plain) >= LEAST_ACCURACY, "\n".join(misses(plain, outcomes))


def test_nobody_is_asked_too_often(
    outcomes: Sequence[Outcome], capsys: pytest.CaptureFixture[str]
) -> None:
    show(capsys, "", questions(outcomes), *detours(outcomes))
    for kind, most in MOST_QUESTIONS.items():
        assert median_questions(outcomes, kind) <= most, kind


def test_no_secret_is_stored_anywhere(installation: Stack, outcomes: Sequence[Outcome]) -> None:
    for outcome in (each for each in outcomes if each.reference):
        typed = "\n".join(text for _, text in outcome.said)
        assert all(secret in typed for secret in outcome.script.secrets), outcome.script.name
    assert sum(len(outcome.script.secrets) for outcome in outcomes) >= 10
    found = secrets_found(installation, PERSONAS)
    assert not found, "\n".join(found)


SECRET = "6217 0013 4000 7895 236"
PLANTED = {
    "as typed": (SECRET, SECRET.encode()),
    "without blanks": (SECRET, SECRET.replace(" ", "").encode()),
    "with dashes": (SECRET, SECRET.replace(" ", "-").encode()),
    "in UTF-16": (SECRET, SECRET.encode("utf-16")),
    "short, with blanks": ("6 0 4 8 1 7", "密码6 0 4 8 1 7，".encode()),
    "short, behind a word": ("604817", "验证码604817，".encode()),
    "short, behind an escape": ("604817", rb'"\u9a8c\u8bc1\u7801604817"'),
    "short, in UTF-16": ("604817", "604817".encode("utf-16")),
    "in words": ("幺三五七九二", "密码幺三五七九二".encode()),
    "in words, escaped": ("幺三五", rb"\u5e7a\u4e09\u4e94"),
    "in words, as figures": ("幺三五七九二", "密码135792".encode()),
    "in full width, as figures": ("９０３７２６", b"code=903726"),
}


@pytest.mark.parametrize("way", PLANTED)
def test_the_search_finds_a_secret_however_it_is_written(tmp_path: Path, way: str) -> None:
    secret, content = PLANTED[way]
    (tmp_path / "some.log").write_bytes(b"x" * 50 + b" " + content + b" " + b"x" * 50)
    assert traces(tmp_path, [secret]) == [f"{secret} in some.log"]


@pytest.mark.parametrize("moment", ["12:00:01.604817", "9f604817ab", "1604817", "1732.604817"])
def test_figures_of_a_moment_or_an_id_are_no_secret(tmp_path: Path, moment: str) -> None:
    (tmp_path / "some.log").write_text(f"at {moment} it was")
    assert traces(tmp_path, ["604817"]) == []
