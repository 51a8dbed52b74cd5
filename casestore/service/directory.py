"""The names of people and branches, for pages that show cases."""

from casestore.domain.directory import Directory
from casestore.domain.staff import officer_of
from casestore.service.ports import Store


class Reception:
    """Knows everybody in the house by name."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def directory(self) -> Directory:
        """Everybody and every branch as they are now. Raises StoreUnavailable, FieldUnreadable."""
        with self._store.transaction() as tx:
            accounts, branches = tx.staff.accounts(), tx.branches.all()
        return Directory(
            officers=[officer_of(account) for account in accounts if account.is_active],
            people={account.username: account.name or account.username for account in accounts},
            branches=branches,
        )
