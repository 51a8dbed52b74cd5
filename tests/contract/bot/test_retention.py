"""What is old enough goes, by one list of rules; everything younger stays, and a dry run says what."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from rich.console import Console
from sqlalchemy.engine import Engine

from bot.analytics.fact import Fact, FactKind
from bot.analytics.store import Facts
from bot.channels.transcript import OLD_MESSAGES, Reply, Transcript
from bot.channels.web.session import Session
from bot.channels.web.session_store import SessionStore
from bot.channels.wechat.customers import Customers
from bot.channels.wechat.deliveries import Deliveries
from bot.channels.wechat.quota import Quota
from bot.intake.calendar import local_day
from bot.intake.drafts import Draft, SqlDrafts
from bot.intake.evidence import SqlEvidence
from bot.knowledge.feedback import Feedback, Miss, MissKind
from bot.launcher.retention import Rule, build_rules, retention_errands
from bot.launcher.retention_verb import apply_rules
from bot.settings import Settings
from bot.storage.migrate import upgrade
from tests.fakes import NOW, Clock
from tests.samples import PDF, SEAL_KEY, sealer

Connect = Callable[[str], Engine]
DAY = timedelta(days=1)


class House:
    """One database for all schemas and one for Rasa's events, with the rules that look after them."""

    def __init__(self, url: str, folder: Path, connect: Connect) -> None:
        self.engine = connect(url)
        upgrade(self.engine, "analytics")
        self.tracker = connect(f"sqlite:///{folder}/tracker.db")
        schemas = ("journal", "channel", "knowledge", "analytics")
        self.evidence = SqlEvidence(self.engine, sealer(), folder / "evidence")
        self.config = Settings.parse_obj(
            {
                **{f"{name}_url": url for name in schemas},
                "tracker_url": f"sqlite:///{folder}/tracker.db",
                "evidence_dir": folder / "evidence",
                "web_session_secret": "s",
                "field_keys": SEAL_KEY,
                "case_store_token": "t",
                "analytics_secret": "a",
            }
        )
        self.rules = {rule.name: rule for rule in build_rules(self.config)}

    def start_rasa(self) -> None:
        with self.tracker.begin() as tx:
            tx.execute(sa.text("CREATE TABLE events (id INTEGER PRIMARY KEY, timestamp FLOAT)"))

    def event(self, moment: datetime) -> None:
        with self.tracker.begin() as tx:
            insert = sa.text("INSERT INTO events (timestamp) VALUES (:t)")
            tx.execute(insert, {"t": moment.timestamp()})

    def say(self, moment: datetime) -> None:
        key = f"web-{moment:%Y%m%d%H%M%S}"
        transcript = Transcript(self.engine)
        transcript.push(key, key, Reply("话"), moment)
        transcript.push(f"wechat-{key}", key, Reply("话"), moment)
        transcript.end_session(key, moment)
        SessionStore(self.engine).renewed(Session(key, 1, moment, moment))
        Deliveries(self.engine).claim("wechat-0", key, moment)
        Quota(self.engine).grant("wechat-0", key, "event", moment)
        miss = Miss(MissKind.UNKNOWN, "数字人民币怎么开", "", moment)
        Feedback(self.engine).missed(key, miss)

    def fill_in(self, moment: datetime) -> None:
        sender = f"web-{moment:%Y%m%d%H%M%S}"
        draft = Draft(sender, "complaint_form", sender, "web", {}, "x", None, moment)
        SqlDrafts(self.engine, sealer(), lambda _: "7").save(draft, moment)
        self.evidence.keep(uuid4(), sender, "web", "a.pdf", PDF, moment)

    def count(self, moment: datetime) -> None:
        fact = Fact(
            id=f"{moment:%Y%m%d%H%M%S}",
            kind=FactKind.SCAN,
            at=moment,
            day=local_day(moment),
            person="p",
            channel="web",
            campaign="315-2027",
            scene="s",
        )
        Facts(self.engine).add([fact])

    def dry_run(self) -> dict[str, int]:
        """What the rules would take, without those that would take nothing."""
        counted = {name: rule.count(rule.before(NOW)) for name, rule in self.rules.items()}
        return {name: count for name, count in counted.items() if count}

    def run(self) -> dict[str, int]:
        done = {name: rule.apply(NOW) for name, rule in self.rules.items()}
        return {name: count for name, count in done.items() if count}


@pytest.fixture
def house(database_url: str, tmp_path: Path, connect: Connect) -> House:
    made = House(database_url, tmp_path, connect)
    with made.engine.begin() as tx:
        tx.execute(sa.text("DELETE FROM fact"))
    return made


def test_a_dry_run_counts_what_a_run_deletes_and_deletes_nothing(house: House) -> None:
    house.start_rasa()
    for age in (1100 * DAY, 184 * DAY, 182 * DAY, 8 * DAY, 6 * DAY, timedelta(0)):
        moment = NOW - age
        house.say(moment)
        house.fill_in(moment)
        house.event(moment)
        house.count(moment)
    expected = {
        "drafts": 4,
        "evidence": 4,
        "endings": 2,
        "outbound": 2,
        "messages": 4,
        "sessions": 2,
        "events": 2,
        "misses": 2,
        "deliveries": 5,
        "grants": 5,
        "facts": 1,
    }
    assert house.dry_run() == expected
    assert house.dry_run() == expected
    assert house.run() == expected
    assert house.dry_run() == {}


def test_what_was_kept_exactly_long_enough_is_still_there(house: House) -> None:
    house.say(NOW - 183 * DAY)
    assert "messages" not in house.run()
    house.say(NOW - 183 * DAY - timedelta(seconds=1))
    assert house.dry_run()["messages"] == 2


def test_before_rasa_was_ever_started_there_is_nothing_to_clear(house: House) -> None:
    assert house.rules["events"].count(NOW) == 0
    assert house.rules["events"].purge(NOW) == 0


def test_a_follower_on_wechat_is_forgotten_with_their_conversation(house: House) -> None:
    followers = Customers(house.engine, sealer(), ["secret"], "wx0")
    old, young = NOW - 200 * DAY, NOW - 10 * DAY
    silent = followers.heard("o-silent", old, spoke=True)
    loyal = followers.heard("o-loyal", old, spoke=True)
    followers.heard("o-loyal", young, spoke=True)
    watching = followers.heard("o-watching", young, spoke=False)
    assert house.run() == {"followers": 1}
    assert [followers.openid(each) for each in (silent, loyal, watching)] == [
        None,
        "o-loyal",
        "o-watching",
    ]


def test_questions_nobody_could_answer_do_not_outlive_the_conversations(house: House) -> None:
    """Their texts are what customers said, like the conversation's."""
    misses, messages = house.rules["misses"], house.rules["messages"]
    assert (misses.keep, misses.basis) == (messages.keep, messages.basis)
    house.say(NOW - 184 * DAY)
    house.say(NOW)
    house.run()
    assert len(Feedback(house.engine).misses(NOW - 1000 * DAY)) == 1


def test_the_relay_applies_the_very_rules_of_the_verb(house: House) -> None:
    house.start_rasa()
    clock = Clock()
    house.say(clock() - 184 * DAY)
    house.fill_in(clock() - 8 * DAY)
    assert house.dry_run()
    errands = retention_errands(tuple(house.rules.values()), clock, clock.steady)
    errands.run_due()
    assert house.dry_run() == {}


def test_the_relay_looks_for_old_drafts_every_minute(house: House) -> None:
    clock = Clock()
    errands = retention_errands(tuple(house.rules.values()), clock, clock.steady)
    house.fill_in(clock() - 7 * DAY)
    errands.run_due()
    drafts = SqlDrafts(house.engine, sealer(), lambda _: "7")
    assert drafts.count() == 1
    clock.forward(seconds=61)
    errands.run_due()
    assert drafts.count() == 0


def shown(rules: list[Rule], *, dry_run: bool) -> tuple[bool, str]:
    said = io.StringIO()
    screen = Console(file=said, width=160, highlight=False)
    done = apply_rules(rules, NOW, screen, dry_run=dry_run)
    return done, said.getvalue()


def test_people_read_what_would_go_since_when_and_by_which_rule(house: House) -> None:
    house.say(NOW - 184 * DAY)
    done, said = shown(list(house.rules.values()), dry_run=True)
    assert done
    assert "会删" in said
    assert "没答上来的问题" in said
    assert "《中国人民银行业务领域数据安全管理办法》第三十条" in said
    assert f"{NOW - 183 * DAY + timedelta(hours=8):%Y-%m-%d %H:%M}" in said
    assert house.dry_run()["misses"] == 1
    assert "删了" in shown(list(house.rules.values()), dry_run=False)[1]
    assert house.dry_run() == {}


def test_a_database_that_is_away_holds_up_no_other_rule(house: House) -> None:
    away = house.config.copy(update={"knowledge_url": "sqlite:////proc/nowhere/k.db"})
    house.say(NOW - 184 * DAY)
    done, said = shown(list(build_rules(away)), dry_run=False)
    assert not done
    assert "没有做成" in said
    assert set(house.dry_run()) == {"misses"}


def test_much_is_deleted_in_portions_and_the_young_stay(house: House) -> None:
    for age in range(200, 193, -1):
        house.say(NOW - age * DAY)
    house.say(NOW)
    before = NOW - 183 * DAY
    assert OLD_MESSAGES.purge(house.engine, before, portion=3) == 14
    assert OLD_MESSAGES.purge(house.engine, before, portion=3) == 0
    assert OLD_MESSAGES.count(house.engine, NOW + DAY) == 2
