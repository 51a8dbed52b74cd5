"""What a campaign's report says of questions nobody could answer: no single person's words."""

from __future__ import annotations

from bot.knowledge.feedback import Miss, MissKind
from bot.knowledge.in_vain import asked_in_vain
from tests.fakes import NOW

E_CNY = "数字人民币钱包怎么开"


def miss(text: str, asker: str | None, kind: MissKind = MissKind.UNKNOWN) -> Miss:
    return Miss(kind, text, "out_of_scope", NOW, "315-2027", asker)


def test_what_two_people_asked_alike_is_told() -> None:
    (gap,) = asked_in_vain([miss(E_CNY, "a"), miss("怎么开数字人民币钱包", "b")])
    assert (gap.times, gap.question) == (2, E_CNY)


def test_what_one_person_asked_however_often_is_not() -> None:
    assert asked_in_vain([miss(E_CNY, "a")] * 9) == []


def test_an_answer_that_did_not_help_was_an_answer() -> None:
    unsolved = [miss(E_CNY, asker, MissKind.UNSOLVED) for asker in "abc"]
    assert asked_in_vain(unsolved) == []


def test_who_asked_is_not_known_of_the_time_before() -> None:
    assert asked_in_vain([miss(E_CNY, None), miss(E_CNY, "a")]) == []
