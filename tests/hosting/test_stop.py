"""Stopping: the order of things, once and for all (section 3; H4)."""

import anyio
import anyio.lowlevel
import pytest

from corner_host import CancellationToken
from corner_host.hosting import Host
from tests.hosting.journal import Journal, host_of


async def test_stop_goes_through_its_phases_in_order(journal: Journal) -> None:
    """SP-1, SP-14, LC-7: log, stopping, event, stop, stopped, event, lifetime, log; each phase in reverse."""
    host = journal.watch(host_of(journal.lifecycle("a"), journal.lifecycle("b"), lifetime=journal.lifetime()))
    await host.start()
    journal.lines.clear()

    with journal.logs():
        await host.stop()

    assert journal.lines == [
        "log 3",
        "b stopping",
        "a stopping",
        "application stopping",
        "b stop",
        "a stop",
        "b stopped",
        "a stopped",
        "application stopped",
        "lifetime stop",
        "log 4",
    ]
    await host.aclose()


async def test_services_stop_in_the_reverse_of_the_order_they_started(journal: Journal) -> None:
    """SP-2: the last service to start is the first to stop."""
    async with host_of(*(journal.service(name) for name in "abc")):
        pass

    assert journal.lines == ["a start", "b start", "c start", "c stop", "b stop", "a stop"]


async def test_a_service_is_not_asked_to_stop_while_a_later_one_still_stops(journal: Journal) -> None:
    """SP-3: one after the other."""
    gate = anyio.Event()
    host = host_of(journal.service("a"), journal.service("b", stop=gate.wait))
    await host.start()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.stop)
        await anyio.wait_all_tasks_blocked()
        journal.note("gate opens")
        gate.set()

    assert journal.lines == ["a start", "b start", "b stop", "gate opens", "a stop"]
    await host.aclose()


async def test_a_host_that_never_started_stops_quietly(journal: Journal) -> None:
    """SP-10, AL-15: no service is stopped; stopping, stopped and the lifetime's stop still happen, started does not."""
    host = journal.watch(host_of(journal.lifecycle("a"), lifetime=journal.lifetime()))

    await host.stop()

    assert journal.lines == ["application stopping", "application stopped", "lifetime stop"]
    assert not host.lifetime.application_started.is_cancellation_requested
    await host.aclose()


async def test_a_second_stop_does_nothing(journal: Journal) -> None:
    """H4, SP-11: later calls have the outcome of the first."""
    host = journal.watch(host_of(journal.lifecycle("a"), lifetime=journal.lifetime()))
    await host.start()
    await host.stop()
    before = list(journal.lines)

    await host.stop()

    assert journal.lines == before
    await host.aclose()


async def test_a_second_stop_raises_what_the_first_raised(journal: Journal) -> None:
    """H4, SP-6: the outcome of the first, error included."""
    error = RuntimeError("stop")
    host = host_of(journal.service("a", stop=error))
    await host.start()
    caught = []
    for _ in range(2):
        with pytest.raises(RuntimeError) as info:
            await host.stop()
        caught.append(info.value)

    assert caught == [error, error]
    await host.aclose()


async def test_concurrent_stops_wait_for_the_first(journal: Journal) -> None:
    """H4, RN-13: nobody returns before the host has stopped, and every service stops once."""
    gate = anyio.Event()
    host = host_of(journal.service("a", stop=gate.wait))
    await host.start()

    async def stop(name: str) -> None:
        await host.stop()
        journal.note(f"{name} returned")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stop, "first")
        tasks.start_soon(stop, "second")
        await anyio.wait_all_tasks_blocked()
        journal.note("gate opens")
        gate.set()

    assert journal.lines[:3] == ["a start", "a stop", "gate opens"]
    assert sorted(journal.lines[3:]) == ["first returned", "second returned"]
    await host.aclose()


async def test_the_stop_goes_on_when_its_first_caller_is_cancelled(journal: Journal) -> None:
    """H4, H8: the others still get the outcome; the first gets its own cancellation."""
    gate = anyio.Event()
    host = host_of(journal.service("a"), journal.service("b", stop=gate.wait))
    await host.start()
    first = anyio.CancelScope()

    async def stop_first() -> None:
        with first:
            await host.stop()
            journal.note("first returned")

    async def stop_second() -> None:
        await host.stop()
        journal.note("second returned")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stop_first)
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(stop_second)
        await anyio.wait_all_tasks_blocked()
        first.cancel()
        await anyio.wait_all_tasks_blocked()
        gate.set()

    assert first.cancelled_caught
    assert journal.lines == ["a start", "b start", "b stop", "a stop", "second returned"]
    await host.aclose()


async def test_asking_the_application_to_stop_stops_no_service(journal: Journal) -> None:
    """SP-12, AL-10, AL-16: stop_application only signals; a worker's token is not cancelled by it."""
    tokens: list[CancellationToken] = []

    async def work(token: CancellationToken) -> None:
        tokens.append(token)
        await token.wait()

    worker = journal.worker("worker", work)
    host = host_of(worker, journal.service("a"))
    await host.start()
    await worker.entered.wait()

    host.lifetime.stop_application()
    await anyio.wait_all_tasks_blocked()

    assert "a stop" not in journal.lines
    assert "worker returned" not in journal.lines
    assert not tokens[0].is_cancellation_requested
    assert host.lifetime.application_stopping.is_cancellation_requested
    await host.aclose()


async def test_stopping_disposes_nothing() -> None:
    """SP-13, SP-20: each stop once; objects of the container are closed when the host is."""
    events: list[str] = []

    class Pool:
        def close(self) -> None:
            events.append("pool closed")

    class Service:
        def __init__(self, pool: Pool) -> None: ...

        async def start(self) -> None: ...

        async def stop(self) -> None:
            events.append("stop")

        async def aclose(self) -> None:
            events.append("service closed")

    builder = Host.create_empty_builder().add_hosted_service(Service)
    builder.services.add_singleton(Pool)
    host = builder.build()
    await host.start()
    await host.stop()
    assert events == ["stop"]

    await host.aclose()

    assert events == ["stop", "service closed", "pool closed"]


async def test_after_stop_application_the_event_comes_before_the_hooks(journal: Journal) -> None:
    """SP-19: asked first, the event fires at once, and stopping hooks run after it."""
    host = journal.watch(host_of(journal.lifecycle("a")))
    await host.start()
    journal.lines.clear()

    host.lifetime.stop_application()
    await host.stop()

    assert journal.lines == ["application stopping", "a stopping", "a stop", "a stopped", "application stopped"]
    await host.aclose()


async def test_stop_waits_for_the_workers(journal: Journal) -> None:
    """SP-21, BG-10: what a worker does after its token is cancelled is awaited."""

    async def work(stopping: object) -> None:
        await stopping.wait()  # type: ignore[attr-defined]
        for _ in range(5):
            await anyio.lowlevel.checkpoint()
        journal.note("worker has tidied up")

    worker = journal.worker("worker", work)
    host = journal.watch(host_of(worker))
    await host.start()
    await worker.entered.wait()
    await host.stop()

    assert journal.lines[-4:] == [
        "application stopping",
        "worker has tidied up",
        "worker returned",
        "application stopped",
    ]
    await host.aclose()


async def test_no_task_outlives_the_host(journal: Journal) -> None:
    """H2, H6: after aclose nothing of the host is left running."""
    before = {task.id for task in anyio.get_running_tasks()}
    host = host_of(journal.worker("one"), journal.worker("two"), journal.service("a"))
    await host.start()
    await host.stop()
    await host.aclose()
    await anyio.wait_all_tasks_blocked()

    assert {task.id for task in anyio.get_running_tasks()} == before
