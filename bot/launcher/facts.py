"""Counting for campaigns put together: what makes facts and what carries them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.analytics.bootstrap import open_facts, open_outbox
from bot.analytics.brokers import open_broker
from bot.analytics.counting import Counter
from bot.analytics.publishing import Publisher
from bot.channels.senders import channel_of
from bot.intake.calendar import local_day
from bot.intake.errands import Errand, Errands, Ran
from bot.settings import Settings

PUBLISH_EVERY = timedelta(seconds=1)


def counter_of(config: Settings) -> Counter:
    """What makes the facts of this installation out of turns."""
    secret = config.analytics_secret.get_secret_value().encode()
    return Counter(secret, channel_of, local_day)


def build_fact_errands(
    config: Settings,
    clock: Callable[[], datetime],
    steady: Callable[[], float],
    ran: Ran = lambda *_: None,
) -> Errands:
    """Publishing, to be run in a thread of its own: a broker that hangs holds up nothing else.
    Nothing is opened before it is used."""
    facts = open_facts(config)
    publisher = Publisher(open_outbox(config), open_broker(config.analytics_broker, facts))
    publishing = Errand("publishing of facts", PUBLISH_EVERY, publisher.run)
    return Errands((publishing,), clock, steady, ran)
