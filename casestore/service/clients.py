"""Which program is calling."""

from datetime import datetime, timedelta

from casestore.domain.errors import Unauthorized
from casestore.service.ports import Clock, Store
from casestore.service.tokens import token_hash

REMEMBERED = timedelta(seconds=10)


class ClientRegister:
    """Bearer tokens, one per client, stored hashed.

    A token that was right is believed for ``REMEMBERED`` without asking the database again, so
    one replaced by another process works that much longer.
    """

    def __init__(self, store: Store, now: Clock) -> None:
        self._store = store
        self._now = now
        self._known: dict[str, tuple[str, datetime]] = {}

    def admit(self, name: str, token: str) -> None:
        """Make ``token`` the one token of the client ``name``."""
        with self._store.transaction() as tx:
            tx.clients.put(name, token_hash(token))
            tx.commit()
        self._known.clear()

    def identify(self, token: str) -> str:
        """The client's name. Raises Unauthorized, StoreUnavailable."""
        hashed, now = token_hash(token), self._now()
        name, until = self._known.get(hashed, (None, now))
        if name is not None and now < until:
            return name
        with self._store.transaction() as tx:
            name = tx.clients.name_for(hashed)
        if name is None:
            self._known.pop(hashed, None)
            raise Unauthorized
        self._known[hashed] = (name, now + REMEMBERED)
        return name
