"""Counting for campaigns put together: what makes facts, what carries them, what clears them away."""

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
PURGE_EVERY = timedelta(hours=1)


def counter_of(config: Settings) -> Counter:
    """What makes the facts of this installation out of turns."""
    secret = config.analytics_secret.get_secret_value().encode()
    return Counter(secret, channel_of, local_day)


def build_fact_errands(
    config: Settings, clock: Callable[[], datetime], ran: Ran = lambda *_: None
) -> Errands:
    """Publishing and clearing away, to be run in a thread of their own: a broker that hangs holds
    up nothing else. Nothing is opened before it is used."""
    facts, keep = open_facts(config), timedelta(days=config.analytics_days)
    publisher = Publisher(open_outbox(config), open_broker(config.analytics_broker, facts))
    return Errands(
        (
            Errand("publishing of facts", PUBLISH_EVERY, publisher.run),
            Errand("purge of facts", PURGE_EVERY, lambda now: facts.purge(now - keep)),
        ),
        clock,
        ran,
    )
