"""Starting: the order of things, and what the services see (section 1)."""

import anyio
import pytest

from corner_host.di import ServiceProvider
from corner_host.hosting import (
    Host,
    HostApplicationLifetime,
    HostedService,
    HostEnvironment,
    HostLifetime,
    HostOptions,
)
from tests.hosting.journal import Journal, builder_of, host_of


async def test_start_goes_through_its_phases_in_order(journal: Journal) -> None:
    """ST-1: log, lifetime, all starting, all start, all started, the event, log."""
    host = journal.watch(host_of(journal.lifecycle("a"), journal.lifecycle("b"), lifetime=journal.lifetime()))

    with journal.logs():
        await host.start()

    assert journal.lines == [
        "log 1",
        "lifetime wait_for_start",
        "a starting",
        "b starting",
        "a start",
        "b start",
        "a started",
        "b started",
        "application started",
        "log 2",
    ]
    await host.aclose()


@pytest.mark.parametrize("concurrently", [False, True])
async def test_one_object_in_both_roles_sees_eleven_steps(journal: Journal, concurrently: bool) -> None:
    """ST-2, LC-9: the eleven steps of a service that is the host's lifetime too, concurrent or not."""

    class Both:
        async def wait_for_start(self) -> None:
            journal.note("wait_for_start")

        async def starting(self) -> None:
            journal.note("starting")

        async def start(self) -> None:
            journal.note("start")

        async def started(self) -> None:
            journal.note("started")

        async def stopping(self) -> None:
            journal.note("stopping")

        async def stop(self) -> None:
            journal.note("stop")

        async def stopped(self) -> None:
            journal.note("stopped")

    both = Both()
    flags = {"services_start_concurrently": concurrently, "services_stop_concurrently": concurrently}
    host = journal.watch(host_of(both, lifetime=both, **flags))

    await host.start()
    await host.stop()

    assert journal.lines == [
        "wait_for_start",
        "starting",
        "start",
        "started",
        "application started",
        "stopping",
        "application stopping",
        "stop",
        "stopped",
        "application stopped",
        "stop",
    ]
    await host.aclose()


async def test_the_next_service_starts_when_the_one_before_has_started(journal: Journal) -> None:
    """ST-3, AH-9: in the order of registration, one after the other."""
    gate = anyio.Event()
    host = host_of(journal.service("a", start=gate.wait), journal.service("b"))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.start)
        await anyio.wait_all_tasks_blocked()
        journal.note("gate opens")
        gate.set()
    await host.aclose()

    assert journal.lines == ["a start", "gate opens", "b start", "b stop", "a stop"]


async def test_a_started_host_has_started_each_service_once(journal: Journal) -> None:
    """ST-4: started once, not stopped, not closed."""

    class Service:
        async def start(self) -> None:
            journal.note("start")

        async def stop(self) -> None:
            journal.note("stop")

        async def aclose(self) -> None:
            journal.note("aclose")

    host = builder_of(Service).build()
    await host.start()

    assert journal.lines == ["start"]
    await host.aclose()


async def test_no_service_starts_before_the_lifetime_lets_it(journal: Journal) -> None:
    """ST-6: services start once the lifetime's wait is over."""
    gate = anyio.Event()
    host = host_of(journal.service("a"), lifetime=journal.lifetime(wait_for_start=gate.wait))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.start)
        await anyio.wait_all_tasks_blocked()
        journal.note("gate opens")
        gate.set()

    assert journal.lines == ["lifetime wait_for_start", "gate opens", "a start"]
    await host.aclose()


async def test_building_a_host_makes_no_service(journal: Journal) -> None:
    """ST-10: services are made in start, after the lifetime's wait."""

    class Service:
        def __init__(self) -> None:
            journal.note("service made")

        async def start(self) -> None:
            journal.note("service start")

        async def stop(self) -> None: ...

    host = host_of(Service, lifetime=journal.lifetime())
    journal.note("built")
    await host.start()

    assert journal.lines == ["built", "lifetime wait_for_start", "service made", "service start"]
    await host.aclose()


async def test_a_slow_start_completes(journal: Journal) -> None:
    """ST-21: nobody cancels, so a start that takes its time ends normally."""
    gate = anyio.Event()
    host = journal.watch(host_of(journal.service("slow", start=gate.wait)))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.start)
        await anyio.wait_all_tasks_blocked()
        gate.set()

    assert journal.lines == ["slow start", "application started"]
    await host.aclose()


async def test_services_get_the_environment_and_what_they_depend_on() -> None:
    """ST-27, ST-28, AH-4: dependencies come from the container, the environment has its configured name."""
    seen: list[object] = []

    class Database: ...

    class Service:
        def __init__(self, database: Database, environment: HostEnvironment, lifetime: HostApplicationLifetime) -> None:
            seen.extend([type(database), environment.environment_name, lifetime])

        async def start(self) -> None: ...

        async def stop(self) -> None: ...

    builder = Host.create_empty_builder().use_environment("Jungle").add_hosted_service(Service)
    builder.services.add_singleton(Database)
    host = builder.build()
    await host.start()

    assert seen == [Database, "Jungle", host.lifetime]
    await host.aclose()


def test_the_application_lifetime_cannot_be_replaced() -> None:
    """ST-29: a registration of one's own is refused at build, by name."""

    class Mine: ...

    builder = Host.create_empty_builder()
    builder.services.add_singleton(HostApplicationLifetime, factory=lambda: Mine())  # noqa: PLW0108 - a plain factory

    with pytest.raises(Exception, match="HostApplicationLifetime"):
        builder.build()


async def test_services_are_resolved_once_even_if_transient(journal: Journal) -> None:
    """ST-30: start and stop meet the same object."""
    seen: list[tuple[str, int]] = []

    class Service:
        async def starting(self) -> None:
            seen.append(("starting", id(self)))

        async def start(self) -> None:
            seen.append(("start", id(self)))

        async def stop(self) -> None:
            seen.append(("stop", id(self)))

    builder = Host.create_empty_builder()
    builder.services.add_transient(HostedService, Service)
    async with builder.build():
        pass

    assert [step for step, _ in seen] == ["starting", "start", "stop"]
    assert len({identity for _, identity in seen}) == 1


async def test_the_last_registered_lifetime_is_used(journal: Journal) -> None:
    """HB-26: several lifetimes, the last one counts."""
    first, second = Journal(), Journal()
    builder = builder_of(lifetime=first.lifetime())
    builder.services.add_singleton(HostLifetime, instance=second.lifetime())

    async with builder.build():
        pass

    assert first.lines == []
    assert second.lines == ["lifetime wait_for_start", "lifetime stop"]


async def test_start_and_stop_may_come_from_different_tasks(journal: Journal) -> None:
    """A test fixture or an ASGI lifespan starts in one task and stops in another."""
    host = host_of(journal.worker("worker"), journal.service("a"))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.start)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.stop)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.aclose)

    assert sorted(journal.lines) == ["a start", "a stop", "worker execute", "worker returned"]


async def test_the_options_reach_whoever_asks_for_the_provider() -> None:
    """ST-28: a factory gets the provider and can resolve anything from it."""
    seen: list[object] = []

    class Service:
        def __init__(self, provider: ServiceProvider) -> None:
            seen.append(provider.get_required_service(HostOptions).shutdown_timeout)

        async def start(self) -> None: ...

        async def stop(self) -> None: ...

    async with builder_of(Service, shutdown_timeout=7.0).build():
        pass

    assert seen == [7.0]
