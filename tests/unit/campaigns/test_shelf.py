"""A running assistant takes over what changed, and keeps what was there when the change is bad."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.campaigns.files import load_library
from bot.campaigns.shelf import LOOK_EVERY, Shelf, load_all
from tests.unit.campaigns.file import spoilt, written

LIBRARY = load_library()
TODAY = date(2027, 3, 15)


class Clock:
    """Seconds that go on when told."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shelf(tmp_path: Path, clock: Clock) -> Shelf:
    written(tmp_path, spoilt())
    return Shelf(tmp_path, LIBRARY, lambda: TODAY, clock)


def titles(shelf: Shelf, clock: Clock) -> list[str]:
    clock.seconds += LOOK_EVERY
    return [campaign.title for campaign in shelf.campaigns()]


def test_a_changed_file_is_taken_over_without_a_restart(shelf: Shelf, clock: Clock) -> None:
    assert titles(shelf, clock) == ["3·15消费者权益日"]
    written(shelf.folder, spoilt(title="换了名字"))
    assert titles(shelf, clock) == ["换了名字"]


def test_between_two_looks_the_folder_is_left_alone(shelf: Shelf, clock: Clock) -> None:
    assert titles(shelf, clock) == ["3·15消费者权益日"]
    written(shelf.folder, spoilt(title="换了名字"))
    assert [campaign.title for campaign in shelf.campaigns()] == ["3·15消费者权益日"]


def test_a_bad_change_is_refused_with_its_reason_and_the_old_one_stays(
    shelf: Shelf, clock: Clock
) -> None:
    titles(shelf, clock)
    written(shelf.folder, spoilt(title=None))
    assert titles(shelf, clock) == ["3·15消费者权益日"]
    assert "title：要写文字" in shelf.refused["315-2027"].message
    written(shelf.folder, spoilt(title="改好了"))
    assert titles(shelf, clock) == ["改好了"]
    assert shelf.refused == {}


def test_a_new_file_that_takes_anothers_code_is_refused(shelf: Shelf, clock: Clock) -> None:
    titles(shelf, clock)
    written(shelf.folder, spoilt(title="另一个"), "another.yml")
    assert titles(shelf, clock) == ["3·15消费者权益日"]
    assert "315-hall" in shelf.refused["another"].message


def test_a_file_that_is_gone_takes_its_campaign_away(shelf: Shelf, clock: Clock) -> None:
    titles(shelf, clock)
    (shelf.folder / "315-2027.yml").unlink()
    assert titles(shelf, clock) == []


def test_a_folder_that_was_never_made_is_an_empty_shelf(tmp_path: Path, clock: Clock) -> None:
    shelf = Shelf(tmp_path / "nowhere", LIBRARY, lambda: TODAY, clock)
    assert titles(shelf, clock) == []


def test_a_folder_that_is_away_for_a_while_takes_nothing_away(shelf: Shelf, clock: Clock) -> None:
    titles(shelf, clock)
    away = shelf.folder.rename(shelf.folder.with_name("away"))
    assert titles(shelf, clock) == ["3·15消费者权益日"]
    away.rename(shelf.folder)
    written(shelf.folder, spoilt(title="换了名字"))
    assert titles(shelf, clock) == ["换了名字"]


def test_what_an_editor_leaves_beside_a_file_hides_no_campaign(shelf: Shelf, clock: Clock) -> None:
    (shelf.folder / ".#315-2027.yml").symlink_to("somebody@desk.4711")
    (shelf.folder / "nowhere.yml").symlink_to("gone")
    assert titles(shelf, clock) == ["3·15消费者权益日"]
    assert shelf.refused == {}


def test_a_file_that_cannot_be_read_hides_no_other(shelf: Shelf, clock: Clock) -> None:
    (shelf.folder / "a-folder.yml").mkdir()
    (shelf.folder / "no-such-day.yml").write_text("first_day: 2027-02-30", encoding="utf-8")
    assert titles(shelf, clock) == ["3·15消费者权益日"]
    assert set(shelf.refused) == {"a-folder", "no-such-day"}


def test_a_code_moves_to_a_file_that_is_looked_at_before_its_own(
    shelf: Shelf, clock: Clock
) -> None:
    titles(shelf, clock)
    own = spoilt()["scenes"][0]
    written(shelf.folder, spoilt(title="另一个"), "1-first.yml")
    written(shelf.folder, spoilt(scenes=[{**own, "id": "315-door"}]))
    assert titles(shelf, clock) == ["3·15消费者权益日", "另一个"]
    assert shelf.refused == {}


def test_a_code_that_is_free_again_is_taken_by_the_file_that_waited_for_it(
    shelf: Shelf, clock: Clock
) -> None:
    titles(shelf, clock)
    written(shelf.folder, spoilt(title="另一个"), "another.yml")
    titles(shelf, clock)
    (shelf.folder / "315-2027.yml").unlink()
    assert titles(shelf, clock) == ["另一个"]


def test_a_code_leads_to_its_campaign_and_scene(shelf: Shelf) -> None:
    found = shelf.campaigns().find("315-hall")
    assert found is not None
    assert (found[0].id, found[1].branch) == ("315-2027", "人民路支行")
    assert shelf.campaigns().find("unknown") is None


def test_all_faults_of_a_folder_are_listed_and_the_good_ones_are_kept(tmp_path: Path) -> None:
    written(tmp_path, spoilt())
    written(tmp_path, spoilt(title=None, welcome=None), "bad.yml")
    campaigns, lines = load_all(tmp_path, LIBRARY, TODAY)
    assert list(campaigns.by_id) == ["315-2027"]
    assert lines[0] == "bad.yml"
    assert len(lines) == 3
    shutil.copy(tmp_path / "315-2027.yml", tmp_path / "copy.yml")
    _, lines = load_all(tmp_path, LIBRARY, TODAY)
    assert any("315-hall" in line for line in lines)


def test_a_folder_that_cannot_be_listed_is_a_fault_and_not_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "campaigns").write_text("no folder", encoding="utf-8")
    campaigns, lines = load_all(tmp_path / "campaigns", LIBRARY, TODAY)
    assert not campaigns.by_id
    assert "读不了目录" in lines[0]
    assert load_all(tmp_path / "nowhere", LIBRARY, TODAY)[1] == []
