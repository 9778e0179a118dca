"""A host in which everything happens that an instrument tells of; prints what OpenTelemetry got to see, as JSON:
while it ran, and at the end.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import anyio
from opentelemetry.metrics import set_meter_provider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from pydantic import BaseModel

from corner_host import BackgroundService, BackgroundTaskQueue, CancellationToken, Host, JobClient, MemoryCache
from corner_host.diagnostics import HealthCheckService
from corner_host.diagnostics.metrics import find_meter
from corner_host.jobs import RetryPolicy
from corner_host.jobs.telemetry import telemetry_for
from corner_host.primitives import Backoff

reader = InMemoryMetricReader()


class Receipt(BaseModel):
    order: int


class Sweep(BaseModel):
    pass


async def print_receipt(job: Receipt) -> None:
    if job.order < 0:
        raise ValueError("no such order")


async def sweep(job: Sweep) -> None:
    """Do nothing."""


async def work() -> None:
    """Do nothing."""


async def fail() -> None:
    raise OSError("no connection")


class Worker(BackgroundService):
    async def execute(self, stopping: CancellationToken) -> None:
        await stopping.wait()


def seen() -> dict[str, list[Any]]:
    """Return by instrument: its kind, its unit, and each point's attributes and value."""
    data: Any = reader.get_metrics_data()
    kinds = {"Gauge": "gauge", "Sum": "counter", "Histogram": "histogram"}
    return {
        metric.name: [
            kinds[type(metric.data).__name__],
            metric.unit,
            [[dict(each.attributes), getattr(each, "value", getattr(each, "count", 0))] for each in metric.data.data_points],
        ]
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }  # fmt: skip


async def main(settings: Path) -> None:
    set_meter_provider(MeterProvider([reader]))
    settings.write_text('{"Greeting": "hello"}')
    builder = Host.create_builder(["--Jobs:Engine=memory", "--Logging:LogLevel:Default=None"])
    builder.configuration.add_json_file(settings)
    services, configuration = builder.services, builder.configuration
    services.add_background_jobs(configuration)
    services.add_jobs(configuration)
    once_more = RetryPolicy(max_attempts=2, backoff=Backoff(first=0.001, ceiling=0.001))
    services.add_job_handler(Receipt, print_receipt, name="print_receipt", retry=once_more)
    services.add_job_handler(Sweep, sweep, name="sweep").add_recurring_job("nightly", Sweep(), every=1)
    services.add_memory_cache()
    services.add_health_checks().add_check("database", lambda: True)
    builder.add_hosted_service(Worker)
    with anyio.fail_after(40):
        async with builder.build() as host:
            client = host.services.get_required_service(JobClient)
            queue = host.services.get_required_service(BackgroundTaskQueue)
            for number in (1, -1):
                answer = await client.enqueue(Receipt(order=number))
                while (info := await client.get(answer.id)) is None or not info.state.has_ended:
                    await anyio.sleep(0.01)
            for each in (work, work, fail):
                await queue.queue_background_work_item(each)
            await queue.join()
            host.services.get_required_service(MemoryCache).get("nothing")
            await host.services.get_required_service(HealthCheckService).check()
            configuration.reload()
            settings.write_text("{")
            configuration.reload()
            await host.hosted_services.restart("Worker")
            telemetry = telemetry_for(find_meter())
            assert telemetry is not None
            telemetry.missed("nightly")  # for which a store would have to stand still for long
            while not {"corner_host.event_loop.lag", "corner_host.schedule.last_success.timestamp"} <= seen().keys():
                await anyio.sleep(0.05)
            running = seen()
    queue.try_queue_background_work_item(work)  # which is closed now
    print(json.dumps([running, seen()]))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        anyio.run(main, Path(folder) / "settings.json", backend=sys.argv[1])
