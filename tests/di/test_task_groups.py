"""Task groups and cancel scopes in generator factories, and what becomes of them under cancellation."""

from collections.abc import AsyncIterator

import anyio
import pytest
from anyio.abc import TaskGroup

from tests.di.toys import AsyncClosable, Closable, Journal, Leaf, journalled


async def test_a_task_group_may_live_in_a_generator_factory() -> None:
    """FAC-15, D8: entered and left in the task that made it, cancelled work and all."""
    services, journal = journalled()

    async def make(journal: Journal) -> AsyncIterator[Leaf]:
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.sleep_forever)
            yield Leaf()
            group.cancel_scope.cancel()
        journal.write("group left")

    services.add_scoped(Leaf, factory=make).add_scoped(Closable)
    async with services.build_service_provider().create_scope() as scope:
        await scope.service_provider.get_service_async(Leaf)
        scope.service_provider.get_service(Closable)

    assert journal.lines == ["Closable closed", "group left"]


async def make_group(journal: Journal) -> AsyncIterator[TaskGroup]:
    try:
        async with anyio.create_task_group() as group:
            yield group
            group.cancel_scope.cancel()
    finally:
        journal.write("group left")


async def test_a_task_group_is_left_although_the_body_was_cancelled() -> None:
    """FAC-15, DIS-18, D8: scopes that a generator holds are left in their order, whatever protects the other closings."""
    services, journal = journalled()
    services.add_scoped(TaskGroup, factory=make_group).add_scoped(Closable).add_scoped(AsyncClosable)

    with anyio.CancelScope() as cancelled:
        async with services.build_service_provider().create_scope() as scope:
            scope.service_provider.get_service(AsyncClosable)
            group = await scope.service_provider.get_required_service_async(TaskGroup)
            group.start_soon(anyio.sleep_forever)
            scope.service_provider.get_service(Closable)
            cancelled.cancel()
            await anyio.sleep_forever()

    assert cancelled.cancelled_caught
    assert journal.lines == ["Closable closed", "group left", "AsyncClosable aclosed"]


async def test_what_fails_in_the_task_group_of_a_generator_reaches_the_user_of_the_scope() -> None:
    """FAC-15, DIS-17, D8: the body is cancelled by the group, and the group's error is what is raised."""
    services, _ = journalled()

    async def fail() -> None:
        raise OSError("child")

    with pytest.raises(ExceptionGroup) as caught:
        async with services.add_scoped(TaskGroup, factory=make_group).build_service_provider().create_scope() as scope:
            group = await scope.service_provider.get_required_service_async(TaskGroup)
            group.start_soon(fail)
            await anyio.sleep_forever()

    assert caught.group_contains(OSError, match="child")


async def test_an_asynchronous_generator_is_closed_although_the_body_was_cancelled() -> None:
    """DIS-18, D8: its plain clean-up runs, and the cancellation goes on."""
    services, journal = journalled()

    async def make(journal: Journal) -> AsyncIterator[Leaf]:
        try:
            yield Leaf()
        finally:
            journal.write("cleaned")

    services.add_scoped(Closable).add_scoped(Leaf, factory=make)
    with anyio.CancelScope() as cancelled:
        async with services.build_service_provider().create_scope() as scope:
            scope.service_provider.get_service(Closable)
            await scope.service_provider.get_service_async(Leaf)
            cancelled.cancel()
            await anyio.sleep_forever()

    assert cancelled.cancelled_caught
    assert journal.lines == ["cleaned", "Closable closed"]
