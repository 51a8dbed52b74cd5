"""The counter as a process: takes facts from the broker until SIGTERM; the batch under way is done."""

from __future__ import annotations

import signal
import threading

from bot.analytics.bootstrap import open_facts
from bot.analytics.brokers import open_source
from bot.analytics.consumer import Consumer
from bot.errors import ConfigurationError
from bot.launcher.heartbeat import Heartbeats, Process
from bot.launcher.process import configure_logging
from bot.metrics.deliveries import Counting
from bot.metrics.process import process_registry, served
from bot.settings import Settings

COUNTING = "counting"


def run_counter(config: Settings) -> None:
    """Counts until SIGTERM or SIGINT. Raises ConfigurationError when there is no broker."""
    if not config.analytics_broker:
        raise ConfigurationError(
            "没有设置 ANALYTICS_BROKER：活动计数由 relay 直接写库，不用运行这个进程。"
        )
    configure_logging("counter", config.log_format)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    heartbeats = Heartbeats(config.heartbeat_dir, Process.COUNTER)
    heartbeats.begin([COUNTING])
    registry = process_registry("counter")
    source, counted = open_source(config.analytics_broker), Counting(registry)
    consumer = Consumer(source, open_facts(config), counted)
    with served(registry, config.metrics_host, config.counter_metrics_port):
        consumer.run(heartbeats.beating(COUNTING, stop.wait))
