"""Session and button tokens: signed here, meaningless to forge."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from itsdangerous import URLSafeTimedSerializer

from bot.channels.transcript import Button
from bot.channels.web.session import Choices, Sessions
from bot.errors import ChannelError

NOW = datetime(2026, 11, 23, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
BUTTON = Button(title="同意", payload='/answer{"field": "consent", "value": true}')


def bearer(token: str) -> str:
    return f"Bearer {token}"


def refusal(sessions: Sessions, authorization: str | None) -> str:
    with pytest.raises(ChannelError) as caught:
        sessions.sender_of(authorization)
    assert caught.value.status == 401
    return caught.value.code


def test_the_sender_is_chosen_by_the_server() -> None:
    number = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
    sessions = Sessions("secret", HOUR, lambda: number)
    token, expires_at = sessions.open(NOW)
    assert expires_at == NOW + HOUR
    assert sessions.sender_of(bearer(token)) == f"web-{number.hex}"
    assert sessions.sender_of(f"bearer  {token} ") == f"web-{number.hex}"


def test_no_two_sessions_are_alike() -> None:
    sessions = Sessions("secret", HOUR, uuid4)
    tokens = [sessions.open(NOW)[0] for _ in range(3)]
    assert len({sessions.sender_of(bearer(token)) for token in tokens}) == 3


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer x.y.z"]
)
def test_without_a_token_of_ours_nobody_enters(authorization: str | None) -> None:
    assert refusal(Sessions("secret", HOUR, uuid4), authorization) == "unauthorized"


def test_an_expired_token_says_so() -> None:
    sessions = Sessions("secret", timedelta(seconds=-1), uuid4)
    assert refusal(sessions, bearer(sessions.open(NOW)[0])) == "session_expired"


def test_tokens_of_another_secret_or_purpose_are_refused() -> None:
    sessions = Sessions("secret", HOUR, uuid4)
    foreign, _ = Sessions("other", HOUR, uuid4).open(NOW)
    assert refusal(sessions, bearer(foreign)) == "unauthorized"
    otherwise = URLSafeTimedSerializer("secret", salt="other").dumps("web-1")
    assert refusal(sessions, bearer(str(otherwise))) == "unauthorized"
    assert refusal(sessions, bearer(Choices("secret").token("web-1", BUTTON))) == "unauthorized"


def test_a_changed_token_is_refused() -> None:
    sessions = Sessions("secret", HOUR, uuid4)
    token, _ = sessions.open(NOW)
    for place in range(0, len(token), 7):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert refusal(sessions, bearer(changed)) == "unauthorized"


def test_a_button_comes_back_as_it_was() -> None:
    choices = Choices("secret")
    token = choices.token("web-1", BUTTON)
    assert choices.button("web-1", token) == BUTTON
    assert "consent" not in token or token.count(".") == 1


@pytest.mark.parametrize("token", ["", "x", "a.b", "吃", '["同意", "/restart"]', "." * 100])
def test_made_up_choices_are_unknown(token: str) -> None:
    with pytest.raises(ChannelError) as caught:
        Choices("secret").button("web-1", token)
    assert (caught.value.status, caught.value.code) == (422, "unknown_choice")


def test_a_button_works_for_its_own_customer_only() -> None:
    choices = Choices("secret")
    token = choices.token("web-1", BUTTON)
    for reader, sender in ((choices, "web-2"), (Choices("other"), "web-1")):
        with pytest.raises(ChannelError):
            reader.button(sender, token)
