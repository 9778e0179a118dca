"""What an operator sees of the hosted services, and the restart of one of them."""

from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import anyio
import pytest

from corner_host.hosting import (
    BackgroundService,
    BackgroundServiceExceptionBehavior,
    Host,
    HostedServiceKind,
    HostedServiceNotFoundError,
    HostedServices,
    HostedServiceState,
    HostStateError,
)
from corner_host.primitives import Backoff, CancellationToken, Clock
from tests.hosting.clock import ManualClock
from tests.hosting.journal import Journal, builder_of, host_of
from tests.hosting.records import Records


class Worker(BackgroundService):
    """Counts its runs, and works until it is stopped."""

    def __init__(self) -> None:
        self.runs = 0

    async def execute(self, stopping: CancellationToken) -> None:
        self.runs += 1
        await stopping.wait()  # the worker waits here


class Stubborn(BackgroundService):
    """Does not heed its token."""

    def __init__(self) -> None:
        self.gate = anyio.Event()
        self.runs = 0

    async def execute(self, stopping: CancellationToken) -> None:
        self.runs += 1
        await self.gate.wait()


class Deaf(BackgroundService):
    """Heeds neither its token nor its cancellation, until it is let go."""

    def __init__(self) -> None:
        self.gate = anyio.Event()

    async def execute(self, stopping: CancellationToken) -> None:
        with anyio.CancelScope(shield=True):
            await self.gate.wait()


class Failing(BackgroundService):
    """Fails when it is told to."""

    exception_behavior: ClassVar = BackgroundServiceExceptionBehavior.IGNORE

    def __init__(self) -> None:
        self.gate = anyio.Event()

    async def execute(self, stopping: CancellationToken) -> None:
        await self.gate.wait()
        raise RuntimeError("no more")


class Restarting(Failing):
    """Is run again after a failure."""

    exception_behavior: ClassVar = BackgroundServiceExceptionBehavior.RESTART


class Final(Worker):
    """Says that its end is final."""

    can_restart: ClassVar = False


class OwnStart(Worker):
    """Does something of its own when it starts, which a restart would leave out."""

    async def start(self) -> None:
        await super().start()


class SlowToStart:
    def __init__(self) -> None:
        self.gate = anyio.Event()

    async def start(self) -> None:
        await self.gate.wait()  # it starts here

    async def stop(self) -> None: ...


def with_clock(clock: ManualClock, *services: object, **options: object) -> Host:
    """A host whose time is *clock*."""
    builder = builder_of(*services, **options)
    builder.services.add_singleton(Clock, instance=clock)
    return builder.build()


def line_of(comment: str) -> int:
    """The line of this file that ends with *comment*."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.endswith(f"# {comment}"))


async def test_they_come_from_the_container(journal: Journal) -> None:
    """A constructor that asks for `HostedServices` gets what ``host.hosted_services`` is."""
    host = host_of(Worker(), journal.service("plain"))
    services = host.services.get_required_service(HostedServices)
    before = len(services)

    async with host:
        assert [each.kind for each in services] == [HostedServiceKind.BACKGROUND, HostedServiceKind.SERVICE]
        assert [each.name for each in services] == [each.name for each in host.hosted_services]
    assert before == 0


async def test_names_are_unique(journal: Journal) -> None:
    """Two services of one class are told apart, and found by their names; an ambiguous name finds nothing."""
    async with host_of(Worker(), Worker(), journal.service("plain")) as host:
        names = [each.name for each in host.hosted_services]
        found = host.hosted_services.find("Worker#2")

        assert names[1] == f"{names[0]}#2"
        assert found is not None
        assert found.name == names[1]
        assert host.hosted_services.find("Worker") is not None
        assert host.hosted_services.find("Nobody") is None


async def test_each_state_has_its_moment_and_the_durations_are_kept() -> None:
    """From created to stopped: the state, since when, how long the start and the stop took."""
    clock, slow = ManualClock(), SlowToStart()
    host = with_clock(clock, slow, Worker())
    seen: list[tuple[HostedServiceState, HostedServiceState]] = []

    def look() -> None:
        first, second = host.hosted_services
        seen.append((first.state, second.state))

    began = clock.now()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.start)
        await clock.advance(3.0)
        look()
        starting = host.hosted_services[0]
        slow.gate.set()
    look()
    started = host.hosted_services[0]
    clock.move(2.0)
    await host.stop()
    look()
    await host.aclose()

    state = HostedServiceState
    assert seen == [(state.STARTING, state.CREATED), (state.RUNNING, state.RUNNING), (state.STOPPED, state.STOPPED)]
    assert (starting.since, starting.start_seconds) == (began, None)
    assert (started.since, started.start_seconds) == (began + timedelta(seconds=3), 3.0)
    assert (started.stop_seconds, host.hosted_services[0].stop_seconds) == (None, 0.0)
    assert host.hosted_services[1].since == began + timedelta(seconds=5)


async def test_the_phases_tell_where_the_time_went() -> None:
    """Each step of the start and of the stop, in order, with its duration."""
    clock, slow = ManualClock(), SlowToStart()
    host = with_clock(clock, slow)
    before = host.hosted_services.start
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.start)
        await clock.advance(3.0)
        during = host.hosted_services.start
        slow.gate.set()
    await host.aclose()
    start, stop = host.hosted_services.start, host.hosted_services.stop

    assert before is None
    assert during is not None
    assert start is not None
    assert stop is not None
    assert (during.phases[-1].name, during.phases[-1].seconds, during.phases[-1].is_over) == ("start", 3.0, False)
    assert [phase.name for phase in start.phases] == [
        "host lifetime",
        "startup validation",
        "construction of the hosted services",
        "starting",
        "start",
        "started",
    ]
    assert [phase.seconds for phase in start.phases] == [0.0, 0.0, 0.0, 0.0, 3.0, 0.0]
    assert [phase.name for phase in stop.phases] == [
        "stopping",
        "application_stopping",
        "stop",
        "stopped",
        "application_stopped",
        "host lifetime",
    ]
    assert (start.seconds, start.is_over, stop.is_over) == (3.0, True, True)


async def test_the_line_each_waits_at_is_found() -> None:
    """File, line and text, of a worker at its work."""
    async with host_of(Worker()) as host:
        await anyio.wait_all_tasks_blocked()
        (status,) = host.hosted_services.located()

    assert status.waiting_at is not None
    assert (status.waiting_at.file, status.waiting_at.line) == (__file__, line_of("the worker waits here"))
    assert status.waiting_at.text == "await stopping.wait()  # the worker waits here"


async def test_the_line_a_start_waits_at_is_found() -> None:
    """A service that hangs in its start says where; the others have nothing to say."""
    slow = SlowToStart()
    host = host_of(slow, Worker())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.start)
        await anyio.wait_all_tasks_blocked()
        first, second = host.hosted_services.located()
        slow.gate.set()
    await host.aclose()

    assert first.waiting_at is not None
    assert first.waiting_at.line == line_of("it starts here")
    assert second.waiting_at is None


async def test_a_worker_is_run_again_when_somebody_asks(records: Records) -> None:
    """It is asked to stop, ends, and runs again with a token of its own; the host notices nothing."""
    worker = Worker()
    async with host_of(worker) as host:
        await anyio.wait_all_tasks_blocked()
        await host.hosted_services.restart("Worker")
        await anyio.wait_all_tasks_blocked()

        status = host.hosted_services[0]
        assert (worker.runs, status.restarts, status.state) == (2, 1, HostedServiceState.RUNNING)
        assert not host.lifetime.application_stopping.is_cancellation_requested
    assert worker.state.value == "completed"
    assert "was asked to run again (restart 1)" in records.one(113).getMessage()


async def test_what_does_not_heed_its_token_is_cancelled_and_run_again() -> None:
    """The time-out of the restart ends the old run."""
    clock, worker = ManualClock(), Stubborn()
    async with with_clock(clock, worker) as host, anyio.create_task_group() as tasks:
        tasks.start_soon(host.hosted_services.restart, "Stubborn")
        await clock.advance(10.0)

        assert (worker.runs, host.hosted_services[0].state) == (2, HostedServiceState.RUNNING)
        worker.gate.set()


async def test_what_does_not_heed_its_cancellation_is_not_run_twice(records: Records) -> None:
    """The restart says so instead, and who it is is on record."""
    clock, worker = ManualClock(), Deaf()
    async with with_clock(clock, worker, cancellation_grace=2.0) as host, anyio.create_task_group() as tasks:

        async def restart() -> None:
            with pytest.raises(HostStateError, match="does not heed its cancellation"):
                await host.hosted_services.restart("Deaf")

        tasks.start_soon(restart)
        await clock.advance(10.0)
        await clock.advance(2.0)
        worker.gate.set()

    assert "Deaf" in records.one(106).getMessage()


async def test_a_worker_that_failed_can_be_begun_anew() -> None:
    """A service that the host goes on without comes back when an operator asks for it."""
    worker = Failing()
    async with host_of(worker) as host:
        worker.gate.set()
        await anyio.wait_all_tasks_blocked()
        failed = host.hosted_services[0]
        worker.gate = anyio.Event()
        await host.hosted_services.restart("Failing")
        again = host.hosted_services[0]

        assert (failed.state, str(failed.last_error)) == (HostedServiceState.FAULTED, "no more")
        assert (again.state, again.restarts, str(again.last_error)) == (HostedServiceState.RUNNING, 1, "no more")
        worker.gate.set()


async def test_the_wait_for_a_restart_shows() -> None:
    """A worker in its back-off is neither running nor failed."""
    worker = Restarting()
    async with with_clock(ManualClock(), worker, restart_backoff=Backoff(first=60.0)) as host:
        worker.gate.set()
        await anyio.wait_all_tasks_blocked()

        assert host.hosted_services[0].state is HostedServiceState.RESTARTING


@pytest.mark.parametrize("service", [Final, OwnStart])
async def test_some_cannot_be_restarted(service: type[Worker]) -> None:
    """A class that says so, and one whose own ``start`` or ``stop`` a restart would leave out."""
    async with host_of(service()) as host:
        assert not host.hosted_services[0].can_restart
        with pytest.raises(HostStateError, match="cannot be restarted"):
            await host.hosted_services.restart(service.__name__)


async def test_a_plain_service_cannot_be_restarted(journal: Journal) -> None:
    """It has no ``execute``; others may rely on what it started."""
    async with host_of(journal.service("plain")) as host:
        with pytest.raises(HostStateError, match="cannot be restarted"):
            await host.hosted_services.restart("JournalService")


async def test_two_restarts_at_once_are_one_too_many() -> None:
    """The second is refused while the first one waits."""
    clock, worker = ManualClock(), Stubborn()
    async with with_clock(clock, worker) as host:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(host.hosted_services.restart, "Stubborn")
            await anyio.wait_all_tasks_blocked()
            during = host.hosted_services[0].state
            with pytest.raises(HostStateError, match="already"):
                await host.hosted_services.restart("Stubborn")
            await clock.advance(10.0)
        worker.gate.set()

    assert during is HostedServiceState.RESTARTING


async def test_nothing_is_restarted_in_a_host_that_stops() -> None:
    """Neither when it has been asked to stop, nor when that comes in between."""
    clock, worker = ManualClock(), Stubborn()
    async with with_clock(clock, worker) as host:

        async def restart() -> None:
            with pytest.raises(HostStateError, match="the host is stopping"):
                await host.hosted_services.restart("Stubborn")

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(restart)
            await anyio.wait_all_tasks_blocked()
            host.lifetime.stop_application()
            await clock.advance(10.0)
        await restart()

    assert worker.runs == 1


async def test_an_unknown_name_is_told_with_the_names_there_are() -> None:
    """The error lists them."""
    async with host_of(Worker()) as host:
        with pytest.raises(HostedServiceNotFoundError, match=r"'Wroker'.*There are:\n.*Worker") as caught:
            await host.hosted_services.restart("Wroker")

    assert caught.value.names == (f"{__name__}.Worker",)
