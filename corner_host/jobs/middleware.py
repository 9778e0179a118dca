"""What an application puts around all its jobs: around storing them, and around running them.

    class Tenants:
        async def enqueue(self, jobs, next):
            return await next([job.with_headers(tenant=current_tenant()) for job in jobs])

        async def run(self, job, context, next):
            with tenant(context.headers["tenant"]):
                return await next()

    services.add_singleton(EnqueueMiddleware, Tenants)
    services.add_scoped(RunMiddleware, Tenants)

The first that is registered is the outermost. Jobs of recurring schedules pass them too.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol, TypeAlias

from .context import JobContext
from .contracts import Duplicate, Enqueued, NewJob

Put: TypeAlias = Callable[[Sequence[NewJob]], Awaitable[Sequence[Enqueued | Duplicate]]]
Run: TypeAlias = Callable[[], Awaitable[Any]]


class EnqueueMiddleware(Protocol):
    """Around storing jobs. Made once: register it as a singleton."""

    async def enqueue(self, jobs: Sequence[NewJob], next: Put) -> Sequence[Enqueued | Duplicate]:  # noqa: A002 - its name
        """Store *jobs*, or others instead, by ``await next(jobs)``; what it raises reaches who enqueues."""
        ...


class RunMiddleware(Protocol):
    """Around each attempt. Made in the job's scope."""

    async def run(self, job: Any, context: JobContext, next: Run) -> Any:  # noqa: A002 - its name
        """Run the handler by ``await next()``, and return what is to be the job's result; what it raises is a failure."""
        ...


async def put_through(
    middleware: Iterable[EnqueueMiddleware], jobs: Sequence[NewJob], put: Put
) -> Sequence[Enqueued | Duplicate]:
    """Store *jobs* with *put*, inside *middleware*."""
    for each in reversed(list(middleware)):
        put = _around_put(each, put)
    return await put(jobs)


async def run_through(middleware: Iterable[RunMiddleware], job: Any, context: JobContext, run: Run) -> Any:
    """Run *run*, inside *middleware*."""
    for each in reversed(list(middleware)):
        run = _around_run(each, job, context, run)
    return await run()


def _around_put(middleware: EnqueueMiddleware, put: Put) -> Put:
    return lambda jobs: middleware.enqueue(jobs, put)


def _around_run(middleware: RunMiddleware, job: Any, context: JobContext, run: Run) -> Run:
    return lambda: middleware.run(job, context, run)
