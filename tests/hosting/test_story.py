"""What a developer reads of the start and the stop, beside .NET's sentences."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from corner_host.hosting import BackgroundService, Host, HostBuilder, HostBuilderSettings, HostedService
from corner_host.primitives import CancellationToken, Clock
from tests.hosting.clock import ManualClock
from tests.hosting.journal import Journal
from tests.hosting.records import Records

STORY = "corner_host.hosting"


class Worker(BackgroundService):
    async def execute(self, stopping: CancellationToken) -> None:
        await stopping.wait()


class Slow:
    """Takes two seconds to stop, and says what it is busy with."""

    in_flight = "3 requests"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def start(self) -> None: ...

    async def stop(self) -> None:
        await self._clock.sleep(2.0)


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

    messages = records.messages(STORY)
    assert messages[0] == "0 sources, 0 keys"
    assert messages[1].endswith(" services registered")
    assert messages[2:] == [
        "Worker started (0 ms)",
        "Slow started (0 ms)",
        "Stopping 2 services within 30 s; in flight: 3 requests",
        "Slow stopped (2.00 s)",
        "Worker stopped (0 ms)",
        "Stopped in 2.00 s, nothing abandoned",
    ]


async def test_elsewhere_nothing_of_it_is_told(records: Records) -> None:
    """Production logs stay as .NET's are; so does a silent console."""
    async with developing(Worker, environment="Production").build():
        pass
    async with developing(Worker).use_console_lifetime(suppress_status_messages=True).build():
        pass

    assert records.messages(STORY) == []


async def test_many_services_are_told_in_one_line(records: Records, journal: Journal) -> None:
    """A start has at most twelve lines, .NET's three among them; a stop does not tell what took no time."""
    services = [journal.service(f"{number}") for number in range(25)]
    async with with_clock(developing(*services), ManualClock()):
        pass

    told = [message for message in records.messages(STORY) if "JournalService" in message]
    assert told == ["25 services started in 0 ms, the slowest JournalService (0 ms)"]
    assert len(records.messages(STORY)) + len(records.messages()) <= 12


async def test_plumbing_is_not_told(records: Records) -> None:
    """Services that tell of themselves, or that nobody asked for; one that fails is told nevertheless."""

    class Plumbing(Worker):
        is_plumbing = True

    class Leaking(Broken):
        is_plumbing = True

    with pytest.raises(RuntimeError, match="no database"):
        await with_clock(developing(Plumbing, Worker, Leaking), ManualClock()).run_async()

    told = [message for message in records.messages(STORY)[2:] if "services" not in message]
    assert told == ["Worker started (0 ms)", "Leaking did not start (0 ms)", "Worker stopped (0 ms)"]


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

    told = records.messages(STORY)[0]
    assert "appsettings.json (2)" in told
    assert "environment (1)" in told
    assert "graph is valid" in records.messages(STORY)[1]


async def test_who_did_not_start_is_named(records: Records) -> None:
    """The error itself is told by the record of the failed start."""
    with pytest.raises(RuntimeError, match="no database"):
        await with_clock(developing(Worker, Broken), ManualClock()).run_async()

    assert "Broken did not start (0 ms)" in records.messages(STORY)
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

    assert [message for message in records.messages(STORY) if message.startswith("Stopped in")] == []
    assert "1 failed" in records.one(107).getMessage()
