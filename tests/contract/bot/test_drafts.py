"""Drafts: taken up again by their owner, or once by whoever has the code."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.errors import JournalUnavailable
from bot.intake.drafts import CODE_LIFETIME, OLD_DRAFTS, Draft, Expired, SqlDrafts
from bot.intake.evidence import SqlEvidence
from bot.privacy.sealing import Sealer
from tests.fakes import NOW
from tests.samples import OTHER_SEAL_KEY, PDF, SEAL_KEY, sealer

SECOND = timedelta(seconds=1)
Connect = Callable[[str], Engine]


@pytest.fixture
def drafts(engine: Engine) -> SqlDrafts:
    return store(engine)


def store(engine: Engine, seals: Sealer | None = None) -> SqlDrafts:
    return SqlDrafts(engine, seals or sealer(), secrets.choice)


def draft(number: int = 1, **changes: Any) -> Draft:
    values = {"complaint_detail": "排队两小时", "complaint_amount": 12.5, "complaint_date": None}
    made = Draft(f"d{number}", "complaint_form", "web-0", "web", values, "consent", None, NOW)
    return replace(made, **changes)


def test_a_draft_is_found_as_it_was_saved(drafts: SqlDrafts) -> None:
    drafts.save(draft(), NOW + SECOND)
    assert drafts.latest("web-0") == draft(updated_at=NOW + SECOND)
    assert drafts.latest("web-1") is None


def test_saving_again_takes_the_place_of_the_older(drafts: SqlDrafts) -> None:
    drafts.save(draft(), NOW)
    drafts.save(draft(requested="complaint_date", values={}), NOW + SECOND)
    (known,) = drafts.of_sender("web-0")
    assert (known.requested, known.values, known.updated_at) == ("complaint_date", {}, NOW + SECOND)
    assert drafts.count() == 1


def test_drafts_of_a_conversation_come_newest_first(drafts: SqlDrafts) -> None:
    for number in (1, 2, 3):
        drafts.save(draft(number), NOW + number * SECOND)
    drafts.save(draft(1), NOW + 9 * SECOND)
    drafts.save(draft(4, sender_id="web-1"), NOW)
    assert [known.id for known in drafts.of_sender("web-0")] == ["d1", "d3", "d2"]


def test_a_purge_names_the_question_at_which_each_form_was_left(drafts: SqlDrafts) -> None:
    drafts.save(draft(1), NOW)
    drafts.save(replace(draft(2), interrupted_by="case_form"), NOW)
    drafts.save(draft(3), NOW + 9 * SECOND)
    left = [(draft(1).form, draft(1).requested)]
    expired = drafts.purge(NOW + SECOND)
    assert expired == Expired(2, left), "what was put aside had been counted then"
    assert drafts.purge(NOW + SECOND) == Expired(0, [])
    assert drafts.count() == 1


def test_drafts_are_forgotten_one_by_one_together_and_by_age(drafts: SqlDrafts) -> None:
    for number, sender in ((1, "web-0"), (2, "web-0"), (3, "web-1"), (4, "web-2")):
        drafts.save(draft(number, sender_id=sender), NOW + number * SECOND)
    drafts.forget("d1")
    drafts.forget("d1")
    assert drafts.forget_sender("web-0") == 1
    assert OLD_DRAFTS.purge(drafts._engine, NOW + 4 * SECOND) == 1
    assert drafts.latest("web-2") is not None
    assert drafts.count() == 1


def test_nothing_of_a_draft_is_on_disk_in_clear(drafts: SqlDrafts, engine: Engine) -> None:
    drafts.save(draft(), NOW)
    code = drafts.make_code("web-0", NOW)
    with engine.connect() as connection:
        stored = str(connection.execute(sa.text("SELECT * FROM draft")).all())
    assert "排队" not in stored
    assert code is not None
    assert code not in stored
    assert code.replace("-", "") not in stored


def test_a_code_moves_the_latest_draft_and_its_documents_once(
    drafts: SqlDrafts, engine: Engine, tmp_path: Path
) -> None:
    documents = SqlEvidence(engine, sealer(), tmp_path / "evidence")
    sent, filed = (documents.keep(uuid4(), "web-0", "web", "a.pdf", PDF, NOW) for _ in range(2))
    documents.attach([filed.id], "TS20261123-7K3QF8K", NOW)
    drafts.save(draft(1), NOW)
    drafts.save(draft(2), NOW + SECOND)
    code = drafts.make_code("web-0", NOW)
    assert code is not None
    later = NOW + CODE_LIFETIME - SECOND
    moved = drafts.claim(code, "wx-9", "wechat", later)
    assert moved == draft(2, sender_id="wx-9", channel="wechat", updated_at=later)
    assert drafts.latest("wx-9") == moved
    assert [known.id for known in drafts.of_sender("web-0")] == ["d1"]
    assert [known.id for known in documents.held("wx-9")] == [sent.id]
    assert [known.id for known in documents.of_sender("web-0")] == [filed.id]
    assert drafts.claim(code, "web-5", "web", later) is None


def test_two_who_have_the_code_do_not_both_get_the_draft(drafts: SqlDrafts) -> None:
    drafts.save(draft(), NOW)
    code = str(drafts.make_code("web-0", NOW))
    with ThreadPoolExecutor(4) as pool:
        claims = list(pool.map(lambda n: drafts.claim(code, f"new-{n}", "web", NOW), range(8)))
    assert sum(claim is not None for claim in claims) == 1


def test_a_code_ends_after_half_an_hour(drafts: SqlDrafts) -> None:
    drafts.save(draft(), NOW)
    code = str(drafts.make_code("web-0", NOW))
    assert drafts.claim(code, "web-1", "web", NOW + CODE_LIFETIME) is None
    assert drafts.latest("web-0") is not None


def test_the_newest_code_alone_is_good(drafts: SqlDrafts) -> None:
    drafts.save(draft(1), NOW)
    older = str(drafts.make_code("web-0", NOW))
    drafts.save(draft(2), NOW + SECOND)
    newer = str(drafts.make_code("web-0", NOW + SECOND))
    assert drafts.claim(older, "web-1", "web", NOW + SECOND) is None
    assert drafts.claim(newer, "web-1", "web", NOW + SECOND) is not None


def test_there_is_no_code_without_a_draft_and_no_draft_without_its_code(drafts: SqlDrafts) -> None:
    assert drafts.make_code("web-0", NOW) is None
    drafts.save(draft(), NOW)
    for wrong in ("", "----", "0000-0000", "验证码"):
        assert drafts.claim(wrong, "web-1", "web", NOW) is None


def test_a_code_is_eight_characters_without_look_alikes(drafts: SqlDrafts) -> None:
    drafts.save(draft(), NOW)
    codes = {str(drafts.make_code("web-0", NOW)) for _ in range(40)}
    assert len(codes) == 40
    for code in codes:
        assert [len(part) for part in code.split("-")] == [4, 4]
        assert not set(code) & set("ILOU")


@pytest.mark.parametrize("typed", ["1O0l-7k3q", " 1 0 0 1 7 K 3 Q ", "io0L7K3Q", "1001—7K3Q"])
def test_a_code_is_understood_however_it_is_typed(engine: Engine, typed: str) -> None:
    drawn = iter("10017K3Q")
    drafts = SqlDrafts(engine, sealer(), lambda _: next(drawn))
    drafts.save(draft(), NOW)
    assert drafts.make_code("web-0", NOW) == "1001-7K3Q"
    assert drafts.claim(typed, "web-1", "web", NOW) is not None


def test_a_code_is_good_after_the_keys_were_rotated(engine: Engine) -> None:
    drafts = store(engine)
    drafts.save(draft(), NOW)
    code = str(drafts.make_code("web-0", NOW))
    rotated = store(engine, Sealer([OTHER_SEAL_KEY, SEAL_KEY]))
    assert rotated.claim(code, "web-1", "web", NOW) is not None


def test_a_saved_draft_keeps_its_code(drafts: SqlDrafts) -> None:
    drafts.save(draft(), NOW)
    code = str(drafts.make_code("web-0", NOW))
    drafts.save(draft(requested="complaint_date"), NOW)
    moved = drafts.claim(code, "web-1", "web", NOW)
    assert moved is not None
    assert moved.requested == "complaint_date"


WRITES: dict[str, Callable[[SqlDrafts], Any]] = {
    "save": lambda drafts: drafts.save(draft(), NOW),
    "forget": lambda drafts: drafts.forget("d1"),
    "make_code": lambda drafts: drafts.make_code("web-0", NOW),
    "claim": lambda drafts: drafts.claim("7K3Q-7K3Q", "web-1", "web", NOW),
}


@pytest.mark.parametrize("use", WRITES.values(), ids=WRITES.keys())
def test_a_read_only_database_is_said_so(
    use: Callable[[SqlDrafts], Any], read_only_url: str, connect: Connect
) -> None:
    with pytest.raises(JournalUnavailable):
        use(store(connect(read_only_url)))


def test_a_full_disk_is_said_so(sqlite_url: str, stingy: Connect) -> None:
    drafts = store(stingy(sqlite_url))
    with pytest.raises(JournalUnavailable):
        for number in range(200):
            drafts.save(draft(number, values={"complaint_detail": "长" * 3000}), NOW)
