"""Lets a persona talk to the assistant: answers what is asked until the complaint is filed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date

import requests

from tests.dialogue.kit import journaled
from tests.personas.cases import Finding, compared, stored
from tests.personas.days import china_today
from tests.personas.questions import RECAP, question_in
from tests.personas.script import Script, Step
from tests.personas.traces import traces
from tests.stack import Chat, Stack, wait_until

AT_ONCE = 4
MOST_TURNS = 60
_REFERENCE = re.compile(r"TS\d{8}-[0-9A-Z]{7}")
_CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")
_CONFIRM = Step("确认提交", press=True)
_RESUME = Step("继续填写")
_UNPREPARED = {
    "consent": Step("同意，开始登记", press=True),
    "complaint_same": Step("不是，另外登记", press=True),
    "form_cancel": Step("继续填写", press=True),
    "form_edit": Step("不改了", press=True),
    "form_pause": Step("继续填写", press=True),
    "form_way_out": Step("再说一次", press=True),
}
_ELSE = Step("跳过")
_TO_A_COMPLAINT = ("没解决", "登记投诉", "我要投诉")
"""Buttons that lead from another reply to the form, the surest last."""
_MOST_TRIES = 4


class Stuck(Exception):
    """The conversation did not get to a reference."""


@dataclass
class Outcome:
    """How one complaint went. `questions` the assistant asked, recap included; `unmet` the replies
    that were not as expected; `detours` what was said when the assistant should have asked for
    the complaint and did not; `said` what was typed, by the question it was said to."""

    script: Script
    day: date
    reference: str | None = None
    questions: int = 0
    unmet: list[str] = field(default_factory=list)
    detours: list[str] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)
    failure: str = ""

    def words(self, asked: str) -> str:
        """What the persona said of a field: to its question, at the beginning, at the recap."""
        return " / ".join(t for to, t in self.said if to in (asked, "", RECAP))


class Conversation:
    """A persona in a chat; `outcomes` has one entry per complaint, in the order they began."""

    def __init__(self, chat: Chat, outcomes: list[Outcome]) -> None:
        self.chat = chat
        self.outcomes = outcomes
        self.code = ""

    def file(self, script: Script, opening: Sequence[Step]) -> list[str]:
        """Files the complaint of `script`; the replies to the confirmation. Raises Stuck."""
        one = Complaint(self, script)
        try:
            return one.file(opening)
        except (Stuck, AssertionError, requests.RequestException) as error:
            one.outcome.failure = one.outcome.failure or str(error)
            raise Stuck(one.outcome.failure) from error

    def take(self, step: Step) -> list[str]:
        """Says or presses what the step tells; the replies."""
        if step.elsewhere:
            self.chat = Chat(self.chat.base)
        if step.press and step.text in self.chat.titles():
            replies = self.chat.press(step.text)
        else:
            replies = self.chat.say(step.text.replace("{code}", self.code))
        shown = _CODE.search("\n".join(replies))
        self.code = shown.group() if shown else self.code
        return replies


class Complaint:
    """One complaint: answers each question as its script tells."""

    def __init__(self, conversation: Conversation, script: Script) -> None:
        self.conversation = conversation
        self.script = script
        self.outcome = Outcome(script, china_today())
        conversation.outcomes.append(self.outcome)
        self.asked = ""
        self.times: Counter[str] = Counter()
        self.interruptions = {to: list(steps) for to, steps in script.interruptions.items()}
        self.corrections = list(script.corrections)

    def file(self, opening: Sequence[Step]) -> list[str]:
        """From the opening to the reference, and what is done afterwards."""
        self.open(opening)
        for _ in range(MOST_TURNS):
            aside = self.aside()
            step = aside or (_CONFIRM if self.asked == RECAP else self.answer())
            replies = self.take(step)
            if step is _CONFIRM and (found := _REFERENCE.search("\n".join(replies))):
                self.outcome.reference = found.group()
                break
            self.hears(replies, answered=aside is None)
        else:
            raise Stuck("no end to the questions")
        for later in self.script.afterwards:
            self.take(later)
        return replies

    def open(self, opening: Sequence[Step]) -> None:
        """Says the opening; insists, as long as that does not lead to the first question."""
        for step in opening:
            replies = self.take(step)
        while question_in(replies) is None:
            if len(self.outcome.detours) == _MOST_TRIES:
                raise Stuck(f"no question in {replies}")
            self.outcome.detours.append(self.outcome.said[-1][1])
            titles = self.conversation.chat.titles()
            offered = [title for title in _TO_A_COMPLAINT if title in titles]
            replies = self.take(Step(offered[-1], press=True) if offered else Step("我要投诉"))
        self.outcome.questions = len(self.outcome.detours)
        self.hears(replies, answered=True)

    def take(self, step: Step) -> list[str]:
        """Takes the step and checks what it wants of the replies; a complaint it begins is filed."""
        self.outcome.said.append((self.asked, step.text))
        if step.begins_then and self.script.then:
            replies = self.conversation.file(self.script.then, [replace(step, begins_then=False)])
            if question_in(replies) is None:
                replies = self.conversation.take(_RESUME)
        else:
            replies = self.conversation.take(step)
        for part in step.reply:
            if part not in "\n".join(replies):
                self.outcome.unmet.append(f"「{step.text}」 → no 「{part}」 in {replies}")
        return replies

    def hears(self, replies: list[str], *, answered: bool) -> None:
        """Notes the question; one asked anew after an aside is not another question."""
        now = question_in(replies)
        if now is None and answered:
            raise Stuck(f"no question in {replies}")
        if now is not None and (answered or now != self.asked):
            self.outcome.questions += 1
        self.asked = now or self.asked

    def aside(self) -> Step | None:
        """What the persona wants to say before answering."""
        waiting = self.interruptions.get(self.asked)
        if self.asked == RECAP and not waiting:
            waiting = next((steps for steps in self.interruptions.values() if steps), None)
            waiting = waiting or self.corrections
        return waiting.pop(0) if waiting else None

    def answer(self) -> Step:
        """The answer to the question asked, put more plainly when it is asked again."""
        tries = self.times[self.asked]
        self.times[self.asked] += 1
        given = self.script.answers.get(self.asked, ())
        if tries < len(given):
            return given[tries]
        if tries - len(given) >= _MOST_TRIES:
            raise Stuck(f"asks for {self.asked} again after 「{self.outcome.said[-1][1]}」")
        return self.plainer()

    def plainer(self) -> Step:
        """What a patient customer says when there is no answer of the persona's own left."""
        if self.asked == "complaint_detail":
            return Step("，".join(step.text for step in self.script.opening))
        if self.asked in _UNPREPARED:
            return _UNPREPARED[self.asked]
        words = self.script.plain_words(self.asked)
        return Step(words) if words else _ELSE


def talk(stack: Stack, persona: Script) -> list[Outcome]:
    """All complaints of a persona, in one chat."""
    outcomes: list[Outcome] = []
    conversation, script = Conversation(stack.chat(), outcomes), persona
    try:
        while script is not None:
            conversation.file(script, script.opening)
            script = None if script.then in [o.script for o in outcomes] else script.then
    except Stuck:
        pass  # said in the outcome; the other personas go on
    return outcomes


def talk_all(stack: Stack, personas: Sequence[Script]) -> list[Outcome]:
    """Every conversation, several at once; waits until all that was filed is delivered."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = [o for each in pool.map(lambda p: talk(stack, p), personas) for o in each]
    wait_until(lambda: all_delivered(stack), 60, "delivery of all complaints")
    return outcomes


def all_delivered(stack: Stack) -> bool:
    """True when nothing waits: neither a complaint nor what was said about one afterwards."""
    waiting = requests.get(stack.web + "health", timeout=5).json()["waiting"]
    return waiting["pending"] == 0 and set(journaled(stack).values()) == {"delivered"}


def findings(stack: Stack, outcomes: Sequence[Outcome]) -> list[Finding]:
    """Every expected field compared with the case; all wrong where none was filed."""
    found = []
    for outcome in outcomes:
        case, script = stored(stack, outcome.reference), outcome.script
        for wanted, plainly in ((script.plainly, True), (script.otherwise, False)):
            found += compared(script.name, wanted, case, outcome.day, plainly=plainly)
    return found


def secrets_found(stack: Stack, personas: Sequence[Script]) -> list[str]:
    """Traces of what the personas typed by mistake, and of their phones, which are kept sealed."""
    wanted = [secret for persona in personas for secret in (*persona.secrets, persona.phone)]
    return traces(stack.folder, wanted)
