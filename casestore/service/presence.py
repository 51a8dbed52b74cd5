"""Collision warning: who else has a case open, and who of them is writing."""

from collections.abc import Sequence

from casestore.domain.errors import CaseNotFound
from casestore.domain.presence import PRESENT_FOR, Viewer
from casestore.domain.reference import is_reference
from casestore.domain.staff import Officer
from casestore.service.access import check_access
from casestore.service.ports import Clock, Store


class Presence:
    """``now`` gives aware moments."""

    def __init__(self, store: Store, now: Clock) -> None:
        self._store = store
        self._now = now

    def look(self, reference: str, officer: Officer, is_writing: bool) -> Sequence[Viewer]:
        """Note that an officer has a case open; the colleagues who have it open, too.

        Raises CaseNotFound (also for a case the officer may not see), StoreUnavailable.
        """
        now = self._now()
        since = now - PRESENT_FOR
        with self._store.transaction() as tx:
            standing = tx.cases.standing(reference) if is_reference(reference) else None
            if standing is None:
                raise CaseNotFound
            check_access(tx, standing, officer)
            tx.viewers.drop_before(since)
            tx.viewers.put(Viewer(reference, officer.username, officer.name, now, is_writing))
            seen = tx.viewers.of(reference, since)
            tx.commit()
        return [viewer for viewer in seen if viewer.username != officer.username]
