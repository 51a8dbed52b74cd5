"""The invented bank: plausible, consistent, the same for the same seed, and never mixed with real
cases; and the bulk of cases for measurements."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import Engine
from typer.testing import CliRunner

from casestore.__main__ import cli
from casestore.api.campaign_schemas import CampaignFiguresIn
from casestore.bootstrap import Parts, build_services
from casestore.demo import bulk
from casestore.demo.bank import ACCOUNTS, BRANCHES
from casestore.demo.campaigns import invented_campaign
from casestore.demo.crowd import CLIENT, Crowd
from casestore.demo.fill import fill, require_empty, starting_moment
from casestore.demo.stage import StageClock
from casestore.demo.stories import StoryTeller
from casestore.domain.campaign import Standing, named
from casestore.domain.case import CaseState, Source
from casestore.domain.chat import ChatState
from casestore.domain.deadlines import ServicePromise
from casestore.domain.errors import ConfigurationError
from casestore.domain.filters import CaseFilter, Sort
from casestore.domain.reference import is_reference
from casestore.domain.reminder import ReminderKind
from casestore.domain.staff import Officer, StaffRole
from casestore.domain.taxonomy import Dimension, is_term
from casestore.service.campaigns import CampaignBook
from casestore.service.desk import ComplaintDesk
from casestore.service.listing import Listing
from casestore.settings import Settings, load
from casestore.storage.engine import build_engine
from casestore.storage.keyring import Keyring
from casestore.storage.schema import migrate
from casestore.storage.store import SqlStore
from casestore.storage.tables import callbacks, case_events, cases, chat_cases, chats
from tests.contract.casestore.kit import FIELD_KEY, PROMISE, TOKEN, Clock, make_complaint

UNTIL = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
CASES = 24
HEAD = Officer("demo.head1", "主管", frozenset({StaffRole.SUPERVISOR}))


def play(engine: Engine, folder: Path, seed: int) -> SqlStore:
    """A small invented year."""
    environment = {
        "CASE_STORE_TOKEN": TOKEN,
        "CASE_STORE_FIELD_KEYS": FIELD_KEY,
        "CASE_STORE_FILES_DIR": str(folder),
    }
    store = SqlStore(engine, Keyring([FIELD_KEY]))
    clock = StageClock(starting_moment(UNTIL))
    ids = Random(f"ids {seed}")  # noqa: S311  # to be repeated, not to be secret
    parts = Parts(
        now=clock,
        new_id=lambda: str(UUID(bytes=ids.randbytes(16), version=4)),
        random_bytes=ids.randbytes,
    )
    reach = build_services(engine, load(Settings, environment), parts)
    assert max(fill(reach, store, clock, UNTIL, CASES, seed)) == CASES
    return store


@pytest.fixture(scope="module")
def acted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The invented year of one seed, played once."""
    folder = tmp_path_factory.mktemp("demo")
    engine = build_engine(f"sqlite:///{folder / 'demo.db'}")
    migrate(engine)
    play(engine, folder / "files", seed=1)
    yield engine
    engine.dispose()


def told(engine: Engine) -> list[tuple[object, ...]]:
    """Everything that happened, in its order."""
    columns = (case_events.c.reference, case_events.c.kind, case_events.c.actor)
    query = select(*columns, case_events.c.happened_at, case_events.c.text)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query.order_by(case_events.c.id)).all()]


def test_the_invented_year_is_told_in_the_order_in_which_it_happened(acted: Engine) -> None:
    moments = [row[3] for row in told(acted)]
    assert moments == sorted(moments, key=str)
    assert all(moment < UNTIL for moment in moments if isinstance(moment, datetime))


def test_most_cases_have_come_to_their_end_and_kept_to_the_law(acted: Engine) -> None:
    with acted.connect() as connection:
        rows = connection.execute(select(cases)).all()
    states = Counter(row.state for row in rows)
    assert len(rows) >= CASES
    assert states[CaseState.CLOSED.value] > CASES / 2
    settled = [row for row in rows if row.settled_on]
    late = [row for row in settled if row.settled_on > row.legal_due]
    assert len(late) < len(settled) / 4
    assert all(row.answered_on >= row.received_on for row in rows if row.answered_on)


def test_the_lists_of_the_console_find_the_invented_cases(acted: Engine) -> None:
    store = SqlStore(acted, Keyring([FIELD_KEY]))
    listing = Listing(store, Clock(UNTIL))
    page = listing.page(CaseFilter(), Sort.DUE, None, 20, HEAD)
    assert len(page.items) == 20
    assert page.total >= CASES
    with store.transaction() as tx:
        assert {account.username for account in tx.staff.accounts()} >= {
            account.username for account in ACCOUNTS
        }
        assert {branch.code for branch in tx.branches.all()} == {each.code for each in BRANCHES}


def test_some_talks_and_promised_calls_are_over_and_some_still_wait(acted: Engine) -> None:
    with acted.connect() as connection:
        talks = connection.execute(select(chats).order_by(chats.c.asked_at)).all()
        linked = connection.execute(select(chat_cases.c.reference)).scalars().all()
        states = connection.execute(select(callbacks.c.state)).scalars().all()
        sources = connection.execute(
            select(cases.c.source).where(cases.c.reference.in_(linked))
        ).scalars()
        assert list(sources) == [Source.WECHAT_CHAT.value]
    by_state = Counter(talk.state for talk in talks)
    assert by_state[ChatState.WAITING.value] >= 2
    assert by_state[ChatState.ACTIVE.value] == 0
    assert {talk.outcome for talk in talks} >= {"resolved", "filed", "callback", None}
    assert all(talk.opened_at < UNTIL for talk in talks)
    assert {"open", "done", "failed"} <= set(states)


def test_one_campaign_is_under_way_and_its_figures_fit_together(acted: Engine) -> None:
    book = CampaignBook(SqlStore(acted, Keyring([FIELD_KEY])), Clock(UNTIL))
    (report,) = book.all()
    figures = report.figures
    assert figures.campaign.standing(UNTIL.date()) is Standing.RUNNING
    assert not report.is_stale(UNTIL)
    labels = figures.labels
    assert all(each.name in labels for each in figures.total)
    scans, people = (named(figures.total, name) for name in ("scans", "people"))
    assert scans is not None and people is not None
    assert (scans.count or 0) > (people.count or 0) > 500
    by_channel = [named(group.figures, "scans") for group in figures.by_channel]
    assert sum(each.count or 0 for each in by_channel if each) == scans.count
    for question in figures.questions:
        assert (question.right_last.share or 0) >= (question.right_first.share or 1)


def test_an_invented_campaign_is_the_same_for_the_same_seed_and_the_contract_takes_it() -> None:
    first, second = (invented_campaign(UNTIL, Random(5)) for _ in range(2))  # noqa: S311
    assert first == second
    body = json.loads(json.dumps(asdict(first), default=str))
    body["counted_at"] = UNTIL.isoformat()
    for each in body["by_day"], body["by_scene"], body["by_branch"], body["by_channel"]:
        assert each
    assert CampaignFiguresIn.parse_obj(body).to_domain() == first


def test_nobody_outside_is_told_of_invented_customers_who_wait(acted: Engine) -> None:
    with SqlStore(acted, Keyring([FIELD_KEY])).transaction() as tx:
        assert tx.reminders.not_posted(tuple(ReminderKind), 100) == []
        kinds = {each.kind for each in tx.reminders.unread(HEAD.username, 1_000)}
    assert {ReminderKind.CHAT_RISK, ReminderKind.CALLBACK_OVERDUE} <= kinds


def test_the_same_seed_plays_the_same_year(acted: Engine, tmp_path: Path) -> None:
    engine = build_engine(f"sqlite:///{tmp_path / 'again.db'}")
    migrate(engine)
    play(engine, tmp_path / "files", seed=1)
    assert told(engine) == told(acted)
    engine.dispose()


def test_a_database_with_a_case_is_never_filled(engine: Engine) -> None:
    store = SqlStore(engine, Keyring([FIELD_KEY]))
    require_empty(store)
    ComplaintDesk(store, Clock(), PROMISE).file(make_complaint(), "bot")
    with pytest.raises(ConfigurationError, match="空的数据库"):
        require_empty(store)


def random() -> Random:
    """Chance that is the same in every run."""
    return Random(1)  # noqa: S311


def test_every_story_uses_names_of_the_standard() -> None:
    for story in StoryTeller(random()).stories:
        assert is_term(Dimension.BUSINESS, story.business), story.business
        assert is_term(Dimension.REASON, story.reason), story.reason
        assert is_term(Dimension.CHANNEL, story.channel), story.channel


def test_invented_customers_have_invented_names_and_phones() -> None:
    teller = StoryTeller(random())
    for number in range(50):
        person = teller.draw(f"{number}", UNTIL).complaint.complainant
        assert person.phone.startswith("17000")
        assert person.name[1] == "某"


def test_the_verb_fills_a_database_and_hands_out_codes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'demo.db'}"
    settings = {
        "DATABASE_URL": url,
        "CASE_STORE_TOKEN": TOKEN,
        "CASE_STORE_FIELD_KEYS": FIELD_KEY,
        "CASE_STORE_FILES_DIR": str(tmp_path / "files"),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    assert isinstance(run(cli, ["demo", "--cases", "2"]).exception, ConfigurationError)
    assert run(cli, ["migrate"]).exit_code == 0
    first = run(cli, ["demo", "--cases", "4"])
    assert first.exit_code == 0, first.output
    assert "demo.head1" in first.output
    assert isinstance(run(cli, ["demo"]).exception, ConfigurationError)
    again = run(cli, ["reindex"])
    assert "全文索引已重建" in again.output


# -- cases for measurements --------------------------------------------------------------------


def load_made(engine: Engine, url: str, count: int) -> None:
    store = SqlStore(engine, Keyring([FIELD_KEY]))
    bulk.staff_the_bank(store, UNTIL)
    first = bulk.loaded_cases(engine)
    whole = bulk.Batch(url, [FIELD_KEY], 1, UNTIL, PROMISE, first, count)
    assert max(bulk.load(engine, whole)) == count


def address_of(engine: Engine) -> str:
    return str(engine.url.render_as_string(hide_password=False)).replace("+psycopg2", "")


def test_made_cases_are_whole_and_can_be_added_to(engine: Engine) -> None:
    load_made(engine, address_of(engine), 30)
    load_made(engine, address_of(engine), 25)
    store = SqlStore(engine, Keyring([FIELD_KEY]))
    with engine.connect() as connection:
        references = connection.execute(select(cases.c.reference)).scalars().all()
        searchable = connection.execute(text("SELECT count(*) FROM case_search")).scalar_one()
    assert len(set(references)) == searchable == 55
    for reference in references:
        assert is_reference(reference)
        with store.transaction() as tx:
            case = tx.cases.get(reference)
            assert case is not None
            events = tx.cases.events(reference)
            tail = case.complaint.complainant.phone_tail
            assert tx.cases.has_phone_tail(reference, tail)
        assert case.client == CLIENT
        assert events[-1].progress is None or (
            events[-1].progress.state is case.standing.progress.state
        )


def test_made_cases_are_found_by_what_their_customers_said(engine: Engine) -> None:
    load_made(engine, address_of(engine), 60)
    store = SqlStore(engine, Keyring([FIELD_KEY]))
    listing = Listing(store, Clock(UNTIL))
    with store.transaction() as tx:
        (newest,) = tx.cases.page(None, 1)
        case = tx.cases.get(newest.standing.reference)
    assert case is not None
    words = case.complaint.request.split("；")[0]
    found = listing.page(CaseFilter(text=words), Sort.NEWEST, None, 50, HEAD)
    assert newest.standing.reference in [item.standing.reference for item in found.items]


def test_made_cases_never_mix_with_real_ones(engine: Engine) -> None:
    store = SqlStore(engine, Keyring([FIELD_KEY]))
    ComplaintDesk(store, Clock(), PROMISE).file(make_complaint(), "bot")
    with pytest.raises(ConfigurationError, match="真实的投诉"):
        bulk.loaded_cases(engine)


def test_a_case_is_made_from_its_number_alone() -> None:
    promise = ServicePromise(2, 5)
    in_a_row = list(Crowd(1, UNTIL, promise).make(range(20)))
    alone = next(iter(Crowd(1, UNTIL, promise).make([17])))
    assert alone == in_a_row[17]
    assert next(iter(Crowd(2, UNTIL, promise).make([17]))) != alone
