"""The store on a SQL database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from casestore.domain.errors import StoreUnavailable
from casestore.service.ports import (
    Attachments,
    Attempts,
    Backlogs,
    Cases,
    Clients,
    Feed,
    Staff,
)
from casestore.storage.case_tables import SqlAttachments, SqlCases
from casestore.storage.exchange_tables import SqlBacklogs, SqlFeed
from casestore.storage.keyring import Keyring
from casestore.storage.people_tables import SqlAttempts, SqlClients, SqlStaff


class SqlTransaction:
    """Implements ``service.ports.Transaction`` on one connection."""

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        self._connection = connection
        self.cases: Cases = SqlCases(connection, keyring)
        self.attachments: Attachments = SqlAttachments(connection, keyring)
        self.feed: Feed = SqlFeed(connection)
        self.backlogs: Backlogs = SqlBacklogs(connection)
        self.clients: Clients = SqlClients(connection)
        self.staff: Staff = SqlStaff(connection)
        self.attempts: Attempts = SqlAttempts(connection)

    def commit(self) -> None:
        """See the port."""
        self._connection.commit()


class SqlStore:
    """Implements ``service.ports.Store``."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._engine = engine
        self._keyring = keyring

    @contextmanager
    def transaction(self) -> Iterator[SqlTransaction]:
        """See the port. Every database error leaves as StoreUnavailable."""
        try:
            # Closing the connection without a commit rolls back.
            with self._engine.connect() as connection:
                yield SqlTransaction(connection, self._keyring)
        except SQLAlchemyError as exc:
            raise StoreUnavailable from exc
