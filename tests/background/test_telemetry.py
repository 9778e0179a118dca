"""What OpenTelemetry gets to see. One SDK a process, so each test looks at what it adds."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import anyio
import pytest
from opentelemetry import baggage, context, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from corner_host.background import BackgroundTaskQueue, QueueControl, add_background_jobs
from corner_host.background.telemetry import Telemetry
from corner_host.configuration import ConfigurationManager
from corner_host.di import ServiceCollection
from tests.tracing import recorded_spans


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    with recorded_spans() as exporter:
        yield exporter


@pytest.fixture
def tracer(spans: InMemorySpanExporter) -> trace.Tracer:
    return trace.get_tracer("tests")


async def work() -> None:
    """Do nothing."""


async def failing() -> None:
    raise OSError("no connection")


def points(reader: InMemoryMetricReader) -> dict[str, dict[tuple[object, ...], object]]:
    """Return what the reader sees: by instrument, by the values of the attributes."""
    data: Any = reader.get_metrics_data()
    return {
        metric.name.removeprefix("corner_host."): {
            tuple(point.attributes.values()): getattr(point, "value", None) or getattr(point, "count", 0)
            for point in metric.data.data_points
        }
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


async def test_the_instruments_tell_what_the_queue_does() -> None:
    """Names, and labels of few values, as the documentation lists them."""
    reader = InMemoryMetricReader()
    telemetry = Telemetry(MeterProvider([reader]).get_meter("corner_host"))
    queue = BackgroundTaskQueue(3)
    await queue.queue_background_work_item(work)
    telemetry.watch(queue, 2)
    for each in (failing, work):
        await queue.queue_background_work_item(each, name="order 4711")
    queue.try_queue_background_work_item(work)
    for _ in range(2):
        item = await queue.dequeue()
        error: Exception | None = None
        try:
            await item.run()
        except OSError as failure:
            error = failure
        telemetry.ended(item, error)
    await queue.dequeue()

    seen = points(reader)

    of_work, of_failing = f"{__name__}.work", f"{__name__}.failing"
    assert seen["queue.depth"] == {("background",): 0}
    assert seen["queue.running"] == {("background",): 1}
    assert seen["queue.capacity"] == {("background",): 3}
    assert seen["queue.concurrency"] == {("background",): 2}
    assert seen["queue.enqueued"] == {("background", of_work): 2, ("background", of_failing): 1}
    assert seen["queue.rejected"] == {("background", "full"): 1, ("background", "closed"): 0}
    assert seen["queue.wait"] == {("background",): 2}
    assert seen["job.completed"] == {
        ("background", of_work, "completed"): 1,
        ("background", of_failing, "failed"): 1,
    }
    assert seen["job.duration"] == {
        ("background", of_work, "completed"): 1,
        ("background", of_failing, "failed", "OSError"): 1,
    }


async def test_a_trace_goes_through_the_queue(tracer: trace.Tracer, spans: InMemorySpanExporter) -> None:
    """The item keeps the W3C headers; running it is a span of its own that links to where it was queued."""
    queue = BackgroundTaskQueue()
    seen: list[object] = []

    async def look() -> None:
        seen.append(baggage.get_baggage("tenant"))
        seen.append(trace.get_current_span().get_span_context().trace_id)

    attached = context.attach(baggage.set_baggage("tenant", "acme"))
    with tracer.start_as_current_span("request") as request:
        await queue.queue_background_work_item(look)
    context.detach(attached)
    (shown,) = QueueControl(queue).waiting()
    item = await queue.dequeue()
    await item.run()

    publish, _, process = spans.get_finished_spans()
    assert (publish.name, process.name) == ("publish background", "process background")
    assert (publish.kind, process.kind) == (trace.SpanKind.PRODUCER, trace.SpanKind.CONSUMER)
    assert publish.parent == request.get_span_context()
    assert process.parent is None
    assert [link.context.span_id for link in process.links] == [publish.context.span_id]
    assert shown.trace_id == item.trace_id == f"{publish.context.trace_id:032x}"
    assert seen == ["acme", process.context.trace_id]


async def test_a_trace_may_go_on_through_the_queue(tracer: trace.Tracer, spans: InMemorySpanExporter) -> None:
    """By a setting: running is a child of queueing, in the same trace, with its baggage."""
    configuration = ConfigurationManager()
    configuration["BackgroundJobs:Queue:SpanRelation"] = "child"
    services = add_background_jobs(ServiceCollection(), configuration)
    queue = services.build_service_provider().get_required_service(BackgroundTaskQueue)
    seen: list[object] = []

    async def look(number: int) -> None:
        seen.append(baggage.get_baggage("tenant"))

    attached = context.attach(baggage.set_baggage("tenant", "acme"))
    with tracer.start_as_current_span("request"):
        await queue.queue_background_work_item(look, 7, timeout=10)
    context.detach(attached)
    await (await queue.dequeue()).run()

    publish, _, process = spans.get_finished_spans()
    assert process.parent is not None
    assert process.parent.span_id == publish.context.span_id
    assert process.context.trace_id == publish.context.trace_id
    assert not process.links
    assert seen == ["acme"]


async def test_a_failure_is_seen_in_its_span(tracer: trace.Tracer, spans: InMemorySpanExporter) -> None:
    """With its exception."""
    queue = BackgroundTaskQueue()
    with tracer.start_as_current_span("request"):
        await queue.queue_background_work_item(failing)

    with pytest.raises(OSError, match="no connection"):
        await (await queue.dequeue()).run()

    process = spans.get_finished_spans()[-1]
    assert process.status.status_code is trace.StatusCode.ERROR
    assert [event.name for event in process.events] == ["exception"]


async def test_untraced_work_makes_no_span(spans: InMemorySpanExporter) -> None:
    """Without a trace to go on with, there is nothing to tell."""
    queue = BackgroundTaskQueue()
    await queue.queue_background_work_item(work)
    item = await queue.dequeue()
    await item.run()

    assert item.trace is None
    assert not spans.get_finished_spans()


def test_opentelemetry_is_not_imported_for_it() -> None:
    """A program that does not use it does not pay for it."""
    program = "import sys, corner_host.background; sys.exit('opentelemetry' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


async def test_the_context_is_clean_afterwards(tracer: trace.Tracer) -> None:
    """Nothing of an item's trace stays behind in the worker."""
    queue = BackgroundTaskQueue()
    with tracer.start_as_current_span("request"):
        await queue.queue_background_work_item(work)
    await (await queue.dequeue()).run()
    await anyio.lowlevel.checkpoint()

    assert not trace.get_current_span().get_span_context().is_valid
