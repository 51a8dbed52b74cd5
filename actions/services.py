"""The services behind the actions, made once per process from settings."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from uuid import uuid4

from bot.campaigns.files import open_shelf
from bot.campaigns.reminders import SqlReminders
from bot.campaigns.shelf import Shelf
from bot.handover import bootstrap as handover
from bot.handover.desk import Desk
from bot.handover.store import Handovers
from bot.intake.acts import SqlActs
from bot.intake.answers import Reader
from bot.intake.bootstrap import (
    case_store,
    mint_reference,
    open_acts,
    open_callbacks,
    open_cancellations,
    open_drafts,
    open_evidence,
    open_journal,
    open_seats,
    sealer,
)
from bot.intake.calendar import BEIJING
from bot.intake.callbacks import Callbacks
from bot.intake.cancellations import Cancellations
from bot.intake.case_store import CaseStore
from bot.intake.desk import FilingDesk
from bot.intake.drafts import SqlDrafts
from bot.intake.evidence import EvidenceStore
from bot.intake.forms.callback import CallbackForm
from bot.intake.forms.case import CaseForm
from bot.intake.forms.complaint import ComplaintForm
from bot.intake.journal import SqlJournal
from bot.intake.office_hours import OfficeHours
from bot.intake.reading.classification import load_table
from bot.intake.seats import Seats
from bot.knowledge.catalogue import Catalogue, load_catalogue
from bot.knowledge.feedback import Feedback
from bot.privacy.sealing import Sealer
from bot.settings import ROOT, settings
from bot.storage.engine import shared_engine

CLASSIFICATION = ROOT / "data" / "knowledge" / "classification.yml"
FAQ = ROOT / "data" / "nlu" / "faq"


@lru_cache(maxsize=1)
def form() -> ComplaintForm:
    return ComplaintForm(Reader(load_table(CLASSIFICATION)), settings().consent_version, uuid4)


@lru_cache(maxsize=1)
def journal() -> SqlJournal:
    return open_journal(settings())


@lru_cache(maxsize=1)
def case_form() -> CaseForm:
    return CaseForm(uuid4)


@lru_cache(maxsize=1)
def callback_form() -> CallbackForm:
    return CallbackForm(uuid4)


@lru_cache(maxsize=1)
def callbacks() -> Callbacks:
    return open_callbacks(settings())


@lru_cache(maxsize=1)
def cancellations() -> Cancellations:
    return open_cancellations(settings())


@lru_cache(maxsize=1)
def seats() -> Seats:
    return open_seats(settings())


def call_by(moment: datetime) -> datetime:
    """When somebody who asks for a call at `moment` will have been called, in China time."""
    return office_hours().after(moment, timedelta(hours=settings().callback_hours))


@lru_cache(maxsize=1)
def acts() -> SqlActs:
    return open_acts(settings())


@lru_cache(maxsize=1)
def evidence() -> EvidenceStore:
    return open_evidence(settings())


@lru_cache(maxsize=1)
def drafts() -> SqlDrafts:
    return open_drafts(settings())


@lru_cache(maxsize=1)
def office_hours() -> OfficeHours:
    return OfficeHours.parse(settings().office_hours)


@lru_cache(maxsize=1)
def cases() -> CaseStore:
    return case_store(settings())


@lru_cache(maxsize=1)
def desk() -> FilingDesk:
    return FilingDesk(journal(), cases(), mint_reference)


@lru_cache(maxsize=1)
def handovers() -> Handovers:
    return handover.open_handovers(settings())


@lru_cache(maxsize=1)
def chat_desk() -> Desk:
    return handover.open_desk(settings())


@lru_cache(maxsize=1)
def seals() -> Sealer:
    return sealer(settings())


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    return load_catalogue(FAQ)


@lru_cache(maxsize=1)
def campaigns() -> Shelf:
    return open_shelf(settings().campaigns_dir, lambda: datetime.now(BEIJING).date())


@lru_cache(maxsize=1)
def reminders() -> SqlReminders:
    return SqlReminders(shared_engine(settings().database_url("journal")))


@lru_cache(maxsize=1)
def answerable() -> frozenset[str]:
    """Labels that have a response of the same name."""
    return frozenset({"account_service", *(f"faq/{answer_id}" for answer_id in catalogue())})


@lru_cache(maxsize=1)
def feedback() -> Feedback:
    url = settings().database_url("knowledge")
    return Feedback(shared_engine(url, durable=False))


def analytics_secret() -> bytes:
    """What names of people in a campaign's figures are made with."""
    return settings().analytics_secret.get_secret_value().encode()
