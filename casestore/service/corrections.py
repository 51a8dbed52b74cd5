"""What people made of the assistant's proposals: kept to learn from, without personal data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from casestore.domain.case import Proposal
from casestore.domain.masking import mask_text
from casestore.domain.staff import SYSTEM, Officer
from casestore.domain.taxonomy import Dimension
from casestore.service.classification_ports import Example
from casestore.service.ports import Store

PORTION = 500


@dataclass(frozen=True)
class Correction:
    """What a person made of the text of a complaint along one dimension.

    ``text`` is masked. ``proposed`` and ``confidence`` (0..1) are the assistant's, None where it
    had no idea; it never proposes a channel.
    """

    text: str
    dimension: Dimension
    proposed: str | None
    confidence: float | None
    confirmed: str
    at: datetime

    def as_json(self) -> Mapping[str, Any]:
        """The correction as a line of the export."""
        return {**vars(self), "dimension": self.dimension.value, "at": self.at.isoformat()}


class CorrectionBook:
    """Reads what was confirmed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self, officer: Officer = SYSTEM) -> Iterator[Correction]:
        """Everything a person confirmed in the cases the officer may see, also where the proposal
        was right: both teach. Raises FieldUnreadable, StoreUnavailable.

        Read in portions, each in a transaction of its own, so that a slow reader holds up nobody.
        """
        after = None
        while True:
            with self._store.transaction() as tx:
                examples = tx.classes.confirmed(officer, after, PORTION)
            for example in examples:
                yield from _corrections(example)
            if len(examples) < PORTION:
                return
            after = examples[-1].place


def _corrections(example: Example) -> Iterator[Correction]:
    text = mask_text(example.detail, name=example.name, phone=example.phone)
    confirmed, proposed = example.confirmed, example.proposed
    for dimension, name, proposal in (
        (Dimension.BUSINESS, confirmed.business, proposed.business),
        (Dimension.REASON, confirmed.reason, proposed.reason),
        (Dimension.CHANNEL, confirmed.channel, None),
    ):
        yield _correction(text, dimension, name, proposal, confirmed.at)


def _correction(
    text: str, dimension: Dimension, name: str, proposal: Proposal | None, at: datetime
) -> Correction:
    proposed = proposal.proposed if proposal else None
    confidence = proposal.confidence if proposal else None
    return Correction(text, dimension, proposed, confidence, name, at)
