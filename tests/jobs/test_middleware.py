"""What is put around all jobs: around storing them, and around running them."""

from collections.abc import Sequence
from typing import Any

import pytest

from corner_host import HostBuilder
from corner_host.jobs import Duplicate, Enqueued, EnqueueMiddleware, JobContext, JobDeadError, NewJob, RunMiddleware
from corner_host.jobs.middleware import Put, Run
from tests.jobs.hosted import AT_ONCE, Mailer, Receipt, jobs, put


class Tenant:
    """Gives each job a header."""

    async def enqueue(self, jobs: Sequence[NewJob], next: Put) -> Sequence[Enqueued | Duplicate]:  # noqa: A002
        return await next([job.with_headers(tenant="acme") for job in jobs])


class Refuse:
    """Takes nothing."""

    async def enqueue(self, jobs: Sequence[NewJob], next: Put) -> Sequence[Enqueued | Duplicate]:  # noqa: A002
        raise PermissionError("no jobs on Sundays")


class Diary:
    """Notes what runs, and shares the job's scope."""

    lines: list[str]

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer

    async def run(self, job: Any, context: JobContext, next: Run) -> Any:  # noqa: A002
        self.lines.append(f"before {job.order} of {context.headers.get('tenant')}")
        result = await next()
        self.lines.append(f"after, sent {self._mailer.sent}")
        return [result]


class Double:
    """The inner one of two."""

    async def run(self, job: Any, context: JobContext, next: Run) -> Any:  # noqa: A002
        return 2 * await next()


class Guard:
    """Lets nothing through."""

    async def run(self, job: Any, context: JobContext, next: Run) -> Any:  # noqa: A002
        raise PermissionError("not in this tenant")


async def send(job: Receipt, mailer: Mailer) -> int:
    mailer.sent.append(job.order)
    return job.order


def with_middleware(*pairs: tuple[type[Any], type[Any]]) -> Any:
    def configure(builder: HostBuilder) -> None:
        builder.services.add_scoped(Mailer)
        builder.services.add_job_handler(Receipt, send, retry=AT_ONCE)
        for kind, middleware in pairs:
            add = builder.services.add_singleton if kind is EnqueueMiddleware else builder.services.add_scoped
            add(kind, middleware)

    return configure


async def test_middleware_is_put_around_enqueueing_and_running() -> None:
    """The first is the outermost; it sees the job, its headers and its scope, and may change what is returned."""
    Diary.lines = []
    async with jobs(
        with_middleware((EnqueueMiddleware, Tenant), (RunMiddleware, Diary), (RunMiddleware, Double))
    ) as client:
        result = await client.result(await put(client, 7))

    assert result == [14]
    assert Diary.lines == ["before 7 of acme", "after, sent [7]"]


async def test_what_middleware_raises_while_enqueueing_reaches_the_caller() -> None:
    """Nothing is stored then."""
    async with jobs(with_middleware((EnqueueMiddleware, Refuse))) as client:
        with pytest.raises(PermissionError, match="Sundays"):
            await client.enqueue_many([Receipt(order=1), Receipt(order=2)])

        assert await client.list() == []


async def test_what_middleware_raises_while_running_is_a_failure() -> None:
    """It is retried and kept like one of the handler."""
    async with jobs(with_middleware((RunMiddleware, Guard))) as client:
        job_id = await put(client)
        with pytest.raises(JobDeadError, match="PermissionError: not in this tenant"):
            await client.result(job_id)
        info = await client.get(job_id)

    assert info is not None
    assert info.attempt == 3
