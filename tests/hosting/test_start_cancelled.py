"""A start that is cut short: by its caller, or because the application is asked to stop (section 1; H8, H9)."""

import threading

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from corner_host.hosting import HostStateError
from corner_host.primitives import OperationCancelledError
from tests.hosting.journal import Journal, host_of
from tests.hosting.records import Records


async def start_and_cancel(host: object, journal: Journal) -> anyio.CancelScope:
    """Start in a scope of its own, cancel the scope once the start waits; returns the scope."""
    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as tasks:

            async def cancel() -> None:
                await anyio.wait_all_tasks_blocked()
                scope.cancel()

            tasks.start_soon(cancel)
            await host.start()  # type: ignore[attr-defined]
            journal.note("start returned")
    return scope


async def test_the_callers_cancellation_reaches_the_service_and_comes_back(journal: Journal) -> None:
    """H8, H9, ST-19: the service that starts is cancelled; the caller's cancellation is neither swallowed nor replaced."""
    host = host_of(journal.service("a", start=anyio.sleep_forever), journal.service("b"))

    scope = await start_and_cancel(host, journal)

    assert scope.cancelled_caught
    assert journal.lines == ["a start", "a start cancelled"]
    await host.aclose()


async def test_a_cancelled_start_is_a_failed_start(journal: Journal) -> None:
    """H1, ST-19: what had started is stopped; no event fires; there is no second start."""
    host = journal.watch(host_of(journal.service("a"), journal.service("b", start=anyio.sleep_forever)))

    await start_and_cancel(host, journal)

    assert journal.lines == ["a start", "b start", "b start cancelled", "a stop"]
    with pytest.raises(HostStateError):
        await host.start()
    await host.aclose()


async def test_services_of_a_cancelled_start_are_closed_once(journal: Journal) -> None:
    """ST-19: disposal comes with the host's, once."""

    class Service:
        async def start(self) -> None:
            await anyio.sleep_forever()

        async def stop(self) -> None:
            journal.note("stop")

        async def aclose(self) -> None:
            journal.note("aclose")

    host = host_of(Service)
    await start_and_cancel(host, journal)
    await host.aclose()
    await host.aclose()

    assert journal.lines == ["aclose"]


async def test_cancelling_the_wait_of_the_lifetime_starts_nothing(journal: Journal, records: Records) -> None:
    """ST-7, LG-4: no service start, no lifetime stop; only "Hosting starting" is in the log."""
    host = host_of(journal.service("a"), lifetime=journal.lifetime(wait_for_start=anyio.sleep_forever))

    scope = await start_and_cancel(host, journal)

    assert scope.cancelled_caught
    assert journal.lines == ["lifetime wait_for_start", "lifetime wait_for_start cancelled"]
    assert records.ids() == [1]
    await host.aclose()


async def test_a_lifetime_that_returns_all_the_same_does_not_let_the_start_go_on(journal: Journal) -> None:
    """ST-8: after the wait it is looked whether the application is to stop."""

    async def stop_and_return() -> None:
        host.lifetime.stop_application()

    host = host_of(journal.service("a"), lifetime=journal.lifetime(wait_for_start=stop_and_return))

    with pytest.raises(OperationCancelledError):
        await host.start()

    assert journal.lines == ["lifetime wait_for_start"]
    await host.aclose()


async def test_stop_application_cancels_the_start(journal: Journal) -> None:
    """H8, ST-20: the service that starts is cancelled, start raises `OperationCancelledError`."""
    host = host_of(journal.service("a"), journal.service("b", start=anyio.sleep_forever), journal.service("c"))

    async with anyio.create_task_group() as tasks:

        async def stop() -> None:
            await anyio.wait_all_tasks_blocked()
            host.lifetime.stop_application()

        tasks.start_soon(stop)
        with pytest.raises(OperationCancelledError):
            await host.start()

    assert journal.lines == ["a start", "b start", "b start cancelled", "a stop"]
    await host.aclose()


async def test_a_start_cancelled_inside_a_service_is_logged(journal: Journal, records: Records) -> None:
    """LG-5, ST-16: id 11 carries the cancellation, without a traceback of the host's internals."""

    async def stop_and_wait() -> None:
        host.lifetime.stop_application()
        await anyio.sleep_forever()

    host = host_of(journal.service("a", start=stop_and_wait))

    with pytest.raises(OperationCancelledError):
        await host.start()

    assert records.ids() == [1, 11]
    assert isinstance(records.error_of(11), OperationCancelledError)
    assert (records.one(11).exc_info or ())[2:] == (None,)
    await host.aclose()


async def test_unwinding_is_not_cut_by_the_callers_cancellation(journal: Journal) -> None:
    """H1, H8: a stop that awaits still runs to its end although the caller has been cancelled."""

    async def slow_stop() -> None:
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
        journal.note("a is down")

    host = host_of(journal.service("a", stop=slow_stop), journal.service("b", start=anyio.sleep_forever))

    scope = await start_and_cancel(host, journal)

    assert scope.cancelled_caught
    assert journal.lines == ["a start", "b start", "b start cancelled", "a stop", "a is down"]
    await host.aclose()


async def test_a_service_that_raises_when_cancelled_is_heard(journal: Journal, records: Records) -> None:
    """H8: the caller gets its own cancellation, and nothing else; the failure of the clean-up is in the log."""
    error = OSError("clean-up")

    async def start() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            raise error

    host = host_of(journal.service("a", start=start))
    scope = await start_and_cancel(host, journal)

    assert scope.cancelled_caught
    assert records.error_of(11) is error
    await host.aclose()


async def test_stop_application_within_a_start_that_does_not_wait_counts_too(journal: Journal) -> None:
    """H8, ST-22: nothing looks at a token here, yet the application does not count as started, and nothing stays."""

    async def stop() -> None:
        host.lifetime.stop_application()

    host = journal.watch(host_of(journal.service("a", start=stop), journal.service("b")))

    with pytest.raises(OperationCancelledError):
        await host.start()

    assert "application started" not in journal.lines
    assert journal.lines.count("a stop") == journal.lines.count("a start")
    assert journal.lines.count("b stop") == journal.lines.count("b start")
    await host.aclose()


@pytest.mark.parametrize("step", ["starting", "start", "started"])
async def test_a_thread_may_call_the_start_off(journal: Journal, step: str) -> None:
    """AL-6, ST-20: stop_application from a thread of one's own cancels what starts."""
    host = host_of(journal.lifecycle("a", **{step: anyio.sleep_forever}))

    async with anyio.create_task_group() as tasks:

        async def stop() -> None:
            await anyio.wait_all_tasks_blocked()
            thread = threading.Thread(target=host.lifetime.stop_application)
            thread.start()
            await anyio.to_thread.run_sync(thread.join)

        tasks.start_soon(stop)
        with anyio.fail_after(5), pytest.raises(OperationCancelledError):
            await host.start()

    assert f"a {step} cancelled" in journal.lines
    await host.aclose()
