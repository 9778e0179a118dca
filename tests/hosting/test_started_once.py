"""A host is started once (section 1; H4)."""

import anyio
import pytest

from corner_host.hosting import (
    HostStateError,
)
from corner_host.primitives import OperationCancelledError
from tests.hosting.journal import Journal, host_of


async def test_a_second_start_is_an_error(journal: Journal) -> None:
    """H4, ST-24: a host starts once; the second start changes nothing."""
    host = journal.watch(host_of(journal.service("a"), lifetime=journal.lifetime()))
    await host.start()

    with pytest.raises(HostStateError):
        await host.start()

    assert journal.lines == ["lifetime wait_for_start", "a start", "application started"]
    await host.aclose()


async def test_a_start_while_another_one_runs_is_an_error(journal: Journal) -> None:
    """H4, ST-24: also before the first start has ended, which goes on undisturbed."""
    gate = anyio.Event()
    host = host_of(journal.service("a", start=gate.wait))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.start)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(HostStateError):
            await host.start()
        gate.set()

    assert journal.lines == ["a start"]
    assert host.lifetime.application_started.is_cancellation_requested
    await host.aclose()


async def test_a_stopped_host_cannot_be_started_again(journal: Journal) -> None:
    """H4, ST-25: stopping is for good."""
    host = host_of(journal.service("a"))
    await host.start()
    await host.stop()

    with pytest.raises(HostStateError):
        await host.start()

    assert journal.lines == ["a start", "a stop"]
    await host.aclose()


async def test_a_host_whose_start_failed_cannot_be_started_again(journal: Journal) -> None:
    """H4: a start after a failed start is a second start."""
    host = host_of(journal.service("a", start=RuntimeError("no")))
    with pytest.raises(RuntimeError, match="no"):
        await host.start()

    with pytest.raises(HostStateError):
        await host.start()

    assert journal.lines == ["a start"]
    await host.aclose()


async def test_stop_asked_for_before_the_start_prevents_it(journal: Journal) -> None:
    """H8, ST-26: no service starts; the error is `OperationCancelledError`."""
    host = host_of(journal.service("a"))
    host.lifetime.stop_application()

    with pytest.raises(OperationCancelledError):
        await host.start()

    assert journal.lines == []
    await host.aclose()
