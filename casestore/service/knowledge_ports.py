"""What the reports on knowledge need from the storage. Every method may raise StoreUnavailable."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from casestore.domain.knowledge import KnowledgeReport, QuestionMark


class KnowledgeReports(Protocol):
    """The last report of each client, and what officers did about its questions."""

    def put(self, report: KnowledgeReport) -> None:
        """Replace the client's report."""

    def all(self) -> Sequence[KnowledgeReport]:
        """The reports, by client."""

    def marks(self) -> Mapping[str, QuestionMark]:
        """The marks on questions, by the questions' key."""

    def put_mark(self, mark: QuestionMark) -> None:
        """Put a mark on a question, in place of an earlier one."""

    def drop_mark(self, key: str) -> None:
        """Take the mark off a question; no error if there is none."""
