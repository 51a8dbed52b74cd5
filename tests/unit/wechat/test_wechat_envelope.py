"""Requests of the platform: which are let in, and how they are answered."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from bot.channels.wechat.crypto import MessageCipher
from bot.channels.wechat.envelope import LARGEST_BYTES, Account, Envelopes
from bot.channels.wechat.guard import Guard
from bot.channels.wechat.message import Kind
from bot.channels.wechat.reply import text_reply
from bot.channels.wechat.signature import sign
from bot.errors import ChannelError
from bot.settings import Settings
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from tests.fakes import Clock
from tests.unit.wechat.samples import (
    APP_ID,
    KEY,
    MOMENT,
    NONCE,
    OLD_KEY,
    SAMPLE_ENCRYPTED,
    SAMPLE_SIGNATURE,
    TIMESTAMP,
    TOKEN,
    account,
    query,
    text_xml,
    xml,
)

SALT = b"fedcba9876543210"
ENCRYPTED_QUERY = query(encrypt_type="aes", msg_signature=SAMPLE_SIGNATURE)
SAMPLE_BODY = xml(ToUserName="gh_10f6c3c3ac5a", Encrypt=SAMPLE_ENCRYPTED)


@pytest.fixture(scope="module")
def channel_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("channel") / "channel.db"
    engine = create_engine(f"sqlite:///{path}")
    upgrade(engine, "channel")
    engine.dispose()
    return path


@pytest.fixture
def guard(channel_database: Path) -> Iterator[Guard]:
    engine = create_engine(f"sqlite:///{channel_database}")
    with engine.begin() as tx:
        tx.exec_driver_sql("DELETE FROM wechat_nonce")
    yield Guard(engine)
    engine.dispose()


def envelopes(guard: Guard, of: Account, after: timedelta = timedelta()) -> Envelopes:
    """Our side, whose clock stands `after` the requests were made."""
    return Envelopes(of, guard, Clock(MOMENT + after))


def encrypted_request(
    content: bytes, key: str = KEY, app_id: str = APP_ID, salt: bytes = SALT
) -> tuple[dict[str, str], bytes]:
    """Query and body of an encrypted request."""
    encrypted = MessageCipher(key, app_id).encrypt(content.decode(), salt)
    signature = sign(TOKEN, TIMESTAMP, NONCE, encrypted)
    return query(encrypt_type="aes", msg_signature=signature), xml(Encrypt=encrypted)


def refusal(of: Envelopes, asked: dict[str, str], body: bytes) -> tuple[int, str]:
    with pytest.raises(ChannelError) as caught:
        of.open(asked, body)
    return caught.value.status, caught.value.code


# -- the address ---------------------------------------------------------------------------------


def test_the_echo_comes_back(guard: Guard) -> None:
    ours = envelopes(guard, account())
    assert ours.verify_url(query(echostr="5927782489442352469")) == "5927782489442352469"


@pytest.mark.parametrize("field", ["signature", "timestamp", "nonce"])
def test_nobody_without_the_token_gets_an_echo(guard: Guard, field: str) -> None:
    asked = query(echostr="1")
    for wrong in ({**asked, field: "1"}, {k: v for k, v in asked.items() if k != field}):
        with pytest.raises(ChannelError) as caught:
            envelopes(guard, account()).verify_url(wrong)
        assert (caught.value.status, caught.value.code) == (403, "bad_signature")


def test_the_signature_of_an_echo_carries_no_message(guard: Guard) -> None:
    ours = envelopes(guard, account("plain"))
    ours.verify_url(query(echostr="5927782489442352469"))
    assert ours.verify_url(query(echostr="5927782489442352469")) == "5927782489442352469"
    with pytest.raises(ChannelError) as caught:
        ours.open(query(), text_xml())
    assert (caught.value.status, caught.value.code) == (403, "replayed")


@pytest.mark.parametrize("echo", ["", "<script>", "a" * 129, "一"])
def test_only_letters_and_digits_are_given_back(guard: Guard, echo: str) -> None:
    with pytest.raises(ChannelError) as caught:
        envelopes(guard, account()).verify_url(query(echostr=echo))
    assert (caught.value.status, caught.value.code) == (400, "bad_envelope")


# -- in the clear --------------------------------------------------------------------------------


def test_a_plain_message_is_opened_and_answered_in_the_clear(guard: Guard) -> None:
    opened = envelopes(guard, account("plain")).open(query(), text_xml("你好"))
    assert (opened.message.kind, opened.message.text) == (Kind.TEXT, "你好")
    reply = text_reply(opened.message, "您好", 1)
    assert opened.answer(reply, 1, "n", SALT) == reply.encode()


@pytest.mark.parametrize(
    ("minutes", "code"), [(-5, None), (5, None), (-5.1, "stale"), (5.1, "stale")]
)
def test_a_request_is_good_for_five_minutes(guard: Guard, minutes: float, code: str | None) -> None:
    ours = envelopes(guard, account("plain"), timedelta(minutes=minutes))
    if code is None:
        assert ours.open(query(), text_xml()).message.text == "你好"
    else:
        assert refusal(ours, query(), text_xml()) == (403, code)


@pytest.mark.parametrize("timestamp", ["", "now", "1e9", "９", "9" * 30])
def test_a_timestamp_that_is_none_is_refused_although_signed(guard: Guard, timestamp: str) -> None:
    ours = envelopes(guard, account("plain"))
    assert refusal(ours, query(timestamp=timestamp), text_xml()) == (403, "stale")


def test_the_same_request_passes_again_but_not_with_another_message(guard: Guard) -> None:
    ours = envelopes(guard, account("plain"))
    first = ours.open(query(), text_xml("转账")).message
    assert ours.open(query(), text_xml("转账")).message == first
    assert refusal(ours, query(), text_xml("别的")) == (403, "replayed")
    assert ours.open(query(nonce="2"), text_xml("别的")).message.text == "别的"


def test_the_signature_is_checked_before_the_body_is_read(guard: Guard) -> None:
    asked = {**query(), "signature": "0" * 40}
    assert refusal(envelopes(guard, account("plain")), asked, b"<") == (403, "bad_signature")


def test_a_refused_request_is_not_remembered(guard: Guard) -> None:
    ours = envelopes(guard, account("plain"))
    assert refusal(ours, query(), b"<xml/>") == (400, "bad_envelope")
    assert ours.open(query(), text_xml()).message.text == "你好"


def test_a_body_may_be_64_kilobytes(guard: Guard) -> None:
    ours = envelopes(guard, account("plain"))
    room = LARGEST_BYTES - len(text_xml(""))
    assert refusal(ours, query(), text_xml("a" * (room + 1))) == (413, "too_long")
    assert len(ours.open(query(), text_xml("a" * room)).message.text) == room


@given(body=st.binary(max_size=300), field=st.sampled_from(["signature", "timestamp", "nonce"]))
@settings_of(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_is_refused_in_order(guard: Guard, body: bytes, field: str) -> None:
    ours = envelopes(guard, account("compatible"))
    assert refusal(ours, query(), body) == (400, "bad_envelope")
    assert refusal(ours, query(), xml(Encrypt=body.hex())) == (403, "bad_signature")
    assert refusal(ours, {**query(), field: body.hex()}, body) == (403, "bad_signature")


# -- encrypted -----------------------------------------------------------------------------------


def test_tencents_sample_is_opened(guard: Guard) -> None:
    opened = envelopes(guard, account()).open(ENCRYPTED_QUERY, SAMPLE_BODY)
    assert opened.message.text == "abcdteT"


def test_the_answer_to_an_encrypted_message_opens_at_the_other_implementation(guard: Guard) -> None:
    opened = envelopes(guard, account()).open(ENCRYPTED_QUERY, SAMPLE_BODY)
    reply = text_reply(opened.message, "您好 ]]> 😀", 1409735670)
    sent = opened.answer(reply, 1409735670, "77", SALT)
    fields = {child.tag: child.text or "" for child in ET.fromstring(sent)}  # noqa: S314 - ours
    assert (fields["TimeStamp"], fields["Nonce"]) == ("1409735670", "77")
    theirs = WeChatCrypto(TOKEN, KEY, APP_ID)
    assert theirs.decrypt_message(sent, fields["MsgSignature"], "1409735670", "77") == reply


def test_a_message_of_before_the_keys_were_changed_is_answered_with_the_old_key(
    guard: Guard,
) -> None:
    asked, body = encrypted_request(text_xml("旧"), key=OLD_KEY)
    opened = envelopes(guard, account(keys=(KEY, OLD_KEY))).open(asked, body)
    assert opened.message.text == "旧"
    sent = ET.fromstring(opened.answer("<xml/>", 1, "n", SALT))  # noqa: S314 - ours
    assert MessageCipher(OLD_KEY, APP_ID).decrypt(sent.findtext("Encrypt", "")) == b"<xml/>"


@pytest.mark.parametrize(
    ("key", "app_id"), [(OLD_KEY, APP_ID), (KEY, "wx0000000000000000")], ids=["key", "account"]
)
def test_another_key_or_another_account_is_refused(guard: Guard, key: str, app_id: str) -> None:
    asked, body = encrypted_request(text_xml(), key, app_id)
    assert refusal(envelopes(guard, account()), asked, body) == (400, "bad_envelope")


@pytest.mark.parametrize("signature", ["", "0" * 40, query()["signature"]])
def test_the_signature_over_the_ciphertext_is_needed(guard: Guard, signature: str) -> None:
    asked = {**ENCRYPTED_QUERY, "msg_signature": signature}
    assert refusal(envelopes(guard, account()), asked, SAMPLE_BODY) == (403, "bad_signature")


def test_the_signature_over_the_query_is_needed_too(guard: Guard) -> None:
    asked = {k: v for k, v in ENCRYPTED_QUERY.items() if k != "signature"}
    assert refusal(envelopes(guard, account()), asked, SAMPLE_BODY) == (403, "bad_signature")


def test_a_message_in_the_clear_is_refused_in_encrypted_mode(guard: Guard) -> None:
    assert refusal(envelopes(guard, account()), query(), text_xml()) == (400, "bad_envelope")


def test_an_encrypted_message_is_refused_in_plain_mode(guard: Guard) -> None:
    ours = envelopes(guard, account("plain", keys=()))
    assert refusal(ours, ENCRYPTED_QUERY, SAMPLE_BODY) == (400, "bad_envelope")


def test_in_compatible_mode_only_the_encrypted_half_is_believed(guard: Guard) -> None:
    forged = SAMPLE_BODY.replace(b"</xml>", text_xml("转账").replace(b"<xml>", b""))
    forged = forged.replace(b"<ToUserName><![CDATA[gh_10f6c3c3ac5a]]></ToUserName>", b"", 1)
    opened = envelopes(guard, account("compatible")).open(ENCRYPTED_QUERY, forged)
    assert opened.message.text == "abcdteT"


def test_in_compatible_mode_a_clear_message_is_taken_and_answered_in_the_clear(
    guard: Guard,
) -> None:
    opened = envelopes(guard, account("compatible")).open(query(), text_xml())
    assert opened.answer("<xml/>", 1, "n", SALT) == b"<xml/>"


def test_in_compatible_mode_an_encrypted_request_lends_its_signature_to_no_clear_one(
    guard: Guard,
) -> None:
    ours = envelopes(guard, account("compatible"))
    ours.open(ENCRYPTED_QUERY, SAMPLE_BODY)
    assert refusal(ours, query(), text_xml("转账")) == (403, "replayed")


def test_a_repeat_may_be_encrypted_anew(guard: Guard) -> None:
    ours = envelopes(guard, account())
    first = ours.open(*encrypted_request(text_xml()))
    again = ours.open(*encrypted_request(text_xml(), salt=SALT[::-1]))
    assert again.message == first.message


# -- the account ---------------------------------------------------------------------------------


def settings(**values: str) -> Settings:
    secrets = dict.fromkeys(
        ("web_session_secret", "field_keys", "case_store_token", "analytics_secret"), "x"
    )
    return Settings(**secrets, **values)


def test_without_an_app_id_there_is_no_account() -> None:
    assert Account.of(settings()) is None


def test_the_account_is_that_of_the_settings_and_prints_no_secret() -> None:
    config = settings(
        wechat_app_id=APP_ID,
        wechat_token=TOKEN,
        wechat_app_secret="s",
        wechat_aes_key=KEY,
        wechat_previous_aes_key=OLD_KEY,
    )
    found = Account.of(config)
    assert found == account(keys=(KEY, OLD_KEY))
    assert not {TOKEN, KEY, OLD_KEY} & set(repr(found).replace("'", " ").split())
    assert replace(account(), keys=()) != found
