"""What a campaign must not do beyond being well written: rules of the answers, days, themes. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict
from datetime import date, timedelta
from itertools import combinations

from bot.campaigns.campaign import Article, Campaign, Campaigns, Level, Question
from bot.knowledge.answer import CITATION, DRAFT, Answer, Answers, Metadata, Source, Variant
from bot.knowledge.rules import check, errors
from bot.knowledge.sources import Sources
from bot.knowledge.themes import NAMES

_GOVERNANCE = ("title", "fields", "dates", "approval", "related", "review_overdue", "expired")
"""Rules of the answers that do not hold here: a campaign has its own days and its own organiser."""

LONGEST = timedelta(days=366)
MOST_QUESTIONS = 200
MOST_BRANCHES = 180


def cite(sources: Iterable[Source]) -> str:
    """The last line of what rests on `sources`, written as everywhere."""
    return CITATION + "；".join(_cited(source) for source in sources)


def _cited(source: Source) -> str:
    since = f"{source.in_force_since}施行" if source.in_force_since else ""
    brackets = "，".join(part for part in (source.number, since) if part)
    return f"《{source.document}》{f'（{brackets}）' if brackets else ''}{source.article}"


def explained(question: Question) -> str:
    """What the customer reads after an answer: why, and on what it rests."""
    return f"{question.explanation}\n{cite(question.sources)}"


def shown(article: Article) -> str:
    """An article as the customer reads it."""
    return f"{article.text}\n{cite(article.sources)}"


def faults(campaign: Campaign, answers: Answers, sources: Sources, today: date) -> list[str]:
    """Everything that is wrong with one campaign, in words."""
    return [
        *_unknown_themes(campaign, answers),
        *_doubled_ids(campaign),
        *_days(campaign),
        *_too_little(campaign),
        *_too_much(campaign),
        *_broken_rules(campaign, sources, today),
    ]


def clashes(campaigns: Campaigns) -> list[str]:
    """What is wrong between campaigns: a scene id that is in two of them."""
    found = Counter(scene.id for campaign in campaigns for scene in campaign.scenes)
    return [
        f"场景编号“{scene_id}”在几个活动里都有，扫码就不知道去哪个。"
        for scene_id, times in sorted(found.items())
        if times > 1
    ]


def _unknown_themes(campaign: Campaign, answers: Answers) -> Iterator[str]:
    named = [(f"topics“{t.title}”", t.theme) for t in campaign.topics]
    named += [(f"quiz“{q.id}”", q.theme) for q in campaign.quiz]
    for where, theme in named:
        if theme not in NAMES:
            yield f"{where}：没有“{theme}”这个主题，可用的有 {'、'.join(NAMES)}。"
    for topic in campaign.topics:
        if topic.answer is not None and topic.answer not in answers:
            yield f"topics“{topic.title}”：没有“{topic.answer}”这个问答。"


def _doubled_ids(campaign: Campaign) -> Iterator[str]:
    kinds: tuple[tuple[str, Collection[str]], ...] = (
        ("quiz", [q.id for q in campaign.quiz]),
        ("articles", [a.id for a in campaign.articles]),
        ("scenes", [s.id for s in campaign.scenes]),
        ("bookings", [s.id for s in campaign.slots]),
    )
    for name, ids in kinds:
        for doubled, times in Counter(ids).items():
            if times > 1:
                yield f"{name}：编号“{doubled}”写了两遍。"


def _days(campaign: Campaign) -> Iterator[str]:
    for scene in campaign.scenes:
        if not scene.days.within(campaign.days):
            yield f"scenes“{scene.id}”：日期超出了活动的日期。"
    for one, other in combinations(campaign.scenes, 2):
        same = (one.event, one.branch, one.stand) == (other.event, other.branch, other.stand)
        if same and one.days.overlaps(other.days):
            yield f"scenes“{one.id}”和“{other.id}”：同一处摆位的日期重叠，统计会分成两份。"
    for slot in campaign.slots:
        if slot.day not in campaign.days:
            yield f"bookings {slot.id}：不在活动期间。"


def _too_little(campaign: Campaign) -> Iterator[str]:
    if not campaign.topics:
        yield "topics：至少要有一个主题。"
    if len(campaign.topics) > 6:
        yield "topics：最多 6 个，再多客户看不过来。"
    if not campaign.scenes:
        yield "scenes：至少要有一个场景，海报上的码要指向它。"
    levels = {question.level for question in campaign.quiz}
    if campaign.quiz and levels != set(Level):
        missing = "、".join(level.value for level in Level if level not in levels)
        yield f"quiz：三个难度都要有，还缺 {missing}。"


def _too_much(campaign: Campaign) -> Iterator[str]:
    """What the case store would refuse a whole report for (`campaign_schemas.py`)."""
    if campaign.days.last - campaign.days.first > LONGEST:
        yield f"last_day：一个活动最长 {LONGEST.days} 天，再长请分成几个。"
    if len(campaign.quiz) > MOST_QUESTIONS:
        yield f"quiz：最多 {MOST_QUESTIONS} 道题。"
    if len({scene.branch for scene in campaign.scenes}) > MOST_BRANCHES:
        yield f"scenes：最多 {MOST_BRANCHES} 个网点，再多请分成几个活动。"


def _broken_rules(campaign: Campaign, sources: Sources, today: date) -> Iterator[str]:
    """Questions and articles keep the rules of the answers: sources, wording, WeChat's length."""
    answers = {answer.id: answer for answer in _as_answers(campaign)}
    for finding in errors(check(answers, sources, today)):
        if finding.rule not in _GOVERNANCE:
            yield f"{finding.answer}：{finding.message}"


def _as_answers(campaign: Campaign) -> Iterator[Answer]:
    for question in campaign.quiz:
        text = "\n".join([question.text, *question.options, explained(question)])
        yield _answer(f"quiz“{question.id}”", text, question.sources, question.confidence)
    for article in campaign.articles:
        yield _answer(
            f"articles“{article.id}”", shown(article), article.sources, article.confidence
        )


def _answer(where: str, text: str, sources: tuple[Source, ...], confidence: str) -> Answer:
    raw = {"title": where, "sources": [asdict(source) for source in sources]}
    metadata = Metadata(where, sources, confidence, status=DRAFT, raw=raw)
    return Answer(where, (Variant(text),), (), metadata)
