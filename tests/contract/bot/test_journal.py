"""The journal's port, kept by every implementation of it."""

from __future__ import annotations

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

from bot.errors import JournalUnavailable, StorageError
from bot.intake import reference
from bot.intake.evidence import HELD, SqlEvidence
from bot.intake.journal import Journal, SqlJournal
from bot.intake.outbox import DELIVERED, PARKED, PENDING, Entry, Waiting
from bot.privacy.sealing import Sealer
from tests.fakes import NOW, FakeJournal, references
from tests.samples import OTHER_SEAL_KEY, PDF, PHONE, SEAL_KEY, complaint, fields, sealer

LEASE = timedelta(seconds=60)
SECOND = timedelta(seconds=1)
Connect = Callable[[str], Engine]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def journal(request: pytest.FixtureRequest, connect: Connect) -> Journal:
    if request.param == "memory":
        return FakeJournal()
    url = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return SqlJournal(connect(request.getfixturevalue(url)), sealer(), references())


@pytest.fixture
def sql_journal(database_url: str, connect: Connect) -> SqlJournal:
    return SqlJournal(connect(database_url), sealer(), references())


def claimed(journal: Journal, owner: str = "a", after: timedelta = timedelta(0)) -> Entry:
    entry = journal.claim(owner, NOW + after, LEASE)
    assert entry is not None
    return entry


def found(journal: Journal, of: str) -> Entry:
    entry = journal.find(of)
    assert entry is not None
    return entry


def test_a_recorded_complaint_gets_a_valid_reference_and_is_found(journal: Journal) -> None:
    receipt = journal.record(complaint(), NOW)
    assert receipt.first_time
    assert reference.find(receipt.reference) == receipt.reference
    entry = found(journal, receipt.reference)
    assert entry.payload == complaint().payload(receipt.reference)
    assert (entry.channel, entry.sender_id, entry.created_at) == ("web", "web-0", NOW)
    assert (entry.status, entry.attempts, entry.last_error) == (PENDING, 0, None)


def test_recording_again_is_the_same_complaint(journal: Journal) -> None:
    first = journal.record(complaint(), NOW)
    again = journal.record(complaint(submitted_at=NOW + SECOND), NOW + SECOND)
    assert (again.reference, again.first_time) == (first.reference, False)
    assert journal.backlog(NOW).pending == 1


def test_other_content_under_the_same_id_never_overwrites(journal: Journal) -> None:
    first = journal.record(complaint(), NOW)
    for _ in range(2):
        changed = journal.record(complaint(complaint_amount=99.0), NOW)
        assert (changed.reference, changed.first_time) == (first.reference, False)
    assert found(journal, first.reference).payload["complaint_amount"] == 12.5
    assert journal.backlog(NOW).pending == 1


def test_two_complaints_are_two(journal: Journal) -> None:
    assert (
        journal.record(complaint(1), NOW).reference != journal.record(complaint(2), NOW).reference
    )
    assert journal.backlog(NOW).pending == 2


def test_an_empty_journal_has_nothing_to_claim_or_find(journal: Journal) -> None:
    assert journal.claim("a", NOW, LEASE) is None
    assert journal.find("TS20261123-7K3QF8K") is None
    assert journal.backlog(NOW).pending == journal.backlog(NOW).parked == 0
    journal.check_writable()


def test_a_claim_leases_the_entry_and_counts_the_attempt(journal: Journal) -> None:
    made = journal.record(complaint(), NOW)
    entry = claimed(journal)
    assert (entry.reference, entry.attempts, entry.lease_owner) == (made.reference, 1, "a")
    assert journal.claim("b", NOW + LEASE - SECOND, LEASE) is None


def test_a_lease_that_ran_out_is_claimed_by_another(journal: Journal) -> None:
    journal.record(complaint(), NOW)
    claimed(journal, "a")
    entry = claimed(journal, "b", LEASE)
    assert (entry.lease_owner, entry.attempts) == ("b", 2)


def test_the_oldest_due_entry_comes_first(journal: Journal) -> None:
    made = [journal.record(complaint(n), NOW + n * SECOND).reference for n in (0, 1, 2)]
    order = [claimed(journal, after=10 * SECOND).reference for _ in made]
    assert order == made


def test_a_postponed_entry_is_due_again_at_its_time_and_not_before(journal: Journal) -> None:
    made = journal.record(complaint(), NOW)
    journal.postponed(claimed(journal), NOW + 10 * SECOND, "HTTP 503")
    entry = found(journal, made.reference)
    assert (entry.status, entry.last_error, entry.lease_owner) == (PENDING, "HTTP 503", None)
    assert journal.claim("a", NOW + 9 * SECOND, LEASE) is None
    assert claimed(journal, after=10 * SECOND).attempts == 2


def test_a_postponed_entry_does_not_hold_up_a_later_one(journal: Journal) -> None:
    journal.record(complaint(0), NOW)
    later = journal.record(complaint(1), NOW + SECOND)
    journal.postponed(claimed(journal, after=SECOND), NOW + 60 * SECOND, "x")
    assert claimed(journal, after=2 * SECOND).reference == later.reference


def test_a_delivered_entry_is_done(journal: Journal) -> None:
    made = journal.record(complaint(), NOW)
    journal.postponed(claimed(journal), NOW, "HTTP 503")
    journal.delivered(claimed(journal), NOW)
    entry = found(journal, made.reference)
    assert (entry.status, entry.last_error, entry.lease_owner) == (DELIVERED, None, None)
    assert journal.claim("a", NOW + timedelta(days=1), LEASE) is None
    assert journal.backlog(NOW).pending == 0


def test_a_parked_entry_waits_for_a_person(journal: Journal) -> None:
    made = journal.record(complaint(), NOW)
    journal.parked(claimed(journal), "HTTP 422")
    assert found(journal, made.reference).last_error == "HTTP 422"
    assert journal.claim("a", NOW + timedelta(days=1), LEASE) is None
    assert (journal.backlog(NOW).pending, journal.backlog(NOW).parked) == (0, 1)
    assert journal.try_again(made.reference, NOW)
    assert found(journal, made.reference).status == PENDING
    assert claimed(journal).attempts == 2


def test_a_postponed_entry_need_not_wait_when_a_person_tries_again(journal: Journal) -> None:
    made = journal.record(complaint(), NOW)
    journal.postponed(claimed(journal), NOW + timedelta(minutes=15), "HTTP 503")
    assert journal.claim("a", NOW, LEASE) is None
    assert journal.try_again(made.reference, NOW)
    assert claimed(journal).reference == made.reference


def test_only_what_is_undelivered_can_be_tried_again(journal: Journal) -> None:
    made = journal.record(complaint(), NOW)
    assert not journal.try_again("TS20261123-7K3QF8K", NOW)
    journal.delivered(claimed(journal), NOW)
    assert not journal.try_again(made.reference, NOW)
    assert found(journal, made.reference).status == DELIVERED


def test_trying_again_does_not_take_an_entry_from_who_holds_it(journal: Journal) -> None:
    made = journal.record(complaint(), NOW)
    held = claimed(journal)
    journal.try_again(made.reference, NOW)
    assert journal.claim("b", NOW, LEASE) is None
    journal.delivered(held, NOW)
    assert found(journal, made.reference).status == DELIVERED


FINISHING: dict[str, Callable[[Journal, Entry], None]] = {
    "delivered": lambda journal, entry: journal.delivered(entry, NOW),
    "postponed": lambda journal, entry: journal.postponed(entry, NOW + 99 * LEASE, "late"),
    "parked": lambda journal, entry: journal.parked(entry, "late"),
}


@pytest.mark.parametrize("act", FINISHING.values(), ids=FINISHING.keys())
def test_whose_lease_was_taken_over_has_no_say(
    journal: Journal, act: Callable[[Journal, Entry], None]
) -> None:
    made = journal.record(complaint(), NOW)
    stale = claimed(journal, "a")
    present = claimed(journal, "b", LEASE)
    act(journal, stale)
    entry = found(journal, made.reference)
    assert (entry.status, entry.last_error, entry.lease_owner) == (PENDING, None, "b")
    assert journal.claim("c", NOW + LEASE, LEASE) is None, "b still holds it"
    journal.delivered(present, NOW)
    assert found(journal, made.reference).status == DELIVERED


def test_the_backlog_tells_the_age_of_the_oldest(journal: Journal) -> None:
    journal.record(complaint(0), NOW)
    journal.record(complaint(1), NOW + 30 * SECOND)
    backlog = journal.backlog(NOW + 60 * SECOND)
    assert (backlog.pending, backlog.parked, backlog.oldest_age) == (2, 0, 60 * SECOND)
    journal.delivered(claimed(journal), NOW)
    assert journal.backlog(NOW + 60 * SECOND).oldest_age == 30 * SECOND
    assert journal.backlog(NOW).oldest_age == timedelta(0)


def test_the_backlog_is_told_by_kind_and_item(journal: Journal) -> None:
    refused = journal.record(complaint(0), NOW + SECOND)
    journal.parked(claimed(journal, after=SECOND), "HTTP 422 invalid_request")
    waiting = journal.record(complaint(1), NOW)
    assert journal.backlog(NOW).by_kind == {"complaint": {"pending": 1, "parked": 1}}
    assert journal.waiting(9) == [
        Waiting(
            refused.reference, "complaint", PARKED, 1, NOW + SECOND, "HTTP 422 invalid_request"
        ),
        Waiting(waiting.reference, "complaint", PENDING, 0, NOW, None),
    ]
    assert len(journal.waiting(1)) == 1


def test_the_complaints_of_a_conversation_are_found_newest_first(journal: Journal) -> None:
    made = []
    for number, day in ((0, 0), (1, 1), (2, 2)):
        filed = replace(complaint(number), sender_id="web-7" if number else "web-8")
        made.append(journal.record(filed, NOW + timedelta(days=day)).reference)
    assert [entry.reference for entry in journal.of_sender("web-7")] == [made[2], made[1]]
    assert journal.of_sender("nobody") == []
    assert journal.sender_of(made[0]) == "web-8"
    assert journal.sender_of("TS20261123-7K3QF8K") is None


def test_the_phone_of_a_complaint_is_known_while_it_can_be_opened(journal: Journal) -> None:
    reference = journal.record(complaint(), NOW).reference
    assert journal.phone_of(reference) == PHONE
    assert journal.phone_of("TS20261123-7K3QF8K") is None


def test_the_recent_complaints_of_a_phone_are_found_newest_first(journal: Journal) -> None:
    made = [
        journal.record(complaint(number, complainant_phone=phone), NOW + number * SECOND).reference
        for number, phone in enumerate((PHONE, PHONE, "13900139000", PHONE))
    ]
    found = [entry.reference for entry in journal.recent_of_phone(PHONE, NOW + SECOND)]
    assert found == [made[3], made[1]]
    assert journal.recent_of_phone("13700137000", NOW) == []


def test_a_phone_is_found_after_the_keys_were_rotated(database_url: str, connect: Connect) -> None:
    engine, mint = connect(database_url), references()
    old = SqlJournal(engine, sealer(), mint)
    rotated = SqlJournal(engine, Sealer([OTHER_SEAL_KEY, SEAL_KEY]), mint)
    made = [journal.record(complaint(n), NOW) for n, journal in enumerate((old, rotated))]
    found = {entry.reference for entry in rotated.recent_of_phone(PHONE, NOW)}
    assert found == {receipt.reference for receipt in made}


def test_a_complaint_from_before_phones_had_digests_is_found(
    database_url: str, connect: Connect
) -> None:
    engine = connect(database_url)
    journal = SqlJournal(engine, sealer(), references())
    made = journal.record(complaint(0), NOW)
    journal.record(complaint(1, complainant_phone="13900139000"), NOW)
    with engine.begin() as tx:
        tx.execute(sa.text("UPDATE intake SET phone_mac = NULL"))
    assert [e.reference for e in journal.recent_of_phone(PHONE, NOW)] == [made.reference]


def test_an_old_complaint_no_key_opens_hides_no_other(database_url: str, connect: Connect) -> None:
    engine, mint = connect(database_url), references()
    SqlJournal(engine, Sealer([OTHER_SEAL_KEY]), mint).record(complaint(0), NOW)
    with engine.begin() as tx:
        tx.execute(sa.text("UPDATE intake SET phone_mac = NULL, sender_id = 'web-1'"))
    journal = SqlJournal(engine, sealer(), mint)
    made = journal.record(complaint(1), NOW)
    assert [e.reference for e in journal.recent_of_phone(PHONE, NOW)] == [made.reference]
    assert [e.reference for e in journal.of_sender("web-1")] == [made.reference]


def test_the_documents_of_a_complaint_are_filed_in_the_same_commit(
    database_url: str, connect: Connect, tmp_path: Path
) -> None:
    engine = connect(database_url)
    documents = SqlEvidence(engine, sealer(), tmp_path / "evidence")
    mine, other = (documents.keep(uuid4(), "web-0", "web", "凭证.pdf", PDF, NOW) for _ in range(2))
    journal = SqlJournal(engine, sealer(), references())
    made = journal.record(complaint(attachments=[mine.id]), NOW)
    filed = {known.id: (known.status, known.reference) for known in documents.of_sender("web-0")}
    assert filed == {mine.id: (PENDING, made.reference), other.id: (HELD, None)}


def test_nothing_personal_is_on_disk_in_clear(sql_journal: SqlJournal, database_url: str) -> None:
    sql_journal.record(complaint(), NOW)
    sql_journal.record(complaint(complaint_amount=99.0), NOW)
    stored = str(_rows(database_url, "SELECT * FROM intake"))
    stored += str(_rows(database_url, "SELECT * FROM act"))
    for name in ("complainant_name", "complainant_phone", "complaint_detail", "complaint_request"):
        assert fields()[name] not in stored


def test_what_is_recorded_survives_the_process(database_url: str, connect: Connect) -> None:
    made = SqlJournal(connect(database_url), sealer(), references()).record(complaint(), NOW)
    reopened = SqlJournal(connect(database_url), sealer(), references())
    assert reopened.claim("a", NOW, LEASE) == Entry(
        id=str(complaint().intake_id),
        kind="complaint",
        reference=made.reference,
        channel="web",
        sender_id="web-0",
        payload=complaint().payload(made.reference),
        status=PENDING,
        attempts=1,
        last_error=None,
        created_at=NOW,
        lease_owner="a",
    )


def test_a_reference_drawn_twice_is_drawn_again(database_url: str, connect: Connect) -> None:
    drawn = iter(["TS20261123-7K3QF8K", "TS20261123-7K3QF8K", "TS20261123-0000018"])
    journal = SqlJournal(connect(database_url), sealer(), lambda *_: next(drawn))
    assert journal.record(complaint(0), NOW).reference == "TS20261123-7K3QF8K"
    assert journal.record(complaint(1), NOW).reference == "TS20261123-0000018"


def test_a_mint_that_never_draws_a_new_one_is_no_reason_to_lie(
    database_url: str, connect: Connect
) -> None:
    journal = SqlJournal(connect(database_url), sealer(), lambda *_: "TS20261123-7K3QF8K")
    journal.record(complaint(0), NOW)
    with pytest.raises(JournalUnavailable):
        journal.record(complaint(1), NOW)
    assert journal.backlog(NOW).pending == 1


def test_claimers_at_the_same_time_never_get_the_same_entry(
    database_url: str, connect: Connect
) -> None:
    engine = connect(database_url)
    journal = SqlJournal(engine, sealer(), references())
    made = [journal.record(complaint(n), NOW).reference for n in range(24)]

    def drain(owner: str) -> list[str]:
        mine = []
        while entry := journal.claim(owner, NOW, LEASE):
            mine.append(entry.reference)
        return mine

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(drain, "abcd"))
    assert sorted(r for mine in taken for r in mine) == sorted(made)


def test_one_complaint_recorded_at_the_same_time_is_one(sql_journal: SqlJournal) -> None:
    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(lambda _: sql_journal.record(complaint(), NOW), range(8)))
    assert len({receipt.reference for receipt in receipts}) == 1
    assert sum(receipt.first_time for receipt in receipts) == 1
    assert sql_journal.backlog(NOW).pending == 1


def test_an_entry_no_key_opens_does_not_hold_up_the_others(
    database_url: str, connect: Connect
) -> None:
    engine = connect(database_url)
    mint = references()
    SqlJournal(engine, Sealer([OTHER_SEAL_KEY]), mint).record(complaint(0), NOW)
    journal = SqlJournal(engine, sealer(), mint)
    readable = journal.record(complaint(1), NOW + SECOND)
    with pytest.raises(StorageError):
        journal.claim("a", NOW + SECOND, LEASE)
    assert claimed(journal, after=SECOND).reference == readable.reference


USES: dict[str, Callable[[Journal], Any]] = {
    "record": lambda journal: journal.record(complaint(7), NOW),
    "claim": lambda journal: journal.claim("a", NOW, LEASE),
    "find": lambda journal: journal.find("TS20261123-7K3QF8K"),
    "try_again": lambda journal: journal.try_again("TS20261123-7K3QF8K", NOW),
    "backlog": lambda journal: journal.backlog(NOW),
    "waiting": lambda journal: journal.waiting(9),
    "of_sender": lambda journal: journal.of_sender("web-0"),
    "sender_of": lambda journal: journal.sender_of("TS20261123-7K3QF8K"),
    "phone_of": lambda journal: journal.phone_of("TS20261123-7K3QF8K"),
    "recent_of_phone": lambda journal: journal.recent_of_phone(PHONE, NOW),
    "check_writable": lambda journal: journal.check_writable(),
    "delivered": lambda journal: journal.delivered(_ENTRY, NOW),
    "postponed": lambda journal: journal.postponed(_ENTRY, NOW, "x"),
    "parked": lambda journal: journal.parked(_ENTRY, "x"),
}
_ENTRY = Entry("i", "complaint", "TS20261123-7K3QF8K", "web", "s", {}, PENDING, 1, None, NOW, "a")


@pytest.mark.parametrize("use", USES.values(), ids=USES.keys())
@pytest.mark.parametrize("kind", ["damaged", "not migrated", "server away"])
def test_a_database_that_is_not_there_is_said_so(
    kind: str, use: Callable[[Journal], Any], tmp_path: Path, connect: Connect
) -> None:
    url = f"sqlite:///{tmp_path / 'journal.db'}"
    if kind == "damaged":
        (tmp_path / "journal.db").write_bytes(b"this is no database " * 300)
    if kind == "server away":
        url = f"postgresql://tests@/postgres?host={tmp_path}"
    with pytest.raises(JournalUnavailable):
        use(SqlJournal(connect(url), sealer(), references()))


WRITES = ("record", "claim", "try_again", "check_writable", "delivered", "postponed", "parked")


@pytest.mark.parametrize("use", WRITES)
def test_a_read_only_server_is_said_so(use: str, postgres_url: str, connect: Connect) -> None:
    with connect(postgres_url).begin() as tx:
        for statement in (
            "DROP OWNED BY reader" if _has_reader(tx) else "CREATE ROLE reader LOGIN",
            "GRANT ALL ON ALL TABLES IN SCHEMA public TO reader",
            "ALTER ROLE reader SET default_transaction_read_only = on",
        ):
            tx.execute(sa.text(statement))
    SqlJournal(connect(postgres_url), sealer(), references()).record(complaint(), NOW)
    reader = SqlJournal(connect(postgres_url.replace("tests@", "reader@")), sealer(), references())
    with pytest.raises(JournalUnavailable):
        USES[use](reader)


@pytest.mark.parametrize("use", WRITES)
def test_a_read_only_file_is_said_so(use: str, read_only_url: str, connect: Connect) -> None:
    with pytest.raises(JournalUnavailable):
        USES[use](SqlJournal(connect(read_only_url), sealer(), references()))


def test_a_full_disk_loses_nothing_and_is_said_so(sqlite_url: str, stingy: Connect) -> None:
    journal = SqlJournal(stingy(sqlite_url), sealer(), references())
    with pytest.raises(JournalUnavailable):
        for number in range(100):
            journal.record(complaint(number, complaint_detail="很长的经过" * 400), NOW)
    kept = journal.backlog(NOW).pending
    assert all(claimed(journal).payload for _ in range(kept))
    assert journal.claim("a", NOW, LEASE) is None


def _has_reader(tx: Any) -> bool:
    return (
        tx.execute(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'reader'")).first() is not None
    )


def _rows(url: str, query: str) -> list[Any]:
    engine = sa.create_engine(url, future=True)
    try:
        with engine.connect() as connection:
            return list(connection.execute(sa.text(query)))
    finally:
        engine.dispose()
