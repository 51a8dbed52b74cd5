"""Alembic's entry: runs the versions on the connection that `bot.storage.migrate` hands over."""

from __future__ import annotations

from alembic import context

_attributes = context.config.attributes
context.configure(
    connection=_attributes["connection"],
    version_table=_attributes["version_table"],
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
