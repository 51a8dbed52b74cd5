"""One invented campaign: visitors come by, ask and answer, and are counted as a client counts."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml

from casestore.domain.campaign import (
    AskedTopic,
    Audience,
    Campaign,
    CampaignFigures,
    Definition,
    Figure,
    Group,
    Level,
    PreviousCampaign,
    QuizQuestion,
    Scene,
    Step,
    UnansweredQuestion,
)
from casestore.domain.deadlines import local_date

CAMPAIGN_ID = "demo-wanlixing"
_FILE = Path(__file__).with_name("campaign.yml")
_VISITORS = 640
_LAST_YEARS = 480
_DAYS_SO_FAR, _DAYS_TO_COME = 21, 9
_A_YEAR = timedelta(days=365)
_FEWEST, _HIDDEN = 5, "不显示"
_CHANNELS = ("wechat", "web")
# How busy the days of a week are, Monday first.
_WEEK = (4, 4, 4, 5, 6, 9, 8)


@dataclass(frozen=True)
class _Visitor:
    """Somebody who came by; ``deeds`` by the name of the figure they count for, ``answers`` by
    question: right at first, right at last."""

    scene: str
    branch: str
    day: str
    channel: str
    deeds: Counter[str]
    answers: Mapping[str, tuple[bool, bool]] = field(default_factory=dict)


def invented_campaign(until: datetime, rng: Random) -> CampaignFigures:
    """The figures of a campaign that has gone on for three weeks at ``until``."""
    told = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    today = local_date(until)
    campaign = _campaign(told, today)
    days = [today - timedelta(days=number) for number in range(_DAYS_SO_FAR)]
    visitors = [_visitor(told, days, rng) for _ in range(_VISITORS)]
    consultations = sum(each.deeds["consultations"] for each in visitors)
    before = [_visitor(told, days, rng) for _ in range(_LAST_YEARS)]
    return CampaignFigures(
        counted_at=until,
        campaign=campaign,
        definitions=tuple(Definition(**each) for each in told["definitions"]),
        total=_row(visitors),
        by_scene=_apart(visitors, lambda each: each.scene),
        by_branch=_apart(visitors, lambda each: each.branch),
        by_day=_apart(visitors, lambda each: each.day),
        by_channel=_apart(visitors, lambda each: each.channel),
        funnel=_funnel(told, visitors),
        questions=tuple(_question(each, visitors) for each in told["questions"]),
        most_asked=tuple(
            AskedTopic(each["label"], each["title"], round(each["times"] * consultations))
            for each in told["most_asked"]
        ),
        unanswered=tuple(UnansweredQuestion(**each) for each in told["unanswered"]),
        previous=PreviousCampaign(
            id=f"{CAMPAIGN_ID}-before",
            title=f"{campaign.title}（上一年）",
            first_day=campaign.first_day - _A_YEAR,
            last_day=campaign.last_day - _A_YEAR,
            total=_row(before),
        ),
    )


def _campaign(told: Mapping[str, Any], today: date) -> Campaign:
    first = today - timedelta(days=_DAYS_SO_FAR - 1)
    last = today + timedelta(days=_DAYS_TO_COME)
    scenes = tuple(
        Scene(each["id"], each["event"], each["branch"], each["stand"], first, last)
        for each in told["scenes"]
    )
    return Campaign(
        id=CAMPAIGN_ID,
        title=told["title"],
        organiser=told["organiser"],
        first_day=first,
        last_day=last,
        audience=Audience(told["audience"]),
        topics=tuple(told["topics"]),
        scenes=scenes,
        questions=len(told["questions"]),
        places=told["places"],
    )


def _visitor(told: Mapping[str, Any], days: Sequence[date], rng: Random) -> _Visitor:
    scene = rng.choices(told["scenes"], [each["weight"] for each in told["scenes"]])[0]
    day = rng.choices(days, [_WEEK[each.weekday()] for each in days])[0]
    asked = rng.choices((0, 1, 2, 3, 4), (30, 34, 20, 11, 5))[0]
    unanswered = sum(rng.random() < 0.07 for _ in range(asked))
    asked_back = sum(rng.random() < 0.09 for _ in range(asked - unanswered))
    answers = _answers(told["questions"], rng) if rng.random() < 0.42 else {}
    deeds = Counter(
        scans=1 + (rng.random() < 0.22),
        people=1,
        consultations=asked,
        answered=asked - unanswered - asked_back,
        unanswered=unanswered,
        quiz_people=int(bool(answers)),
        quiz_answers=sum(1 + (not first and last) for first, last in answers.values()),
        quiz_finished=int(len(answers) == len(told["questions"])),
        learned=sum(last and not first for first, last in answers.values()),
        bookings=int(rng.random() < 0.06),
        complaints=int(rng.random() < 0.018),
        shares=int(rng.random() < 0.09),
    )
    channel = rng.choices(_CHANNELS, (7, 3))[0]
    return _Visitor(scene["id"], scene["branch"], day.isoformat(), channel, deeds, answers)


def _answers(
    questions: Sequence[Mapping[str, Any]], rng: Random
) -> Mapping[str, tuple[bool, bool]]:
    """How somebody got on with the first so many questions."""
    found = {}
    for question in questions[: rng.choices((2, 3, 5, len(questions)), (1, 3, 2, 4))[0]]:
        first = rng.random() < question["right"]
        found[question["id"]] = (first, first or rng.random() < 0.6)
    return found


def _row(visitors: Sequence[_Visitor]) -> tuple[Figure, ...]:
    """All figures of some visitors."""
    deeds: Counter[str] = sum((each.deeds for each in visitors), Counter())
    given = [answer for each in visitors for answer in each.answers.values()]
    people = {name: sum(each.deeds[name] > 0 for each in visitors) for name in _COUNTED}
    row = {name: _number(name, deeds[name], people[name]) for name in _COUNTED}
    row["right_first"] = _share("right_first", [first for first, _ in given], people["quiz_people"])
    row["right_last"] = _share("right_last", [last for _, last in given], people["quiz_people"])
    return tuple(row[name] for name in _ORDER)


_COUNTED = (
    *("scans", "people", "consultations", "answered", "unanswered", "quiz_people", "quiz_answers"),
    *("quiz_finished", "learned", "bookings", "complaints", "shares"),
)
_ORDER = (*_COUNTED[:8], "right_first", "right_last", *_COUNTED[8:])


def _number(name: str, count: int, people: int) -> Figure:
    if 0 < people < _FEWEST:
        return Figure(name, _HIDDEN, None, None)
    return Figure(name, str(count), count, None)


def _share(name: str, right: Sequence[bool], people: int) -> Figure:
    if 0 < people < _FEWEST:
        return Figure(name, _HIDDEN, None, None)
    text = f"{100 * sum(right) / len(right):.0f}%" if right else "—"
    return Figure(name, text, sum(right), len(right))


def _apart(visitors: Iterable[_Visitor], key: Callable[[_Visitor], str]) -> tuple[Group, ...]:
    apart: dict[str, list[_Visitor]] = {}
    for each in visitors:
        apart.setdefault(key(each), []).append(each)
    return tuple(Group(name, _row(apart[name])) for name in sorted(apart))


def _funnel(told: Mapping[str, Any], visitors: Sequence[_Visitor]) -> tuple[Step, ...]:
    labels = {each["name"]: each["label"] for each in told["definitions"]}
    steps = {
        "funnel_scanned": "people",
        "funnel_asked": "consultations",
        "funnel_quizzed": "quiz_people",
        "funnel_complained": "complaints",
    }
    found = []
    for name, deed in steps.items():
        people = sum(each.deeds[deed] > 0 for each in visitors)
        shown = _number(name, people, people)
        found.append(Step(name, labels[name], shown.text, shown.count))
    return tuple(found)


def _question(told: Mapping[str, Any], visitors: Sequence[_Visitor]) -> QuizQuestion:
    given = [each.answers[told["id"]] for each in visitors if told["id"] in each.answers]
    return QuizQuestion(
        id=told["id"],
        text=told["text"],
        level=Level(told["level"]),
        right_first=_share("right_first", [first for first, _ in given], len(given)),
        right_last=_share("right_last", [last for _, last in given], len(given)),
    )
