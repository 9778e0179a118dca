"""What a developer reads of the start and the stop, beside .NET's sentences."""

import os
import signal
from pathlib import Path
from typing import Any

import anyio
import pytest

from corner_host.hosting import (
    BackgroundService,
    Host,
    HostBuilder,
    HostBuilderSettings,
    HostedService,
    WorkInFlight,
)
from corner_host.hosting.lifetime import ApplicationLifetime
from corner_host.logging import current_scopes, log_scope
from corner_host.primitives import CancellationToken, Clock
from tests.hosting.clock import ManualClock
from tests.hosting.journal import Journal
from tests.hosting.records import Records

CATEGORIES = ("corner_host.config", "corner_host.services", "corner_host.host", "corner_host.lifetime")


def told(records: Records) -> list[str]:
    """What was told of the start and the stop, in order."""
    return [record.getMessage() for record in records.all() if record.name in CATEGORIES]


class Worker(BackgroundService):
    async def execute(self, stopping: CancellationToken) -> None:
        await stopping.wait()


class Slow:
    """Takes two seconds to stop, and says what it is, and what it is busy with."""

    start_text = "listens to nobody"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def work_in_flight(self) -> list[WorkInFlight]:
        return [WorkInFlight("request", "GET /", number=3)]

    async def start(self) -> None: ...

    async def stop(self) -> None:
        await self._clock.sleep(2.0)


class Speechless:
    """Cannot even say what it is."""

    @property
    def start_text(self) -> str:
        raise ZeroDivisionError

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class Broken:
    async def start(self) -> None:
        raise RuntimeError("no database")

    async def stop(self) -> None: ...


def developing(*services: Any, environment: str = "Development", args: tuple[str, ...] = ()) -> HostBuilder:
    """A builder with *services*, in Development unless told otherwise."""
    builder = Host.create_empty_builder(HostBuilderSettings(environment_name=environment, args=args))
    for service in services:
        if isinstance(service, type):
            builder.add_hosted_service(service)
        else:
            builder.services.add_singleton(HostedService, instance=service)
    return builder


def with_clock(builder: HostBuilder, clock: ManualClock) -> Host:
    """A host whose time is *clock*."""
    builder.services.add_singleton(Clock, instance=clock)
    return builder.build()


async def test_start_and_stop_are_told_service_by_service(records: Records) -> None:
    """Who started and stopped, and how long it took; what is in flight, and how long the stop may take."""
    clock = ManualClock()
    host = with_clock(developing(Worker, Slow), clock)
    await host.start()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.stop)
        await clock.advance(2.0)
    await host.aclose()

    messages = told(records)
    assert messages[0] == "0 sources, 0 keys"
    assert messages[1].endswith(" services registered")
    assert messages[2:] == [
        "Worker started (0 ms)",
        "Slow started (0 ms): listens to nobody",
        "Readiness is now failing; 3 requests in flight; budget 30.0 s",
        "Slow stopped (2.00 s)",
        "Worker stopped (0 ms)",
        "Stopped in 2.00 s, nothing abandoned",
    ]


async def test_elsewhere_the_stop_is_told_and_no_more(records: Records) -> None:
    """Section 6: a log of Production proves that nothing was lost; its start is .NET's; a silent console tells nothing."""
    async with with_clock(developing(Worker, environment="Production"), ManualClock()):
        pass
    async with developing(Worker).use_console_lifetime(suppress_status_messages=True).build():
        pass

    assert told(records) == [
        "Readiness is now failing; nothing in flight; budget 30.0 s",
        "Stopped in 0.00 s, nothing abandoned",
    ]


@pytest.mark.parametrize(
    ("args", "budget"), [((), ", budget 30.0 s"), (("--shutdownTimeoutSeconds=25",), ", budget 25.0 s")]
)
@pytest.mark.parametrize("environment", ["Development", "Production"])
async def test_a_stop_by_a_service_manager_is_told_by_its_signal(
    records: Records, environment: str, args: tuple[str, ...], budget: str
) -> None:
    """Section 6, CL-3: in the words for operators, the record is .NET's; queues tell of their jobs by themselves."""

    class Busy(Worker):
        def work_in_flight(self) -> list[WorkInFlight]:
            return [WorkInFlight("request", "GET /", number=3), WorkInFlight("job", "mail")]

    host = with_clock(developing(Busy, environment=environment, args=args), ManualClock())
    host.lifetime.application_started.register(lambda: os.kill(os.getpid(), signal.SIGTERM))
    await host.run_async()

    stopping = records.of("Microsoft.Hosting.Lifetime")[-1]
    assert stopping.getMessage() == "Application is shutting down..."
    assert vars(stopping)["console_message"] == f"SIGTERM received{budget}; readiness failing"
    assert [line for line in told(records) if "in flight" in line or "Stopped in" in line] == [
        "3 requests in flight",
        "Stopped in 0.00 s, nothing abandoned",
    ]


def test_a_delay_for_endpoints_is_told_when_it_begins(records: Records) -> None:
    """Section 6: with the signal and the budget; when it is over, a person has read of the stop."""
    lifetime = ApplicationLifetime()
    lifetime.budget, lifetime.delay = 25.0, 5.0
    lifetime.notify_started(0.0)
    lifetime.signal_received(128 + signal.SIGTERM)
    lifetime.tell_stopping()

    assert told(records) == ["SIGTERM received, budget 25.0 s; readiness failing; 5.0 s delay for endpoints"]
    assert vars(records.of("Microsoft.Hosting.Lifetime")[-1])["console_message"] == ""


async def test_a_signal_that_comes_while_a_job_runs_is_none_of_the_job() -> None:
    """CL-7: what the stop logs does not stand in the log scope of whatever the signal has interrupted."""
    seen: list[tuple[Any, ...]] = []
    host = developing(Worker).build()

    def interrupt() -> None:
        with log_scope(job_id="01J9"):
            os.kill(os.getpid(), signal.SIGTERM)

    host.lifetime.application_started.register(interrupt)
    host.lifetime.application_stopping.register(lambda: seen.append(current_scopes()))
    await host.run_async()

    assert seen == [()]


async def test_many_services_are_told_in_one_line(records: Records, journal: Journal) -> None:
    """A start has at most twelve lines, .NET's three among them; a stop does not tell what took no time."""
    services = [journal.service(f"{number}") for number in range(25)]
    async with with_clock(developing(*services), ManualClock()):
        pass

    lines = [message for message in told(records) if "JournalService" in message]
    assert lines == ["25 services started in 0 ms, the slowest JournalService (0 ms)"]
    assert len(told(records)) + len(records.messages()) <= 12


async def test_plumbing_is_not_told(records: Records) -> None:
    """Services that tell of themselves, or that nobody asked for; one that fails is told nevertheless."""

    class Plumbing(Worker):
        is_plumbing = True

    class Leaking(Broken):
        is_plumbing = True

    with pytest.raises(RuntimeError, match="no database"):
        await with_clock(developing(Plumbing, Worker, Leaking), ManualClock()).run_async()

    lines = [message for message in told(records)[2:] if "services" not in message]
    assert lines == ["Worker started (0 ms)", "Leaking did not start (0 ms)", "Worker stopped (0 ms)"]


async def test_sources_are_named_with_how_many_keys(records: Records, tmp_path: Path) -> None:
    """Files by their names; of the variables only those that are settings."""
    (tmp_path / "appsettings.json").write_text('{"Queue": {"Capacity": 5, "Name": "orders"}}', encoding="utf-8")
    with pytest.MonkeyPatch.context() as variables:
        variables.setenv("QUEUE__CAPACITY", "7")
        variables.setenv("SHELL_OF_SOMEBODY", "/bin/sh")
        settings = HostBuilderSettings(environment_name="Development", content_root_path=tmp_path)
        builder = Host.create_builder(settings=settings)
        builder.logging.clear_providers()
        async with builder.build():
            pass

    sources = told(records)[0]
    assert sources == "2 sources, 2 keys: appsettings.json, environment (1 key)"
    assert "graph is valid" in told(records)[1]


async def test_who_did_not_start_is_named(records: Records) -> None:
    """The error itself is told by the record of the failed start."""
    with pytest.raises(RuntimeError, match="no database"):
        await with_clock(developing(Worker, Broken), ManualClock()).run_async()

    assert "Broken did not start (0 ms)" in told(records)
    assert str(records.error_of(11)) == "no database"


async def test_a_stop_that_is_not_clean_is_told_once(records: Records) -> None:
    """The report is a record anyway."""

    class Failing(Worker):
        async def stop(self) -> None:
            await super().stop()
            raise RuntimeError("still busy")

    with pytest.raises(RuntimeError, match="still busy"):
        async with developing(Failing).build():
            pass

    assert [message for message in told(records) if message.startswith("Stopped in")] == []
    assert "1 failed" in records.one(107).getMessage()


async def test_a_service_that_fails_to_tell_of_itself_starts_all_the_same(records: Records) -> None:
    """H12: what is only told must not fail a start; the service is named with its error."""
    async with developing(Speechless()).build():
        failed = [record for record in records.all() if "failed to tell how it started" in record.getMessage()]

    assert [record.name for record in failed] == ["corner_host.host"]
    assert any(line.startswith("Speechless started") for line in told(records))
