"""What only the SQL storage has: encryption at rest, migrations, engines."""

import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from casestore.domain.attachment import Attachment, MediaType
from casestore.domain.errors import ConfigurationError, FieldUnreadable, StoreUnavailable
from casestore.domain.exchange import News, NewsKind
from casestore.storage import schema
from casestore.storage.engine import build_engine
from casestore.storage.exchange_tables import SqlFeed
from casestore.storage.keyring import Keyring
from casestore.storage.store import SqlStore
from casestore.storage.tables import attachments, cases, metadata
from tests.contract.casestore.kit import (
    FIELD_KEY,
    NAME,
    NOW,
    OTHER_FIELD_KEY,
    PHONE,
    TAIL,
    is_ours,
    make_case,
    make_reference,
)

REFERENCE = make_reference()
NEWS = News("bot", REFERENCE, NewsKind.RETRY, None, "staff:admin", NOW)


def write_case(engine: Engine, *keys: str) -> SqlStore:
    store = SqlStore(engine, Keyring(keys))
    with store.transaction() as tx:
        tx.cases.add(make_case(), "fingerprint")
        tx.commit()
    return store


def test_name_phone_and_tail_are_not_readable_in_the_database(engine: Engine) -> None:
    write_case(engine, FIELD_KEY)
    with engine.connect() as connection:
        row = connection.execute(select(cases)).one()
    stored = " ".join(str(value) for value in row)
    assert NAME not in stored
    assert PHONE not in stored
    assert row.phone_tail_mac != TAIL
    assert "fingerprint" not in stored  # keyed, so guesses cannot be tried against the table


def test_equal_phones_of_two_cases_do_not_look_equal(engine: Engine) -> None:
    store = write_case(engine, FIELD_KEY)
    with store.transaction() as tx:
        tx.cases.add(make_case(reference=make_reference(1)), "f")
        tx.commit()
    with engine.connect() as connection:
        macs = connection.execute(select(cases.c.phone_tail_mac)).scalars().all()
    assert len(set(macs)) == 2


def test_an_old_key_still_opens_and_recognises_what_it_wrote(engine: Engine) -> None:
    write_case(engine, OTHER_FIELD_KEY)
    rotated = SqlStore(engine, Keyring([FIELD_KEY, OTHER_FIELD_KEY]))
    with rotated.transaction() as tx:
        assert tx.cases.get(REFERENCE) == make_case()
        assert tx.cases.has_phone_tail(REFERENCE, TAIL)
        assert tx.cases.has_fingerprint(REFERENCE, "fingerprint")


def test_without_the_right_key_the_fields_stay_closed(engine: Engine) -> None:
    write_case(engine, OTHER_FIELD_KEY)
    with SqlStore(engine, Keyring([FIELD_KEY])).transaction() as tx:
        with pytest.raises(FieldUnreadable):
            tx.cases.get(REFERENCE)
        assert tx.cases.standing(REFERENCE) is not None


def test_a_malformed_key_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="CASE_STORE_FIELD_KEYS"):
        Keyring([FIELD_KEY, "too-short"])


def test_migrations_lead_to_exactly_the_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        found = MigrationContext.configure(connection, opts={"include_name": is_ours})
        assert compare_metadata(found, metadata) == []


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    write_case(engine, FIELD_KEY)
    schema.migrate(engine)
    assert schema.is_current(engine)
    with engine.connect() as connection:
        assert connection.execute(select(cases.c.reference)).scalar_one() == REFERENCE


def test_an_empty_database_is_not_current(tmp_path: Path) -> None:
    engine = build_engine(f"sqlite:///{tmp_path / 'new.db'}")
    assert not schema.is_current(engine)
    engine.dispose()


def test_sqlite_is_set_up_not_to_lose_an_acknowledged_filing(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        values = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    full = 2
    assert values == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }


def test_a_connection_to_sqlite_keeps_half_a_megabyte(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        assert connection.execute(text("PRAGMA cache_size")).scalar_one() == -512


def test_postgresql_is_set_up_to_give_up_in_time(postgres_engine: Engine) -> None:
    with postgres_engine.connect() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "5s"
        assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"


def test_only_the_owner_may_read_the_sqlite_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "casestore.db"
    build_engine(f"sqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://h/db", "sqlite://", "sqlite:///:memory:", "postgresql://h"]
)
def test_an_unusable_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL"):
        build_engine(url)


def test_a_file_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="无法建立数据库文件"):
        build_engine(f"sqlite:///{tmp_path / 'file' / 'casestore.db'}")


def test_a_database_error_leaves_as_our_own(tmp_path: Path) -> None:
    path = tmp_path / "casestore.db"
    engine = build_engine(f"sqlite:///{path}")
    path.write_bytes(b"this is no database" * 100)
    with (
        pytest.raises(StoreUnavailable),
        SqlStore(engine, Keyring([FIELD_KEY])).transaction() as tx,
    ):
        tx.staff.has_administrator()
    with pytest.raises(StoreUnavailable):
        schema.is_current(engine)
    with pytest.raises(StoreUnavailable):
        schema.migrate(engine)
    engine.dispose()


def test_a_server_that_is_away_leaves_as_our_own(tmp_path: Path) -> None:
    engine = build_engine(f"postgresql://nobody@/nothing?host={tmp_path}")
    with pytest.raises(StoreUnavailable):
        schema.is_current(engine)
    engine.dispose()


def test_news_is_published_by_one_transaction_at_a_time(postgres_engine: Engine) -> None:
    """Otherwise a reader could pass over a smaller cursor that is committed later."""
    store = SqlStore(postgres_engine, Keyring([FIELD_KEY]))
    with store.transaction() as first:
        first.feed.publish(NEWS)
        with postgres_engine.connect() as second, pytest.raises(OperationalError, match="lock"):
            second.execute(text("SET LOCAL lock_timeout = '50ms'"))
            SqlFeed(second).publish(NEWS)
        with store.transaction() as reader:
            assert list(reader.feed.after("bot", 0, 10)) == []


def test_file_names_are_not_readable_in_the_database(engine: Engine) -> None:
    store = write_case(engine, FIELD_KEY)
    attachment = Attachment("a", REFERENCE, NAME, MediaType.PNG, 3, "0" * 64, NOW)
    with store.transaction() as tx:
        assert tx.attachments.add(attachment)
        tx.commit()
    with engine.connect() as connection:
        row = connection.execute(select(attachments)).one()
    assert NAME not in " ".join(str(value) for value in row)
    with store.transaction() as tx:
        assert list(tx.attachments.of(REFERENCE)) == [attachment]


def test_errors_never_quote_what_was_stored(sqlite_engine: Engine) -> None:
    write_case(sqlite_engine, FIELD_KEY)
    with sqlite_engine.begin() as connection:
        connection.execute(text("DROP TABLE case_events"))
        connection.execute(text("DROP TABLE cases"))
    store = SqlStore(sqlite_engine, Keyring([FIELD_KEY]))
    with pytest.raises(StoreUnavailable) as caught, store.transaction() as tx:
        tx.cases.add(make_case(), "f")
    assert "手续费" not in f"{caught.value} {caught.value.__cause__}"
