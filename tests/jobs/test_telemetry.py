"""What logs, traces and metrics tell about jobs."""

import asyncio
import logging
import time
from collections.abc import Iterator
from typing import Any

import anyio
import pytest
import sniffio
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from corner_host.background import BackgroundTaskQueue
from corner_host.background.telemetry import Telemetry
from corner_host.jobs import Again, Dead, Delivery, Done, Failure, JobContext, JobDeadError
from corner_host.jobs.running import RunningJobs
from corner_host.jobs.schedule import Every
from corner_host.jobs.telemetry import JobTelemetry, telemetry_for
from corner_host.logging import current_scopes
from corner_host.primitives import CancellationToken
from tests.jobs.hosted import Receipt as Order
from tests.jobs.hosted import handler, jobs, put
from tests.tracing import recorded_spans

INFO = "--Logging:LogLevel:Default=Information"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    with recorded_spans() as exporter:
        yield exporter


async def fail_once(job: Order, context: JobContext) -> int:
    if context.attempt == 1:
        raise OSError("gateway did not answer in 0.2 s")
    return job.order


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.name == "corner_host.queue"]


async def test_each_attempt_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """What failed, which attempt of how many, when the next one comes, and the place in the user's code."""
    async with jobs(handler(fail_once, name="process_order"), INFO) as client:
        await client.result(await put(client))

    failed, succeeded = lines(caplog)[-2:]
    assert failed.startswith(
        "process_order failed, attempt 1 of 3, next in 0.0 s\n"
        "OSError: gateway did not answer in 0.2 s (tests/jobs/test_telemetry.py:"
    )
    assert succeeded.startswith("process_order succeeded on attempt 2 in 0.0")


async def test_a_job_that_runs_is_in_flight() -> None:
    """A stop counts it, and names it with its line if it has to be cut."""
    running = RunningJobs()
    gate = anyio.Event()

    async def wait() -> None:
        await gate.wait()

    async def run() -> None:
        work = wait()
        headers = '{"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}'
        running.begin(delivery(id="01J9", name="process_order", trace=headers), work)
        await work
        running.end("01J9")

    async with anyio.create_task_group() as group:
        group.start_soon(run)
        await anyio.wait_all_tasks_blocked()
        (busy,) = running.in_flight()
        gate.set()

    assert (busy.kind, busy.name, busy.id) == ("job", "process_order", "01J9")
    assert busy.trace == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert busy.place is not None
    assert busy.place.near.startswith("tests/jobs/test_telemetry.py:")
    assert running.in_flight() == []


async def test_a_job_that_dies_has_its_traceback_in_the_log_once(caplog: pytest.LogCaptureFixture) -> None:
    """With the last attempt, and not before."""

    async def fail(job: Order) -> None:
        raise OSError("no route")

    async with jobs(handler(fail, name="process_order"), INFO) as client:
        with pytest.raises(JobDeadError):
            await client.result(await put(client))

    with_trace = [each for each in caplog.records if each.exc_info]
    assert [each.getMessage().partition("\n")[0] for each in with_trace] == ["process_order died, attempt 3 of 3"]
    assert "test_telemetry.py" in caplog.text
    assert "dispatch.py" not in str(with_trace[0].exc_text)


async def test_everything_logged_by_a_job_says_which_job() -> None:
    """A log scope around each attempt, also for loggers that know nothing of jobs; it ends with the attempt."""
    seen: list[Any] = []

    async def look(job: Order) -> None:
        seen.extend(current_scopes())

    async with jobs(handler(look, queue="mail")) as client:
        job_id = await put(client)
        await client.result(job_id)

    assert seen == [{"job_id": job_id, "queue": "mail", "attempt": 1}]
    assert current_scopes() == ()


async def test_an_attempt_is_a_span_linked_to_where_the_job_was_put(spans: InMemorySpanExporter) -> None:
    """PRODUCER in the trace of whoever puts; CONSUMER in one of its own, one an attempt, with the error."""
    async with jobs(handler(fail_once, name="process_order")) as client:
        with trace.get_tracer("tests").start_as_current_span("request"):
            traced = await put(client)
        await client.result(traced)
        await client.result(await put(client, 8))
        info = await client.get(traced)

    finished = spans.get_finished_spans()
    (published,) = [each for each in finished if each.kind is trace.SpanKind.PRODUCER]
    runs = [each for each in finished if each.kind is trace.SpanKind.CONSUMER]
    assert published.name == "publish default"
    assert published.context is not None
    linked = [[link.context.span_id for link in each.links] for each in runs]
    assert linked == [[published.context.span_id]] * 2 + [[], []]
    assert {each.name for each in runs} == {"process default"}
    assert [(each.attributes or {})["corner_host.attempt"] for each in runs] == [1, 2, 1, 2]
    assert [each.status.is_ok for each in runs] == [False, True, False, True]
    assert runs[0].context is not None
    assert runs[0].context.trace_id != published.context.trace_id
    assert info is not None
    assert info.trace is not None
    assert f"{published.context.trace_id:032x}" in info.trace["traceparent"]


async def nothing(*_: Any) -> None: ...


def delivery(**fields: Any) -> Delivery:
    values: dict[str, Any] = {
        "id": "1", "name": "work", "queue": "mail", "payload": b"{}", "attempt": 1, "key": None, "priority": 0,
        "enqueued_at": time.time() - 5, "trace": None, "cancellation": CancellationToken.none(), "progress": nothing,
        "heartbeat": nothing,
    }  # fmt: skip
    return Delivery(**{**values, **fields})


def collected(reader: InMemoryMetricReader) -> dict[str, dict[tuple[Any, ...], Any]]:
    """The points of each metric, by the values of their labels."""
    data: Any = reader.get_metrics_data()
    return {
        metric.name: {tuple(point.attributes.values()): point for point in metric.data.data_points}
        for scope in data.resource_metrics[0].scope_metrics
        for metric in scope.metrics
    }


def test_the_instruments_tell_what_becomes_of_jobs(caplog: pytest.LogCaptureFixture) -> None:
    """Names and labels as documented, shared with the background queue's without a conflict."""
    reader = InMemoryMetricReader()
    meter = MeterProvider([reader]).get_meter("corner_host")
    in_memory = BackgroundTaskQueue()
    Telemetry(meter).watch(in_memory, 1)
    telemetry = telemetry_for(meter)
    assert isinstance(telemetry, JobTelemetry)
    telemetry.watch("nightly", Every(60))
    telemetry.began(delivery())
    telemetry.ended(delivery(), Again(1.0, Failure("OSError", "busy")), 0.5)
    telemetry.began(delivery(attempt=2))
    telemetry.ended(delivery(attempt=2), Dead(Failure("OSError", "busy")), 0.5)
    telemetry.ended(delivery(key="recurring:nightly:60"), Done(), 0.5)
    telemetry.missed("nightly")

    seen = collected(reader)
    assert seen["corner_host.queue.depth"]["background",].value == 0
    assert seen["corner_host.job.completed"]["mail", "work", "failed"].value == 2
    assert seen["corner_host.job.duration"]["mail", "work", "failed", "OSError"].count == 2
    assert seen["corner_host.job.duration"]["mail", "work", "completed"].sum == 0.5
    assert seen["corner_host.job.retries"]["mail", "work"].value == 1
    assert 4 < seen["corner_host.queue.wait"]["mail",].sum < 60
    assert seen["corner_host.schedule.interval"]["nightly",].value == 60
    assert seen["corner_host.schedule.next_run.timestamp"]["nightly",].value > time.time() - 1
    assert abs(seen["corner_host.schedule.last_success.timestamp"]["nightly",].value - time.time()) < 60
    assert seen["corner_host.schedule.misfires"]["nightly",].value == 1
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert telemetry_for(None) is None


async def test_what_is_cancelled_from_within_is_a_failure_and_no_loop() -> None:
    """On asyncio, what a handler awaits can be cancelled without the handler: that attempt counts."""

    async def work(job: Order) -> None:
        if sniffio.current_async_library() != "asyncio":
            raise RuntimeError("cancelled from within")
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        future.cancel()
        await future

    async with jobs(handler(work)) as client:
        job_id = await put(client)
        with pytest.raises(JobDeadError, match="cancelled from within"):
            await client.result(job_id)
        await anyio.lowlevel.checkpoint()
        info = await client.get(job_id)

    assert info is not None
    assert info.attempt == 3
