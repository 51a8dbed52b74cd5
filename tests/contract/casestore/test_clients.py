"""Bearer tokens of clients, also where several processes serve one database."""

import pytest

from casestore.domain.errors import Unauthorized
from casestore.service.clients import REMEMBERED, ClientRegister
from casestore.service.ports import Store
from tests.contract.casestore.kit import Clock

SECONDS = REMEMBERED.total_seconds()


def test_a_token_replaced_by_another_process_stops_working_within_seconds(
    store: Store, clock: Clock
) -> None:
    here, there = ClientRegister(store, clock), ClientRegister(store, clock)
    here.admit("bot", "old")
    assert here.identify("old") == "bot"
    there.admit("bot", "new")
    assert here.identify("new") == "bot"
    clock.forward(seconds=SECONDS)
    with pytest.raises(Unauthorized):
        here.identify("old")


def test_a_stranger_is_refused_before_and_after_somebody_was_admitted(
    store: Store, clock: Clock
) -> None:
    register = ClientRegister(store, clock)
    for _ in range(2):
        with pytest.raises(Unauthorized):
            register.identify("guess")
        register.admit("bot", "right")
    assert register.identify("right") == "bot"
