"""On asyncio anybody can cancel a task: what the host does when a service's own is cancelled, and not by the host."""

import asyncio

import anyio
import pytest

from corner_host.hosting import BackgroundService, HostedServiceState, StopOutcome
from corner_host.primitives import CancellationToken, OperationCancelledError
from tests.hosting.journal import Journal, host_of
from tests.hosting.records import Records

pytestmark = pytest.mark.parametrize("anyio_backend", ["asyncio"])


async def cancel_myself() -> None:
    """What a service should not do, and libraries of its do."""
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await anyio.sleep(0)


class Culprit(BackgroundService):
    """Has its task cancelled in one step."""

    def __init__(self, step: str) -> None:
        self._step = step

    async def _cancel(self, step: str) -> None:
        if step == self._step:
            await cancel_myself()

    async def start(self) -> None:
        await self._cancel("start")
        await super().start()

    async def execute(self, stopping: CancellationToken) -> None:
        await self._cancel("execute")
        await stopping.wait()
        await self._cancel("end of execute")

    async def stop(self) -> None:
        await super().stop()
        await self._cancel("stop")


@pytest.mark.parametrize("step", ["start", "execute", "stop"])
async def test_it_is_a_failure_of_this_service_and_of_no_other(journal: Journal, step: str) -> None:
    """H1, H7: the others are stopped, and the culprit is named."""
    host = host_of(journal.service("a"), Culprit(step), journal.service("b"))
    if step == "stop":
        host.lifetime.application_started.register(host.lifetime.stop_application)
    with pytest.raises(OperationCancelledError, match="Culprit was cancelled by somebody else"):
        await host.run_async()

    assert journal.lines == (["a start", "a stop"] if step == "start" else ["a start", "b start", "b stop", "a stop"])
    if step != "start":
        assert host.shutdown_report is not None
        assert [each.outcome for each in host.shutdown_report.services if "Culprit" in each.name] == [
            StopOutcome.FAILED
        ]


async def test_work_that_ends_so_when_it_is_asked_to_stop_has_not_failed(journal: Journal) -> None:
    """A worker that is on its way out may end as it likes."""
    host = host_of(journal.service("a"), Culprit("end of execute"))
    async with host:
        await anyio.wait_all_tasks_blocked()

    assert journal.lines == ["a start", "a stop"]
    assert host.hosted_services[1].state is HostedServiceState.CANCELLED
    assert host.exit_status == 0


async def test_all_tasks_of_the_host_cancelled_are_no_quiet_end(journal: Journal, records: Records) -> None:
    """H2, H7: as old programs do it to end; the services are stopped, it is told, and the end is no clean one."""
    host = host_of(journal.service("a"), Culprit(""), journal.service("b"))
    others = asyncio.all_tasks()
    await host.start()
    await anyio.wait_all_tasks_blocked()
    tasks = asyncio.all_tasks() - others
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    with pytest.raises(OperationCancelledError, match="The tasks of the host were cancelled"):
        await host.aclose()

    assert journal.lines == ["a start", "b start", "b stop", "a stop"]
    assert host.hosted_services[1].state is HostedServiceState.CANCELLED
    assert host.exit_status == 1
    assert host.lifetime.application_stopped.is_cancellation_requested
    assert "its services are stopped now" in records.one(108).getMessage()
