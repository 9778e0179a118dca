"""Programs with a queue, a cache and jobs that must pass both checkers; never run."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from sqlite3 import Connection
from typing import Any, assert_type

from pydantic import BaseModel

from corner_host import (
    BackgroundTaskQueue,
    CancellationToken,
    HostBuilder,
    JobClient,
    MemoryCache,
    MetricsService,
    ServiceCollection,
    ServiceProvider,
)
from corner_host.background import QueueClosedError, ShutdownMode
from corner_host.caching import CacheEntry, CacheStatistics, EvictionReason, MemoryCacheOptions
from corner_host.jobs import (
    Duplicate,
    Enqueued,
    EnqueueMiddleware,
    JobContext,
    JobControl,
    JobDeadError,
    JobEngine,
    JobFailed,
    JobFilter,
    JobInfo,
    JobState,
    NewJob,
    RateLimit,
    RetryLater,
    RetryPolicy,
    RunMiddleware,
)
from corner_host.primitives import Backoff, SystemClock
from corner_host.testing import JobEngineConformance


class Mailer: ...


class Receipt(BaseModel):
    order: int


class ReceiptHandler:
    def __init__(self, mailer: Mailer) -> None: ...

    async def handle(self, job: Receipt, context: JobContext) -> dict[str, int]:
        context.log.info("order %d", job.order)
        await context.heartbeat()
        if context.cancellation.is_cancellation_requested:
            raise RetryLater(timedelta(seconds=3))
        if context.attempt > 3:
            raise JobFailed("no such order")
        return {"order": job.order}


class Report(BaseModel):
    day: str


async def write_report(job: Report, context: JobContext, mailer: Mailer) -> None: ...


async def send(token: CancellationToken, order: int, mailer: Mailer) -> None: ...


def send_blocking(order: int) -> None: ...


def registering(builder: HostBuilder) -> None:
    services = builder.services
    services.add_background_jobs(builder.configuration).add_memory_cache()
    services.add_memory_cache(MemoryCacheOptions(size_limit=100, clock=SystemClock(), compaction_percentage=0.1))
    services.add_jobs(builder.configuration)
    services.add_job_handler(Receipt, ReceiptHandler, name="receipt", queue="mail", max_concurrency=2)
    services.add_job_handler(
        Report,
        write_report,
        retry=RetryPolicy(max_attempts=3, backoff=Backoff(first=1.0, ceiling=9.0), give_up_on=(ValueError,)),
        timeout=timedelta(minutes=1),
    )
    services.add_recurring_job("nightly", Report(day="today"), cron="0 3 * * *", time_zone="Europe/Madrid")
    services.add_recurring_job(id="often", payload=Report(day="today"), every=60, misfire="skip")


async def queueing(queue: BackgroundTaskQueue, provider: ServiceProvider) -> None:
    await queue.queue_background_work_item(send, 7, priority=1, timeout=timedelta(seconds=3), name="receipt 7")
    assert_type(queue.try_queue_background_work_item(send, order=7), bool)
    queue.queue_background_work_item_from_thread(send_blocking, 7, timeout=3)
    try:
        await queue.queue_background_work_item(lambda: send_blocking(7))
    except QueueClosedError:
        return
    item = await queue.dequeue()
    assert_type((item.name, item.priority, item.enqueued_at), tuple[str, int, datetime])
    await item.run(provider, CancellationToken.none())
    assert_type((queue.capacity, len(queue)), tuple[int, int])
    await queue.join()


def counting(metrics: MetricsService) -> ShutdownMode:
    assert_type(metrics.queued + metrics.completed + metrics.failed + metrics.cancelled + metrics.not_run, int)
    assert_type(metrics.depth + metrics.capacity + metrics.running, int)
    time = metrics.processing_time
    assert_type((time.count, time.sum, time.p50, time.p95, time.p99), tuple[int, float, float, float, float])
    assert_type(metrics.snapshot().running, int)
    return ShutdownMode.DRAIN


async def caching(cache: MemoryCache) -> None:
    def gone(key: str, value: int, reason: EvictionReason) -> None: ...

    def make(entry: CacheEntry) -> int:
        entry.absolute_expiration = timedelta(minutes=3)
        return 7

    async def make_later() -> str:
        return "tea"

    cache.set("a", 1, absolute_expiration=datetime.now(UTC), size=1, on_evicted=gone)
    cache.set("a", 1, absolute_expiration=60, sliding_expiration=timedelta(seconds=3))
    cache.get("a", None)
    assert_type(cache.get_or_create("a", make, sliding_expiration=3.0), int)
    assert_type(cache.get_or_create("a", lambda: "tea"), str)
    assert_type(await cache.get_or_create_async("b", make_later, size=1), str)
    assert_type(cache.statistics, CacheStatistics)
    assert_type(len(cache) + cache.compact(0.5) + cache.remove_expired(timedelta(hours=1)), int)
    assert_type(cache.remove("a"), bool)
    cache.clear()


async def asking(client: JobClient, connection: Connection) -> None:
    answer = await client.enqueue(Receipt(order=7), delay=timedelta(minutes=1), priority=3, key="receipt:7")
    assert_type(answer, Enqueued | Duplicate)
    await client.enqueue(Receipt(order=7), run_at=datetime.now(UTC), queue="mail", transaction=connection)
    assert_type(await client.enqueue_many([Receipt(order=7)]), Sequence[Enqueued | Duplicate])
    info = await client.get(answer.id)
    assert_type(info, JobInfo | None)
    if info is not None and info.state is JobState.DEAD:
        assert_type((info.attempt, info.error, info.started_at), tuple[int, str | None, datetime | None])
    try:
        result: dict[str, Any] = await client.result(answer.id, timeout=3)
    except JobDeadError as error:
        assert_type(error.reason, str)
    else:
        result.clear()
    assert_type(await client.cancel(answer.id) or await client.requeue(answer.id), bool)
    assert_type(
        await client.list(state=JobState.WAITING, name="receipt", limit=10, before=answer.id), Sequence[JobInfo]
    )
    assert_type(await client.dead_letters(error="Timeout"), Sequence[JobInfo])


async def operating(control: JobControl) -> None:
    failed = JobFilter(state=JobState.DEAD, error_type="OSError", since=datetime.now(UTC) - timedelta(hours=1))
    assert_type(await control.list(failed, limit=50), Sequence[JobInfo])
    assert_type(await control.count(failed), int)
    assert_type(
        [(each.error_type, each.count, each.sample) for each in await control.failures()], list[tuple[str, int, str]]
    )
    assert_type((await control.requeue_all(failed, per_second=20, dry_run=True)).count, int)
    assert_type(
        (await control.pause_queue("mail", timedelta(minutes=15), reason="gateway down")).until, datetime | None
    )
    assert_type([each.next for each in await control.schedules()], list[Sequence[datetime]])
    assert_type(await control.run_schedule("nightly"), Enqueued | Duplicate)


def around(services: ServiceCollection) -> None:
    class Tenant:
        async def enqueue(
            self,
            jobs: Sequence[NewJob],
            next: Callable[[Sequence[NewJob]], Awaitable[Sequence[Enqueued | Duplicate]]],  # noqa: A002
        ) -> Sequence[Enqueued | Duplicate]:
            return await next([job.with_headers(tenant="acme") for job in jobs])

        async def run(self, job: Any, context: JobContext, next: Callable[[], Awaitable[Any]]) -> Any:  # noqa: A002
            return await next() if context.headers["tenant"] else None

    outer: EnqueueMiddleware = Tenant()
    inner: RunMiddleware = Tenant()
    services.add_singleton(EnqueueMiddleware, instance=outer).add_singleton(RunMiddleware, instance=inner)
    services.add_job_handler(Receipt, ReceiptHandler, rate_limit=RateLimit(20, 60), max_concurrency=2)


class TestEngine(JobEngineConformance):
    def __init__(self, engine: JobEngine) -> None:
        self._engine = engine

    def engine_factory(self, *, lease: float) -> Callable[[], JobEngine]:
        return lambda: self._engine
