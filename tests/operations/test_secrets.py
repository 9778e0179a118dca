"""What errors give away in their texts is masked wherever they are shown."""

import json

import anyio
import pytest
from pydantic import BaseModel

from corner_host import BackgroundService, BackgroundTaskQueue, CancellationToken, HostBuilder, JobClient
from corner_host.diagnostics import HealthCheckResult
from corner_host.hosting import BackgroundServiceExceptionBehavior
from corner_host.jobs import JobContext, JobEngineError, RetryPolicy
from corner_host.operations import Operations, UnavailableError, as_json
from corner_host.operations.errors import store_told
from corner_host.primitives import MASK

from .conftest import ADA, Look, until

SECRET = "hunter2"
TEXT = f"cannot reach amqp://app:{SECRET}@mq/shop with password={SECRET}"


class Order(BaseModel):
    """A payload."""

    number: int = 1


class Broken(BackgroundService):
    """Says too much when it fails."""

    exception_behavior = BackgroundServiceExceptionBehavior.IGNORE

    async def execute(self, stopping: CancellationToken) -> None:
        raise ConnectionError(TEXT)


async def handle(job: Order) -> None:
    """Say too much."""
    raise ConnectionError(TEXT)


async def work() -> None:
    """Say too much."""
    raise ConnectionError(TEXT)


async def check() -> HealthCheckResult:
    """Say too much."""
    return HealthCheckResult.unhealthy(TEXT, error=ConnectionError(TEXT))


def _configure(builder: HostBuilder) -> None:
    builder.services.add_background_jobs(builder.configuration)
    builder.services.add_jobs(builder.configuration)
    builder.services.add_job_handler(Order, handle, name="order", retry=RetryPolicy(max_attempts=1))
    builder.services.add_health_checks().add_check("mq", check)
    builder.add_hosted_service(Broken)


async def test_no_view_shows_what_an_error_gives_away(look: Look) -> None:
    """OV-25: services, jobs, failures, health, logs, status, audit: the place is masked, the rest of the text is there."""
    async with look(_configure) as operations:
        services = operations.host._workplace.services  # pyright: ignore[reportPrivateUsage]
        await services.get_required_service(BackgroundTaskQueue).queue_background_work_item(work)
        job = await services.get_required_service(JobClient).enqueue(Order())
        await until(lambda: len(operations.failures._workplace.buffer.records()) > 0)  # pyright: ignore[reportPrivateUsage]
        groups = await operations.failures.list()
        while len(groups) < 3 or (await operations.jobs.get(job.id)).job.state != "DEAD":
            groups = await operations.failures.list()
        await operations.health.run(by=ADA)
        views = [
            *groups,
            await operations.jobs.get(job.id),
            await operations.jobs.search(),
            await operations.services.get("Broken"),
            await operations.services.list(),
            await operations.health.overview(),
            await operations.logs.search(),
            await operations.host.status(),
        ]

    texts = [json.dumps(as_json(each), ensure_ascii=False) for each in views]
    assert [text for text in texts if SECRET in text] == []
    assert all(f"amqp://app:{MASK}@mq/shop with password={MASK}" in text for text in texts[:3])


async def _note_and_wait(job: Order, context: JobContext) -> None:
    """Say too much while it runs."""
    await context.progress(0.5, TEXT)
    await anyio.sleep_forever()


async def test_what_a_job_notes_while_it_runs_is_shown_without_it(look: Look) -> None:
    """OV-25: on the page of what runs, as on that of the job."""

    def configure(builder: HostBuilder) -> None:
        builder.services.add_jobs(builder.configuration)
        builder.services.add_job_handler(Order, _note_and_wait, name="order")

    async with look(configure, "--Jobs:GraceSeconds=0.01") as operations:
        services = operations.host._workplace.services  # pyright: ignore[reportPrivateUsage]
        await services.get_required_service(JobClient).enqueue(Order())
        with anyio.fail_after(10):
            while not any(each.progress_note for each in await operations.jobs.running()):
                await anyio.sleep(0.005)
        (item,) = await operations.jobs.running()

    assert item.progress_note == TEXT.replace(SECRET, MASK)


async def test_what_an_action_raised_is_in_the_audit_without_it(look: Look) -> None:
    """OV-25: whatever it was."""
    async with look() as operations:
        with pytest.raises(ConnectionError):
            await _fail(operations)
        (line,) = (await operations.audit.search()).items

    assert (line.outcome, SECRET in line.detail, MASK in line.detail) == ("failed", False, True)


async def _fail(operations: Operations) -> None:
    async def do() -> None:
        raise ConnectionError(TEXT)

    perform = operations.host._workplace.actions.perform  # pyright: ignore[reportPrivateUsage]
    await perform("test", "", do, by=ADA, reason="")  # type: ignore[arg-type]


def test_what_the_store_says_is_told_without_it() -> None:
    """OV-25: whichever error it is turned into."""
    with pytest.raises(UnavailableError) as caught, store_told():
        raise JobEngineError(TEXT)

    assert SECRET not in str(caught.value)
