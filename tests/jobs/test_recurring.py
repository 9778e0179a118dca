"""Recurring jobs: due on the grid, missed by policy, put once however many processes look."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from corner_host.jobs import Duplicate, Enqueued, JobFilter, NewJob
from corner_host.jobs.engines.sqlite import SqliteEngine
from corner_host.jobs.middleware import Put
from corner_host.jobs.recurring import RecurringJobRegistration, RecurringJobs
from corner_host.jobs.registry import JobHandlerRegistration, JobRegistry
from corner_host.jobs.retry import RetryPolicy
from corner_host.jobs.schedule import Cron, Every, Misfire, due
from corner_host.primitives import CancellationTokenSource


class Report(BaseModel):
    name: str = "daily"


async def write(job: Report) -> None: ...


class StoppedClock:
    """A clock that is set by hand."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float, /) -> None:
        await anyio.lowlevel.checkpoint()


def recurring(engine: SqliteEngine, clock: StoppedClock, misfire: Misfire = "once") -> RecurringJobs:
    handler = JobHandlerRegistration(Report, write, "Report", "default", RetryPolicy(), None, None)
    return RecurringJobs(
        [RecurringJobRegistration("minutely", Report(), Every(60), misfire)], engine, JobRegistry([handler]), clock
    )


async def begin(jobs: RecurringJobs) -> None:
    """Store the schedule, and look once."""
    stopping = CancellationTokenSource()
    async with anyio.create_task_group() as group:
        group.start_soon(jobs.run, stopping.token)
        await anyio.sleep(0.05)
        stopping.cancel()


@pytest.mark.parametrize(("misfire", "expected"), [("skip", []), ("once", [180.0]), ("all", [60.0, 120.0, 180.0])])
def test_missed_times_are_made_up_for_by_policy(misfire: Misfire, expected: Sequence[float]) -> None:
    """skip, once or all; afterwards all is decided up to the last time that passed."""
    assert due(Every(60), last=0, now=200, misfire=misfire) == (expected, 180.0)


def test_a_time_that_has_just_come_was_not_missed() -> None:
    """Even with misfire=skip a worker that looks a moment late runs it."""
    assert due(Every(60), last=0, now=61, misfire="skip") == ([60.0], 60.0)


@given(last=st.floats(0, 1e9), passed=st.floats(0, 1e6), period=st.floats(1, 1e5))
def test_times_are_never_decided_twice(last: float, passed: float, period: float) -> None:
    """Deciding in two steps gives the same times as deciding in one, for misfire=all."""
    times = Every(period)
    now = min(last + passed, last + 500 * period)
    middle = (last + now) / 2

    first, upto = due(times, last=last, now=middle, misfire="all")
    second, _ = due(times, last=upto, now=now, misfire="all")

    assert first + second == due(times, last=last, now=now, misfire="all")[0]


def test_cron_follows_the_time_zone_over_a_change_of_clocks() -> None:
    """Nine o'clock in Madrid is 08:00 UTC in winter and 07:00 in summer."""
    saturday = datetime(2026, 3, 28, 12, tzinfo=UTC).timestamp()

    moments = Cron("0 9 * * *", "Europe/Madrid").after(datetime(2026, 3, 27, 12, tzinfo=UTC).timestamp())

    assert [datetime.fromtimestamp(next(moments), UTC).hour for _ in range(2)] == [8, 7]
    assert next(Cron("0 9 * * MON-FRI").after(saturday)) == datetime(2026, 3, 30, 9, tzinfo=UTC).timestamp()


async def test_two_processes_put_a_recurring_job_once(tmp_path: Path) -> None:
    """Who moves the schedule forward puts the job, in one transaction; there is no leader."""
    clock = StoppedClock(1_000_000_000.0)
    path = str(tmp_path / "jobs.db")
    one, other = SqliteEngine(path), SqliteEngine(path)
    async with one.opened(), other.opened():
        first, second = recurring(one, clock), recurring(other, clock)
        await begin(first)
        clock.seconds += 60
        async with anyio.create_task_group() as group:
            group.start_soon(first.put_due)
            group.start_soon(second.put_due)

        assert len(await one.records.list(JobFilter())) == 1


async def test_a_paused_schedule_puts_nothing_until_it_goes_on() -> None:
    """A pause is stored, and seen by every process: also its end, which no process needs to live to see."""
    clock = StoppedClock(1_000_000_000.0)
    engine = SqliteEngine(":memory:")
    async with engine.opened():
        jobs = recurring(engine, clock)
        await begin(jobs)
        assert await engine.schedules.pause("minutely")
        clock.seconds += 120
        await jobs.put_due()
        paused = len(await engine.records.list(JobFilter()))
        assert await engine.schedules.resume("minutely")
        await jobs.put_due()

        assert await engine.schedules.pause("minutely", until=clock.seconds + 100)
        clock.seconds += 60
        await jobs.put_due()
        still = len(await engine.records.list(JobFilter()))
        clock.seconds += 60
        await recurring(engine, clock).put_due()

        assert (paused, still, len(await engine.records.list(JobFilter()))) == (0, 1, 2)
        assert not await engine.schedules.pause("unknown")


async def test_a_schedule_that_cannot_be_put_neither_holds_up_others_nor_ends_the_worker(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The application's middleware may raise anything: it is told, less and less often, and tried again."""
    clock = StoppedClock(1_000_000_000.0)
    engine = SqliteEngine(":memory:")

    class Picky:
        async def enqueue(self, jobs: Sequence[NewJob], next: Put) -> Sequence[Enqueued | Duplicate]:  # noqa: A002
            if "broken" in str(jobs[0].key):
                raise ValueError("no tenant")
            return await next(jobs)

    handler = JobHandlerRegistration(Report, write, "Report", "default", RetryPolicy(), None, None)
    registrations = [
        RecurringJobRegistration(name, Report(), Every(60), "once") for name in ("broken", "minutely", "zonked")
    ]
    async with engine.opened():
        stopping = CancellationTokenSource()
        jobs = RecurringJobs(registrations, engine, JobRegistry([handler]), clock, [Picky()])
        await begin(jobs)
        clock.seconds += 60
        async with anyio.create_task_group() as group:
            group.start_soon(jobs.run, stopping.token)
            with anyio.fail_after(20):
                while caplog.text.count("no tenant") < 2:
                    await anyio.sleep(0.01)
            stopping.cancel()
        put = {each.key for each in await engine.records.list(JobFilter())}

    assert put == {"recurring:minutely:1000000020", "recurring:zonked:1000000020"}
    assert "tried again in 0.5 s: no tenant" in caplog.text


@pytest.mark.parametrize(("set_back", "put"), [(86_400.0, 1), (600.0, 0)], ids=["a day", "as clocks of hosts differ"])
async def test_a_clock_that_was_a_day_ahead_does_not_silence_a_schedule(
    set_back: float, put: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Once it is set right, the schedule goes on from there; a small difference is waited for, so that nothing is put twice."""
    clock = StoppedClock(1_000_000_000.0)
    engine = SqliteEngine(":memory:")
    async with engine.opened():
        jobs = recurring(engine, clock)
        await begin(jobs)
        clock.seconds -= set_back
        await jobs.put_due()
        clock.seconds += 60
        await jobs.put_due()

        assert len(await engine.records.list(JobFilter())) == put
    assert ("it goes on from now" in caplog.text) == bool(put)
