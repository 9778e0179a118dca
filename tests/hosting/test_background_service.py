"""Background services: work that runs beside the start and ends with the stop (section 7)."""

from functools import partial

import anyio
import anyio.lowlevel
import pytest

from corner_host.hosting import BackgroundService, BackgroundServiceState, ShutdownTimeoutError
from corner_host.primitives import CancellationToken, OperationCancelledError
from tests.hosting.journal import Journal, failing, host_of, leaves


async def test_the_start_does_not_wait_for_the_work(journal: Journal) -> None:
    """BG-1, BG-19, BG-24: the host has started, the work has not ended, the state says so."""
    worker = journal.worker("worker")
    host = host_of(worker)
    before = worker.state
    await host.start()
    await worker.entered.wait()

    assert (before, worker.state) == (BackgroundServiceState.CREATED, BackgroundServiceState.RUNNING)
    assert worker.exception is None
    assert "worker returned" not in journal.lines
    await host.aclose()


async def test_the_work_is_not_part_of_the_start(journal: Journal) -> None:
    """BG-2, BG-7: execute is never entered inside start, not even its part before the first await."""

    class Worker(BackgroundService):
        async def start(self) -> None:
            journal.note("start entered")
            await super().start()
            journal.note("start returned")

        async def execute(self, stopping: CancellationToken) -> None:
            journal.note("execute")

    async with host_of(Worker()):
        await anyio.wait_all_tasks_blocked()

    assert journal.lines == ["start entered", "start returned", "execute"]


async def test_work_that_raises_before_its_first_await_does_not_fail_the_start(journal: Journal) -> None:
    """BG-4, BG-5: the failure is in the state of the service, and comes out of the stop."""

    class Worker(BackgroundService):
        async def start(self) -> None:
            await super().start()
            journal.note("start returned")

        async def execute(self, stopping: CancellationToken) -> None:
            raise error

    error = RuntimeError("at once")
    worker = Worker()

    with pytest.raises(RuntimeError) as caught:
        await host_of(worker).run_async()

    assert caught.value is error
    assert journal.lines == ["start returned"]
    assert worker.state is BackgroundServiceState.FAULTED
    assert worker.exception is error


async def test_work_whose_start_is_never_reached_never_runs(journal: Journal) -> None:
    """BG-6: the start was cancelled before; execute is not called."""

    async def stop_and_wait() -> None:
        host.lifetime.stop_application()
        await anyio.sleep_forever()

    worker = journal.worker("worker")
    host = host_of(journal.service("a", start=stop_and_wait), worker)

    with pytest.raises(OperationCancelledError):
        await host.start()

    assert journal.lines == ["a start", "a start cancelled"]
    assert worker.state is BackgroundServiceState.CREATED
    await host.aclose()


@pytest.mark.parametrize("by", ["stop", "aclose"])
async def test_accepted_work_runs_once_even_if_stopped_at_once(journal: Journal, by: str) -> None:
    """BG-7, BG-8: execute is called exactly once, and sees its token cancelled."""
    seen: list[bool] = []

    async def work(stopping: CancellationToken) -> None:
        await stopping.wait()
        seen.append(stopping.is_cancellation_requested)

    host = host_of(journal.worker("worker", work))
    await host.start()
    await getattr(host, by)()

    assert journal.lines == ["worker execute", "worker returned"]
    assert seen == [True]
    await host.aclose()


async def test_stopping_a_worker_that_never_started_does_nothing(journal: Journal) -> None:
    """BG-9, BG-18: no error, no work, whether stopped or closed with its host."""
    worker = journal.worker("worker")
    host = host_of(worker)

    await worker.stop()
    await host.aclose()

    assert journal.lines == []
    assert worker.state is BackgroundServiceState.CREATED


async def test_stop_cancels_the_token_and_waits_for_the_work(journal: Journal) -> None:
    """BG-10, H12: what honours its token ends by itself; the state is COMPLETED."""
    worker = journal.worker("worker")
    host = host_of(journal.service("a"), worker)
    await host.start()
    await worker.entered.wait()

    await host.stop()

    assert journal.lines == ["a start", "worker execute", "worker returned", "a stop"]
    assert worker.state is BackgroundServiceState.COMPLETED
    await host.aclose()


async def test_work_that_ignores_its_token_is_cancelled_when_the_time_is_up(journal: Journal) -> None:
    """H2, BG-11, TO-13: unlike in .NET nothing is left running; the others stop; the error says so."""

    async def deaf(_: CancellationToken) -> None:
        await anyio.sleep_forever()

    worker = journal.worker("worker", deaf)
    host = host_of(journal.service("a"), worker)
    await host.start()
    await worker.entered.wait()

    with pytest.raises(ShutdownTimeoutError):
        await host.stop(0.05)

    assert journal.lines == ["a start", "worker execute", "worker cancelled", "a stop"]
    assert worker.state is BackgroundServiceState.CANCELLED
    await host.aclose()


async def test_work_that_ends_by_cancellation_at_stop_is_no_failure(journal: Journal) -> None:
    """BG-12, EX-12, EX-13: `OperationCancelledError` because the token said so."""

    async def work(stopping: CancellationToken) -> None:
        await stopping.wait()
        stopping.throw_if_cancellation_requested()

    worker = journal.worker("worker", work)
    host = host_of(worker)
    await host.start()
    await worker.entered.wait()

    await host.stop()

    assert worker.state is BackgroundServiceState.CANCELLED
    await host.aclose()


async def test_callbacks_of_the_token_that_raise_fail_the_stop_but_not_the_wait(journal: Journal) -> None:
    """BG-13: all callbacks run, the work is awaited, then stop raises."""

    async def work(stopping: CancellationToken) -> None:
        for name in ("one", "two"):
            stopping.register(partial(fail, name))
        registered.set()
        await stopping.wait()
        await anyio.lowlevel.checkpoint()

    def fail(name: str) -> None:
        journal.note(name)
        raise RuntimeError(name)

    registered = anyio.Event()
    host = host_of(journal.worker("worker", work))
    await host.start()
    await registered.wait()

    with pytest.raises(ExceptionGroup) as caught:
        await host.stop()

    assert sorted(str(error) for error in leaves(caught.value)) == ["one", "two"]
    assert journal.lines == ["worker execute", "two", "one", "worker returned"]
    await host.aclose()


async def test_a_worker_is_stopped_when_the_rest_of_the_start_fails(journal: Journal) -> None:
    """BG-16, H1: its token is cancelled."""

    async def fail_once_it_works() -> None:
        await worker.entered.wait()
        raise OSError("b")

    worker = journal.worker("worker")
    host = host_of(worker, journal.service("b", start=fail_once_it_works))

    with pytest.raises(OSError, match=r"^b$"):
        await host.start()

    assert journal.lines[-1] == "worker returned"
    await host.aclose()


async def test_a_subclass_that_does_not_start_its_work_is_not_watched(journal: Journal) -> None:
    """BG-20: start without super().start(): no work, no complaint."""

    class Lazy(BackgroundService):
        async def start(self) -> None:
            journal.note("start")

        async def execute(self, stopping: CancellationToken) -> None:
            journal.note("execute")

    service = Lazy()
    async with host_of(service):
        pass

    assert journal.lines == ["start"]
    assert service.state is BackgroundServiceState.CREATED


async def test_work_that_returns_leaves_the_host_running(journal: Journal) -> None:
    """BG-22, H10: the state is COMPLETED, and the others work on."""
    done = anyio.Event()

    async def work(_: CancellationToken) -> None:
        done.set()

    worker, other = journal.worker("worker", work), journal.worker("other")
    host = host_of(worker, other)
    await host.start()
    await done.wait()
    await anyio.wait_all_tasks_blocked()

    assert worker.state is BackgroundServiceState.COMPLETED
    assert other.state is BackgroundServiceState.RUNNING
    assert not host.lifetime.application_stopping.is_cancellation_requested
    await host.aclose()


async def test_start_and_stop_of_a_worker_may_be_extended(journal: Journal) -> None:
    """BG-23: override, do your part, call super."""

    class Worker(BackgroundService):
        async def start(self) -> None:
            journal.note("open")
            await super().start()

        async def execute(self, stopping: CancellationToken) -> None:
            await stopping.wait()
            journal.note("work over")

        async def stop(self) -> None:
            await super().stop()
            journal.note("close")

    async with host_of(Worker()):
        pass

    assert journal.lines == ["open", "work over", "close"]


def test_execute_must_be_written() -> None:
    """BG-23: a subclass without it cannot be made."""

    class Idle(BackgroundService): ...

    with pytest.raises(TypeError, match="execute"):
        Idle()  # type: ignore[abstract]


async def test_a_worker_may_be_a_lifecycle_service_too(journal: Journal) -> None:
    """LC-10: the hooks are called and the work is watched."""
    error = RuntimeError("work")

    class Worker(BackgroundService):
        async def starting(self) -> None:
            journal.note("starting")

        async def execute(self, stopping: CancellationToken) -> None:
            await failing(error)()

        async def stopped(self) -> None:
            journal.note("stopped")

    with pytest.raises(RuntimeError) as caught:
        await host_of(Worker()).run_async()

    assert caught.value is error
    assert journal.lines[0] == "starting"


async def test_the_work_never_sees_the_cancellation_of_whoever_started_the_host(journal: Journal) -> None:
    """BG-14, BG-15, H9: once the start is over, its caller's cancellation does not reach the work."""
    worker = journal.worker("worker")
    host = host_of(worker)
    with anyio.CancelScope() as scope:
        await host.start()
        scope.cancel()
        await anyio.lowlevel.checkpoint()
    await worker.entered.wait()

    assert scope.cancelled_caught
    assert worker.state is BackgroundServiceState.RUNNING
    await host.aclose()
