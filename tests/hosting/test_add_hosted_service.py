"""Adding hosted services (section 22)."""

import logging
from typing import Generic, TypeVar

import anyio
import pytest

from corner_host.di import ServiceProvider
from corner_host.hosting import BackgroundService, Host, HostApplicationLifetime, HostBuilder, HostedService
from corner_host.primitives import CancellationToken
from tests.hosting.journal import Journal, builder_of

T = TypeVar("T")


class Noted:
    """Notes its life in the journal that the container gives."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        journal.note(f"{type(self).__name__} made")

    async def start(self) -> None:
        self._journal.note(f"{type(self).__name__} start")

    async def stop(self) -> None:
        self._journal.note(f"{type(self).__name__} stop")


class Other(Noted): ...


def empty(journal: Journal) -> HostBuilder:
    """An empty builder whose container has the journal."""
    builder = Host.create_empty_builder()
    builder.services.add_singleton(Journal, instance=journal)
    return builder


async def test_a_class_added_twice_is_one_service(journal: Journal) -> None:
    """AH-1, LC-11: by the builder, by the services, or by both."""
    builder = empty(journal).add_hosted_service(Noted).add_hosted_service(Noted)
    builder.services.add_hosted_service(Noted)
    async with builder.build():
        pass

    assert journal.lines == ["Noted made", "Noted start", "Noted stop"]


async def test_the_class_itself_is_not_registered(journal: Journal) -> None:
    """AH-2: only `HostedService` is."""
    host = empty(journal).add_hosted_service(Noted).build()

    assert host.services.get_service(Noted) is None
    assert [type(service) for service in host.services.get_services(HostedService)] == [Noted]
    await host.aclose()


async def test_a_hosted_service_is_a_singleton(journal: Journal) -> None:
    """AH-3, ST-30: the same object before the start, in it, and afterwards."""
    host = empty(journal).add_hosted_service(Noted).build()
    before = host.services.get_services(HostedService)[0]
    async with host:
        during = host.services.get_services(HostedService)[0]

    assert before is during
    assert journal.lines == ["Noted made", "Noted start", "Noted stop"]


async def test_a_factory_gets_the_provider(journal: Journal) -> None:
    """AH-4: and may resolve from it."""

    def make(provider: ServiceProvider) -> Noted:
        return Noted(provider.get_required_service(Journal))

    builder = empty(journal).add_hosted_service(Noted, factory=make)
    async with builder.build():
        pass

    assert journal.lines == ["Noted made", "Noted start", "Noted stop"]


async def test_of_two_factories_for_one_class_the_first_counts(journal: Journal) -> None:
    """AH-5: the declared class decides."""

    def first(journal: Journal) -> Noted:
        journal.note("first")
        return Noted(journal)

    def second(journal: Journal) -> Noted:
        journal.note("second")
        return Noted(journal)

    builder = empty(journal).add_hosted_service(Noted, factory=first)
    async with builder.add_hosted_service(Noted, factory=second).build():
        pass

    assert journal.lines == ["first", "Noted made", "Noted start", "Noted stop"]


def test_a_factory_must_say_what_it_makes() -> None:
    """AH-6: `HostedService` itself says nothing; refused when added."""

    def make(journal: Journal) -> HostedService:
        return Noted(journal)

    with pytest.raises(ValueError, match="HostedService"):
        Host.create_empty_builder().add_hosted_service(HostedService, factory=make)


async def test_plain_registrations_are_all_started(journal: Journal) -> None:
    """AH-7: add_singleton does not look whether it is there already."""
    builder = empty(journal)
    for _ in range(2):
        builder.services.add_singleton(HostedService, Noted)
    instance = journal.service("instance")
    for _ in range(2):
        builder.services.add_singleton(HostedService, instance=instance)
    async with builder.build():
        pass

    assert [line for line in journal.lines if "start" in line] == ["Noted start"] * 2 + ["instance start"] * 2


async def test_one_object_in_two_roles(journal: Journal) -> None:
    """AH-8: registered as itself, and hosted through a factory that asks for it."""
    builder = empty(journal)
    builder.services.add_singleton(Noted)

    def hosted(noted: Noted) -> Noted:
        return noted

    async with builder.add_hosted_service(Noted, factory=hosted).build() as host:
        own = host.services.get_required_service(Noted)
        assert host.services.get_services(HostedService)[0] is own

    assert journal.lines == ["Noted made", "Noted start", "Noted stop"]


async def test_the_order_is_that_of_registration(journal: Journal) -> None:
    """AH-9: whichever way they are added."""
    builder = empty(journal)
    builder.add_hosted_service(Other)
    builder.services.add_singleton(HostedService, instance=journal.service("ready"))
    builder.services.add_hosted_service(Noted)
    async with builder.build():
        pass

    assert [line for line in journal.lines if "start" in line] == ["Other start", "ready start", "Noted start"]


def test_adding_chains() -> None:
    """AH-10: the collection returns itself, the builder too."""
    builder = Host.create_empty_builder()

    assert builder.services.add_hosted_service(Noted) is builder.services
    assert builder.add_hosted_service(Other) is builder


async def test_generics_closed_over_different_types_are_different(journal: Journal) -> None:
    """AH-12: two services."""

    class Consumer(Generic[T]):
        async def start(self) -> None:
            journal.note("start")

        async def stop(self) -> None: ...

    builder = Host.create_empty_builder()
    for closed in (Consumer[int], Consumer[str], Consumer[int]):
        builder.add_hosted_service(closed)
    async with builder.build():
        pass

    assert journal.lines == ["start", "start"]


async def test_a_function_is_a_service(journal: Journal) -> None:
    """An async function's parameters are injected; a token gets the stopping token."""

    async def sweep(journal: Journal, lifetime: HostApplicationLifetime, stopping: CancellationToken) -> None:
        journal.note("sweep")
        await stopping.wait()
        journal.note(f"asked to stop: {lifetime.application_stopping.is_cancellation_requested}")

    async with empty(journal).add_hosted_service(sweep).build():
        await anyio.wait_all_tasks_blocked()

    assert journal.lines == ["sweep", "asked to stop: True"]


async def test_a_function_gets_the_logger_of_its_own_name(journal: Journal) -> None:
    """Module and qualified name, as for a class."""

    async def sweep(journal: Journal, log: logging.Logger) -> None:
        journal.note(log.name)

    async with empty(journal).add_hosted_service(sweep).build():
        await anyio.wait_all_tasks_blocked()

    assert journal.lines == [f"{__name__}.test_a_function_gets_the_logger_of_its_own_name.sweep"]


async def test_a_function_added_twice_runs_once(journal: Journal) -> None:
    """AH-1: as a class does."""

    async def sweep(journal: Journal) -> None:
        journal.note("sweep")

    builder = empty(journal).add_hosted_service(sweep)
    builder.services.add_hosted_service(sweep)
    async with builder.build():
        await anyio.wait_all_tasks_blocked()

    assert journal.lines == ["sweep"]


async def test_two_functions_of_one_name_both_run(journal: Journal) -> None:
    """AH-12: functions are told apart by identity, not by name."""

    def make(name: str) -> object:
        async def sweep(journal: Journal) -> None:
            journal.note(name)

        return sweep

    builder = empty(journal)
    for name in "ab":
        builder.add_hosted_service(make(name))
    async with builder.build():
        await anyio.wait_all_tasks_blocked()

    assert sorted(journal.lines) == ["a", "b"]


async def test_a_scoped_dependency_of_a_hosted_service_is_closed_with_the_host(journal: Journal) -> None:
    """AH-3: without scope validation it lives in the root."""

    class Session:
        def close(self) -> None:
            journal.note("session closed")

    class Service(Noted):
        def __init__(self, journal: Journal, session: Session) -> None:
            super().__init__(journal)

    builder = empty(journal).add_hosted_service(Service)
    builder.services.add_scoped(Session)
    async with builder.build():
        pass

    assert journal.lines[-1] == "session closed"


@pytest.mark.parametrize(
    "wrong", [42, "service", object(), int, lambda: None], ids=["int", "str", "object", "class", "lambda"]
)
def test_what_is_no_service_is_refused(wrong: object) -> None:
    """Bad input: neither a class with start and stop nor an async function; refused when added, or at build."""
    with pytest.raises((TypeError, ValueError)):
        Host.create_empty_builder().add_hosted_service(wrong).build()


async def test_a_worker_class_gets_its_dependencies(journal: Journal) -> None:
    """ST-28: background services are classes like others."""

    class Worker(BackgroundService):
        def __init__(self, journal: Journal) -> None:
            self._journal = journal

        async def execute(self, stopping: CancellationToken) -> None:
            self._journal.note("execute")

    async with empty(journal).add_hosted_service(Worker).build():
        await anyio.wait_all_tasks_blocked()

    assert journal.lines == ["execute"]


async def test_services_added_by_builder_of_are_started(journal: Journal) -> None:
    """AH-11: ready-made ones are started and stopped."""
    async with builder_of(journal.service("ready")).build():
        pass

    assert journal.lines == ["ready start", "ready stop"]


def test_a_function_that_is_not_async_is_refused() -> None:
    """Bad input: it would block the loop; the error names it."""

    def plain() -> None: ...

    with pytest.raises((TypeError, ValueError), match="plain"):
        Host.create_empty_builder().add_hosted_service(plain).build()
