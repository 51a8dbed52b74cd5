"""A customer answering a quiz, before the form alone: no Rasa, no database."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from bot.campaigns.campaign import Campaign
from bot.campaigns.quiz_fields import ANSWER, BOOK, TABLE
from bot.campaigns.quiz_form import QuizForm
from bot.campaigns.quiz_progress import PROGRESS, Progress, progress_of
from bot.intake.forms.table import FormState
from bot.intake.turn import Step, Turn
from tests.fakes import NOW

ROUND_ID = UUID("2f0a7a52-6a41-4d0e-9d1c-0d6c2a3c9b77")


class QuizTalk:
    """Applies each step of the form as Rasa does. `today` and `campaign` may be changed between."""

    def __init__(self, campaign: Campaign, today: date, progress: Any = None) -> None:
        self.campaign = campaign
        self.today = today
        self.values: dict[str, Any] = {**dict.fromkeys(TABLE.slots), PROGRESS: progress}
        self.requested: str | None = None
        self.step = Step()

    def open(self, text: str = "答题", **told: Any) -> QuizTalk:
        """Begins a round: by words, or with `told` by a button."""
        self.values = {**dict.fromkeys(TABLE.slots), PROGRESS: self.values[PROGRESS]}
        self.requested = None
        self.turn("" if told else text, "quiz_open", choice=told or None)
        return self

    def say(self, text: str, intent: str = "", confidence: float = 0.9) -> Step:
        return self.turn(text, intent, confidence)

    def press(self, value: Any, field: str = ANSWER) -> Step:
        return self.turn("", "answer", 1.0, {"field": field, "value": value})

    def come_back(self, intent: str = "faq") -> Step:
        """The form's turn after something else was answered."""
        return self.turn("别的事", intent, resuming=True)

    def turn(
        self,
        text: str,
        intent: str,
        confidence: float = 0.9,
        choice: dict[str, Any] | None = None,
        *,
        resuming: bool = False,
    ) -> Step:
        turn = Turn(text, intent, confidence, NOW, self.today, choice, resuming=resuming)
        form = QuizForm(self.campaign, lambda: ROUND_ID)
        self.step = form.advance(FormState(self.values, self.requested), turn)
        if not self.step.aside:
            self.values = {**self.values, **self.step.values}
            self.requested = self.step.ask
        return self.step

    def answer(self, *, right: bool) -> str:
        """Answers the question that is asked; its id."""
        question_id = str(self.book["question"])
        question = self.campaign.question(question_id)
        assert question is not None
        wanted = question.options[question.right]
        place = next(n for n, o in enumerate(self.book["options"]) if (o == wanted) is right)
        self.press(self.button(question_id, place))
        return question_id

    def button(self, question_id: str, place: int) -> str:
        """What the button of an option of the campaign's question stands for."""
        return f"{self.campaign.id}/{question_id}/{place}"

    @property
    def book(self) -> dict[str, Any]:
        return dict(self.values[BOOK] or {})

    @property
    def progress(self) -> Progress:
        return progress_of(self.values[PROGRESS], self.campaign.id)

    @property
    def told(self) -> str:
        """Everything the last step said in the quiz's own words."""
        return "\n".join(say.variables.get("told", say.response) for say in self.step.say)
