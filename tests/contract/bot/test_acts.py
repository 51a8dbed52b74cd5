"""Later acts: kept once, after their complaint, in the order they were made."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.errors import JournalUnavailable, StorageError
from bot.intake.acts import ActKind, SqlActs
from bot.intake.evidence import SqlEvidence
from bot.intake.journal import SqlJournal
from bot.intake.outbox import PARKED, PENDING, Entry, Waiting
from bot.privacy.sealing import Sealer
from tests.fakes import NOW, references
from tests.samples import OTHER_SEAL_KEY, PDF, act, complaint, sealer

LEASE = timedelta(seconds=60)
SECOND = timedelta(seconds=1)
ELSEWHERE = "TS20261123-7K3QF8K"
"""A reference that is not in this journal, so that nothing holds up its acts."""
Connect = Callable[[str], Engine]


@pytest.fixture
def acts(engine: Engine) -> SqlActs:
    return SqlActs(engine, sealer())


@pytest.fixture
def journal(engine: Engine) -> SqlJournal:
    return SqlJournal(engine, sealer(), references())


def claimed(acts: SqlActs, after: timedelta = timedelta(0)) -> Entry:
    entry = acts.claim("a", NOW + after, LEASE)
    assert entry is not None
    return entry


def deliver(journal: SqlJournal) -> None:
    entry = journal.claim("a", NOW, LEASE)
    assert entry is not None
    journal.delivered(entry, NOW)


@pytest.mark.parametrize("kind", list(ActKind))
def test_an_act_is_delivered_as_it_was_made(acts: SqlActs, kind: ActKind) -> None:
    made = act(1, ELSEWHERE, kind)
    assert acts.record(made, NOW)
    assert claimed(acts) == Entry(
        id=str(made.id),
        kind=kind.value,
        reference=ELSEWHERE,
        channel="web",
        sender_id="web-0",
        payload={"id": str(made.id), "submitted_at": NOW.isoformat(), **made.fields},
        status=PENDING,
        attempts=1,
        last_error=None,
        created_at=NOW,
        lease_owner="a",
    )


def test_an_act_made_again_is_the_first_one(acts: SqlActs) -> None:
    assert acts.record(act(1, ELSEWHERE), NOW)
    assert not acts.record(act(1, ELSEWHERE, text="说的是别的"), NOW + SECOND)
    assert claimed(acts).payload["text"] == "当时还有一位保安在场"
    assert acts.claim("a", NOW, LEASE) is None


def test_a_derived_id_becomes_one_the_bank_takes_and_stays_the_same(acts: SqlActs) -> None:
    derived = replace(act(1, ELSEWHERE), id=uuid5(act(1, ELSEWHERE).id, "supplement"))
    assert acts.record(derived, NOW)
    assert not acts.record(derived, NOW)
    entry = claimed(acts)
    assert UUID(entry.id).version == 4
    assert entry.payload["id"] == entry.id


def test_an_act_made_at_the_same_time_is_one(acts: SqlActs) -> None:
    with ThreadPoolExecutor(4) as pool:
        first = list(pool.map(lambda _: acts.record(act(1, ELSEWHERE), NOW), range(8)))
    assert sum(first) == 1
    assert acts.backlog(NOW).pending == 1


@pytest.mark.parametrize("park", [False, True])
def test_an_act_waits_for_its_complaint(acts: SqlActs, journal: SqlJournal, park: bool) -> None:
    made = journal.record(complaint(), NOW)
    acts.record(act(1, made.reference), NOW)
    assert acts.claim("a", NOW, LEASE) is None
    if park:
        entry = journal.claim("a", NOW, LEASE)
        assert entry is not None
        journal.parked(entry, "HTTP 422 invalid_request")
        assert acts.claim("a", NOW, LEASE) is None
        journal.try_again(made.reference, NOW)
    deliver(journal)
    assert claimed(acts).reference == made.reference


def test_acts_of_a_complaint_go_in_their_order_whatever_the_clock_did(acts: SqlActs) -> None:
    for number in range(3):
        acts.record(act(number, ELSEWHERE, text=str(number)), NOW - number * SECOND)
    order = []
    while entry := acts.claim("a", NOW, LEASE):
        assert acts.claim("b", NOW, LEASE) is None, "the next waits until this one has arrived"
        order.append(entry.payload["text"])
        acts.delivered(entry, NOW)
    assert order == ["0", "1", "2"]


def test_a_postponed_act_holds_up_later_ones_of_its_complaint_only(acts: SqlActs) -> None:
    acts.record(act(1, ELSEWHERE), NOW)
    acts.record(act(2, ELSEWHERE, ActKind.WITHDRAWAL), NOW)
    acts.record(act(3, "TS20261123-0000018"), NOW)
    acts.postponed(claimed(acts), NOW + 10 * SECOND, "HTTP 503")
    assert claimed(acts).reference == "TS20261123-0000018"
    assert acts.claim("a", NOW, LEASE) is None
    acts.delivered(claimed(acts, 10 * SECOND), NOW)
    assert claimed(acts, 10 * SECOND).kind == "withdrawal"


def test_a_refused_act_does_not_hold_up_the_next(acts: SqlActs) -> None:
    acts.record(act(1, ELSEWHERE, ActKind.SATISFACTION), NOW)
    acts.record(act(2, ELSEWHERE, ActKind.WITHDRAWAL), NOW)
    acts.parked(claimed(acts), "HTTP 409 no_reply_yet")
    assert claimed(acts).kind == "withdrawal"


def test_documents_sent_before_a_withdrawal_go_before_it(
    acts: SqlActs, engine: Engine, tmp_path: Path
) -> None:
    documents = SqlEvidence(engine, sealer(), tmp_path / "evidence")
    sent = documents.keep(uuid4(), "web-0", "web", "凭证.pdf", PDF, NOW)
    documents.attach([sent.id], ELSEWHERE, NOW)
    acts.record(act(1, ELSEWHERE), NOW)
    acts.record(act(2, ELSEWHERE, ActKind.WITHDRAWAL), NOW)
    acts.delivered(claimed(acts), NOW)
    assert acts.claim("a", NOW, LEASE) is None
    document = documents.claim("a", NOW, LEASE)
    assert document is not None
    documents.delivered(document, NOW)
    assert claimed(acts).kind == "withdrawal"


def test_what_changed_after_filing_reaches_the_bank_as_a_supplement(
    acts: SqlActs, journal: SqlJournal
) -> None:
    made = journal.record(complaint(), NOW)
    changed = complaint(
        submitted_at=NOW + SECOND,
        complaint_branch="解放路支行",
        complainant_phone="13900139000",
        complaint_amount=None,
    )
    for _ in range(2):
        journal.record(changed, NOW + SECOND)
    deliver(journal)
    entry = claimed(acts, SECOND)
    assert (entry.kind, entry.reference) == ("supplement", made.reference)
    assert entry.payload == {
        "id": entry.id,
        "submitted_at": (NOW + SECOND).isoformat(),
        "text": "客户在提交后更正：涉及网点或渠道：解放路支行；涉及金额：未填写；联系电话：13900139000",
    }
    assert UUID(entry.id).version == 4
    acts.delivered(entry, NOW)
    assert acts.claim("a", NOW + SECOND, LEASE) is None, "the same change came twice and is one"


def test_each_change_after_filing_is_one_of_its_own(acts: SqlActs, journal: SqlJournal) -> None:
    journal.record(complaint(), NOW)
    for amount in (99.0, 100.0, 99.0):
        journal.record(complaint(complaint_amount=amount), NOW)
    assert acts.backlog(NOW).by_kind == {"supplement": {"pending": 2}}


def test_whose_complaint_is_withdrawn_is_known_before_the_bank_knows(acts: SqlActs) -> None:
    acts.record(act(1, ELSEWHERE, ActKind.WITHDRAWAL), NOW)
    acts.record(act(2, "TS20261123-0000018"), NOW)
    assert acts.withdrawn([ELSEWHERE, "TS20261123-0000018"]) == {ELSEWHERE}
    assert acts.withdrawn([]) == set()


def test_parked_acts_are_tried_again_and_counted(acts: SqlActs) -> None:
    acts.record(act(1, ELSEWHERE, ActKind.REVIEW_REQUEST), NOW)
    acts.parked(claimed(acts), "HTTP 409 review_too_late")
    assert acts.waiting(9) == [
        Waiting(ELSEWHERE, "review_request", PARKED, 1, NOW, "HTTP 409 review_too_late")
    ]
    assert acts.backlog(NOW).parked == 1
    assert acts.try_again(ELSEWHERE, NOW)
    assert claimed(acts).attempts == 2


def test_nothing_of_an_act_is_on_disk_in_clear(acts: SqlActs, engine: Engine) -> None:
    acts.record(act(1, ELSEWHERE), NOW)
    with engine.connect() as connection:
        stored = str(connection.execute(sa.text("SELECT * FROM act")).all())
    assert "保安" not in stored


def test_an_act_no_key_opens_does_not_hold_up_other_complaints(engine: Engine) -> None:
    SqlActs(engine, Sealer([OTHER_SEAL_KEY])).record(act(1, ELSEWHERE), NOW)
    acts = SqlActs(engine, sealer())
    acts.record(act(2, "TS20261123-0000018"), NOW)
    with pytest.raises(StorageError):
        acts.claim("a", NOW, LEASE)
    assert claimed(acts).reference == "TS20261123-0000018"


WRITES: dict[str, Callable[[SqlActs], Any]] = {
    "record": lambda acts: acts.record(act(7, ELSEWHERE), NOW),
    "claim": lambda acts: acts.claim("a", NOW, LEASE),
    "try_again": lambda acts: acts.try_again(ELSEWHERE, NOW),
}


@pytest.mark.parametrize("use", WRITES.values(), ids=WRITES.keys())
@pytest.mark.parametrize("kind", ["read-only", "not migrated", "server away"])
def test_a_database_that_cannot_be_written_is_said_so(
    kind: str,
    use: Callable[[SqlActs], Any],
    tmp_path: Path,
    request: pytest.FixtureRequest,
    connect: Connect,
) -> None:
    url = {
        "read-only": lambda: request.getfixturevalue("read_only_url"),
        "not migrated": lambda: f"sqlite:///{tmp_path / 'empty.db'}",
        "server away": lambda: f"postgresql://tests@/postgres?host={tmp_path}",
    }[kind]()
    with pytest.raises(JournalUnavailable):
        use(SqlActs(connect(url), sealer()))


def test_an_act_on_a_full_disk_is_not_called_taken(sqlite_url: str, stingy: Connect) -> None:
    acts = SqlActs(stingy(sqlite_url), sealer())
    taken = 0
    with pytest.raises(JournalUnavailable):
        for number in range(100):
            taken += acts.record(act(number, ELSEWHERE, text="很长的补充" * 900), NOW)
    assert acts.backlog(NOW).pending == taken
