"""A job engine on the bench: jobs in, outcomes out, without a host.

Not here: what is expected of an engine (``job_engines``).
"""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, final

import anyio

from corner_host.jobs import (
    Delivery,
    Done,
    Duplicate,
    Enqueued,
    JobEngine,
    JobInfo,
    JobState,
    NewJob,
    Outcome,
    RateLimit,
    Subscription,
)
from corner_host.jobs.identifiers import new_job_id
from corner_host.primitives import CancellationTokenSource

QUEUE: Final = "default"
_PATIENCE_SECONDS: Final = 20.0


def new_job(name: str = "work", **fields: Any) -> NewJob:
    """Return a job to be put, with the *fields* of `NewJob` that matter to a test."""
    values: dict[str, Any] = {"id": new_job_id(), "name": name, "queue": QUEUE, "payload": b"{}", **fields}
    return NewJob(**values)


def _done(delivery: Delivery) -> Outcome:
    del delivery
    return Done()


def _let_go(delivery: Delivery) -> anyio.Event | None:
    del delivery
    return None


@final
class JobBench:
    """An open engine and what its worker delivered.

    Args:
        engine: The engine, inside ``async with engine.opened()``.

    Attributes:
        delivered: The deliveries, in order.
    """

    def __init__(self, engine: JobEngine) -> None:
        self.engine = engine
        self.delivered: list[Delivery] = []
        self._news = anyio.Event()

    async def put_again(self, name: str = "work", **fields: Any) -> Enqueued | Duplicate:
        """Put a job; returns the answer."""
        (answer,) = await self.engine.put([new_job(name, **fields)])
        return answer

    async def put(self, name: str = "work", **fields: Any) -> str:
        """Put a job that must be new; returns its id."""
        answer = await self.put_again(name, **fields)
        if not isinstance(answer, Enqueued):
            raise AssertionError(f"the job should have been stored, and is {answer!r}")
        return answer.id

    async def info(self, job_id: str) -> JobInfo:
        """Return a job that must be there."""
        info = await self.engine.records.get(job_id)
        if info is None:
            raise AssertionError(f"there should be a job {job_id}")
        return info

    async def state(self, job_id: str) -> JobState:
        """Return the state of a job that must be there."""
        return (await self.info(job_id)).state

    async def ended(self, *job_ids: str) -> None:
        """Return once all of them have ended."""
        with anyio.fail_after(_PATIENCE_SECONDS):
            for job_id in job_ids:
                await self.engine.records.wait_ended(job_id)

    async def until_delivered(self, count: int = 1) -> None:
        """Return once as many have been delivered."""
        with anyio.fail_after(_PATIENCE_SECONDS):
            while len(self.delivered) < count:
                self._news = anyio.Event()
                await self._news.wait()

    @asynccontextmanager
    async def worker(
        self,
        outcome: Callable[[Delivery], Outcome] = _done,
        *,
        slots: int = 10,
        queues: Sequence[str] = (QUEUE,),
        limits: Mapping[str, int] | None = None,
        rates: Mapping[str, RateLimit] | None = None,
        hold: Callable[[Delivery], anyio.Event | None] = _let_go,
    ) -> AsyncGenerator[CancellationTokenSource]:
        """Work while inside; stop gracefully on leaving. *hold* gives an event that a delivery waits for."""

        async def deliver(delivery: Delivery) -> Outcome:
            self.delivered.append(delivery)
            self._news.set()
            event = hold(delivery)
            if event is not None:
                await event.wait()
            return outcome(delivery)

        stopping = CancellationTokenSource()
        async with anyio.create_task_group() as group:
            subscription = Subscription(queues=queues, slots=slots, limits=limits or {}, rates=rates or {})
            group.start_soon(self.engine.run, deliver, subscription, stopping.token)
            yield stopping
            stopping.cancel()
