"""After the time of keeping what is personal goes, everywhere; what is counted and held stays."""

import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import Engine

from casestore.domain.attachment import Attachment, MediaType
from casestore.domain.case import EventKind
from casestore.domain.errors import CaseNotFound
from casestore.domain.retention import RetentionReport
from casestore.domain.task import RootCause, TaskDraft
from casestore.service.audit_ports import AuditQuery
from casestore.service.retention import Retention
from casestore.storage.files import SealedFiles
from casestore.storage.keyring import Keyring
from casestore.storage.store import SqlStore
from casestore.storage.tables import metadata
from tests.contract.casestore.kit import FIELD_KEY, NAME, PHONE, TAIL, Clock, make_id
from tests.contract.casestore.upkeep_kit import REFERENCE, Bank, account, at, supervisor

FILED = at("2026-11-23 09:00")
LAST_DAY = at("2029-11-24 02:00")  # three years after the withdrawal on the 24th, still kept
FIRST_DAY = at("2029-11-25 02:00")
SHA = "a" * 64
WORDS = "柜员说手续费免了"


class Kept:
    """A bank with a folder of files and the deletion after three years."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        keyring = Keyring([FIELD_KEY])
        self.engine = engine
        self.bank = Bank(SqlStore(engine, keyring), Clock(FILED))
        self.files = SealedFiles(folder, keyring)
        self.folder = folder
        self.room = Retention(self.bank.store, self.files, self.bank.clock, years=3)
        self.bank.hire(account("worker"), supervisor("boss"))

    def attach(self, reference: str, attachment_id: str = "att-1") -> str:
        attachment = Attachment(
            attachment_id, reference, "流水.png", MediaType.PNG, 3, SHA, self.bank.clock()
        )
        self.files.put(attachment.stored_name, b"png")
        with self.bank.store.transaction() as tx:
            assert tx.attachments.add(attachment)
            tx.commit()
        return attachment.stored_name

    def withdraw(self, reference: str = REFERENCE) -> None:
        self.bank.clock.moment = at("2026-11-24 09:00")
        self.bank.do("worker", EventKind.WITHDRAWN, reference, text=f"不投诉了，{NAME}")

    def run_at(self, moment: Any) -> RetentionReport:
        self.bank.clock.moment = moment
        return self.room.run()

    def dump(self) -> str:
        """Everything the database holds, as text."""
        with self.engine.connect() as connection:
            rows = [connection.execute(select(table)).all() for table in metadata.sorted_tables]
        return str(rows)

    def age_files(self) -> None:
        for name in os.listdir(self.folder):
            os.utime(self.folder / name, (FILED.timestamp(), FILED.timestamp()))


@pytest.fixture
def kept(engine: Engine, tmp_path: Path) -> Kept:
    return Kept(engine, tmp_path / "files")


def test_a_case_is_kept_through_the_last_day_of_three_years(kept: Kept) -> None:
    kept.bank.file()
    kept.withdraw()
    assert kept.run_at(LAST_DAY).cases == 0
    assert kept.run_at(FIRST_DAY).cases == 1
    assert kept.run_at(FIRST_DAY).cases == 0


def test_nothing_personal_is_left_anywhere(kept: Kept) -> None:
    kept.bank.file(
        complaint_staff="柜员王某",
        complaint_amount=8765.0,
        complaint_group={"size": 3, "text": "三位老人"},
    )
    kept.bank.assignment.assign_automatically(REFERENCE)
    kept.bank.do("worker", EventKind.NOTED, text="客户说流水在手机里")
    draft = TaskDraft(RootCause.SYSTEM, "系统没有提示", "改系统", "worker", None, FILED.date())
    kept.bank.tasks.open(REFERENCE, make_id(70), draft, kept.bank.officer("worker"))
    stored = kept.attach(REFERENCE)
    kept.withdraw()
    assert WORDS in kept.dump()
    report = kept.run_at(FIRST_DAY)
    assert (report.cases, report.files) == (1, 1)
    left = kept.dump()
    for gone in (WORDS, "柜员王某", "三位老人", "客户说流水", "不投诉了", "系统没有提示", "876500"):
        assert gone not in left
    assert stored not in os.listdir(kept.folder)
    with kept.bank.store.transaction() as tx:
        case = tx.cases.get(REFERENCE)
        assert not tx.cases.has_phone_tail(REFERENCE, TAIL)
    assert case is not None
    assert (case.complaint.complainant.name, case.complaint.complainant.phone) == ("", "")
    assert PHONE not in left


def test_the_search_finds_nothing_of_it(kept: Kept) -> None:
    kept.bank.file()
    kept.withdraw()
    kept.run_at(FIRST_DAY)
    with kept.engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM case_search")).scalar_one()
    assert count == 0


def test_what_is_counted_in_statistics_stays(kept: Kept) -> None:
    kept.bank.file()
    kept.withdraw()
    before = kept.bank.standing()
    kept.run_at(FIRST_DAY)
    after = kept.bank.standing()
    assert after.progress == before.progress
    assert after.due == before.due
    assert after.handling.grade == before.handling.grade
    with kept.bank.store.transaction() as tx:
        case = tx.cases.get(REFERENCE)
    assert case is not None
    complaint = case.complaint
    assert (complaint.business, complaint.reason, complaint.branch) == (
        "个人储蓄",
        "定价收费",
        "人民路支行",
    )


def test_the_history_says_that_and_when_it_was_erased(kept: Kept) -> None:
    kept.bank.file()
    kept.withdraw()
    kept.run_at(FIRST_DAY)
    last = kept.bank.events()[-1]
    assert (last.kind, last.actor, last.happened_at) == (EventKind.ERASED, "system", FIRST_DAY)
    assert kept.bank.kinds()[0] is EventKind.REGISTERED


def test_each_erased_case_is_one_entry_of_the_audit_and_the_supervisors_hear_of_it(
    kept: Kept,
) -> None:
    for number in (1, 2):
        kept.withdraw(kept.bank.file(number))
        kept.bank.clock.moment = FILED
    kept.run_at(FIRST_DAY)
    with kept.bank.store.transaction() as tx:
        entries = tx.audit.find(AuditQuery(action="case_erased"), None, 10)
    assert len(entries) == 2
    assert next(reminder.text for reminder in kept.bank.reminders("boss")).startswith(
        "保存期满：删除 2 件投诉"
    )


def test_what_is_added_to_an_erased_case_is_kept_as_long_and_then_goes_too(kept: Kept) -> None:
    kept.bank.file()
    kept.withdraw()
    kept.run_at(FIRST_DAY)
    kept.bank.clock.forward(hours=8)
    kept.bank.do("worker", EventKind.NOTED, text="客户三年后又来电")
    assert kept.run_at(at("2032-11-25 02:00")).cases == 0
    assert "客户三年后又来电" in kept.dump()
    assert kept.run_at(at("2032-11-26 02:00")).cases == 1
    assert "客户三年后又来电" not in kept.dump()
    assert kept.run_at(at("2032-11-27 02:00")).cases == 0


def test_a_legal_hold_keeps_the_case_until_it_is_lifted(kept: Kept) -> None:
    kept.bank.file()
    kept.withdraw()
    kept.bank.do("boss", EventKind.HELD, text="法院调取")
    assert kept.run_at(FIRST_DAY) == RetentionReport(cases=0, files=0, orphans=0, held=1)
    kept.bank.do("boss", EventKind.RELEASED, text="诉讼结束")
    assert kept.run_at(FIRST_DAY).cases == 1


def test_an_open_case_stays_however_old_it_is(kept: Kept) -> None:
    kept.bank.file()
    assert kept.run_at(at("2040-01-01 02:00")).cases == 0
    assert kept.bank.standing().reference == REFERENCE


def test_a_merged_case_stays_as_long_as_the_one_it_went_into(kept: Kept) -> None:
    target = kept.bank.file(1)
    kept.bank.file(0)
    kept.bank.do("worker", EventKind.MERGED, REFERENCE, text="同一件事", into=target)
    assert kept.run_at(FIRST_DAY).cases == 0
    kept.bank.clock.moment = FIRST_DAY
    kept.bank.do("worker", EventKind.WITHDRAWN, target)
    # The merged one, whose turn in the list comes first, goes with the next night's run.
    later = at("2032-11-26 02:00")
    assert kept.run_at(later).cases + kept.run_at(later).cases == 2


def test_files_no_case_speaks_of_are_cleared_after_a_day(kept: Kept) -> None:
    kept.bank.file()
    stored = kept.attach(REFERENCE)
    kept.files.put("orphan-" + SHA, b"x")
    kept.age_files()
    kept.files.put("fresh-" + SHA, b"x")
    os.utime(kept.folder / ("fresh-" + SHA), (FILED.timestamp() + 86_000,) * 2)
    report = kept.run_at(at("2026-11-24 09:30"))
    assert report.orphans == 1
    assert sorted(os.listdir(kept.folder)) == sorted([stored, "fresh-" + SHA])


def test_a_preview_says_what_would_go_and_deletes_nothing(kept: Kept) -> None:
    kept.bank.file()
    kept.withdraw()
    kept.bank.clock.moment = FIRST_DAY
    expired, report = kept.room.preview()
    assert [each.reference for each in expired] == [REFERENCE]
    assert report.cases == 1
    assert WORDS in kept.dump()


def test_a_night_with_nothing_to_do_tells_nobody(kept: Kept) -> None:
    kept.bank.file()
    assert kept.run_at(at("2026-11-25 02:00")).is_empty
    assert kept.bank.told("boss") == []


def test_the_history_of_a_case_that_is_kept_cannot_be_changed(kept: Kept) -> None:
    kept.bank.file()
    with pytest.raises(Exception, match="history is never changed"), kept.engine.begin() as db:
        db.execute(text("UPDATE case_events SET actor = 'nobody'"))


def test_an_erased_case_is_not_found_by_its_customer(kept: Kept) -> None:
    kept.bank.file()
    kept.withdraw()
    kept.run_at(FIRST_DAY)
    with pytest.raises(CaseNotFound):
        kept.bank.desk.status(REFERENCE, TAIL)
