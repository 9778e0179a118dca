"""What the host and an operator are told of the service that works the queue off."""

import anyio
import pytest

from corner_host.background import BackgroundTaskQueue, QueuedHostedService
from corner_host.hosting import Host, HostBuilderSettings, HostStateError
from corner_host.primitives import CancellationToken


async def until_stopped(token: CancellationToken) -> None:
    await token.wait()


async def test_what_is_in_flight_is_told_when_the_stop_begins(caplog: pytest.LogCaptureFixture) -> None:
    """In Development: how many items run, and how many wait."""
    caplog.set_level("INFO", logger="corner_host.hosting")
    builder = Host.create_empty_builder(HostBuilderSettings(environment_name="Development"))
    builder.configuration["BackgroundJobs:Queue:ShutdownMode"] = "Cancel"
    builder.services.add_background_jobs(builder.configuration)
    async with builder.build() as host:
        queue = host.services.get_required_service(BackgroundTaskQueue)
        idle = QueuedHostedService(queue, host.services).in_flight
        for _ in range(3):
            await queue.queue_background_work_item(until_stopped)
        await anyio.wait_all_tasks_blocked()

    assert idle == ""
    assert any("in flight: 1 work item(s) running, 2 waiting" in record.getMessage() for record in caplog.records)


async def test_it_is_not_run_again_by_an_operator() -> None:
    """Its end closes the queue."""
    builder = Host.create_empty_builder()
    builder.services.add_background_jobs(builder.configuration)
    async with builder.build() as host:
        with pytest.raises(HostStateError, match="cannot be restarted"):
            await host.hosted_services.restart("QueuedHostedService")
