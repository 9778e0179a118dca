"""run, run_async, wait_for_shutdown (section 5)."""

import anyio
import anyio.lowlevel
import pytest

from corner_host.hosting import Host, HostApplicationLifetime, HostStateError
from corner_host.primitives import CancellationToken, OperationCancelledError
from tests.hosting.journal import Journal, after, builder_of, failing, host_of


class Pool:
    """Something the container makes and closes."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def close(self) -> None:
        self._journal.note("pool closed")


def with_pool(journal: Journal, *services: object, **options: object) -> Host:
    """A watched host that has a pool."""
    builder = builder_of(*services, **options)
    builder.services.add_singleton(Pool, factory=lambda: Pool(journal))
    host = builder.build()
    host.services.get_required_service(Pool)
    return journal.watch(host)


async def stop_soon(lifetime: HostApplicationLifetime) -> None:
    """Ask the application to stop as soon as it has started."""
    await lifetime.application_started.wait()
    lifetime.stop_application()


async def test_run_starts_waits_stops_and_disposes(journal: Journal) -> None:
    """RN-1, RN-11: start, wait for the end, stop, always dispose; all callbacks have run when it returns."""
    host = with_pool(journal, journal.service("a"))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stop_soon, host.lifetime)
        await host.run_async()
        journal.note("returned")

    assert journal.lines == [
        "a start",
        "application started",
        "application stopping",
        "a stop",
        "application stopped",
        "pool closed",
        "returned",
    ]


async def test_run_disposes_when_the_start_fails(journal: Journal) -> None:
    """RN-2, H1: the failure comes out, the container is closed."""
    error = RuntimeError("no")
    host = with_pool(journal, journal.service("a"), journal.service("b", start=error))

    with pytest.raises(RuntimeError) as caught:
        await host.run_async()

    assert caught.value is error
    assert journal.lines == ["a start", "b start", "a stop", "pool closed"]


async def test_run_disposes_when_the_stop_fails(journal: Journal) -> None:
    """RN-3: the failure comes out, the container is closed."""
    host = with_pool(journal, journal.service("a", stop=RuntimeError("a")))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stop_soon, host.lifetime)
        with pytest.raises(RuntimeError, match=r"^a$"):
            await host.run_async()

    assert journal.lines[-2:] == ["application stopped", "pool closed"]


async def test_a_cancelled_run_stops_gracefully_and_lets_the_cancellation_through(journal: Journal) -> None:
    """H8, RN-4, RN-6, RN-7: graceful stop, disposal, and the caller's cancellation is not swallowed."""

    async def slow_stop() -> None:
        await anyio.lowlevel.checkpoint()
        journal.note("a is down")

    host = with_pool(journal, journal.service("a", stop=slow_stop))
    with anyio.CancelScope() as scope:
        host.lifetime.application_started.register(scope.cancel)
        await host.run_async()
        journal.note("returned")

    assert scope.cancelled_caught
    assert journal.lines == [
        "a start",
        "application started",
        "application stopping",
        "a stop",
        "a is down",
        "application stopped",
        "pool closed",
    ]


async def test_a_run_that_is_cancelled_from_the_beginning_starts_nothing(journal: Journal) -> None:
    """RN-5, H8: no service starts, the host is disposed, the cancellation is let through."""
    host = with_pool(journal, journal.service("a", start=anyio.sleep_forever))
    with anyio.CancelScope() as scope:
        scope.cancel()
        await host.run_async()

    assert scope.cancelled_caught
    assert "application started" not in journal.lines
    assert "a stop" not in journal.lines
    assert journal.lines[-1] == "pool closed"


async def test_a_cancelled_wait_stops_the_host(journal: Journal) -> None:
    """RN-6, RN-9, H8: stopped but not disposed; the cancellation is let through."""
    host = with_pool(journal, journal.service("a"))
    await host.start()
    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as tasks:

            async def cancel() -> None:
                await anyio.wait_all_tasks_blocked()
                scope.cancel()

            tasks.start_soon(cancel)
            await host.wait_for_shutdown()

    assert scope.cancelled_caught
    assert journal.lines == ["a start", "application started", "application stopping", "a stop", "application stopped"]
    await host.aclose()


async def test_a_wait_that_is_cancelled_from_the_beginning_stops_the_host(journal: Journal) -> None:
    """RN-8: at once, still gracefully."""
    host = with_pool(journal, journal.service("a"))
    await host.start()
    with anyio.CancelScope() as scope:
        scope.cancel()
        await host.wait_for_shutdown()

    assert scope.cancelled_caught
    assert journal.lines[-3:] == ["application stopping", "a stop", "application stopped"]
    await host.aclose()


async def test_the_wait_ends_when_the_application_is_asked_to_stop(journal: Journal) -> None:
    """RN-7, RN-9: the wait stops the host and does not dispose it."""
    host = with_pool(journal, journal.service("a"))
    await host.start()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stop_soon, host.lifetime)
        await host.wait_for_shutdown()

    assert journal.lines[-3:] == ["application stopping", "a stop", "application stopped"]
    await host.aclose()
    assert journal.lines[-1] == "pool closed"


async def test_a_stop_from_elsewhere_ends_the_wait_and_stops_once(journal: Journal) -> None:
    """RN-13, H4: the waiting task and the stopping one share one stop."""
    host = with_pool(journal, journal.service("a"))
    await host.start()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.wait_for_shutdown)
        await anyio.wait_all_tasks_blocked()
        await host.stop()

    assert journal.lines.count("a stop") == 1
    await host.aclose()


async def test_a_worker_that_asks_to_stop_ends_the_run(journal: Journal) -> None:
    """RN-15, BG-22: it asks, returns, and the run ends without an error."""

    async def work(_: CancellationToken) -> None:
        host.lifetime.stop_application()

    host = host_of(journal.worker("worker", work), journal.service("a"))

    await host.run_async()

    assert sorted(journal.lines) == ["a start", "a stop", "worker execute", "worker returned"]


async def test_a_worker_that_fails_fails_the_run(journal: Journal) -> None:
    """RN-17, EX-5: the very exception."""
    error = RuntimeError("worker")
    host = with_pool(journal, journal.worker("worker", failing(error)))

    with pytest.raises(RuntimeError) as caught:
        await host.run_async()

    assert caught.value is error
    assert journal.lines[-1] == "pool closed"


async def test_a_worker_that_fails_fails_the_wait(journal: Journal) -> None:
    """RN-17: wait_for_shutdown raises it, too."""
    error, gate = RuntimeError("worker"), anyio.Event()
    host = host_of(journal.worker("worker", after(gate, error)))
    await host.start()
    gate.set()

    with pytest.raises(RuntimeError) as caught:
        await host.wait_for_shutdown()

    assert caught.value is error
    await host.aclose()


async def test_stop_application_during_the_start_of_a_run(journal: Journal) -> None:
    """H1, H8, ST-20: the start is cancelled and unwound, the run says so."""

    async def stop_and_wait() -> None:
        host.lifetime.stop_application()
        await anyio.sleep_forever()

    host = with_pool(journal, journal.service("a"), journal.service("b", start=stop_and_wait))

    with pytest.raises(OperationCancelledError):
        await host.run_async()

    assert "application started" not in journal.lines
    assert journal.lines[-2:] == ["a stop", "pool closed"]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_run_blocks_until_the_host_has_stopped(backend: str) -> None:
    """RN-10, RN-14: the last line of a script."""
    journal = Journal()

    async def once(lifetime: HostApplicationLifetime) -> None:
        await lifetime.application_started.wait()
        journal.note("once")
        lifetime.stop_application()

    with_pool(journal, once).run(backend=backend)

    assert journal.lines == [
        "application started",
        "once",
        "application stopping",
        "application stopped",
        "pool closed",
    ]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_run_raises_what_was_raised(backend: str) -> None:
    """RN-10, RN-17, EX-4: unwrapped."""
    error = RuntimeError("worker")

    with pytest.raises(RuntimeError) as caught:
        host_of(Journal().worker("worker", failing(error))).run(backend=backend)

    assert caught.value is error


async def test_run_inside_a_running_loop_is_an_error(journal: Journal) -> None:
    """run() blocks, so inside a loop it would block the loop: `HostStateError` says to use run_async."""
    host = host_of(journal.service("a"))

    with pytest.raises(HostStateError, match="run_async"):
        host.run()

    assert journal.lines == []
    await host.aclose()


async def test_hosts_run_side_by_side(journal: Journal) -> None:
    """Two hosts in one process and one loop do not know of each other."""
    one, two = host_of(journal.service("one")), host_of(journal.service("two"))

    async with one, two:
        journal.note("both")

    assert journal.lines == ["one start", "two start", "both", "two stop", "one stop"]


@pytest.mark.parametrize("when", ["before", "during"])
async def test_a_wait_ends_when_the_start_fails(journal: Journal, when: str) -> None:
    """H1: there is no shutdown to wait for, so nobody waits for ever."""
    host = host_of(journal.service("a", start=RuntimeError("no")))

    async def wait() -> None:
        with anyio.fail_after(5):
            try:
                await host.wait_for_shutdown()
            except HostStateError:
                journal.note("refused")
        journal.note("wait over")

    async with anyio.create_task_group() as tasks:
        if when == "before":
            tasks.start_soon(wait)
            await anyio.wait_all_tasks_blocked()
        with pytest.raises(RuntimeError, match=r"^no$"):
            await host.start()
        if when == "during":
            tasks.start_soon(wait)

    assert journal.lines[-1] == "wait over"
    await host.aclose()
