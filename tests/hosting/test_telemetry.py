"""What OpenTelemetry gets to see of a host."""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import json, sys
import anyio
from opentelemetry.metrics import set_meter_provider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from corner_host.hosting import BackgroundService, Host

reader = InMemoryMetricReader()
set_meter_provider(MeterProvider([reader]))

class Worker(BackgroundService):
    async def execute(self, stopping):
        await stopping.wait()

class Stubborn(BackgroundService):
    async def execute(self, stopping):
        await anyio.sleep_forever()

def seen():
    return {
        metric.name.removeprefix("corner_host."): [
            [dict(point.attributes), getattr(point, "value", None) if hasattr(point, "value") else point.count]
            for point in metric.data.data_points
        ]
        for metric in reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics
    }

async def main():
    builder = Host.create_empty_builder()
    builder.add_hosted_service(Stubborn).add_hosted_service(Worker)  # which stops first
    host = builder.build()
    await host.start()
    await anyio.sleep(0.6)
    running = seen()
    try:
        await host.stop(0.05)
    except TimeoutError:
        pass
    await host.aclose()
    print(json.dumps([running, seen()]))

anyio.run(main, backend=sys.argv[1])
"""


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_instruments_tell_how_services_and_the_loop_are(backend: str) -> None:
    """Names and labels as the documentation lists them; at the end, how long it took, and who was not waited for."""
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM, backend], check=True, capture_output=True, text=True, timeout=60
    )
    running, stopped = json.loads(answer.stdout)

    states = {
        (labels["service"].rpartition(".")[2], labels["state"]): value for labels, value in running["service.state"]
    }
    assert states["Worker", "running"] == states["Stubborn", "running"] == 1
    assert states["Worker", "faulted"] == 0
    assert [value for _, value in running["service.restarts"]] == [0, 0, 0, 0]
    assert running["event_loop.lag"][0][1] >= 1
    assert running["build.info"][0][1] == 1
    assert running["build.info"][0][0]["backend"] == backend
    assert running["thread_pool.in_use"] == [[{}, 0]]
    assert running["thread_pool.limit"] == [[{}, 40]]
    assert "shutdown.duration" not in running
    assert stopped["shutdown.duration"] == [[{}, 1]]
    assert stopped["shutdown.abandoned"] == [[{}, 1]]
    assert len(running["service.start.duration"]) == 2
    assert "service.stop.duration" not in running
    assert [count for _, count in stopped["service.start.duration"]] == [1, 1]
    assert len(stopped["service.stop.duration"]) == 2
