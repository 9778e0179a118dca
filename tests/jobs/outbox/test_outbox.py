"""Jobs in the application's transactions, forwarded to an engine that has none of its own."""

import sqlite3
import subprocess
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from pathlib import Path
from typing import final

import anyio
import pytest

from corner_host.jobs import (
    Capabilities,
    Done,
    Duplicate,
    Enqueued,
    JobEngineError,
    JobState,
    NewJob,
)
from corner_host.jobs.contracts import Deliver, JobSchedules, Subscription
from corner_host.jobs.engines.sqlite import SqliteEngine
from corner_host.jobs.errors import JobEngineUnavailableError, JobPayloadError
from corner_host.jobs.outbox import OutboxEngine
from corner_host.jobs.records import JobQueues, JobRecords
from corner_host.primitives import CancellationToken
from corner_host.testing.job_bench import JobBench, new_job


@final
class Remote:
    """An engine on a server that comes and goes, and whose answers may get lost; behind it is a real one."""

    def __init__(self, path: Path) -> None:
        self.engine = SqliteEngine(str(path))
        self.is_up = True
        self.loses_answers = 0
        self.puts: list[str] = []

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(engine="remote")

    def opened(self) -> AbstractAsyncContextManager[None]:
        return self._opened()

    @asynccontextmanager
    async def _opened(self) -> AsyncGenerator[None]:
        self._check(JobEngineUnavailableError)
        async with self.engine.opened():
            yield

    async def put(self, jobs: Sequence[NewJob], *, transaction: object | None = None) -> Sequence[Enqueued | Duplicate]:
        self._check(JobEngineError)
        if any(job.name == "too large" for job in jobs):
            raise JobPayloadError("it is too large")
        answers = await self.engine.put(jobs, transaction=transaction)
        self.puts += [job.id for job in jobs]
        if self.loses_answers:
            self.loses_answers -= 1
            raise JobEngineError("no answer")
        return answers

    async def run(self, deliver: Deliver, subscription: Subscription, stopping: CancellationToken) -> None:
        await self.engine.run(deliver, subscription, stopping)

    async def cancel(self, job_id: str) -> bool:
        return await self.engine.cancel(job_id)

    @property
    def records(self) -> JobRecords:
        self._check(JobEngineError)
        return self.engine.records

    @property
    def queues(self) -> JobQueues:
        return self.engine.queues

    @property
    def schedules(self) -> JobSchedules:
        return self.engine.schedules

    def _check(self, kind: type[JobEngineError]) -> None:
        if not self.is_up:
            raise kind("the server is away")


@final
class Shop:
    """An application with its own file, an outbox in it, and a remote engine."""

    def __init__(self, folder: Path) -> None:
        self.remote = Remote(folder / "remote.db")
        self.path = folder / "shop.db"
        self.engine = OutboxEngine(self.remote, str(self.path))
        self.bench = JobBench(self.engine)

    async def order(self, name: str = "order", *, commit: bool = True, **fields: object) -> Enqueued | Duplicate:
        """Put a job in a transaction."""
        with closing(sqlite3.connect(self.path)) as connection:
            (answer,) = await self.engine.put([new_job(name, **fields)], transaction=connection)
            if commit:
                connection.commit()
            return answer


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


async def test_a_job_in_a_transaction_reaches_the_engine_with_all_it_was_put_with(shop: Shop) -> None:
    """Under the id that the caller was told."""
    async with shop.engine.opened():
        answer = await shop.order(payload=b'{"order": 7}', key="order:7", priority=3, queue="default")
        async with shop.bench.worker(lambda _: Done(b"42")):
            await shop.bench.ended(answer.id)
        info = await shop.bench.info(answer.id)

    (delivery,) = shop.bench.delivered
    assert (delivery.id, delivery.name, delivery.payload, delivery.key) == (
        answer.id,
        "order",
        b'{"order": 7}',
        "order:7",
    )
    assert (delivery.priority, info.state, info.result) == (3, JobState.SUCCEEDED, 42)
    assert shop.remote.puts == [answer.id]


async def test_a_transaction_that_is_rolled_back_puts_nothing(shop: Shop) -> None:
    """Nor does one that is never committed."""
    async with shop.engine.opened():
        never = await shop.order(commit=False)
        job = await shop.order()
        async with shop.bench.worker():
            await shop.bench.ended(job.id)

        assert await shop.engine.records.get(never.id) is None
    assert shop.remote.puts == [job.id]


async def test_without_a_transaction_a_job_goes_to_the_engine_at_once(shop: Shop) -> None:
    """There is no way round through the file."""
    async with shop.engine.opened():
        job_id = await shop.bench.put()

        assert shop.remote.puts == [job_id]


async def test_jobs_wait_in_the_outbox_while_the_server_is_away_at_the_start(shop: Shop) -> None:
    """They can be put; all else says that the server is away; they go when it is there."""
    shop.remote.is_up = False
    async with shop.engine.opened():
        answer = await shop.order(trace='{"tenant": "7", "enqueued-by": "POST /orders"}')
        with pytest.raises(JobEngineUnavailableError, match="the server is away"):
            await shop.bench.put()
        shop.remote.is_up = True
        async with shop.bench.worker():
            await shop.bench.until_delivered()
            await shop.bench.ended(answer.id)
        ended = await shop.bench.info(answer.id)

    assert [delivery.id for delivery in shop.bench.delivered] == [answer.id]
    assert (ended.enqueued_by, ended.trace) == ("POST /orders", {"tenant": "7"})


async def test_an_answer_that_got_lost_does_not_put_a_job_twice(shop: Shop) -> None:
    """The engine is asked before each try."""
    shop.remote.loses_answers = 2
    async with shop.engine.opened():
        answer = await shop.order()
        async with shop.bench.worker():
            await shop.bench.ended(answer.id)
            later = await shop.order()
            await shop.bench.ended(later.id)

    assert shop.remote.puts == [answer.id, later.id]
    assert len(shop.bench.delivered) == 2


async def test_of_one_key_there_is_one_job_in_the_outbox(shop: Shop) -> None:
    """The second one is its duplicate; so those of one key arrive in order."""
    async with shop.engine.opened():
        shop.remote.is_up = False
        first = await shop.order(key="order:7")

        assert await shop.order(key="order:7") == Duplicate(first.id)
        shop.remote.is_up = True


async def test_a_job_whose_key_is_taken_at_the_server_is_stood_for_by_that_one(shop: Shop) -> None:
    """Its result is that one's."""
    async with shop.engine.opened():
        first = await shop.bench.put("order", key="order:7")
        second = await shop.order(key="order:7")
        with anyio.fail_after(30):
            while second.id not in shop.remote.puts:
                await anyio.sleep(0.01)
        async with shop.bench.worker(lambda _: Done(b'"done"')):
            info = await shop.engine.records.wait_ended(second.id)

    assert info is not None
    assert (info.id, info.result) == (first, "done")


async def test_a_job_that_the_engine_will_never_take_is_a_dead_letter_of_the_outbox(shop: Shop) -> None:
    """It is reported, not dropped, and holds up nobody; once mended, it can be requeued."""
    async with shop.engine.opened():
        bad, good = await shop.order("too large"), await shop.order()
        async with shop.bench.worker():
            await shop.bench.ended(bad.id, good.id)
        info = await shop.bench.info(bad.id)
        counts = {(each.name, each.state) for each in await shop.engine.records.counts()}
        requeued = await shop.engine.records.requeue(bad.id)
        await shop.engine.records.wait_ended(bad.id)
        deleted = await shop.engine.records.delete(bad.id)

    assert (info.state, info.queue, info.error) == (JobState.DEAD, "default", "it is too large")
    assert ("too large", JobState.DEAD) in counts
    assert (requeued, deleted) == (True, True)


async def test_a_job_in_the_outbox_can_be_cancelled(shop: Shop) -> None:
    """It never reaches the engine."""
    shop.remote.is_up = False
    async with shop.engine.opened():
        with closing(sqlite3.connect(shop.path)) as connection:
            (answer,) = await shop.engine.put([new_job()], transaction=connection)
            connection.commit()
        cancelled = await shop.engine.cancel(answer.id)

    assert cancelled
    assert shop.remote.puts == []


async def test_what_could_not_be_forwarded_before_the_stop_is_forwarded_after_the_next_start(shop: Shop) -> None:
    """The stop does not wait for a server that is away."""
    shop.remote.is_up = False
    async with shop.engine.opened():
        answer = await shop.order()
    shop.remote.is_up = True
    async with shop.engine.opened(), shop.bench.worker():
        await shop.bench.until_delivered()
        await shop.bench.ended(answer.id)

    assert shop.remote.puts == [answer.id]


async def test_a_kill_9_loses_no_committed_job_and_doubles_none(tmp_path: Path) -> None:
    """Each order that was committed has its job at the engine, once, and there is no job without an order."""
    orders, store = tmp_path / "shop.db", tmp_path / "engine.db"
    for _ in range(2):
        command = [sys.executable, "-m", "tests.jobs.outbox.shop_program", str(orders), str(store)]
        with subprocess.Popen(command) as program:
            taken = _orders(orders)
            with anyio.fail_after(60):
                while len(_orders(orders)) < len(taken) + 40:
                    await anyio.sleep(0.01)
            program.kill()
    engine = OutboxEngine(SqliteEngine(str(store), lease=1.0), str(orders))
    bench = JobBench(engine)
    expected = _orders(orders)
    async with engine.opened(), bench.worker():
        await bench.until_delivered(len(expected))
        await bench.ended(*expected)

    delivered = [delivery.id for delivery in bench.delivered]
    assert sorted(delivered) == sorted(expected)


def _orders(path: Path) -> list[str]:
    if not path.exists():
        return []
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        try:
            return [job for (job,) in connection.execute("SELECT job FROM orders")]
        except sqlite3.OperationalError:  # the program has not made the table yet
            return []


async def test_a_child_waits_in_the_outbox_for_its_parent(shop: Shop) -> None:
    """Though it may be forwarded first; where the parent was a duplicate, it runs after the one that has its key."""
    async with shop.engine.opened():
        holder = await shop.bench.put("parent", key="7")
        with closing(sqlite3.connect(shop.path)) as connection:
            duplicate, parent = new_job("parent", key="7"), new_job("parent")
            children = [new_job("child", parent=each.id) for each in (duplicate, parent)]
            await shop.engine.put([*children, duplicate, parent], transaction=connection)
            connection.commit()
        with anyio.fail_after(30):
            while not {each.id for each in children} <= set(shop.remote.puts):
                await anyio.sleep(0.01)
        async with shop.bench.worker():
            await shop.bench.ended(parent.id, *(each.id for each in children))
        info = await shop.bench.info(children[0].id)

    assert (info.state, info.parent) == (JobState.SUCCEEDED, holder)
    assert len(shop.bench.delivered) == 4


async def test_a_child_of_nobody_is_a_dead_letter_of_the_outbox(shop: Shop) -> None:
    """It says so, and holds up no other job."""
    async with shop.engine.opened():
        child = await shop.order("child", parent="nobody")
        other = await shop.order()
        async with shop.bench.worker():
            await shop.bench.ended(child.id, other.id)
        info = await shop.bench.info(child.id)

    assert (info.state, info.error_type) == (JobState.DEAD, "JobNotFoundError")
    assert "nobody" in (info.error or "")
