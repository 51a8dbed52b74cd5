"""The case reference: minted, found again in what people type, slips noticed."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.intake.reference import CROCKFORD, find, looks_like, mint

DAY = date(2026, 11, 23)
KNOWN = "TS20261123-7K3QF8K"

references = st.builds(
    lambda day, seed: mint(day, Random(seed).choice),  # noqa: S311 - no secret
    st.dates(date(2020, 1, 1), date(2099, 12, 31)),
    st.integers(0, 2**32),
)


@given(references)
@settings(max_examples=200)
def test_a_minted_reference_is_valid_and_found(reference: str) -> None:
    assert find(reference) == reference
    assert find(f"我的编号是{reference}，谢谢") == reference
    assert set(reference[11:17]) <= set(CROCKFORD)


def test_the_day_is_in_it() -> None:
    assert mint(DAY, lambda _: "7").startswith("TS20261123-777777")


@pytest.mark.parametrize(
    "text",
    [
        KNOWN,
        KNOWN.lower(),
        KNOWN.replace("-", ""),
        KNOWN.replace("-", "—"),
        KNOWN.replace("-", " "),
        KNOWN.replace("-", "- "),
        "TS 20261123-7K3QF8 K",
        "t s20261123-7k3qf8k",
        f"编号{KNOWN}手机尾号8000",
        f"查进度：{KNOWN}。",
    ],
)
def test_ways_of_typing_it_are_forgiven(text: str) -> None:
    assert find(text) == KNOWN


@given(references)
@settings(max_examples=200)
def test_letters_that_look_like_digits_are_forgiven_in_the_tail(reference: str) -> None:
    tail = reference[11:17].replace("0", "O").replace("1", "I")
    assert find(reference[:11] + tail + reference[17]) == reference
    assert find((reference[:11] + tail + reference[17]).replace("I", "l")) in (reference, None)


@given(references, st.integers(2, 16), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
@settings(max_examples=500)
def test_a_slip_of_one_character_never_leads_to_another_reference(
    reference: str, place: int, typed: str
) -> None:
    place += place >= 10  # the dash is no character of the code
    digit_wanted = place < 10
    if reference[place] == typed or (digit_wanted and not typed.isdigit()):
        return
    slipped = reference[:place] + typed + reference[place + 1 :]
    assert find(slipped) != slipped
    assert find(slipped) is None


@given(references)
@settings(max_examples=200)
def test_no_reference_ends_in_a_letter_that_is_copied_as_a_digit(reference: str) -> None:
    assert reference[-1] in CROCKFORD


@pytest.mark.parametrize(
    "text", ["", "TS", "TS20261123", "AB20261123-7K3QF8K", "XTS20261123-7K3QF8K"]
)
def test_other_texts_hold_no_reference(text: str) -> None:
    assert find(text) is None
    assert not looks_like(text)


def test_a_wrong_one_still_looks_like_one() -> None:
    assert looks_like("编号ts20261123-7k3qf8x")
    assert find("编号ts20261123-7k3qf8x") is None


def test_the_first_valid_one_counts() -> None:
    assert find(f"不是TS20261123-7K3QF8X，是{KNOWN}") == KNOWN
