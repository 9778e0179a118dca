"""The order of things, in outline; the statements have their own tests beside this folder."""

import anyio
import pytest

from corner_host.hosting import BackgroundService, BackgroundServiceState, Host, HostBuilder, HostedService
from corner_host.primitives import CancellationToken


class Journal:
    """Writes down what its services do."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def service(self, name: str, *, failing: str = "") -> HostedService:
        """Return a service that writes its name when it starts and stops, and raises in the hook *failing*."""
        return Recorded(self, name, failing)


class Recorded:
    def __init__(self, journal: Journal, name: str, failing: str) -> None:
        self.journal = journal
        self.name = name
        self.failing = failing

    async def start(self) -> None:
        self.write("start")

    async def stop(self) -> None:
        self.write("stop")

    def write(self, hook: str) -> None:
        if hook == self.failing:
            raise LookupError(f"{self.name} {hook}")
        self.journal.lines.append(f"{self.name} {hook}")


def builder_of(*services: object) -> HostBuilder:
    """Return an empty builder with *services*."""
    builder = Host.create_empty_builder()
    for service in services:
        builder.add_hosted_service(service)
    return builder


async def test_services_start_in_order_and_stop_in_reverse() -> None:
    """ST-3, SP-2: the last service to start is the first to stop."""
    journal = Journal()

    async with builder_of(journal.service("database"), journal.service("web")).build():
        assert journal.lines == ["database start", "web start"]

    assert journal.lines[2:] == ["web stop", "database stop"]


async def test_what_had_started_is_stopped_when_a_start_fails() -> None:
    """ST-11, H1: the error is raised as it is, after the services before it were stopped."""
    journal = Journal()
    host = builder_of(journal.service("a"), journal.service("b", failing="start"), journal.service("c")).build()

    with pytest.raises(LookupError, match="b start"):
        await host.start()
    await host.aclose()

    assert journal.lines == ["a start", "a stop"]


async def test_a_background_service_is_asked_to_stop_and_waited_for() -> None:
    """BG-10: its token is cancelled, and the stop returns after its work has ended."""
    ended: list[str] = []

    class Worker(BackgroundService):
        async def execute(self, stopping: CancellationToken) -> None:
            await stopping.wait()
            await anyio.lowlevel.checkpoint()
            ended.append("worker")

    worker = Worker()
    host = builder_of(worker).build()
    await host.start()
    await host.stop()
    await host.aclose()

    assert ended == ["worker"]
    assert worker.state is BackgroundServiceState.COMPLETED


async def test_what_a_background_service_raises_leaves_the_run() -> None:
    """EX-4: the host stops, and the very same exception is raised."""
    error = LookupError("gone")

    async def work() -> None:
        raise error

    with pytest.raises(LookupError) as caught:
        await builder_of(work).build().run_async()

    assert caught.value is error


async def test_work_that_does_not_stop_is_cancelled_and_named() -> None:
    """H2: when the budget is spent the work is cancelled; the error tells its name and line."""

    async def endless() -> None:
        await anyio.sleep_forever()

    host = builder_of(endless).configure_host_options(no_time).build()
    await host.start()
    with pytest.raises(TimeoutError) as caught:
        await host.stop()
    await host.aclose()

    assert "endless" in str(caught.value)
    assert f"{__file__}:{endless.__code__.co_firstlineno + 1}" in str(caught.value)
    assert host.shutdown_report is not None
    assert [each.outcome for each in host.shutdown_report.services] == ["cancelled"]


def no_time(options: object) -> None:
    options.shutdown_timeout = 0  # type: ignore[attr-defined]
