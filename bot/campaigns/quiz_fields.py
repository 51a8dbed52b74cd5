"""The fields of the quiz's form. Names are the slot names of domain.yml."""

from __future__ import annotations

from bot.intake.forms.table import WAY_OUT, Field, FormTable

LEVEL = "quiz_level"
ANSWER = "quiz_answer"
BOOK = "quiz_intake"
REMIND = "quiz_remind"
"""The question at the end of a round; also the intent of its buttons."""
PAUSE = "pause"
"""Stands for an option on the button that pauses."""
OPENING = "quiz_open"
"""The intent that begins a round, or goes on with the quiz."""
COMPLAINT = "complaint_file"
"""The intent that a round gives way to."""
QUESTION = "faq"
"""The intent of a question that is answered beside the quiz."""
TABLE = FormTable(
    "quiz_form",
    (Field(LEVEL, "难度"), Field(ANSWER, "答案")),
    BOOK,
    interludes=(WAY_OUT, REMIND),
    drafted=False,
)
