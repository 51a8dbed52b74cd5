"""The services behind the actions, made once per process from settings."""

from __future__ import annotations

from functools import lru_cache
from uuid import uuid4

from bot.intake.answers import Reader
from bot.intake.bootstrap import case_store, open_journal, sealer
from bot.intake.case_store import CaseStore
from bot.intake.conversation import ComplaintForm
from bot.intake.journal import Journal
from bot.intake.reading.classification import load_table
from bot.knowledge.catalogue import Catalogue, load_catalogue
from bot.knowledge.feedback import Feedback
from bot.privacy.sealing import Sealer
from bot.settings import ROOT, settings
from bot.storage.engine import create_engine

CLASSIFICATION = ROOT / "data" / "knowledge" / "classification.yml"
FAQ = ROOT / "data" / "nlu" / "faq"


@lru_cache(maxsize=1)
def form() -> ComplaintForm:
    return ComplaintForm(Reader(load_table(CLASSIFICATION)), settings().consent_version, uuid4)


@lru_cache(maxsize=1)
def journal() -> Journal:
    return open_journal(settings())


@lru_cache(maxsize=1)
def cases() -> CaseStore:
    return case_store(settings())


@lru_cache(maxsize=1)
def seals() -> Sealer:
    return sealer(settings())


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    return load_catalogue(FAQ)


@lru_cache(maxsize=1)
def answerable() -> frozenset[str]:
    """Labels that have a response of the same name."""
    return frozenset({"account_service", *(f"faq/{answer_id}" for answer_id in catalogue())})


@lru_cache(maxsize=1)
def feedback() -> Feedback:
    url = settings().database_url("knowledge")
    return Feedback(create_engine(url, durable=False))
