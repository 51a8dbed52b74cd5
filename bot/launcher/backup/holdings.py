"""What this machine holds that must not be lost: databases and folders of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import URL, make_url

from bot.settings import ROOT, Settings

JOURNAL, CASE_STORE = "journal", "casestore"
NEVER_MISSING = (JOURNAL, CASE_STORE)
"""Without these a backup is not whole: what was promised to customers stands in them."""
EVIDENCE, CASE_FILES = "evidence", "casestore-files"

_LOOPBACK = "127.0.0.1"
_UNITS_PORTS = (*range(5011, 5020), *range(5070, 5080))
"""Where the units of deploy/systemd have their shards (501N), the counter and the relays (507N)."""
_LEFT_OUT = (
    "没有包括受理系统（案件和附件）：CASE_STORE_URL 指向 {host}，不在本机，也没有设 DATABASE_URL。"
    "请设 DATABASE_URL（或 DATABASE_URL_FILE）和 CASE_STORE_FILES_DIR，"
    "或者到受理系统那台机器上运行；受理系统是本行自己的，请加 --without-casestore"
)


@dataclass(frozen=True)
class Database:
    """One database: its name in a backup and where it is."""

    name: str
    setting: str
    url: URL

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database, None for a server."""
        is_file = self.url.get_backend_name() == "sqlite" and self.url.database
        return ROOT / str(self.url.database) if is_file else None

    @property
    def copy(self) -> str:
        """The name of its copy in a backup."""
        return f"{self.name}.db" if self.file is not None else f"{self.name}.dump"


@dataclass(frozen=True)
class Holdings:
    """Databases in the order of their backup, folders by their name in a backup, and the addresses
    at which the processes that use them listen.

    Order (docs/adr/0003-journal-and-relay.md): the journal goes before the case store, so that what
    the copy of the journal calls delivered is in the copy of the case store; what is not is
    delivered again, which the case store knows as a repeat. So do the conversations, with the facts
    that wait in them, before the facts that are counted.
    """

    databases: list[Database]
    folders: dict[str, Path]
    addresses: list[tuple[str, int]]
    left_out: str = ""
    """Why the case store is not among them, and what to do about it; empty when it is, or when it
    is not ours."""

    @classmethod
    def of(
        cls, config: Settings, environment: Mapping[str, str], *, with_case_store: bool = True
    ) -> Holdings:
        """`environment` holds the settings of the case store, which are not the assistant's, files
        of secrets read; `with_case_store` is False where the bank has a case store of its own."""
        urls = {
            name: (f"{name.upper()}_URL", config.database_url(name))
            for name in (JOURNAL, "channel", "knowledge", "tracker", "analytics")
        }
        folders = {EVIDENCE: config.evidence_dir}
        addresses = [(config.rasa_host, config.rasa_port)]
        addresses.append((config.actions_host, config.actions_port))
        figures = (config.relay_metrics_port, config.counter_metrics_port)
        addresses += [(config.metrics_host, port) for port in figures if port]
        addresses += [(_LOOPBACK, port) for port in _UNITS_PORTS]
        store, left_out = urlsplit(config.case_store_url), ""
        is_known = "DATABASE_URL" in environment or store.hostname in (_LOOPBACK, "localhost")
        if with_case_store and not is_known:
            left_out = _LEFT_OUT.format(host=store.hostname)
        if with_case_store and is_known:
            # The defaults are those of casestore/settings.py.
            url = environment.get("DATABASE_URL", "sqlite:///var/casestore.db")
            urls[CASE_STORE] = ("DATABASE_URL", url)
            files = environment.get("CASE_STORE_FILES_DIR", "var/casestore-files")
            folders[CASE_FILES] = ROOT / files
            usual = 443 if store.scheme == "https" else 80
            addresses.append((str(store.hostname), store.port or usual))
        databases = [
            Database(name, setting, make_url(url)) for name, (setting, url) in urls.items()
        ]
        return cls(_distinct(databases), folders, addresses, left_out)


def _distinct(databases: list[Database]) -> list[Database]:
    """Without those that share the file, or the server's database, of one before them."""
    first = {_place(database): database for database in reversed(databases)}
    return [database for database in databases if first[_place(database)] is database]


def _place(database: Database) -> object:
    url = database.url
    host = url.host or url.query.get("host")
    return database.file or (host, url.port, url.database)
