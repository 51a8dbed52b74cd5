"""What the governed answers must not do. Pure: answers, documents and the day come in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bot.knowledge.answer import Answers
from bot.knowledge.rules import citing, governing, wording
from bot.knowledge.rules.finding import Case, Finding, Rule
from bot.knowledge.sources import Sources

RULES: tuple[Rule, ...] = (*citing.RULES, *wording.RULES, *governing.RULES)


def check(
    answers: Answers, sources: Sources, today: date, only: Iterable[str] | None = None
) -> list[Finding]:
    """Every fault of every answer (or of the ids `only`), in the order of the rules."""
    ids = sorted(answers) if only is None else sorted(only)
    cases = [Case(answers[key], answers, sources, today) for key in ids]
    return [
        Finding(case.answer.id, rule.name, message, rule.warning)
        for rule in RULES
        for case in cases
        for message in rule.check(case)
    ]


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that fail a check."""
    return [finding for finding in findings if not finding.warning]
