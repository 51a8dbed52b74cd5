"""Background jobs: when due, in one process at a time, none stopping another, failures seen."""

import threading
from collections.abc import Callable
from datetime import time, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from casestore.domain.reminder import ReminderKind
from casestore.edge.services import Services
from casestore.jobs import JobThread
from casestore.service.jobs import Job, JobRunner, Tick, job_warnings, jobs_worked
from casestore.service.ports import Store
from casestore.service.reminders import ReminderDesk
from tests.contract.casestore.kit import NOW, Clock, TestClient, make_reference
from tests.contract.casestore.upkeep_kit import HOURS, REFERENCE, at

MINUTE = timedelta(minutes=1)


class Work:
    """A job that counts its runs and fails when told to."""

    def __init__(self) -> None:
        self.runs = 0
        self.fault: Exception | None = None

    def __call__(self) -> int:
        self.runs += 1
        if self.fault:
            raise self.fault
        return 1


class Ran:
    """What the metrics would see."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, bool]] = []

    def __call__(self, name: str, worked: bool, seconds: float) -> None:
        assert seconds >= 0
        self.seen.append((name, worked))


def runner(
    store: Store, clock: Clock, holder: str, ran: Ran | None = None, **jobs: Callable[[], int]
) -> JobRunner:
    made = [Job(name, MINUTE, work) for name, work in jobs.items()]
    return JobRunner(store, clock, holder, made, ran or Ran())


def test_a_job_runs_when_it_is_due_and_not_before(store: Store, clock: Clock) -> None:
    work = Work()
    jobs = runner(store, clock, "one", watch=work)
    assert jobs.tick().ran == 1
    assert jobs.tick().ran == 0
    clock.forward(minutes=1)
    assert jobs.tick().ran == 1
    assert work.runs == 2


def test_of_two_processes_one_does_the_work(store: Store, clock: Clock) -> None:
    first, second = Work(), Work()
    one = runner(store, clock, "one", watch=first)
    two = runner(store, clock, "two", watch=second)
    one.tick()
    two.tick()
    assert (first.runs, second.runs) == (1, 0)
    clock.forward(minutes=1)
    two.tick()
    one.tick()
    assert (first.runs, second.runs) == (1, 1)


def test_while_one_process_works_another_leaves_the_job_alone(store: Store, clock: Clock) -> None:
    other = Work()
    two = runner(store, clock, "two", watch=other)
    # The other looks in the middle of the work.
    one = runner(store, clock, "one", watch=lambda: two.tick().ran)
    one.tick()
    assert other.runs == 0


def test_the_job_of_a_process_that_died_is_taken_over_in_the_end(
    store: Store, clock: Clock
) -> None:
    with store.transaction() as tx:
        assert tx.leases.claim("watch", "dead", NOW, NOW + timedelta(minutes=30))
        tx.commit()
    work = Work()
    jobs = runner(store, clock, "one", watch=work)
    clock.forward(minutes=29)
    assert jobs.tick().ran == 0
    clock.forward(minutes=1)
    assert jobs.tick().ran == 1


def test_a_job_that_fails_does_not_stop_the_others(store: Store, clock: Clock) -> None:
    bad, good, ran = Work(), Work(), Ran()
    bad.fault = RuntimeError("no")
    assert runner(store, clock, "one", ran, watch=bad, tasks=good).tick() == Tick(2, 1)
    assert good.runs == 1
    assert ran.seen == [("watch", False), ("tasks", True)]


def test_a_nightly_job_that_failed_is_tried_again_the_same_night(
    store: Store, clock: Clock
) -> None:
    clock.moment = at("2026-11-24 02:00")
    work = Work()
    work.fault = RuntimeError("no")
    nightly = Job("retention", timedelta(days=1), work, time(2, 0))
    jobs = JobRunner(store, clock, "one", [nightly], Ran())
    other = JobRunner(store, clock, "two", [nightly], Ran())
    assert jobs.tick() == Tick(1, 1)
    clock.forward(minutes=59)
    assert [jobs.tick().ran, other.tick().ran] == [0, 0]
    work.fault = None
    clock.forward(minutes=1)
    assert [other.tick().ran, jobs.tick().ran] == [1, 0]
    clock.moment = at("2026-11-25 02:00")
    assert jobs.tick() == Tick(1, 0)


def test_when_a_job_last_worked_stays_when_it_fails(store: Store, clock: Clock) -> None:
    good, bad = Work(), Work()
    bad.fault = RuntimeError("no")
    jobs = runner(store, clock, "one", watch=good, tasks=bad)
    jobs.tick()
    first = clock()
    assert jobs_worked(store) == {"watch": first}
    good.fault = RuntimeError("no")
    clock.forward(minutes=1)
    assert jobs.tick() == Tick(2, 2)
    assert jobs_worked(store) == {"watch": first}
    good.fault = None
    clock.forward(minutes=1)
    jobs.tick()
    assert jobs_worked(store) == {"watch": clock()}


def test_a_failure_is_a_warning_until_the_job_works_again(store: Store, clock: Clock) -> None:
    work = Work()
    work.fault = RuntimeError("no")
    jobs = runner(store, clock, "one", watch=work)
    jobs.tick()
    clock.forward(minutes=1)
    jobs.tick()
    [warning] = job_warnings(store, clock())
    assert "期限提醒和上报" in warning
    assert "RuntimeError" in warning
    assert "已连续 2 次" in warning
    work.fault = None
    clock.forward(minutes=1)
    jobs.tick()
    assert job_warnings(store, clock()) == []


def test_jobs_that_stopped_altogether_are_a_warning(store: Store, clock: Clock) -> None:
    assert job_warnings(store, clock()) == []
    runner(store, clock, "one", watch=Work()).tick()
    clock.forward(minutes=15)
    assert job_warnings(store, clock()) == []
    clock.forward(seconds=1)
    [warning] = job_warnings(store, clock())
    assert "已经停了" in warning


def test_a_job_that_goes_on_failing_is_not_said_to_have_stopped(store: Store, clock: Clock) -> None:
    work = Work()
    jobs = runner(store, clock, "one", watch=work)
    jobs.tick()
    work.fault = RuntimeError("no")
    clock.forward(minutes=16)
    jobs.tick()
    [warning] = job_warnings(store, clock())
    assert "没有做成" in warning


def worked_at(bot: TestClient) -> float:
    """Seconds since the epoch, as the metrics say it of ``watch``."""
    exposed: str = bot.get("/metrics").text
    name = 'casestore_job_worked_timestamp_seconds{task="watch"} '
    (value,) = [line.removeprefix(name) for line in exposed.splitlines() if line.startswith(name)]
    return float(value)


def test_metrics_know_every_job_before_it_ever_worked(
    bot: TestClient, services: Services, clock: Clock
) -> None:
    services.metrics.expect_jobs({"watch": MINUTE}, clock())
    clock.forward(minutes=5)
    exposed = bot.get("/metrics").text
    assert 'casestore_job_interval_seconds{task="watch"} 60.0' in exposed
    assert 'casestore_job_runs_total{outcome="ok",task="watch"} 0.0' in exposed
    assert worked_at(bot) == NOW.timestamp()


def test_metrics_say_when_a_job_worked_in_whatever_process_and_without_the_database(
    bot: TestClient, services: Services, office: Store, sqlite_engine: Engine, clock: Clock
) -> None:
    services.metrics.expect_jobs({"watch": MINUTE}, clock())
    work = Work()
    other = runner(office, clock, "another process", watch=work, tasks=Work())
    clock.forward(minutes=5)
    worked = clock().timestamp()
    other.tick()
    assert worked_at(bot) == worked
    work.fault = RuntimeError("no")
    clock.forward(minutes=5)
    assert other.tick() == Tick(2, 1)
    assert worked_at(bot) == worked
    assert '{task="tasks"}' not in bot.get("/metrics").text
    with sqlite_engine.begin() as connection:
        connection.execute(text("DROP TABLE leases"))
    assert worked_at(bot) == worked


class Messenger:
    def __init__(self) -> None:
        self.texts: list[str] = []
        self.works = True

    def post(self, text: str) -> bool:
        self.texts.append(text)
        return self.works


def remind(store: Store, username: str, number: int = 0, key: str = "k") -> bool:
    reference = make_reference(number)
    with store.transaction() as tx:
        kind, text = ReminderKind.LEGAL_SOON, f"{reference} 客户说的话"
        written = tx.reminders.put(username, kind, reference, text, f"{key}:{number}", NOW)
        tx.commit()
    return written


def test_a_reminder_is_given_once_for_each_person(store: Store, clock: Clock) -> None:
    assert remind(store, "a")
    assert not remind(store, "a")
    assert remind(store, "b")
    desk = ReminderDesk(store, clock, HOURS)
    assert desk.count_unread("a") == 1
    assert len(desk.for_("a").unread) == 1


def test_the_messenger_hears_references_only_and_each_thing_once(
    store: Store, clock: Clock
) -> None:
    remind(store, "a")
    remind(store, "b")
    messenger = Messenger()
    desk = ReminderDesk(store, clock, HOURS, messenger)
    assert desk.post() == 2
    assert desk.post() == 0
    assert messenger.texts == [f"投诉受理台提醒，请登录查看：\n法定期限将到 {REFERENCE}"]


def test_what_did_not_arrive_is_posted_again(store: Store, clock: Clock) -> None:
    remind(store, "a")
    messenger = Messenger()
    messenger.works = False
    desk = ReminderDesk(store, clock, HOURS, messenger)
    assert desk.post() == 0
    messenger.works = True
    assert desk.post() == 1
    assert len(messenger.texts) == 2


def test_a_long_message_is_cut_to_what_a_robot_takes(store: Store, clock: Clock) -> None:
    for number in range(40):
        remind(store, "a", number)
    messenger = Messenger()
    ReminderDesk(store, clock, HOURS, messenger).post()
    assert "另有 28 条" in messenger.texts[0]
    assert len(messenger.texts[0].encode()) < 2048


def test_at_night_the_messenger_hears_only_what_may_disturb(store: Store, clock: Clock) -> None:
    with store.transaction() as tx:
        for kind in (ReminderKind.ASSIGNED, ReminderKind.MAJOR):
            tx.reminders.put("a", kind, REFERENCE, REFERENCE, kind.value, NOW)
        tx.commit()
    messenger = Messenger()
    desk = ReminderDesk(store, clock, HOURS, messenger)
    clock.moment = at("2026-11-23 23:00")
    assert desk.post() == 1
    assert "重大投诉" in messenger.texts[0]
    clock.moment = at("2026-11-24 09:00")
    assert desk.post() == 1
    assert "新分派给您" in messenger.texts[1]


def test_without_a_messenger_old_reminders_are_not_posted_once_there_is_one(
    store: Store, clock: Clock
) -> None:
    remind(store, "a")
    assert ReminderDesk(store, clock, HOURS).post() == 0
    messenger = Messenger()
    assert ReminderDesk(store, clock, HOURS, messenger).post() == 0
    assert messenger.texts == []


def test_read_reminders_go_after_three_months(store: Store, clock: Clock) -> None:
    remind(store, "a", 1)
    remind(store, "a", 2)
    with store.transaction() as tx:
        tx.reminders.mark_read("a", tx.reminders.unread("a", 1)[0].id, NOW)
        tx.commit()
    clock.forward(days=91)
    desk = ReminderDesk(store, clock, HOURS)
    assert desk.due().count == 1
    assert desk.forget() == 1
    box = desk.for_("a")
    assert (len(box.unread), len(box.read)) == (1, 0)


def test_the_thread_runs_the_jobs_beside_the_pages(store: Store, clock: Clock) -> None:
    ran = threading.Event()

    def work() -> int:
        ran.set()
        return 1

    with JobThread(runner(store, clock, "one", watch=work), pause_seconds=0.01):
        assert ran.wait(timeout=10)


@pytest.mark.parametrize("others", ["nobody", "b"])
def test_nobody_marks_anothers_reminder(store: Store, clock: Clock, others: str) -> None:
    remind(store, "a")
    with store.transaction() as tx:
        reminder = tx.reminders.unread("a", 1)[0]
        assert tx.reminders.mark_read(others, reminder.id, clock()) == 0
