"""Disposing a host (section 4; H6)."""

from typing import Any

import anyio
import anyio.lowlevel
import pytest

from corner_host.hosting import Host, HostedService, HostStateError
from corner_host.primitives import CancellationToken
from tests.hosting.journal import Journal, builder_of, host_of


class Pool:
    """Something the container makes and closes."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def aclose(self) -> None:
        self._journal.note("pool closed")


def with_pool(journal: Journal, *services: Any) -> Any:
    """A builder whose container knows a pool."""
    builder = builder_of(*services)
    builder.services.add_singleton(Pool, factory=lambda: Pool(journal))
    return builder


async def test_disposing_a_running_host_stops_it_first(journal: Journal) -> None:
    """H6, DI-2, DI-3: stop, with its events, then the container."""
    host = journal.watch(with_pool(journal, journal.service("a")).build())
    host.services.get_required_service(Pool)
    await host.start()

    await host.aclose()

    assert journal.lines == [
        "a start",
        "application started",
        "application stopping",
        "a stop",
        "application stopped",
        "pool closed",
    ]


async def test_leaving_async_with_stops_and_disposes(journal: Journal) -> None:
    """H6: started inside, stopped and disposed after."""
    async with with_pool(journal, journal.service("a")).build() as host:
        host.services.get_required_service(Pool)
        journal.note("body")

    assert journal.lines == ["a start", "body", "a stop", "pool closed"]


async def test_leaving_async_with_by_an_error_stops_and_disposes_too(journal: Journal) -> None:
    """H6: the error of the body is the one that comes out."""
    with pytest.raises(ZeroDivisionError):
        async with with_pool(journal, journal.service("a")).build() as host:
            host.services.get_required_service(Pool)
            raise ZeroDivisionError

    assert journal.lines == ["a start", "a stop", "pool closed"]


async def test_leaving_async_with_by_cancellation_stops_and_disposes_too(journal: Journal) -> None:
    """H6, H8: clean-up runs to its end although the body was cancelled."""

    async def slow_stop() -> None:
        await anyio.lowlevel.checkpoint()
        journal.note("a is down")

    with anyio.CancelScope() as scope:
        async with with_pool(journal, journal.service("a", stop=slow_stop)).build() as host:
            host.services.get_required_service(Pool)
            scope.cancel()
            await anyio.sleep_forever()

    assert scope.cancelled_caught
    assert journal.lines == ["a start", "a stop", "a is down", "pool closed"]


async def test_synchronous_and_asynchronous_close_are_both_used(journal: Journal) -> None:
    """DI-1, DI-6: everything the container made is closed, last made first, the asynchronous way preferred."""

    class Plain:
        def close(self) -> None:
            journal.note("plain closed")

    class Both:
        def close(self) -> None:
            journal.note("both closed")

        async def aclose(self) -> None:
            journal.note("both closed asynchronously")

    builder = Host.create_empty_builder()
    builder.services.add_singleton(Plain).add_transient(Both)
    host = builder.build()
    host.services.get_required_service(Plain)
    host.services.get_required_service(Both)

    await host.aclose()

    assert journal.lines == ["both closed asynchronously", "plain closed"]


async def test_a_ready_made_object_is_not_closed(journal: Journal) -> None:
    """DI-7, AH-11: whoever made it closes it, also if it is a hosted service."""

    class Service:
        async def start(self) -> None:
            journal.note("start")

        async def stop(self) -> None:
            journal.note("stop")

        async def aclose(self) -> None:
            journal.note("closed")

    pool = Pool(journal)
    builder = builder_of(Service())
    builder.services.add_singleton(Pool, instance=pool)
    async with builder.build() as host:
        assert host.services.get_required_service(Pool) is pool

    assert journal.lines == ["start", "stop"]


async def test_services_that_were_never_resolved_are_not_made(journal: Journal) -> None:
    """DI-12: disposing a host that never started makes nothing."""

    class Service:
        def __init__(self) -> None:
            journal.note("made")

        async def start(self) -> None: ...

        async def stop(self) -> None: ...

    await builder_of(Service).build().aclose()

    assert journal.lines == []


async def test_disposing_a_host_that_never_started_fires_no_event(journal: Journal) -> None:
    """H6, AL-14: there is nothing to stop."""
    host = journal.watch(host_of(journal.service("a"), lifetime=journal.lifetime()))

    await host.aclose()

    assert journal.lines == []


async def test_disposing_twice_disposes_once(journal: Journal) -> None:
    """DI-13: the second call does nothing."""
    host = with_pool(journal).build()
    host.services.get_required_service(Pool)

    await host.aclose()
    await host.aclose()

    assert journal.lines == ["pool closed"]


async def test_disposing_stops_a_worker_and_waits_for_it(journal: Journal) -> None:
    """H6, DI-14, BG-17: the token is cancelled and the work is awaited, unlike in .NET."""

    async def work(stopping: CancellationToken) -> None:
        await stopping.wait()
        await anyio.lowlevel.checkpoint()

    worker = journal.worker("worker", work)
    host = host_of(worker)
    await host.start()
    await worker.entered.wait()

    await host.aclose()

    assert journal.lines == ["worker execute", "worker returned"]


async def test_aclose_raises_what_stopping_raised_if_nobody_has_seen_it(journal: Journal) -> None:
    """H6: an error that nobody saw is not lost; the container is closed all the same."""
    host = with_pool(journal, journal.service("a", stop=RuntimeError("a"))).build()
    host.services.get_required_service(Pool)
    await host.start()

    with pytest.raises(RuntimeError, match=r"^a$"):
        await host.aclose()

    assert journal.lines == ["a start", "a stop", "pool closed"]


async def test_aclose_is_quiet_about_what_was_seen(journal: Journal) -> None:
    """H6: stop has raised it already."""
    host = host_of(journal.service("a", stop=RuntimeError("a")))
    await host.start()
    with pytest.raises(RuntimeError, match=r"^a$"):
        await host.stop()

    await host.aclose()

    assert journal.lines == ["a start", "a stop"]


async def test_a_disposed_host_does_not_start(journal: Journal) -> None:
    """H4: there is nothing left to start."""
    host = host_of(journal.service("a"))
    await host.aclose()

    with pytest.raises((HostStateError, RuntimeError)):
        await host.start()

    assert journal.lines == []


async def test_a_service_whose_close_fails_takes_nothing_from_the_others(journal: Journal) -> None:
    """DI-6: the rest is closed, the failure is raised."""

    class Bad:
        async def start(self) -> None: ...

        async def stop(self) -> None: ...

        def close(self) -> None:
            journal.note("bad closes")
            raise OSError("close")

    builder = with_pool(journal)
    builder.services.add_singleton(HostedService, Bad)
    host = builder.build()
    host.services.get_required_service(Pool)
    await host.start()

    with pytest.raises(OSError, match=r"^close$"):
        await host.aclose()

    assert journal.lines == ["bad closes", "pool closed"]


async def test_the_provider_of_the_host_is_unusable_afterwards() -> None:
    """DI-6, DI-11: the container that the host was built with is the one that is closed."""
    builder = Host.create_empty_builder()
    builder.services.add_singleton(Pool, factory=lambda: Pool(Journal()))
    host = builder.build()
    provider = host.services

    await host.aclose()

    with pytest.raises(RuntimeError):
        provider.get_required_service(Pool)


async def test_disposing_while_another_disposal_runs_waits_for_it(journal: Journal) -> None:
    """DI-13, H4: both return when everything is closed."""
    gate = anyio.Event()
    host = with_pool(journal, journal.service("a", stop=gate.wait)).build()
    host.services.get_required_service(Pool)
    await host.start()

    async def close() -> None:
        await host.aclose()
        journal.note("returned")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(close)
        tasks.start_soon(close)
        await anyio.wait_all_tasks_blocked()
        gate.set()

    assert journal.lines == ["a start", "a stop", "pool closed", "returned", "returned"]
