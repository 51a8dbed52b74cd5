"""Files a confirmed complaint: in the journal, or straight in the case store when that is away.

The journal comes first: it is on this machine and answers within milliseconds. When it cannot be
written (full disk, database away) the case store is tried once, under the reference the journal
would have given, so that whatever is repeated afterwards is the same case.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from bot.errors import CaseStoreError, JournalUnavailable, Permanent
from bot.intake import fields as f
from bot.intake.case_store import CaseStore
from bot.intake.complaint import Complaint
from bot.intake.journal import Journal

logger = logging.getLogger(__name__)


class FilingDesk:
    """`mint_reference` must give the reference that the journal gives to the same complaint."""

    def __init__(
        self,
        journal: Journal,
        cases: CaseStore,
        mint_reference: Callable[[Complaint, int], str],
    ) -> None:
        self._journal = journal
        self._cases = cases
        self._mint = mint_reference

    def file(self, complaint: Complaint, now: datetime) -> str:
        """The reference of the complaint, which is then on disk or in the case store.

        Raises JournalUnavailable when it is in neither.
        """
        try:
            return self._journal.record(complaint, now).reference
        except JournalUnavailable:
            if complaint.fields[f.ATTACHMENTS]:
                raise  # documents lie beside the journal and could not follow
            return self._file_directly(complaint)

    def _file_directly(self, complaint: Complaint) -> str:
        reference = self._mint(complaint, 0)
        try:
            self._cases.file(complaint.payload(reference))
        except Permanent as exc:
            if "idempotency_conflict" not in exc.message:
                raise JournalUnavailable() from exc
            # Filed by an earlier try of this very form, a moment before: nobody else has its id.
        except CaseStoreError as exc:
            raise JournalUnavailable() from exc
        logger.warning("journal away: %s filed directly", reference)
        return reference
