"""Recurring jobs in the operator's view."""

from datetime import UTC, datetime, timedelta

import anyio
import pytest
from pydantic import BaseModel

from corner_host import HostBuilder, JobClient
from corner_host.jobs import JobEngine
from corner_host.operations import InvalidRequestError, NotFoundError, Operations
from corner_host.operations.schedule_words import in_words
from corner_host.primitives import Clock

from .conftest import ADA, Look


class Report(BaseModel):
    """A payload."""


async def send(job: Report) -> None:
    """Succeed."""


class Stopped:
    """A clock that stands before the night when Madrid's clocks go forward."""

    def now(self) -> datetime:
        """Return the time of day."""
        return datetime(2026, 3, 28, 12, tzinfo=UTC)

    def monotonic(self) -> float:
        """Return seconds."""
        return 0.0

    async def sleep(self, seconds: float, /) -> None:
        """Sleep."""
        await anyio.sleep(seconds)


def _configure(builder: HostBuilder) -> None:
    builder.services.add_jobs(builder.configuration)
    builder.services.add_job_handler(Report, send, name="report")
    builder.services.add_recurring_job("daily", Report(), cron="30 2 * * *", time_zone="Europe/Madrid")
    builder.services.add_recurring_job("often", Report(), every=3600)


async def test_schedules_are_shown_with_their_next_times(look: Look) -> None:
    """OV-60: the next due first, in words, with five times to come."""
    async with look(_configure) as operations:
        schedules = await operations.schedules.list()
        status = await operations.host.status()

    assert [each.id for each in status.schedules] == [each.id for each in schedules]
    assert [each.next[0] for each in schedules] == sorted(each.next[0] for each in schedules)
    by_id = {each.id: each for each in schedules}
    assert (by_id["often"].words, by_id["daily"].words) == ("Every hour", "At 02:30 every day")
    assert (by_id["daily"].time_zone, len(by_id["daily"].next), by_id["daily"].job) == ("Europe/Madrid", 5, "report")


async def test_a_schedule_is_run_by_hand(look: Look) -> None:
    """OV-61: its job is put besides its times, and is the last one of the schedule then."""
    async with look(_configure) as operations:
        answer = await operations.schedules.run_now("often", by=ADA, reason="check")
        services = operations.host._workplace.services  # pyright: ignore[reportPrivateUsage]
        (job,) = (await operations.jobs.search()).items
        await services.get_required_service(JobClient).result(job.id, timeout=10)
        found = await operations.schedules.get("often")
        with pytest.raises(NotFoundError, match="There is: "):
            await operations.schedules.run_now("never", by=ADA)

    assert (answer.count, found.last_job, found.last_state) == (1, job.id, "SUCCEEDED")
    assert found.last_success_at is not None
    assert len(found.durations) == 1


async def test_a_schedule_is_paused_and_goes_on(look: Look) -> None:
    """OV-62: for a time, or until somebody says so; while it is paused it has no next time."""
    async with look(_configure) as operations:
        await _stored(operations)
        answer = await operations.schedules.pause("often", duration=600, by=ADA)
        paused = await operations.schedules.get("often")
        await operations.schedules.resume("often", by=ADA)
        resumed = await operations.schedules.get("often")

    assert (paused.is_paused, paused.next, resumed.is_paused) == (True, (), False)
    assert paused.paused_until is not None
    assert answer.until is not None
    assert abs(paused.paused_until - answer.until) < timedelta(seconds=5)


async def _stored(operations: Operations) -> None:
    engine = operations.host._workplace.services.get_required_service(JobEngine)  # pyright: ignore[reportPrivateUsage]
    with anyio.fail_after(10):
        while len(await engine.schedules.list()) < 2:
            await anyio.sleep(0.005)


async def test_the_days_when_clocks_change_are_told(look: Look) -> None:
    """OV-63: a preview shows local times, and marks the day on which 02:30 does not exist."""

    def configure(builder: HostBuilder) -> None:
        builder.configuration["Jobs:WorkerEnabled"] = "false"
        builder.services.add_singleton(Clock, Stopped)
        _configure(builder)

    async with look(configure, "--Operations:SampleSeconds=80000", "--Operations:HealthSeconds=80000") as operations:
        times = await operations.schedules.preview("daily", days=3)
        with pytest.raises(InvalidRequestError, match="days must be"):
            await operations.schedules.preview("daily", days=0)

    assert [(each.local, each.note) for each in times] == [
        ("2026-03-29T03:00+02:00", "clocks change on this day"),
        ("2026-03-30T02:30+02:00", ""),
        ("2026-03-31T02:30+02:00", ""),
    ]


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ("every 1 s", "Every second"),
        ("every 86400 s", "Every day"),
        ("every 1.5 s", "Every 1.5 seconds"),
        ("every 7200 s", "Every 2 hours"),
        ("cron nonsense (UTC)", "nonsense"),
        ("something else", "something else"),
    ],
)
def test_times_are_told_in_words(times: str, words: str) -> None:
    """OV-60: periods in the largest unit that fits; what cannot be read stays as it is."""
    assert in_words(times) == words
