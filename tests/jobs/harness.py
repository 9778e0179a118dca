"""An engine without a host: jobs in, outcomes out."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio

from corner_host.jobs import Delivery, Done, Duplicate, Enqueued, JobInfo, JobState, NewJob, Outcome, Subscription
from corner_host.jobs.engines.sqlite import SqliteEngine
from corner_host.jobs.identifiers import new_job_id
from corner_host.primitives import CancellationTokenSource

QUEUE = "default"


def new_job(name: str = "work", **fields: object) -> NewJob:
    values: dict[str, object] = {"id": new_job_id(), "name": name, "queue": QUEUE, "payload": b"{}", **fields}
    return NewJob(**values)  # type: ignore[arg-type]  # the tests know the fields


class Shop:
    """An open engine and what its worker delivered."""

    def __init__(self, engine: SqliteEngine) -> None:
        self.engine = engine
        self.delivered: list[Delivery] = []

    async def put(self, name: str = "work", **fields: object) -> str:
        (answer,) = await self.engine.put([new_job(name, **fields)])
        assert isinstance(answer, Enqueued)
        return answer.id

    async def put_again(self, name: str = "work", **fields: object) -> Enqueued | Duplicate:
        (answer,) = await self.engine.put([new_job(name, **fields)])
        return answer

    async def info(self, job_id: str) -> JobInfo:
        info = await self.engine.records.get(job_id)
        assert info is not None
        return info

    async def state(self, job_id: str) -> JobState:
        return (await self.info(job_id)).state

    async def ended(self, *job_ids: str) -> None:
        with anyio.fail_after(20):
            for job_id in job_ids:
                await self.engine.records.wait_ended(job_id)

    @asynccontextmanager
    async def worker(
        self,
        outcome: Callable[[Delivery], Outcome] = lambda _: Done(),
        *,
        slots: int = 10,
        limits: dict[str, int] | None = None,
        hold: Callable[[Delivery], "anyio.Event | None"] = lambda _: None,
    ) -> AsyncGenerator[CancellationTokenSource]:
        """Work while inside; stop gracefully on leaving. *hold* gives an event that a delivery waits for."""

        async def deliver(delivery: Delivery) -> Outcome:
            self.delivered.append(delivery)
            event = hold(delivery)
            if event is not None:
                await event.wait()
            return outcome(delivery)

        stopping = CancellationTokenSource()
        async with anyio.create_task_group() as group:
            subscription = Subscription(queues=[QUEUE], slots=slots, limits=limits or {})
            group.start_soon(self.engine.run, deliver, subscription, stopping.token)
            yield stopping
            stopping.cancel()


@asynccontextmanager
async def shop(path: Path | str, *, lease: float = 30.0, retention: float = 1000.0) -> AsyncGenerator[Shop]:
    engine = SqliteEngine(str(path), lease=lease, retention=retention)
    async with engine.opened():
        yield Shop(engine)
