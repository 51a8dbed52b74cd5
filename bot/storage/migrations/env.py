"""Alembic's entry: runs the versions on the engine that `bot.storage.migrate` hands over."""

from __future__ import annotations

from alembic import context

_config = context.config
with _config.attributes["engine"].connect() as _connection:
    context.configure(
        connection=_connection,
        version_table=_config.attributes["version_table"],
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    _connection.commit()
