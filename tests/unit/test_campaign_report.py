"""When the bank is told what campaigns achieved, what is kept, and what the verb shows and writes."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from bot.analytics.description import Description
from bot.analytics.fact import Fact, FactKind
from bot.analytics.reports import Kept, Reports
from bot.analytics.store import OLD_FACTS, Facts
from bot.campaigns.files import load_library
from bot.campaigns.shelf import load_all
from bot.errors import CampaignError, Permanent, Retryable
from bot.knowledge.feedback import Miss, MissKind
from bot.launcher.campaign_report import CampaignReports, Known, describe
from bot.launcher.campaign_verb import show, write
from bot.settings import ROOT
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from tests.fakes import NOW, FakeCaseStore
from tests.unit.analytics.kit import CAMPAIGN, description, fact, people

MINUTE = timedelta(minutes=1)


class Rig:
    """Facts on a database of the test's own, campaigns, and the bank they are reported to."""

    def __init__(self, database: Path) -> None:
        engine = create_engine(f"sqlite:///{database}", durable=False)
        self.facts, self.kept = Facts(engine), Reports(engine)
        self.campaigns: list[Description] = [description()]
        self.misses: list[Miss] = []
        self.cases = FakeCaseStore()
        self.start()

    def start(self) -> None:
        """A new process: nothing is remembered."""
        known = Known(
            self.facts,
            lambda: list(self.campaigns),
            lambda campaign: [miss for miss in self.misses if miss.campaign == campaign],
            lambda: {"faq/fees.sms": "短信费"},
        )
        self.reports = CampaignReports(self.cases, known, self.kept)

    def run(self, rounds: int, start: int = 0) -> list[int]:
        """Calls it every minute; the rounds in which something was sent."""
        sent = []
        for number in range(start, start + rounds):
            before = len(self.cases.campaigns)
            self.reports.send_if_needed(NOW + number * MINUTE)
            sent += [number] * (len(self.cases.campaigns) - before)
        return sent

    def happen(self, facts: Sequence[Fact]) -> None:
        self.facts.add(facts)

    def scans(self, of: int = -1) -> str:
        return str(self.cases.campaigns[of]["total"][0]["text"])


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database to copy."""
    path = tmp_path_factory.mktemp("template") / "analytics.db"
    engine = create_engine(f"sqlite:///{path}")
    upgrade(engine, "analytics")
    engine.dispose()
    return path


@pytest.fixture
def rig(template: Path, tmp_path: Path) -> Rig:
    return Rig(Path(shutil.copyfile(template, tmp_path / "analytics.db")))


def test_it_is_sent_at_once_and_again_after_a_day_if_nothing_changed(rig: Rig) -> None:
    assert rig.run(3) == [0]
    assert rig.run(4, start=1438) == [1440]
    again = rig.cases.campaigns[-1]
    assert again["counted_at"] == (NOW + timedelta(days=1)).isoformat()


def test_a_new_fact_is_reported_at_the_next_round(rig: Rig) -> None:
    rig.run(2)
    rig.happen(people(6, FactKind.SCAN))
    assert rig.run(3, start=2) == [2]
    assert rig.scans() == "6"


def test_a_changed_file_is_reported_at_the_next_round(rig: Rig) -> None:
    rig.run(1)
    rig.campaigns = [description(title="新的名称")]
    assert rig.run(2, start=1) == [1]
    assert rig.cases.campaigns[-1]["campaign"]["title"] == "新的名称"


def test_questions_asked_in_vain_by_several_are_reported(rig: Rig) -> None:
    rig.run(1)
    rig.misses = [
        Miss(MissKind.UNKNOWN, "数字人民币怎么开", "", NOW, CAMPAIGN, asker) for asker in "ab"
    ]
    assert rig.run(2, start=1) == [1]
    assert rig.cases.campaigns[-1]["unanswered"] == [{"text": "数字人民币怎么开", "times": 2}]


def test_a_campaign_whose_file_is_gone_goes_on_by_its_last_description(rig: Rig) -> None:
    rig.happen(people(6, FactKind.SCAN))
    rig.run(1)
    rig.campaigns = []
    rig.start()
    rig.happen(people(7, FactKind.SCAN))
    rig.run(1, start=1)
    sent = rig.cases.campaigns[-1]
    assert (sent["campaign"]["title"], rig.scans()) == ("3·15消费者权益日", "13")
    assert [question["id"] for question in sent["questions"]] == ["q1", "q2"]


def test_facts_of_a_campaign_nobody_knows_are_told_under_its_id(rig: Rig) -> None:
    rig.campaigns = []
    rig.happen(people(6, FactKind.SCAN))
    rig.run(1)
    assert rig.cases.campaigns[-1]["campaign"]["title"] == CAMPAIGN


def test_a_report_stays_as_it_was_when_its_facts_are_cleared_away(rig: Rig) -> None:
    rig.happen([*people(6, FactKind.SCAN), *people(6, FactKind.SCAN, day=date(2027, 3, 16))])
    rig.run(1)
    last = rig.facts.marks()[CAMPAIGN].last
    OLD_FACTS.purge(rig.facts._engine, last)
    rig.start()
    assert rig.run(2, start=1) == [1]
    assert rig.scans() == "12"
    OLD_FACTS.purge(rig.facts._engine, last + MINUTE)
    rig.start()
    rig.run(1, start=3)
    assert rig.scans() == "12"


def test_this_year_is_compared_with_last_year_even_without_its_facts(rig: Rig) -> None:
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    before = description(id="315-2026", first_day=first, last_day=last)
    rig.campaigns = [description(), before]
    rig.happen(people(8, FactKind.SCAN, campaign="315-2026"))
    rig.run(1)
    OLD_FACTS.purge(rig.facts._engine, NOW + timedelta(days=365))
    rig.campaigns = [description()]
    rig.start()
    rig.run(1, start=1)
    this = next(b for b in reversed(rig.cases.campaigns) if b["campaign"]["id"] == CAMPAIGN)
    assert this["previous"]["id"] == "315-2026"
    assert this["previous"]["total"][0]["text"] == "8"


def test_a_report_that_failed_is_sent_at_the_next_round(rig: Rig) -> None:
    rig.cases.failures = [Retryable("HTTP 503")]
    with pytest.raises(Retryable):
        rig.reports.send_if_needed(NOW)
    assert rig.run(2, start=1) == [1]


def test_a_refused_report_holds_up_no_other(rig: Rig) -> None:
    rig.campaigns = [description(), description(id="later-2027")]
    rig.cases.failures = [Permanent("HTTP 422")]
    with pytest.raises(Permanent):
        rig.reports.send_if_needed(NOW)
    assert [body["campaign"]["id"] for body in rig.cases.campaigns] == ["later-2027"]


def test_a_report_is_kept_in_the_place_of_the_one_before(rig: Rig) -> None:
    rig.kept.keep("a", Kept(1, {"x": 1}))
    rig.kept.keep("a", Kept(2, {"x": "二"}))
    assert rig.kept.all() == {"a": Kept(2, {"x": "二"})}


def test_every_campaign_we_ship_can_be_described() -> None:
    campaigns, _ = load_all(ROOT / "data" / "campaigns", load_library(), date(2027, 3, 15))
    found = {each.id: describe(each) for each in campaigns}
    assert found["315-2027"].places > 0
    assert len(found["315-2027"].questions) == 18
    assert all(each.scenes and each.topics for each in found.values())


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def screen(said: io.StringIO) -> Console:
    return Console(file=said, width=160, color_system=None)


def test_the_verb_shows_every_figure_beside_its_meaning(
    rig: Rig, screen: Console, said: io.StringIO
) -> None:
    days = [date(2027, 3, day) for day in (15, 16)]
    rig.happen([each for day in days for each in people(6, FactKind.SCAN, day=day)])
    show(rig.reports, CAMPAIGN, NOW, screen)
    shown = said.getvalue()
    assert "从海报、桌卡上的码或带场景的链接打开小保的次数" in shown
    assert "人民路支行·大堂" in shown
    assert "2027-03-16" in shown
    assert "████" in shown


def test_a_hidden_number_has_no_bar(rig: Rig, screen: Console, said: io.StringIO) -> None:
    rig.happen([fact(FactKind.SCAN)])
    show(rig.reports, CAMPAIGN, NOW, screen)
    assert "不显示" in said.getvalue()
    assert "█" not in said.getvalue()


def test_an_unknown_campaign_is_answered_with_those_there_are(rig: Rig, screen: Console) -> None:
    with pytest.raises(CampaignError, match=CAMPAIGN):
        show(rig.reports, "316", NOW, screen)


def test_the_files_are_of_the_figures_shown(rig: Rig, screen: Console, tmp_path: Path) -> None:
    body = show(rig.reports, CAMPAIGN, NOW, screen)
    assert write(rig.cases, body, tmp_path / "out", screen)
    assert json.loads((tmp_path / "out" / "figures.json").read_text(encoding="utf-8")) == body
    for suffix in ("docx", "xlsx"):
        content = (tmp_path / "out" / f"report.{suffix}").read_bytes()
        assert content == f"PK {suffix} {NOW.isoformat()}".encode()


def test_without_the_case_store_the_figures_are_there_all_the_same(
    rig: Rig, screen: Console, said: io.StringIO, tmp_path: Path
) -> None:
    rig.cases.failures = [Retryable("连接失败：ConnectionError")]
    body = show(rig.reports, CAMPAIGN, NOW, screen)
    assert not write(rig.cases, body, tmp_path, screen)
    assert "受理系统没有给出报告文件" in said.getvalue()
    assert {path.name for path in tmp_path.iterdir() if "db" not in path.name} == {"figures.json"}


def test_a_folder_that_cannot_be_written_is_said(rig: Rig, screen: Console, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    body = show(rig.reports, CAMPAIGN, NOW, screen)
    with pytest.raises(CampaignError, match="写不了"):
        write(rig.cases, body, tmp_path / "file", screen)
