"""Sealed values: only the keys open them, and keys can be changed."""

from __future__ import annotations

import pytest

from bot.errors import ConfigurationError, StorageError
from bot.privacy.masking import mask
from bot.privacy.sealing import Sealer, phones_of
from tests.samples import OTHER_SEAL_KEY, SEAL_KEY


def test_what_was_sealed_opens_again() -> None:
    sealer = Sealer([SEAL_KEY])
    sealed = sealer.seal("13800138000")
    assert "13800138000" not in sealed
    assert sealer.open(sealed) == "13800138000"
    assert sealer.seal("13800138000") != sealed


def test_after_rotation_old_values_open_and_new_ones_take_the_new_key() -> None:
    old = Sealer([SEAL_KEY])
    rotated = Sealer([OTHER_SEAL_KEY, SEAL_KEY])
    assert rotated.open(old.seal("李建国")) == "李建国"
    assert Sealer([OTHER_SEAL_KEY]).open(rotated.seal("李建国")) == "李建国"


@pytest.mark.parametrize(
    "sealed",
    [pytest.param(Sealer([OTHER_SEAL_KEY]).seal("x"), id="of another key"), "", "garbage"],
)
def test_a_value_no_key_opens_is_a_storage_error(sealed: str) -> None:
    with pytest.raises(StorageError, match="FIELD_KEYS"):
        Sealer([SEAL_KEY]).open(sealed)


@pytest.mark.parametrize("keys", [[], [""], ["short"], [SEAL_KEY, "短"]])
def test_unfit_keys_are_a_configuration_error_that_names_the_setting(keys: list[str]) -> None:
    with pytest.raises(ConfigurationError, match="FIELD_KEYS"):
        Sealer(keys)


def test_phones_travel_sealed_and_in_order() -> None:
    sealer = Sealer([SEAL_KEY])
    first, second = phones_of(mask("13800138000或者010-88886666，密码123456"), sealer)
    assert (first["shown"], second["shown"]) == ("138****8000", "010-****6666")
    assert sealer.open(first["sealed"]) == "13800138000"
    assert sealer.open(second["sealed"]) == "01088886666"


def test_bytes_are_sealed_as_texts_are() -> None:
    sealed = Sealer([SEAL_KEY]).seal_bytes(b"%PDF\x00\xff")
    assert b"%PDF" not in sealed  # without the sign it may stand there by chance
    assert Sealer([OTHER_SEAL_KEY, SEAL_KEY]).open_bytes(sealed) == b"%PDF\x00\xff"
    with pytest.raises(StorageError, match="FIELD_KEYS"):
        Sealer([OTHER_SEAL_KEY]).open_bytes(sealed)


def test_a_digest_is_the_same_each_time_and_tells_nothing_without_the_key() -> None:
    one = Sealer([SEAL_KEY])
    assert one.mac("phone", "13800138000") == Sealer([SEAL_KEY]).mac("phone", "13800138000")
    others = {
        one.mac("phone", "13800138001"),
        one.mac("code", "13800138000"),
        Sealer([OTHER_SEAL_KEY]).mac("phone", "13800138000"),
    }
    assert len(others | {one.mac("phone", "13800138000")}) == 4


def test_after_rotation_digests_of_every_key_are_looked_for() -> None:
    old, rotated = Sealer([SEAL_KEY]), Sealer([OTHER_SEAL_KEY, SEAL_KEY])
    assert old.mac("phone", "1") in rotated.macs("phone", "1")
    assert rotated.mac("phone", "1") == Sealer([OTHER_SEAL_KEY]).mac("phone", "1")
