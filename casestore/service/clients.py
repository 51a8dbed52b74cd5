"""Which program is calling."""

from casestore.domain.errors import Unauthorized
from casestore.service.ports import Store
from casestore.service.tokens import token_hash


class ClientRegister:
    """Bearer tokens, one per client, stored hashed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def admit(self, name: str, token: str) -> None:
        """Make ``token`` the one token of the client ``name``."""
        with self._store.transaction() as tx:
            tx.clients.put(name, token_hash(token))
            tx.commit()

    def identify(self, token: str) -> str:
        """The client's name. Raises Unauthorized, StoreUnavailable."""
        with self._store.transaction() as tx:
            name = tx.clients.name_for(token_hash(token))
        if name is None:
            raise Unauthorized
        return name
