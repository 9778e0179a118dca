"""Who put a job is kept with it: what the application says, a job, a schedule."""

import sqlite3
from contextlib import closing
from pathlib import Path

import anyio
import anyio.from_thread
import anyio.to_thread
import pytest

from corner_host import JobClient
from corner_host.diagnostics.origin import originating
from corner_host.jobs import Duplicate, Enqueued, EnqueueMiddleware, JobContext, JobFilter, JobInfo, NewJob
from corner_host.jobs.middleware import Put

from .harness import new_job, shop
from .hosted import Receipt, handler, jobs, put


class Second(Receipt):
    """Another kind of job."""


async def look(client: JobClient, job_id: str) -> JobInfo:
    info = await client.get(job_id)
    assert info is not None
    return info


async def test_a_job_tells_what_put_it() -> None:
    """None where nobody has said; a function is asked when the job is put, in a worker thread as well; cut at 200."""

    async def run(job: Receipt) -> None: ...

    routes = {"template": "not routed yet"}
    async with jobs(handler(run)) as client:
        by_nobody = await look(client, await put(client))
        with originating("POST /orders"):
            by_route = await look(client, await put(client))
        with originating(lambda: f"GET {routes['template']}"):
            routes["template"] = "/orders/{id}"
            in_thread = await anyio.to_thread.run_sync(lambda: anyio.from_thread.run(put, client))
            by_function = await look(client, in_thread)
        with originating("x" * 1000):
            by_much = await look(client, await put(client))
        with originating("caf\udce9\0"):
            by_what_is_no_text = await look(client, await put(client))

    assert by_nobody.enqueued_by is None
    assert by_route.enqueued_by == "POST /orders"
    assert by_function.enqueued_by == "GET /orders/{id}"
    assert by_much.enqueued_by == "x" * 200
    assert by_what_is_no_text.enqueued_by == "caf\\udce9\\x00"
    assert by_route.trace is None


async def test_a_job_that_a_job_puts_names_it() -> None:
    """By name and id, whoever put that one; what runs after it in the same worker is not said to come from there."""
    inner: list[str] = []

    async def run(job: Receipt, client: JobClient) -> None:
        answer = await client.enqueue(Second(order=job.order))
        assert isinstance(answer, Enqueued)
        inner.append(answer.id)

    async def run_second(job: Second) -> None: ...

    async with jobs(
        lambda builder: builder.services.add_job_handler(Receipt, run, name="ship").add_job_handler(Second, run_second)
    ) as client:
        with originating("POST /orders"):
            outer = await put(client)
        await client.result(outer)
        info = await look(client, inner[0])

    assert info.enqueued_by == f"job ship {outer}"


async def test_a_job_that_a_schedule_puts_names_it() -> None:
    """The first time that it is due."""

    async def run(job: Receipt) -> None: ...

    async with jobs(
        lambda builder: builder.services.add_job_handler(Receipt, run).add_recurring_job(
            "nightly", Receipt(order=1), every=1.0
        )
    ) as client:
        with anyio.fail_after(20):
            while not (found := await client.list()):
                await anyio.sleep(0.05)

    assert {each.enqueued_by for each in found} == {"schedule nightly"}


async def test_middleware_sees_who_puts_and_adds_to_it() -> None:
    """It is a header among the others, for `RunMiddleware` and handlers as well."""
    seen: list[str] = []

    class Tenants:
        async def enqueue(self, jobs: list[NewJob], next: Put) -> list[Enqueued | Duplicate]:  # noqa: A002 - its name
            seen.append(jobs[0].headers["enqueued-by"])
            return list(await next([job.with_headers(tenant="7") for job in jobs]))

    async def run(job: Receipt, context: JobContext) -> None:
        seen.append(context.headers["enqueued-by"])

    async with jobs(
        lambda builder: builder.services.add_singleton(EnqueueMiddleware, Tenants).add_job_handler(Receipt, run)
    ) as client:
        with originating("POST /orders"):
            job_id = await put(client)
        await client.result(job_id)
        info = await look(client, job_id)

    assert seen == ["POST /orders"] * 2
    assert (info.enqueued_by, info.trace) == ("POST /orders", {"tenant": "7"})


@pytest.mark.parametrize("text", ["no JSON", "[1]", '{"enqueued-by": 7}', '{"enqueued-by": null}'])
async def test_headers_that_another_program_wrote_cost_nothing(tmp_path: Path, text: str) -> None:
    """The job is shown, found and run all the same."""
    path = tmp_path / "jobs.db"
    async with shop(path) as bench:
        (answer,) = await bench.engine.put([new_job()])
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE corner_jobs SET trace = ?", (text,))
        (listed,) = await bench.engine.records.list(JobFilter())
        async with bench.worker():
            await bench.ended(answer.id)

    assert listed.enqueued_by is None
