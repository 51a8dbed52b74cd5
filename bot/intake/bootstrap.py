"""Puts the intake's parts together from settings: the only place that chooses implementations."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.engine import Engine

from bot.intake import reference
from bot.intake.acts import SqlActs
from bot.intake.calendar import BEIJING, local_day
from bot.intake.callbacks import SqlCallbacks
from bot.intake.cancellations import SqlCancellations
from bot.intake.case_store import HttpCaseStore
from bot.intake.complaint import Complaint
from bot.intake.drafts import SqlDrafts
from bot.intake.evidence import SqlEvidence
from bot.intake.feed import SqlFeed
from bot.intake.journal import SqlJournal
from bot.intake.seats import SqlSeats
from bot.privacy.sealing import Sealer
from bot.settings import Settings
from bot.storage.engine import shared_engine

FIRST_WAIT = timedelta(seconds=1)


def sealer(config: Settings) -> Sealer:
    return Sealer(config.seal_keys())


def mint_reference(complaint: Complaint, attempt: int = 0) -> str:
    """The reference of a complaint: the same whenever its intake id is filed on one day.

    The intake id is random and never leaves the bank, so that no reference can be guessed.
    """
    day = complaint.submitted_at.astimezone(BEIJING).date()
    seed = f"{complaint.intake_id}/{attempt}".encode()
    return reference.mint(day, reference.drawn_from(seed))


def open_journal(config: Settings) -> SqlJournal:
    return SqlJournal(_database(config), sealer(config), mint_reference, FIRST_WAIT)


def open_acts(config: Settings) -> SqlActs:
    return SqlActs(_database(config), sealer(config), FIRST_WAIT)


def open_callbacks(config: Settings) -> SqlCallbacks:
    return SqlCallbacks(_database(config), sealer(config), callback_reference, FIRST_WAIT)


def open_cancellations(config: Settings) -> SqlCancellations:
    return SqlCancellations(_database(config), callback_reference, FIRST_WAIT)


def open_seats(config: Settings) -> SqlSeats:
    return SqlSeats(_database(config))


def callback_reference(callback_id: UUID, asked_at: datetime) -> str:
    """The number under which staff find a call-back that is stuck, shaped like a complaint's."""
    return reference.mint(local_day(asked_at), reference.drawn_from(str(callback_id).encode()))


def open_evidence(config: Settings) -> SqlEvidence:
    return SqlEvidence(_database(config), sealer(config), config.evidence_dir, FIRST_WAIT)


def open_drafts(config: Settings) -> SqlDrafts:
    return SqlDrafts(_database(config), sealer(config), secrets.choice)


def open_feed(config: Settings) -> SqlFeed:
    return SqlFeed(_database(config))


def case_store(config: Settings) -> HttpCaseStore:
    return HttpCaseStore(
        config.case_store_url,
        config.case_store_token.get_secret_value(),
        config.case_store_connect_timeout,
        config.case_store_read_timeout,
    )


def _database(config: Settings) -> Engine:
    return shared_engine(config.database_url("journal"))
