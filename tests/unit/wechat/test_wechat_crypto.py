"""Signature and encryption, against Tencent's own sample and against another implementation."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import PrpCrypto, WeChatCrypto
from wechatpy.utils import check_signature

from bot.channels.wechat.crypto import BadCiphertext, MessageCipher
from bot.channels.wechat.message import parse
from bot.channels.wechat.signature import is_signed, sign
from tests.unit.wechat.samples import (
    APP_ID,
    KEY,
    NONCE,
    OLD_KEY,
    OPENID,
    SAMPLE_ENCRYPTED,
    SAMPLE_SIGNATURE,
    TIMESTAMP,
    TOKEN,
)

SALT = b"0123456789abcdef"
CIPHER = MessageCipher(KEY, APP_ID)
AES_KEY = base64.b64decode(KEY + "=")


def test_the_signature_is_that_of_tencents_sample() -> None:
    assert sign(TOKEN, TIMESTAMP, NONCE, SAMPLE_ENCRYPTED) == SAMPLE_SIGNATURE
    assert is_signed(SAMPLE_SIGNATURE, TOKEN, TIMESTAMP, NONCE, SAMPLE_ENCRYPTED)


@pytest.mark.parametrize(
    "signature", ["", SAMPLE_SIGNATURE[:-1], SAMPLE_SIGNATURE.upper(), "签名", "\ud800", "0" * 40]
)
def test_another_signature_is_not_accepted(signature: str) -> None:
    assert not is_signed(signature, TOKEN, TIMESTAMP, NONCE, SAMPLE_ENCRYPTED)


@given(st.from_regex(r"[0-9A-Za-z]{3,32}", fullmatch=True), st.integers(0, 2**33))
def test_the_other_implementation_finds_our_signatures_right(token: str, timestamp: int) -> None:
    check_signature(token, sign(token, str(timestamp), NONCE), str(timestamp), NONCE)


def test_tencents_sample_decrypts_to_its_message() -> None:
    message = parse(CIPHER.decrypt(SAMPLE_ENCRYPTED))
    assert (message.openid, message.text) == (OPENID, "abcdteT")
    assert message.key == "6054768590064713728"


@given(st.text(st.characters(blacklist_categories=["Cs"])), st.binary(min_size=16, max_size=16))
def test_what_we_encrypt_the_other_implementation_opens(xml: str, salt: bytes) -> None:
    assert PrpCrypto(AES_KEY).decrypt(CIPHER.encrypt(xml, salt), APP_ID) == xml


@given(st.text(st.characters(blacklist_categories=["Cs"]), min_size=1))
def test_what_the_other_implementation_encrypts_we_open(xml: str) -> None:
    theirs = WeChatCrypto(TOKEN, KEY, APP_ID).encrypt_message(xml, NONCE, TIMESTAMP)
    encrypted = theirs.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    assert CIPHER.decrypt(encrypted) == xml.encode()


def test_two_equal_messages_do_not_look_alike() -> None:
    assert CIPHER.encrypt("<xml/>", SALT) != CIPHER.encrypt("<xml/>", SALT[::-1])


def test_a_salt_of_another_length_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        CIPHER.encrypt("<xml/>", b"short")


def test_a_message_to_another_account_is_not_opened() -> None:
    other = MessageCipher(KEY, "wx0000000000000000")
    with pytest.raises(BadCiphertext):
        CIPHER.decrypt(other.encrypt("<xml/>", SALT))


def test_a_message_encrypted_with_another_key_is_not_opened() -> None:
    with pytest.raises(BadCiphertext):
        MessageCipher(OLD_KEY, APP_ID).decrypt(SAMPLE_ENCRYPTED)


@pytest.mark.parametrize("encrypted", ["", "====", "不是密文", "QUJD", SAMPLE_ENCRYPTED[:-8]])
def test_what_is_no_ciphertext_is_refused(encrypted: str) -> None:
    with pytest.raises(BadCiphertext):
        CIPHER.decrypt(encrypted)


@given(st.binary(min_size=16, max_size=512))
def test_bytes_of_any_sort_are_refused_and_nothing_breaks(content: bytes) -> None:
    ciphertext = base64.b64encode(content[: len(content) // 16 * 16]).decode()
    with pytest.raises(BadCiphertext):
        CIPHER.decrypt(ciphertext)


@pytest.mark.parametrize(
    "ending",
    [b"\x00" * 32, b"\x21" * 32, b"\x01" * 15 + b"\x02", b"\x10" * 16, b"\x20" * 32],
    ids=["none", "too long", "uneven", "nothing left", "no length"],
)
def test_wrong_padding_is_refused(ending: bytes) -> None:
    plain = ending if len(ending) == 32 else b"0" * (32 - len(ending)) + ending
    encryptor = Cipher(algorithms.AES(AES_KEY), modes.CBC(AES_KEY[:16])).encryptor()
    encrypted = base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()
    with pytest.raises(BadCiphertext):
        CIPHER.decrypt(encrypted)
