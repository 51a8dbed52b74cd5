"""The Rasa server without its HTTP API: our channels, our errors, our stores, loopback only.

`rasa run` would do nearly the same; it answers errors in English, accepts 100 MB bodies and wraps
the tracker store so that its failures go unseen.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

from bot.errors import ConfigurationError
from bot.launcher.facts import counter_of
from bot.launcher.garbage import look_rarely
from bot.launcher.process import configure_logging
from bot.launcher.self_test import check_model, golden_sentences
from bot.settings import ROOT, Settings

LARGEST_REQUEST = 12 * 1024 * 1024


def serve(config: Settings, model: Path) -> None:
    """Runs until stopped. Raises ConfigurationError when the model cannot be loaded."""
    configure_logging("rasa", config.log_format)
    os.environ["ACTION_ENDPOINT_URL"] = config.action_endpoint_url
    os.environ["TRACKER_DATABASE_URL"] = config.database_url("tracker")
    app = _build(config, model)
    app.run(config.rasa_host, config.rasa_port, workers=1, access_log=False, backlog=100)


def _build(config: Settings, model: Path) -> Any:
    from rasa.core.run import configure_app, create_http_input_channels, load_agent_on_start
    from rasa.core.utils import AvailableEndpoints

    from bot.channels.web import errors

    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    channels = create_http_input_channels(None, str(ROOT / "credentials.yml"))
    app = configure_app(
        channels, cors=None, enable_api=False, port=config.rasa_port, endpoints=endpoints
    )
    app.config.REQUEST_MAX_SIZE = LARGEST_REQUEST
    app.config.PROXIES_COUNT = config.web_trusted_proxies
    errors.install(app)
    load = partial(load_agent_on_start, str(model), endpoints, None)
    app.register_listener(load, "before_server_start")
    app.register_listener(partial(_check_agent, config, model), "before_server_start")
    app.register_listener(_hang_up, "after_server_stop")
    return app


async def _check_agent(config: Settings, model: Path, app: Any, _loop: Any) -> None:
    """Refuses to start with a model that does not load or misunderstands plain questions."""
    from bot.channels.assembly import shared_parts
    from bot.rasa_ext.action_connection import keep_connected
    from bot.rasa_ext.action_requests import tell_what_is_read
    from bot.rasa_ext.action_results import check_schema_once
    from bot.rasa_ext.graph_runner import run_sequentially
    from bot.rasa_ext.processor import fail_whole_turns
    from bot.rasa_ext.quick_turns import be_quick
    from bot.rasa_ext.tracker_store import count_facts, expose_failures
    from bot.rasa_ext.watching import watch_turns

    agent = app.ctx.agent
    if not agent.is_ready():
        raise ConfigurationError("模型加载失败。请运行 make train 重新训练后再启动。")
    run_sequentially(agent)
    be_quick(agent)
    expose_failures(agent)
    count_facts(agent, counter_of(config))
    fail_whole_turns(agent)
    check_schema_once()
    tell_what_is_read()
    app.ctx.to_actions = keep_connected(agent.processor.action_endpoint)
    await check_model(agent.parse_message, golden_sentences())
    watch_turns(agent, shared_parts().turns, model)
    look_rarely()


async def _hang_up(app: Any, _loop: Any) -> None:
    await app.ctx.to_actions.close()
