"""Whether the keys of this installation open what a backup of the journal holds."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from bot.errors import StorageError
from bot.intake.intake_table import intake
from bot.privacy.sealing import Sealer


def open_journal_with(sealer: Sealer, url: URL) -> bool:
    """True when the oldest and the newest complaint can be opened: keys are changed one after
    another, and an old one that is missing shows at the oldest. Raises SQLAlchemyError."""
    column, engine = intake.c.created_at, sa.create_engine(url, future=True, poolclass=NullPool)
    with engine.connect() as connection:
        for order in (column, column.desc()):
            query = sa.select(intake.c.sealed_payload).order_by(order).limit(1)
            sealed = connection.execute(query).scalar_one_or_none()
            if sealed is not None and not _opens(sealer, sealed):
                return False
    return True


def _opens(sealer: Sealer, sealed: str) -> bool:
    try:
        sealer.open(sealed)
    except StorageError:
        return False
    return True
