"""What a normalised message means: the one place where model, rules and thresholds come together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.nlu import campaign
from bot.nlu.bands import FAQ, Band, Decision, Thresholds, decide
from bot.nlu.distress import is_distressed
from bot.nlu.emergency import Danger, danger_by_rule, is_calm_by_rule, kind_of
from bot.nlu.features import Utterance
from bot.nlu.followup import is_follow_up
from bot.nlu.labels import EMERGENCY, HANDOFF, OUT_OF_SCOPE
from bot.nlu.model import IntentModel
from bot.nlu.person import wants_a_call, wants_no_person, wants_only_a_call
from bot.nlu.ranking import Ranking, Scored
from bot.nlu.segments import parts
from bot.nlu.text import (
    asks_what_i_am,
    has_case_reference,
    has_resume_code,
    is_phone_tail,
    tells_a_complaint,
    wants_another_complaint,
    wants_to_complain,
    without_case_reference,
)

CLARIFY_INTENT = "nlu_fallback"
SEVERAL_INTENT = "several_questions"
FOLLOW_UP_INTENT = "follow_up"
UPSET_INTENT = "upset_question"
"""A question from somebody angry or desperate: the answer, and a person beside it."""
CALLBACK = "callback_request"
STATUS = "complaint_status"
STATUS_TAIL = "status_tail"
RESUME = "resume"
COMPLAINT = "complaint_file"
AFTER_FILING = frozenset(
    {"complaint_supplement", "complaint_withdraw", "complaint_review", "complaint_rate"}
)
"""What may be said beside the reference of a complaint, other than asking how it stands."""
_SHAPES: tuple[tuple[Callable[[str], bool], str], ...] = (
    (is_phone_tail, STATUS_TAIL),
    (wants_no_person, "handover_cancel"),
    (wants_only_a_call, HANDOFF),
    (has_resume_code, RESUME),
    (wants_to_complain, COMPLAINT),
    (wants_another_complaint, "complaint_another"),
    (asks_what_i_am, "who_are_you"),
    (campaign.wants_the_menu, "campaign_menu"),
    (campaign.wants_to_share, "campaign_share"),
    (campaign.wants_to_book, "campaign_book"),
    (campaign.wants_own_booking, "campaign_book"),
    (campaign.wants_the_quiz, "quiz_open"),
    (campaign.wants_no_reminder, "quiz_remind"),
)
"""Messages whose shape alone says what they mean."""
DANGER_INTENTS = {
    Danger.LIFE: "emergency_life",
    Danger.COERCION: "emergency_coercion",
    Danger.CARD: "emergency_card",
    Danger.MONEY: "emergency",
}
MOST_QUESTIONS = 2
CERTAIN = 0.99
"""Confidence in the label of a training example said word for word."""
CHOICES_IN_THEME = 3
_LEANING = frozenset({OUT_OF_SCOPE, "account_service"})
"""What a question without a subject is mistaken for."""


@dataclass(frozen=True)
class Understanding:
    """What the message means to the dialogue.

    `intent` is the Rasa intent; `label`, `band`, `confidence`, `candidates` the decision about the
    theme, which stands whether or not there is an `emergency`. `questions` are the labels of two
    questions asked at once. `within` holds, for a question without a subject, the likeliest
    questions of each theme, so that the dialogue can take the theme just talked about.
    `distress`: said in anger or despair.
    """

    intent: str
    label: str
    band: str
    confidence: float
    candidates: tuple[Scored, ...]
    emergency: str | None = None
    questions: tuple[str, ...] = ()
    within: Mapping[str, tuple[Scored, ...]] | None = None
    distress: bool = False

    def as_dict(self) -> dict[str, Any]:
        """JSON for the tracker."""
        return asdict(self)


class Reader:
    """Reads messages with a trained model.

    `see` cuts a text into what the model looks at; it is given the words of the text where they are
    known, else nothing. `known` tells the label of a training example: what stands there word for
    word is never misunderstood.
    """

    def __init__(
        self,
        model: IntentModel,
        see: Callable[[str, str], Utterance],
        thresholds: Thresholds,
        known: Callable[[str], str | None],
    ) -> None:
        self._model = model
        self._known = known
        self._see = see
        self._thresholds = thresholds

    def read(self, text: str, words: str = "") -> tuple[Understanding, Ranking]:
        """What `text` means, and the ranking it was decided on.

        `words` are its words, separated by spaces, where it is cut already.
        """
        ranking = self._rank(text, words)
        decision = _by_shape(text, ranking, self._rank) or decide(ranking, self._thresholds)
        understanding = replace(_plain(decision, text), distress=is_distressed(text))
        danger = self._danger(text, ranking)
        if danger is not None:
            intent = DANGER_INTENTS[danger]
            return replace(understanding, intent=intent, emergency=danger.value), ranking
        questions = self._questions(text, decision)
        if questions:
            return replace(understanding, intent=SEVERAL_INTENT, questions=questions), ranking
        if _may_lean(decision) and is_follow_up(text):
            within = _within_themes(ranking)
            return replace(understanding, intent=FOLLOW_UP_INTENT, within=within), ranking
        if understanding.distress and _is_answered(understanding):
            return replace(understanding, intent=UPSET_INTENT), ranking
        return understanding, ranking

    def _rank(self, text: str, words: str = "") -> Ranking:
        ranking, label = self._model.rank(self._see(text, words)), self._known(text)
        return ranking if label is None else _certain(ranking, label)

    def _danger(self, text: str, ranking: Ranking) -> Danger | None:
        by_rule = danger_by_rule(text)
        alarm = ranking.danger >= self._thresholds.danger
        if by_rule is None and alarm and not is_calm_by_rule(text):
            return kind_of(text)
        return by_rule

    def _questions(self, text: str, whole: Decision) -> tuple[str, ...]:
        """Labels of the two questions a message asks; empty when it asks one or tells a story."""
        if not _can_be_one_of_several(whole.label):
            return ()
        sure = [
            decision.label
            for part in parts(text)
            for decision in [decide(self._rank(part), self._thresholds)]
            if decision.band is Band.ANSWER and decision.confidence >= self._thresholds.several
        ]
        labels = tuple(dict.fromkeys(label for label in sure if _can_be_one_of_several(label)))
        return labels if len(labels) == MOST_QUESTIONS == len(sure) else ()


def _certain(ranking: Ranking, label: str) -> Ranking:
    """The ranking when it is known that `label` is meant."""
    if label == EMERGENCY:
        return Ranking(ranking.names, ranking.shares, 1.0)
    return ranking.certain_of(label, CERTAIN)


def _plain(decision: Decision, text: str) -> Understanding:
    return Understanding(
        intent=_intent_of(decision, text),
        label=decision.label,
        band=decision.band.value,
        confidence=decision.confidence,
        candidates=decision.candidates,
    )


def _by_shape(text: str, ranking: Ranking, rank: Callable[[str], Ranking]) -> Decision | None:
    """Digits, which mean nothing to n-grams, and wishes that no question about them resembles."""
    label = next((label for fits, label in _SHAPES if fits(text)), None)
    label = label or _beside_reference(text, rank) or _complaint_not_question(text, ranking)
    return None if label is None else Decision(Band.ANSWER, label, 1.0, ())


def _beside_reference(text: str, rank: Callable[[str], Ranking]) -> str | None:
    """What is wanted of the complaint whose reference the text names; the digits say nothing."""
    if not has_case_reference(text):
        return None
    rest = without_case_reference(text)
    likeliest = rank(rest).likeliest.label if rest else STATUS
    return likeliest if likeliest in AFTER_FILING else STATUS


def _complaint_not_question(text: str, ranking: Ranking) -> str | None:
    """A wrong told with a demand is no question, however much it sounds like one's subject."""
    asked = ranking.likeliest.label.startswith(f"{FAQ}/")
    return COMPLAINT if asked and tells_a_complaint(text) else None


def _intent_of(decision: Decision, text: str) -> str:
    if decision.band is Band.CLARIFY:
        return CLARIFY_INTENT
    if decision.band is Band.UNKNOWN:
        return OUT_OF_SCOPE
    if decision.label == HANDOFF and wants_a_call(text):
        return CALLBACK
    return decision.label.split("/", 1)[0]


def _is_answered(understanding: Understanding) -> bool:
    """True for what a response of its own answers, without any action that could say more."""
    return understanding.intent in (FAQ, "account_service")


def _may_lean(decision: Decision) -> bool:
    return decision.label.startswith(f"{FAQ}/") or decision.label in _LEANING


def _can_be_one_of_several(label: str) -> bool:
    return label.startswith(f"{FAQ}/") or label == "account_service"


def _within_themes(ranking: Ranking) -> dict[str, tuple[Scored, ...]]:
    """The likeliest questions of each theme with their probability given that theme."""
    by_theme: dict[str, list[Scored]] = {}
    for scored in ranking:
        if scored.label.startswith(f"{FAQ}/"):
            by_theme.setdefault(scored.theme, []).append(scored)
    return {name: _shares(scored) for name, scored in by_theme.items()}


def _shares(scored: list[Scored]) -> tuple[Scored, ...]:
    mass = sum(s.confidence for s in scored) or 1.0
    return tuple(Scored(s.label, s.confidence / mass) for s in scored[:CHOICES_IN_THEME])
