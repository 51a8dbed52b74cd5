"""The fields of what a customer may still do after filing: supplement, withdraw, rate, review.

Names are the slot names of domain.yml.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.intake.forms.table import CANCEL, PAUSE, WAY_OUT, Field, FormTable

ACT = "case_act"
"""Which later act the form is for: one of the keys of ASKED_FOR."""
REFERENCE = "case_reference"
PROOF = "case_proof"
"""How the customer has shown that the case is theirs: {"tail": typed} until it is checked, then
{"by": "tail"} or {"by": "conversation"}."""
TEXT = "case_text"
RATING = "case_rating"
CONFIRMED = "case_confirmed"
BOOK = "case_intake"

SUPPLEMENT, WITHDRAWAL, REVIEW, RATE = "supplement", "withdrawal", "review_request", "satisfaction"

FIELDS: tuple[Field, ...] = (
    Field(REFERENCE, "投诉编号"),
    Field(PROOF, "手机号后四位"),
    Field(RATING, "满意程度"),
    Field(TEXT, "内容", free_text=True),
    Field(CONFIRMED, "确认"),
)
TABLE = FormTable("case_form", FIELDS, BOOK, others=(ACT,), interludes=(CANCEL, WAY_OUT, PAUSE))
SLOTS = TABLE.slots
ASKED_FOR: Mapping[str, tuple[str, ...]] = {
    SUPPLEMENT: (REFERENCE, PROOF, TEXT),
    WITHDRAWAL: (REFERENCE, PROOF, CONFIRMED),
    REVIEW: (REFERENCE, PROOF, TEXT, CONFIRMED),
    RATE: (REFERENCE, PROOF, RATING),
}
"""The fields each act needs, in the order asked."""
LONGEST = {SUPPLEMENT: 5000, REVIEW: 5000}
"""Characters of the text that the case store's contract takes."""


def show(name: str, value: Any) -> str:
    """A field's value as the customer may read it."""
    return "已核对" if name == PROOF else str(value)
