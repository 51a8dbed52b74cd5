"""The life of an invented case, from the complaint to the end, through the services that officers
and the assistant use: so its history is one that could have happened."""

from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from casestore.demo.bank import BRANCHES, another_supervisor, supervisor_of
from casestore.demo.stage import Life, StageClock, any_time, at_work, in_office
from casestore.demo.stories import Matter, StoryTeller
from casestore.demo.teamwork import Team
from casestore.domain.case import CaseState, EventKind, Source
from casestore.domain.deadlines import local_date, working_days_after
from casestore.domain.reference import mint
from casestore.domain.task import RootCause, TaskDraft

_CUSTOMERS = 1_100
_FRESH = timedelta(days=3)
_LATELY = timedelta(days=45)
_CODES = {branch.name: branch.code for branch in BRANCHES}


class Lives:
    """Makes lives that end, or break off, at ``until``."""

    def __init__(
        self, team: Team, teller: StoryTeller, clock: StageClock, rng: Random, until: datetime
    ) -> None:
        self._team = team
        self._teller = teller
        self._clock = clock
        self._rng = rng
        self._until = until

    def life(self, day: date, source: Source, business: str = "", branch: str = "") -> Life:
        """A complaint received on a day (China local); ``business`` and ``branch`` name what is not
        left to chance."""
        rng = self._rng
        at = any_time(day, rng) if source.is_chat else at_work(day, rng)
        yield at
        story = next((each for each in self._teller.stories if each.business == business), None)
        reference = mint(local_date(at), rng.randbytes)
        matter = self._teller.draw(
            reference, at, _CUSTOMERS, source=source, story=story, branch=branch or None
        )
        reference = self._team.take_in(matter)
        if self._until - at < _FRESH and rng.random() < 0.4:
            return
        yield in_office(at, 1, rng)
        self._team.assign(reference)
        if rng.random() < 0.03:
            yield in_office(self._clock(), 1, rng)
            self._team.withdraw(reference, matter)
            return
        yield in_office(self._clock(), rng.choice((0, 0, 1)), rng)
        self._team.take_up(reference, _CODES[matter.branch])
        if rng.random() < 0.012:
            self._team.take_in_again(reference, matter, mint(local_date(at), rng.randbytes))
        yield from self._inquire(reference, matter)
        if self._until - at < _LATELY and rng.random() < 0.06:
            return  # lies about, and will be late
        yield from self._answer(reference, matter)
        yield from self._follow_up(reference, matter)

    def _inquire(self, reference: str, matter: Matter) -> Life:
        """What happens between taking up and writing the reply."""
        rng, team = self._rng, self._team
        yield in_office(self._clock(), rng.choice((0, 1, 1, 2)), rng)
        if rng.random() < 0.9:
            team.classify(reference, matter)
        if rng.random() < 0.3:
            team.note(reference, "已联系客户，了解经过，正在调取资料。")
        if rng.random() < 0.06:
            yield in_office(self._clock(), 1, rng)
            team.supplement(reference, matter)
        course = rng.random()
        if course < 0.06:
            yield from self._outside(reference, course < 0.02)
        elif course < 0.2:
            yield from self._extend(reference, course < 0.09)
        elif course < 0.23:
            yield at_work(working_days_after(local_date(self._clock()), rng.randint(12, 16)), rng)

    def _outside(self, reference: str, is_appraisal: bool) -> Life:
        rng, team = self._rng, self._team
        yield in_office(self._clock(), 2, rng)
        body = "第三方鉴定中心（示例）" if is_appraisal else "金融纠纷调解中心（示例）"
        begin = EventKind.APPRAISAL_STARTED if is_appraisal else EventKind.MEDIATION_STARTED
        team.act(reference, begin, "双方同意", body=body)
        yield from self._deliver(reference)
        yield in_office(self._clock(), rng.randint(6, 14), rng)
        end = EventKind.APPRAISAL_ENDED if is_appraisal else EventKind.MEDIATION_ENDED
        team.act(reference, end, "已收到结论" if is_appraisal else "双方达成一致", body=body)

    def _extend(self, reference: str, is_special: bool) -> Life:
        rng, team = self._rng, self._team
        yield self._before(team.standing(reference).due.legal)
        if not team.extend(reference, "需要向外部机构调取资料，情况复杂"):
            return
        yield from self._deliver(reference)
        yield in_office(self._clock(), rng.randint(3, 7), rng)
        if is_special:
            yield self._before(team.standing(reference).due.legal)
            team.extend(reference, "涉及境外机构，核实时间较长")
            yield from self._deliver(reference)
            yield in_office(self._clock(), rng.randint(5, 14), rng)

    def _before(self, due: date) -> datetime:
        """In office hours two or three days before a limit, if that is still to come."""
        day = due - timedelta(days=self._rng.randint(4, 6))
        return max(
            at_work(working_days_after(day, 1), self._rng),
            self._clock() + timedelta(minutes=10),
        )

    def _answer(self, reference: str, matter: Matter) -> Life:
        """Writing, approving and releasing the reply, and telling the customer."""
        rng, team = self._rng, self._team
        yield in_office(self._clock(), rng.choice((0, 1, 1, 2, 3, 4)), rng)
        team.write(reference, matter)
        yield in_office(self._clock(), rng.choice((0, 0, 1)), rng)
        if rng.random() < 0.08:
            team.send_back(reference, "依据写得太简略，请补充后再送。")
            yield in_office(self._clock(), 1, rng)
            team.write(reference, matter)
            yield in_office(self._clock(), 0, rng)
        team.approve(reference)
        yield in_office(self._clock(), rng.choice((0, 0, 0, 1)), rng)
        team.release(reference)
        yield from self._deliver(reference)

    def _deliver(self, reference: str) -> Life:
        """The conversation confirms, or an officer tells the customer and writes that down."""
        while self._team.waits_for_delivery(reference):
            yield in_office(self._clock(), 0, self._rng)
            if not self._team.deliver(reference):
                yield in_office(self._clock(), 1, self._rng)
                self._team.tell_by_phone(reference)

    def _follow_up(self, reference: str, matter: Matter) -> Life:
        """Rating, sometimes a review or a new round, closing, measures against the cause."""
        rng, team = self._rng, self._team
        rating = rng.choices((5, 4, 3, 2, 1), (50, 33, 8, 5, 4))[0]
        if rng.random() < 0.5:
            yield any_time(local_date(self._clock()) + timedelta(days=rng.randint(1, 3)), rng)
            team.rate(reference, matter, rating)
        if rng.random() < (0.8 if rating <= 2 else 0.03):
            yield any_time(local_date(self._clock()) + timedelta(days=rng.randint(2, 12)), rng)
            yield from self._again(reference, matter)
        yield in_office(self._clock(), rng.randint(2, 6), rng)
        team.close(reference, matter)
        yield from self._deliver(reference)
        if rng.random() < 0.12:
            yield from self._mend(reference, matter)

    def _again(self, reference: str, matter: Matter) -> Life:
        """The customer wants a review, or the bank takes the case up once more."""
        rng, team = self._rng, self._team
        if rng.random() < 0.7:
            team.ask_for_review(reference, matter)
        else:
            team.reopen(reference)
            yield from self._deliver(reference)
        yield in_office(self._clock(), 1, rng)
        team.assign_anew(reference)
        if team.standing(reference).progress.state is CaseState.ASSIGNED:
            team.take_up(reference, _CODES[matter.branch])
        yield in_office(self._clock(), rng.randint(3, 9), rng)
        yield from self._answer(reference, matter)

    def _mend(self, reference: str, matter: Matter) -> Life:
        """溯源整改: a task for the unit, done and confirmed, or still open."""
        rng, team = self._rng, self._team
        task = str(UUID(bytes=rng.randbytes(16), version=4))
        standing = team.standing(reference)
        owner = supervisor_of(standing.handling.unit)
        opener = another_supervisor(owner.username)
        due = local_date(self._clock()) + timedelta(days=rng.randint(20, 60))
        story = matter.story
        team.open_task(
            reference,
            task,
            TaskDraft(
                category=rng.choice(tuple(RootCause)),
                root_cause=story.root_cause,
                measure=story.measure,
                owner=owner.username,
                unit=standing.handling.unit,
                due_on=due,
            ),
            opener,
        )
        yield in_office(self._clock(), rng.randint(8, 30), rng)
        team.finish_task(task, owner)
        yield in_office(self._clock(), rng.randint(1, 4), rng)
        team.confirm_task(task, opener)
