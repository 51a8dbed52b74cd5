"""New keys: everything old is brought under the first one, and then the others can go."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from casestore.domain.attachment import Attachment, MediaType
from casestore.domain.errors import FieldUnreadable
from casestore.domain.staff import SYSTEM
from casestore.service.callbacks import CallbackBook
from casestore.service.desk import ComplaintDesk
from casestore.storage.files import SealedFiles
from casestore.storage.keyring import Keyring
from casestore.storage.rotation import KeyRotation, RotationReport, sealed_columns
from casestore.storage.store import SqlStore
from tests.contract.casestore.chat_kit import make_callback
from tests.contract.casestore.kit import (
    FIELD_KEY,
    NAME,
    NOW,
    OTHER_FIELD_KEY,
    PHONE,
    PROMISE,
    TAIL,
    Clock,
    make_complaint,
    make_reference,
)
from tests.contract.casestore.upkeep_kit import REFERENCE, Bank, account, at

LATER = at("2100-01-01 00:00")
SHA = "a" * 64


class Rotated:
    """The same data seen with different sets of keys."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder

    def store(self, *keys: str) -> SqlStore:
        return SqlStore(self.engine, Keyring(keys))

    def files(self, *keys: str) -> SealedFiles:
        return SealedFiles(self.folder, Keyring(keys))

    def rotate(self, *keys: str) -> RotationReport:
        rotation = KeyRotation(self.engine, Keyring(keys), self.files(*keys))
        return rotation.run(LATER, lambda *_: None)


@pytest.fixture
def data(engine: Engine, tmp_path: Path) -> Rotated:
    made = Rotated(engine, tmp_path / "files")
    bank = Bank(made.store(FIELD_KEY))
    bank.hire(account("worker", totp_secret="JBSWY3DPEHPK3PXP"))
    bank.file()
    attachment = Attachment("att-1", REFERENCE, "小票.png", MediaType.PNG, 3, SHA, NOW)
    made.files(FIELD_KEY).put(attachment.stored_name, b"png")
    with made.store(FIELD_KEY).transaction() as tx:
        tx.attachments.add(attachment)
        tx.commit()
    return made


def test_after_it_the_old_key_can_be_removed_and_everything_opens(data: Rotated) -> None:
    report = data.rotate(OTHER_FIELD_KEY, FIELD_KEY)
    assert report == RotationReport(fields=4, signatures=3, files=1, unsigned=0)
    with data.store(OTHER_FIELD_KEY).transaction() as tx:
        case = tx.cases.get(REFERENCE)
        worker = tx.staff.account("worker")
        [attachment] = tx.attachments.of(REFERENCE)
        assert tx.cases.has_phone_tail(REFERENCE, TAIL)
    assert case is not None
    assert worker is not None
    person = case.complaint.complainant
    assert (person.name, person.phone) == (NAME, PHONE)
    assert worker.totp_secret == "JBSWY3DPEHPK3PXP"
    assert attachment.filename == "小票.png"
    assert data.files(OTHER_FIELD_KEY).get(attachment.stored_name) == b"png"


def test_after_it_promised_calls_can_still_be_made_and_repeats_are_known(data: Rotated) -> None:
    clock = Clock()
    named, nameless = make_callback(1), make_callback(2, name=None)
    before = CallbackBook(data.store(FIELD_KEY), clock)
    for each in (named, nameless):
        before.ask(each)
    report = data.rotate(OTHER_FIELD_KEY, FIELD_KEY)
    assert report.fields == 4 + 3  # two phones and a name more
    after = CallbackBook(data.store(OTHER_FIELD_KEY), clock)
    assert [each.callback for each in after.open(SYSTEM)] == [named, nameless]
    assert after.ask(named) == (named, False)
    assert data.rotate(OTHER_FIELD_KEY, FIELD_KEY) == RotationReport()


def test_after_it_a_repeated_filing_is_still_known_as_the_same(data: Rotated) -> None:
    data.rotate(OTHER_FIELD_KEY, FIELD_KEY)
    desk = ComplaintDesk(data.store(OTHER_FIELD_KEY), Clock(), PROMISE)
    again = desk.file(make_complaint(submitted_at=NOW.isoformat()), "bot")
    assert not again.created


def test_a_second_run_finds_nothing_to_do(data: Rotated) -> None:
    data.rotate(OTHER_FIELD_KEY, FIELD_KEY)
    assert data.rotate(OTHER_FIELD_KEY, FIELD_KEY) == RotationReport()


def test_it_goes_on_where_it_was_stopped(data: Rotated) -> None:
    class Stopped(Exception):
        pass

    def stop(part: str, done: int, total: int) -> None:
        del done, total
        if part == "cases":
            raise Stopped

    keyring = Keyring([OTHER_FIELD_KEY, FIELD_KEY])
    with pytest.raises(Stopped):
        KeyRotation(data.engine, keyring, data.files(OTHER_FIELD_KEY, FIELD_KEY)).run(LATER, stop)
    rest = data.rotate(OTHER_FIELD_KEY, FIELD_KEY)
    assert 0 < rest.fields < 4
    with data.store(OTHER_FIELD_KEY).transaction() as tx:
        assert tx.cases.get(REFERENCE) is not None


def test_many_cases_are_done_in_batches_with_progress(data: Rotated) -> None:
    desk = ComplaintDesk(data.store(FIELD_KEY), Clock(), PROMISE)
    for number in range(1, 231):
        desk.file(make_complaint(reference=make_reference(number)), "bot")
    seen: list[tuple[str, int, int]] = []
    keyring = Keyring([OTHER_FIELD_KEY, FIELD_KEY])
    rotation = KeyRotation(data.engine, keyring, data.files(OTHER_FIELD_KEY, FIELD_KEY))
    report = rotation.run(LATER, lambda *step: seen.append(step))
    assert [step for step in seen if step[0] == "cases"] == [
        ("cases", 200, 231),
        ("cases", 231, 231),
    ]
    assert report.fields == 4 + 2 * 230


def test_what_is_filed_while_it_runs_is_under_the_new_key(data: Rotated) -> None:
    keyring = Keyring([OTHER_FIELD_KEY, FIELD_KEY])
    running = ComplaintDesk(data.store(OTHER_FIELD_KEY, FIELD_KEY), Clock(), PROMISE)
    late = make_reference(3)

    def file_meanwhile(part: str, done: int, total: int) -> None:
        del done, total
        if part == "cases":
            running.file(make_complaint(reference=late), "bot")

    files = data.files(OTHER_FIELD_KEY, FIELD_KEY)
    KeyRotation(data.engine, keyring, files).run(LATER, file_meanwhile)
    with data.store(OTHER_FIELD_KEY).transaction() as tx:
        assert tx.cases.get(late) is not None
        assert tx.cases.get(REFERENCE) is not None


def test_a_folder_among_the_files_is_left_alone(data: Rotated) -> None:
    (data.folder / "lost+found").mkdir()
    assert data.rotate(OTHER_FIELD_KEY, FIELD_KEY).files == 1
    assert (data.folder / "lost+found").is_dir()


def test_without_the_key_that_sealed_something_it_says_so(data: Rotated) -> None:
    with pytest.raises(FieldUnreadable):
        data.rotate(OTHER_FIELD_KEY)


def test_a_corrected_registration_keeps_its_old_mark_and_is_counted(data: Rotated) -> None:
    with data.engine.begin() as connection:
        connection.execute(text("UPDATE cases SET detail = '更正后的经过'"))
    assert data.rotate(OTHER_FIELD_KEY, FIELD_KEY).unsigned == 1


def test_every_encrypted_column_of_the_database_is_known() -> None:
    assert set(sealed_columns()) >= {"cases", "attachments", "accounts", "callbacks"}
    assert sealed_columns()["callbacks"] == ("phone_sealed", "name_sealed")
    assert sealed_columns()["cases"] == ("name_sealed", "phone_sealed", "id_number_sealed")
