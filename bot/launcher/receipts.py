"""Receipts for the bank: what it wanted a customer to know has arrived, or never will.

On the website a notice has arrived once it is in the conversation, and is confirmed at once
(bot/intake/news.py). To WeChat it is brought, which may take days; the moment of sending counts
(投诉办法 article 21). Until then the bank hears nothing, and after two hours lets an officer know.
"""

from __future__ import annotations

from datetime import datetime

from bot.channels import texts
from bot.channels.wechat.outbound import Arrival, Outbound
from bot.intake.case_store import CaseStore
from bot.intake.news import confirm

PAGE = 50


class Receipts:
    """Sends each receipt until the case store has it."""

    def __init__(self, outbound: Outbound, case_store: CaseStore) -> None:
        self._outbound = outbound
        self._case_store = case_store

    def send(self, _now: datetime) -> None:
        """Sends what is due. Raises Retryable or StorageError; the rest then goes next time."""
        while arrivals := self._outbound.arrivals(PAGE):
            for arrival in arrivals:
                confirm(self._case_store, arrival.notice, arrival.at, _failure(arrival))
                self._outbound.confirmed(arrival.message_id)


def _failure(arrival: Arrival) -> str | None:
    if arrival.reached:
        return None
    return texts.NOT_BROUGHT.format(code=arrival.error_code)
