"""A campaign chatted through in the terminal, before anybody scans its code.

The file is read anew at every step: what is changed meanwhile is seen at once, and a change that is
refused is said with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from bot.campaigns.campaign import Campaign, Question, Standing, Topic, standing
from bot.campaigns.checks import shown
from bot.campaigns.quiz import Answered, Rest, next_question, next_return, place_today
from bot.campaigns.quiz_words import LEVELS, asked, rest_words, score_words, verdict
from bot.campaigns.shelf import Shelf
from bot.errors import CampaignError

LEAVE = "0"
_OUTSIDE = {
    Standing.BEFORE: "（活动 {first} 才开始，客户现在会看到这句话，问答照常）",
    Standing.OVER: "（活动 {last} 已经结束，客户现在会看到这句话，问答照常）",
}

Ask = Callable[[str], str]
"""Shows a prompt and returns what was typed."""


@dataclass
class Preview:
    """One visitor on one day. `words` are the bank's, for the answers' blanks; `say` shows a line."""

    shelf: Shelf
    name: str
    today: date
    words: Mapping[str, str]
    say: Callable[[str], None]
    ask: Ask
    history: list[Answered] = field(default_factory=list)

    def run(self) -> None:
        """Until the visitor leaves. Raises CampaignError when there is no such campaign."""
        self._welcome(self._campaign())
        while True:
            campaign = self._campaign()
            entries = self._entries(campaign)
            picked = self._pick([title for title, _ in entries], "看哪一项？0 结束")
            if picked is None:
                return
            entries[picked][1]()

    def _campaign(self) -> Campaign:
        campaign = self.shelf.campaigns().by_id.get(self.name)
        refused = self.shelf.refused.get(self.name)
        if campaign is None:
            raise refused or CampaignError(f"没有“{self.name}”这个活动。")
        if refused is not None:
            self.say(f"改动没有采用，仍用原来的内容。{refused.message}")
        return campaign

    def _welcome(self, campaign: Campaign) -> None:
        outside = _OUTSIDE.get(standing(campaign.days, self.today))
        if outside is not None:
            self.say(outside.format(first=campaign.days.first, last=campaign.days.last))
        self.say(campaign.welcome)

    def _entries(self, campaign: Campaign) -> list[tuple[str, Callable[[], None]]]:
        entries: list[tuple[str, Callable[[], None]]] = [
            (topic.title, partial(self._topic, topic)) for topic in campaign.topics
        ]
        entries += [
            (f"短文：{article.title}", partial(self.say, shown(article)))
            for article in campaign.articles
        ]
        if campaign.quiz:
            entries.append(("小问答", self._quiz))
        return [*entries, ("转发的话", partial(self.say, campaign.share))]

    def _topic(self, topic: Topic) -> None:
        answers = self.shelf.library.answers
        if topic.answer is not None:
            self.say(answers[topic.answer].text_on("wechat").format(**self.words))
            return
        for answer in answers.values():
            if answer.theme == topic.theme:
                self.say(f"· {answer.title}")

    def _quiz(self) -> None:
        levels = list(LEVELS)
        picked = self._pick([LEVELS[level] for level in levels], "选一个难度，0 返回")
        if picked is None:
            return
        while True:
            campaign = self._campaign()
            question = next_question(campaign, levels[picked], self.history, self.today)
            if isinstance(question, Rest):
                self.say(rest_words(campaign, question, levels[picked]))
                break
            if not self._asked(campaign, question):
                break
        self._score(self._campaign())

    def _asked(self, campaign: Campaign, question: Question) -> bool:
        """Whether the visitor answered and did not pause."""
        self.say(asked(question, *place_today(campaign, question, self.history, self.today)))
        picked = self._pick(question.options, "哪一项？0 先停一停")
        if picked is None:
            return False
        is_right = picked == question.right
        self.say(verdict(question, picked))
        self.history.append(Answered(question.id, self.today, is_right))
        return True

    def _score(self, campaign: Campaign) -> None:
        told = score_words(campaign, self.history)
        if told:
            self.say(told)
        again = next_return(campaign, self.history)
        if again is not None:
            self.say(f"答错的题，愿意的话 {again} 再来问您。")

    def _pick(self, titles: Sequence[str], prompt: str) -> int | None:
        """The place of what was picked; None to leave. Asks again for what is no number of it."""
        for number, title in enumerate(titles, start=1):
            self.say(f"{number}. {title}")
        while True:
            typed = self.ask(prompt).strip()
            if typed == LEAVE:
                return None
            if typed.isdecimal() and 1 <= int(typed) <= len(titles):
                return int(typed) - 1
            self.say(f"请输入 1 到 {len(titles)}，或者 0。")
