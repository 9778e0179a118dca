"""What the host and an operator are told of the service that works the queue off."""

import re

import anyio
import anyio.lowlevel
import pytest

from corner_host.background import BackgroundTaskQueue
from corner_host.hosting import Host, HostBuilderSettings, HostStateError


async def test_what_is_in_flight_is_told_when_the_stop_begins(caplog: pytest.LogCaptureFixture) -> None:
    """In Development: how many items there are, and what became of them."""
    caplog.set_level("INFO")
    builder = Host.create_empty_builder(HostBuilderSettings(environment_name="Development"))
    builder.configuration["BackgroundJobs:Queue:ShutdownMode"] = "Finish"
    builder.services.add_background_jobs(builder.configuration)
    async with builder.build() as host:
        queue = host.services.get_required_service(BackgroundTaskQueue)

        async def until_closed() -> None:
            while not queue.is_closed:
                await anyio.lowlevel.checkpoint()

        for _ in range(3):
            await queue.queue_background_work_item(until_closed)
        await anyio.lowlevel.checkpoint()

    messages = [record.getMessage() for record in caplog.records]
    assert "QueuedHostedService started (0 ms): capacity 100, concurrency 1, when full: wait" in messages
    assert "Readiness is now failing; 3 jobs in flight; budget 30.0 s" in messages
    assert "background: 1 running, 2 waiting; policy: finish" in messages
    assert "background: 1 finished, 0 waiting, 2 abandoned" in messages
    assert re.fullmatch(r"Stopped in \S+ s, 2 jobs abandoned", messages[-1]), messages


async def test_an_idle_queue_has_nothing_to_tell_at_its_end(caplog: pytest.LogCaptureFixture) -> None:
    """Neither what it drains, nor that it has."""
    caplog.set_level("INFO")
    builder = Host.create_empty_builder(HostBuilderSettings(environment_name="Development"))
    builder.services.add_background_jobs(builder.configuration)
    async with builder.build():
        pass

    messages = [record.getMessage() for record in caplog.records]
    assert "Readiness is now failing; nothing in flight; budget 30.0 s" in messages
    assert not any(message.startswith(("Drained", "background:")) for message in messages)


async def test_it_is_not_run_again_by_an_operator() -> None:
    """Its end closes the queue."""
    builder = Host.create_empty_builder()
    builder.services.add_background_jobs(builder.configuration)
    async with builder.build() as host:
        with pytest.raises(HostStateError, match="cannot be restarted"):
            await host.hosted_services.restart("QueuedHostedService")
