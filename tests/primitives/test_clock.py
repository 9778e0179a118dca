"""The machine's clock, and those that stand in for it."""

from datetime import UTC, datetime, timedelta

import anyio
import pytest

from corner_host.primitives import Clock, Duration, SystemClock


def test_the_time_of_day_is_aware_and_in_utc() -> None:
    """`now` may be compared with any aware time."""
    now = SystemClock().now()

    assert now.utcoffset() == timedelta(0)
    assert now <= datetime.now(UTC)


def test_the_monotonic_time_does_not_go_back() -> None:
    """It is in float seconds."""
    clock = SystemClock()

    before, after = clock.monotonic(), clock.monotonic()

    assert isinstance(before, float)
    assert before <= after


@pytest.mark.parametrize("seconds", [0, 0.001, timedelta(milliseconds=1)])
async def test_a_clock_sleeps_for_any_duration(seconds: Duration) -> None:
    """Durations are float seconds or a timedelta wherever one is taken."""
    with anyio.fail_after(5):
        await SystemClock().sleep(seconds)


async def test_sleeping_can_be_cancelled() -> None:
    """By anyio, as everything else."""
    with anyio.move_on_after(0) as scope:
        await SystemClock().sleep(seconds=1000)

    assert scope.cancelled_caught


def test_a_clock_is_known_by_its_shape() -> None:
    """A test's clock derives from nothing."""

    class Stopped:
        def now(self) -> datetime:
            return datetime(2024, 5, 17, tzinfo=UTC)

        def monotonic(self) -> float:
            return 0.0

        async def sleep(self, seconds: float, /) -> None: ...

    stopped: Clock = Stopped()

    assert isinstance(stopped, Clock)
    assert isinstance(SystemClock(), Clock)
