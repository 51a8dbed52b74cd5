"""Session and button tokens: signed here, meaningless to forge."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from itsdangerous import URLSafeSerializer

from bot.channels.transcript import Button
from bot.channels.web.session import LONGEST, Choices, Sessions
from bot.errors import ChannelError

NOW = datetime(2026, 11, 23, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
BUTTON = Button(title="同意", payload='/answer{"field": "consent", "value": true}')


def opened(*secrets: str) -> Sessions:
    return Sessions(secrets or ("secret",), HOUR, uuid4)


def bearer(token: str) -> str:
    return f"Bearer {token}"


def new_token(sessions: Sessions, now: datetime = NOW) -> str:
    return sessions.token(sessions.open(now))[0]


def refusal(sessions: Sessions, authorization: str | None, now: datetime = NOW) -> str:
    with pytest.raises(ChannelError) as caught:
        sessions.read(authorization, now)
    assert caught.value.status == 401
    return caught.value.code


def test_the_sender_is_chosen_by_the_server() -> None:
    number = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
    sessions = Sessions(["secret"], HOUR, lambda: number)
    token, expires_at = sessions.token(sessions.open(NOW))
    assert expires_at == NOW + HOUR
    assert sessions.read(bearer(token), NOW).sender_id == f"web-{number.hex}"
    assert sessions.read(f"bearer  {token} ", NOW).sender_id == f"web-{number.hex}"


def test_no_two_sessions_are_alike() -> None:
    sessions = opened()
    tokens = [new_token(sessions) for _ in range(3)]
    assert len({sessions.read(bearer(token), NOW).sender_id for token in tokens}) == 3


def test_every_token_of_a_session_begins_alike_and_no_two_sessions_do() -> None:
    sessions = opened()
    beginnings = []
    for _ in range(200):  # itsdangerous would compress one in five
        session = sessions.open(NOW)
        later = sessions.renew(session, NOW + timedelta(days=1))
        tokens = [sessions.token(each)[0] for each in (session, later)]
        assert tokens[0] != tokens[1]
        assert tokens[0][:52] == tokens[1][:52]
        beginnings.append(tokens[0][:52])
    assert len(set(beginnings)) == 200


def test_a_compressed_token_of_an_earlier_release_still_counts() -> None:
    held = ["web-" + "0" * 32, 0, int(NOW.timestamp()), int(NOW.timestamp())]
    token = URLSafeSerializer("secret", salt="xiaobao.web.session").dumps(held)
    assert token.startswith(".")
    assert opened().read(bearer(token), NOW).sender_id == held[0]


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer x.y.z"]
)
def test_without_a_token_of_ours_nobody_enters(authorization: str | None) -> None:
    assert refusal(opened(), authorization) == "unauthorized"


def test_an_expired_token_says_so() -> None:
    sessions = opened()
    token = new_token(sessions)
    assert sessions.read(bearer(token), NOW + HOUR - timedelta(seconds=1))
    assert refusal(sessions, bearer(token), NOW + HOUR) == "session_expired"


def test_a_renewed_token_is_of_the_same_customer_and_lasts_longer() -> None:
    sessions = opened()
    first = sessions.open(NOW)
    later = NOW + HOUR / 2
    token, expires_at = sessions.token(sessions.renew(first, later))
    read = sessions.read(bearer(token), NOW + HOUR)
    assert (read.sender_id, read.generation) == (first.sender_id, 1)
    assert expires_at == later + HOUR


def test_no_session_is_renewed_for_ever() -> None:
    sessions = opened()
    late = NOW + LONGEST - HOUR / 2
    _, expires_at = sessions.token(sessions.renew(sessions.open(NOW), late))
    assert expires_at == NOW + LONGEST


def test_a_secret_that_was_replaced_still_opens_what_it_signed() -> None:
    token = new_token(opened("old"))
    assert opened("new", "old").read(bearer(token), NOW)
    assert refusal(opened("new"), bearer(token)) == "unauthorized"
    assert opened("new").read(bearer(new_token(opened("new", "old"))), NOW)


def test_tokens_of_another_secret_or_purpose_are_refused() -> None:
    sessions = opened()
    assert refusal(sessions, bearer(new_token(opened("other")))) == "unauthorized"
    otherwise = URLSafeSerializer("secret", salt="other").dumps(["web-1", 0, 0, 0])
    assert refusal(sessions, bearer(str(otherwise))) == "unauthorized"
    assert refusal(sessions, bearer(Choices(["secret"]).token("web-1", BUTTON))) == "unauthorized"


def test_a_token_of_the_version_before_is_refused_without_a_fault() -> None:
    before = URLSafeSerializer("secret", salt="xiaobao.web.session").dumps("web-1")
    assert refusal(opened(), bearer(str(before))) == "unauthorized"


def test_a_changed_token_is_refused() -> None:
    sessions = opened()
    token = new_token(sessions)
    for place in range(0, len(token), 7):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert refusal(sessions, bearer(changed)) == "unauthorized"


def test_a_button_comes_back_as_it_was() -> None:
    choices = Choices(["secret"])
    token = choices.token("web-1", BUTTON)
    assert choices.button("web-1", token) == BUTTON
    assert "consent" not in token or token.count(".") == 1


@pytest.mark.parametrize("token", ["", "x", "a.b", "吃", '["同意", "/restart"]', "." * 100])
def test_made_up_choices_are_unknown(token: str) -> None:
    with pytest.raises(ChannelError) as caught:
        Choices(["secret"]).button("web-1", token)
    assert (caught.value.status, caught.value.code) == (422, "unknown_choice")


def test_a_button_works_for_its_own_customer_only() -> None:
    choices = Choices(["secret"])
    token = choices.token("web-1", BUTTON)
    for reader, sender in ((choices, "web-2"), (Choices(["other"]), "web-1")):
        with pytest.raises(ChannelError):
            reader.button(sender, token)
