"""Jobs in a host, as an application uses them: put, run, failed, tried again, cancelled, asked after."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from pydantic import BaseModel

from corner_host import CancellationToken, Host, HostBuilder, JobClient
from corner_host.jobs import (
    Duplicate,
    JobCancelledError,
    JobContext,
    JobDeadError,
    JobEngineError,
    JobFailed,
    JobNotFoundError,
    JobPayloadError,
    JobState,
    NotSupportedByEngineError,
    RetryLater,
    RetryPolicy,
)
from tests.jobs.hosted import Mailer, Receipt, handler, jobs, put


async def test_a_function_handles_jobs_with_services_and_returns_a_result() -> None:
    """The payload, the context, the token and services come by annotation; the result comes back as JSON data."""

    async def send(job: Receipt, context: JobContext, token: CancellationToken, mailer: Mailer) -> dict[str, Any]:
        mailer.sent.append(job.order)
        return {"sent": mailer.sent, "attempt": context.attempt, "cancelled": token.is_cancellation_requested}

    def configure(builder: HostBuilder) -> None:
        builder.services.add_scoped(Mailer).add_job_handler(Receipt, send)

    async with jobs(configure) as client:
        results = [await client.result(await put(client, order)) for order in (1, 2)]

    assert results == [
        {"sent": [1], "attempt": 1, "cancelled": False},
        {"sent": [2], "attempt": 1, "cancelled": False},
    ]


async def test_a_class_handles_jobs_in_a_scope_of_its_own() -> None:
    """The handler is made anew for each job, with its dependencies, and disposed of after it."""
    closed: list[int] = []

    class Sender:
        def __init__(self, mailer: Mailer) -> None:
            self.mailer = mailer

        async def handle(self, job: Receipt, context: JobContext) -> int:
            self.mailer.sent.append(job.order)
            return len(self.mailer.sent)

        def close(self) -> None:
            closed.append(len(self.mailer.sent))

    def configure(builder: HostBuilder) -> None:
        builder.services.add_scoped(Mailer).add_job_handler(Receipt, Sender)

    async with jobs(configure) as client:
        assert [await client.result(await put(client)) for _ in range(2)] == [1, 1]

    assert closed == [1, 1]


async def test_a_failed_job_is_tried_again_until_it_succeeds() -> None:
    """Retries are on by default; the history keeps each attempt's error with its place."""

    async def flaky(job: Receipt, context: JobContext) -> int:
        if context.attempt < 3:
            raise OSError("smtp is down")
        return context.attempt

    async with jobs(handler(flaky)) as client:
        job_id = await put(client)
        assert await client.result(job_id) == 3
        info = await client.get(job_id)

    assert info is not None
    assert [event.event for event in info.history] == ["FAILED", "FAILED", "SUCCEEDED"]
    assert (info.history[0].error_type, info.history[0].error) == ("OSError", "smtp is down")
    assert str(info.history[0].error_place).startswith("tests/jobs/test_client.py:")


@pytest.mark.parametrize(
    ("error", "attempts"), [(OSError("always"), 3), (JobFailed("no such customer"), 1), (RetryLater(0.001), 3)]
)
async def test_a_job_that_keeps_failing_ends_in_the_dead_letters(error: Exception, attempts: int) -> None:
    """After its last attempt, or at once where the handler says so; asking for the result raises the reason."""

    async def fail(job: Receipt) -> None:
        raise error

    async with jobs(handler(fail)) as client:
        job_id = await put(client)
        with pytest.raises(JobDeadError) as caught:
            await client.result(job_id)
        (dead,) = await client.dead_letters()

    assert caught.value.job_id == job_id
    assert (dead.id, dead.state, dead.attempt, dead.error_type) == (
        job_id,
        JobState.DEAD,
        attempts,
        type(error).__name__,
    )
    assert dead.error_place is not None
    assert dead.error_place.startswith("tests/jobs/test_client.py:")


async def test_errors_to_give_up_on_are_not_tried_again() -> None:
    """RetryPolicy(give_up_on=...) sends them to the dead letters at once."""

    async def fail(job: Receipt) -> None:
        raise PermissionError("no")

    async with jobs(handler(fail, retry=RetryPolicy(give_up_on=(PermissionError,)))) as client:
        job_id = await put(client)
        with pytest.raises(JobDeadError, match="PermissionError: no"):
            await client.result(job_id)
        info = await client.get(job_id)

    assert info is not None
    assert info.attempt == 1


async def test_a_job_that_takes_too_long_has_failed() -> None:
    """A time-out is a TimeoutError, and is tried again like any other error."""

    async def slow(job: Receipt, context: JobContext) -> int:
        if context.attempt == 1:
            await anyio.sleep_forever()
        return context.attempt

    async with jobs(handler(slow, timeout=0.05)) as client:
        job_id = await put(client)
        assert await client.result(job_id) == 2
        info = await client.get(job_id)

    assert info is not None
    assert (info.history[0].error_type, info.history[0].error) == ("TimeoutError", "it took longer than its 0.05 s")


async def test_a_payload_that_no_longer_fits_is_dead_at_once_with_the_field_named(tmp_path: Path) -> None:
    """A field renamed by a deploy: nothing is dropped, nothing loops; requeue it when the cause is mended."""
    database = tmp_path / "jobs.db"
    arguments = ("--Jobs:Engine=sqlite", f"--Jobs:ConnectionString={database}")

    async def send(job: Receipt) -> None: ...

    async with jobs(handler(send), *arguments, "--Jobs:WorkerEnabled=false") as client:
        job_id = await put(client)
    with sqlite3.connect(database) as connection:
        connection.execute("""UPDATE corner_jobs SET payload = '{"number": 7}'""")
    connection.close()

    async with jobs(handler(send), *arguments) as client:
        with pytest.raises(JobDeadError, match="order: Field required"):
            await client.result(job_id)


async def test_a_running_job_is_cancelled_by_its_token() -> None:
    """A handler that heeds its token ends by itself."""
    running = anyio.Event()

    async def heed(job: Receipt, context: JobContext) -> None:
        running.set()
        await context.cancellation.wait()
        context.cancellation.throw_if_cancellation_requested()

    async with jobs(handler(heed)) as client:
        job_id = await put(client)
        await running.wait()
        assert await client.cancel(job_id)
        with pytest.raises(JobCancelledError):
            await client.result(job_id)


async def test_a_running_job_that_does_not_heed_its_token_is_cancelled_after_the_grace() -> None:
    """Its task is cancelled; that is no failure, and it is not tried again."""
    running = anyio.Event()

    async def deaf(job: Receipt) -> None:
        running.set()
        await anyio.sleep_forever()

    async with jobs(handler(deaf), "--Jobs:GraceSeconds=0.05") as client:
        job_id = await put(client)
        await running.wait()
        assert await client.cancel(job_id)
        with pytest.raises(JobCancelledError):
            await client.result(job_id)


async def test_the_key_of_a_waiting_job_cannot_be_taken_again() -> None:
    """The answer names the job that has it."""

    async def send(job: Receipt) -> None: ...

    async with jobs(handler(send), "--Jobs:WorkerEnabled=false") as client:
        first = await put(client, key="receipt:7")

        assert await client.enqueue(Receipt(order=8), key="receipt:7") == Duplicate(first)


async def test_many_jobs_are_put_at_once_and_answered_in_order() -> None:
    """One transaction, one outcome each."""

    async def double(job: Receipt) -> int:
        return 2 * job.order

    async with jobs(handler(double)) as client:
        answers = await client.enqueue_many([Receipt(order=order) for order in range(20)])

        assert [await client.result(answer.id) for answer in answers] == [2 * order for order in range(20)]


async def test_many_jobs_can_have_a_key_each() -> None:
    """Those whose key is taken are duplicates of the ones that have it; the others are stored."""

    async def work(job: Receipt) -> None: ...

    async with jobs(handler(work)) as client:
        later: dict[str, Any] = {"delay": 1000}
        first, *_ = await client.enqueue_many([Receipt(order=1), Receipt(order=2)], keys=["a", None], **later)
        again, new, twice = await client.enqueue_many([Receipt(order=3)] * 3, keys=["a", "b", "b"], **later)
        with pytest.raises(ValueError, match="one for each payload: 1 for 2"):
            await client.enqueue_many([Receipt(order=1), Receipt(order=2)], keys=["a"])

    assert (again, twice) == (Duplicate(first.id), Duplicate(new.id))
    assert not isinstance(new, Duplicate)


async def test_a_job_runs_after_another() -> None:
    """One level of children: it waits for its parent's success."""
    order: list[int] = []

    async def note(job: Receipt) -> None:
        order.append(job.order)

    async with jobs(handler(note)) as client:
        parent = await put(client, 1, delay=0.05)
        child = await put(client, 2, after=parent)
        await client.result(child)

    assert order == [1, 2]


async def test_progress_can_be_seen_while_a_job_runs() -> None:
    """A fraction and a line for a person."""
    half, go_on = anyio.Event(), anyio.Event()

    async def long(job: Receipt, context: JobContext) -> None:
        await context.progress(0.5, "half of it")
        half.set()
        await go_on.wait()

    async with jobs(handler(long)) as client:
        job_id = await put(client)
        await half.wait()
        info = await client.get(job_id)
        go_on.set()
        await client.result(job_id)

    assert info is not None
    assert (info.progress, info.progress_note) == (0.5, "half of it")


@pytest.mark.parametrize("how", [{"delay": timedelta(hours=1)}, {"run_at": datetime(2999, 1, 1, tzinfo=UTC)}])
async def test_a_job_for_later_is_scheduled(how: dict[str, Any]) -> None:
    """By a delay or by an aware time."""

    async def send(job: Receipt) -> None: ...

    async with jobs(handler(send)) as client:
        info = await client.get(await put(client, **how))

    assert info is not None
    assert info.state is JobState.SCHEDULED


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"delay": -1}, ValueError, "delay"),
        ({"delay": 1, "run_at": datetime(2999, 1, 1, tzinfo=UTC)}, ValueError, "either delay or run_at"),
        ({"run_at": datetime(2999, 1, 1)}, ValueError, "aware"),  # noqa: DTZ001 - naive on purpose
        ({"key": ""}, JobPayloadError, "key"),
        ({"key": "k" * 10_000}, JobPayloadError, "10,000"),
        ({"priority": 2**40}, ValueError, "priority"),
        ({"priority": 1.5}, TypeError, "priority"),
        ({"key": 7}, TypeError, "key"),
        ({"run_on": "sometimes"}, ValueError, "run_on"),
        ({"transaction": object()}, NotSupportedByEngineError, "transaction"),
    ],
)
async def test_an_argument_out_of_range_is_refused(how: dict[str, Any], error: type[Exception], message: str) -> None:
    """Nothing is stored then."""

    async def send(job: Receipt) -> None: ...

    async with jobs(handler(send)) as client:
        with pytest.raises(error, match=message):
            await client.enqueue(Receipt(order=1), **how)

        assert await client.list() == []


async def test_a_payload_that_is_too_large_or_unknown_is_refused() -> None:
    """The message says what to do instead."""

    class Letter(BaseModel):
        text: str

    async def send(job: Letter) -> None: ...

    async with jobs(lambda builder: builder.services.add_job_handler(Letter, send)) as client:
        with pytest.raises(JobPayloadError, match="at most 1,048,576 are taken"):
            await client.enqueue(Letter(text="x" * 50_000_000))
        with pytest.raises(JobNotFoundError, match=r"add_job_handler\(Receipt, Handler\)"):
            await client.enqueue(Receipt(order=1))
        with pytest.raises(JobNotFoundError, match="nobody"):
            await client.result("nobody")
        assert not await client.cancel("nobody")
        assert await client.get("nobody") is None


async def test_waiting_for_a_result_can_be_limited() -> None:
    """TimeoutError; the job goes on."""

    async def send(job: Receipt) -> None: ...

    async with jobs(handler(send), "--Jobs:WorkerEnabled=false") as client:
        with pytest.raises(TimeoutError):
            await client.result(await put(client), timeout=0.05)


async def test_putting_a_job_before_the_host_has_started_says_so() -> None:
    """No job is lost silently for want of a store."""
    builder = Host.create_builder(["--Jobs:Engine=memory"])
    builder.services.add_jobs(builder.configuration)

    async def send(job: Receipt) -> None: ...

    builder.services.add_job_handler(Receipt, send)
    host = builder.build()
    try:
        with pytest.raises(JobEngineError, match="not open"):
            await host.services.get_required_service(JobClient).enqueue(Receipt(order=1))
    finally:
        await host.aclose()
