"""Section 23: hosts in tests."""

import logging
from datetime import UTC, datetime

import anyio
import pytest

from corner_host.di import ServiceValidationError
from corner_host.hosting import BackgroundService, Host, HostBuilder
from corner_host.primitives import CancellationToken, Clock
from corner_host.testing import HostTooOldError, run_service, running_host, start_and_stop


class Recorded:
    """Writes down what happens to it."""

    def __init__(self, *, failing: str = "") -> None:
        self.lines: list[str] = []
        self.failing = failing

    async def start(self) -> None:
        self.note("start")

    async def stop(self) -> None:
        self.note("stop")

    def note(self, line: str) -> None:
        self.lines.append(line)
        if line == self.failing:
            raise LookupError(line)


class Missing: ...


class NeedsMissing:
    def __init__(self, missing: Missing) -> None: ...


class Scoped: ...


class KeepsScoped:
    def __init__(self, scoped: Scoped) -> None: ...


class ImpatientClock:
    """Lets any time pass at once."""

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        await anyio.wait_all_tasks_blocked()


async def test_the_host_runs_as_long_as_the_block() -> None:
    """FH-10: leaving the block stops the host and disposes of it."""
    service = Recorded()

    async with running_host(service) as host:
        assert service.lines == ["start"]

    assert service.lines == ["start", "stop"]
    assert host.lifetime.application_stopped.is_cancellation_requested


async def test_an_error_in_the_block_is_raised_as_it_is() -> None:
    """FH-10: the host is stopped before it goes on, and no group is put around it."""
    service = Recorded()

    with pytest.raises(ZeroDivisionError):
        async with running_host(service):
            raise ZeroDivisionError

    assert service.lines == ["start", "stop"]


async def test_disposing_in_the_block_is_enough() -> None:
    """FH-11: the host is disposed of once."""
    service = Recorded()

    async with running_host(service) as host:
        await host.aclose()

    assert service.lines == ["start", "stop"]


@pytest.mark.parametrize("broken", [NeedsMissing, KeepsScoped])
async def test_the_container_is_checked(broken: type) -> None:
    """FH-5: a missing dependency and a scoped one in a singleton are found when the host is built."""

    def add(builder: HostBuilder) -> None:
        builder.services.add_singleton(broken).add_scoped(Scoped)

    with pytest.raises(ServiceValidationError):
        async with running_host(configure=add):
            pass


async def test_the_checks_can_be_left_out() -> None:
    """FH-6: without them the host starts."""

    def add(builder: HostBuilder) -> None:
        builder.services.add_singleton(NeedsMissing).add_singleton(KeepsScoped).add_scoped(Scoped)

    async with running_host(configure=add, validate_scopes=False, validate_on_build=False) as host:
        assert not host.hosted_services


async def test_a_start_is_limited() -> None:
    """FH-7: the default limit can be set, and is what cancels the start."""

    class Stuck(Recorded):
        async def start(self) -> None:
            await anyio.sleep_forever()

    with pytest.raises(TimeoutError, match="did not start"):
        async with running_host(Stuck(), startup_timeout=0.01):
            pass


async def test_a_stop_is_limited() -> None:
    """FH-9: the same for the stop."""

    class Stuck(Recorded):
        async def stop(self) -> None:
            await anyio.sleep_forever()

    with pytest.raises(TimeoutError, match="did not stop"):
        async with running_host(Stuck(), shutdown_timeout=0.01):
            pass


async def test_a_host_that_lives_too_long_is_stopped_and_the_block_cancelled(caplog: pytest.LogCaptureFixture) -> None:
    """FH-12: a warning, the stop, the disposal; the test fails instead of hanging."""
    service = Recorded()

    with pytest.raises(HostTooOldError) as caught, caplog.at_level(logging.WARNING):
        async with running_host(service, time_to_live=0.01):
            await anyio.sleep_forever()

    assert caught.value.time_to_live == 0.01
    assert service.lines == ["start", "stop"]
    assert any("time to live" in record.message for record in caplog.records)


async def test_the_time_to_live_follows_the_registered_clock() -> None:
    """FH-21: an hour may pass at once."""

    def use_clock(builder: HostBuilder) -> None:
        builder.services.add_singleton(Clock, instance=ImpatientClock())

    with pytest.raises(HostTooOldError):
        async with running_host(configure=use_clock, time_to_live=3600.0):
            await anyio.sleep_forever()


async def test_values_win_over_the_builders() -> None:
    """FH-19: what the test says about configuration counts."""
    builder = Host.create_empty_builder()
    builder.configuration["Color"] = "red"

    async with running_host(builder=builder, configuration={"Color": "blue"}) as host:
        assert host.configuration["Color"] == "blue"


@pytest.mark.parametrize(("failing", "raises"), [("", False), ("start", True)])
async def test_a_service_is_started_and_stopped_without_a_host(failing: str, raises: bool) -> None:
    """FH-16: it is stopped also when its start failed."""
    service = Recorded(failing=failing)

    if raises:
        with pytest.raises(LookupError, match="start"):
            await start_and_stop(service)
    else:
        await start_and_stop(service)

    assert service.lines == ["start", "stop"]


async def test_a_service_runs_without_a_host_while_a_block_runs() -> None:
    """experience.md 12: it is started before, and stopped after, also when the block fails or is cancelled."""
    service = Recorded()

    async with run_service(service) as running:
        assert running is service
        assert service.lines == ["start"]
    with pytest.raises(ZeroDivisionError):
        async with run_service(service):
            raise ZeroDivisionError
    with anyio.CancelScope() as scope:
        async with run_service(service):
            scope.cancel()
            await anyio.sleep_forever()

    assert service.lines == ["start", "stop"] * 3


async def test_a_worker_that_does_not_stop_in_time_fails_the_test() -> None:
    """experience.md 12: it is cancelled, and nothing waits for ever."""
    ended = anyio.Event()

    class Deaf(BackgroundService):
        async def execute(self, stopping: CancellationToken) -> None:
            try:
                await anyio.sleep_forever()
            finally:
                ended.set()

    with pytest.raises(TimeoutError):
        async with run_service(Deaf(), stop_timeout=0.01):
            await anyio.wait_all_tasks_blocked()

    await ended.wait()
