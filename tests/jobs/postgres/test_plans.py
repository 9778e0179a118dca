"""How much of the queue a worker's statements look at: what they are for, and not all that waits or has ended.

They were planned when the queue was empty, as they are where a burst comes after a quiet time.
"""

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from pgqueuer.domain.types import QueueManagerId

from corner_host.jobs.engines.postgres import PostgresEngine
from corner_host.jobs.engines.postgres.claim_statement import MANY
from corner_host.jobs.engines.postgres.database import Database, let_go
from corner_host.jobs.engines.postgres.statements import Statements
from corner_host.testing.job_bench import new_job

BATCH = 10
MOST = 10 * BATCH


class Looking:
    """A worker's connection to a queue, which counts the rows that a statement looks at."""

    def __init__(self, engine: PostgresEngine, connection: Any, schema: str) -> None:
        self._engine = engine
        self._connection = connection
        self._schema = schema
        self.statements = Statements(schema)
        self.worker = uuid4()

    async def fill(self, *, due: int, later: int = 0) -> None:
        """Put so many jobs; those of later come first."""
        await self._engine.put([replace(new_job("mail"), run_at=time.time() + 3_600.0) for _ in range(later)])
        await self._engine.put([new_job("mail") for _ in range(due)])

    async def run(self, statement: str, *values: Any) -> tuple[Sequence[Any], int]:
        """Return the rows, and how many were looked at for them."""
        async with self._connection.transaction():  # within which none of the numbers go to the server's statistics
            before = await self._looked_at()
            rows = await self._connection.fetch(statement, *values)
            return rows, await self._looked_at() - before

    async def _looked_at(self) -> int:
        count = "SELECT sum(seq_tup_read + idx_tup_fetch)::int FROM pg_stat_xact_user_tables WHERE schemaname = $1"
        looked_at: int = await self._connection.fetchval(count, self._schema)
        return looked_at

    async def claim(self, *, limit: int = 0, few_are_due: bool = False) -> tuple[list[int], int]:
        """Return the numbers of a batch of jobs, and how many rows were looked at."""
        limits = {"default:mail": limit}
        lease = timedelta(seconds=30)
        sql, values = self.statements.claim(QueueManagerId(self.worker), limits, BATCH, lease, few_are_due=few_are_due)
        rows, looked_at = await self.run(sql, *values)
        return [row["id"] for row in rows], looked_at

    async def settle(self, numbers: Sequence[int]) -> list[int]:
        """Do with claimed jobs what there is to do, and end them; returns how many rows each statement looked at."""
        statements, worker, ones, nothing = self.statements, self.worker, [1] * len(numbers), [None] * len(numbers)
        delays, texts = [timedelta(0)] * len(numbers), ["DEAD"] * len(numbers)
        steps: list[tuple[Any, ...]] = [
            (statements.renew, worker, numbers, ones, 0.0),
            (statements.unwanted, worker, numbers, ones),
            (statements.progress, worker, numbers[0] if numbers else 0, 1, '{"progress": 0.5}'),
            (statements.again, worker, numbers[:2], ones[:2], delays[:2], nothing[:2], [False] * 2, texts[:2], "w"),
            (statements.end, worker, numbers, ones, texts, nothing, nothing, "w"),
            (statements.free_children, texts),
            (statements.free_these, texts),
            (statements.end_unwanted, numbers),
            (statements.existing, texts),
            (statements.ended_by, texts, "w"),
        ]
        return [(await self.run(*step))[1] for step in steps]


@asynccontextmanager
async def looking(url: str, schema: str) -> AsyncGenerator[Looking]:
    """Make the tables, and plan everything while they are empty."""
    engine = PostgresEngine(url, schema=schema)
    async with engine.opened():
        connection = await Database(url, patience=10.0).connect()
        try:
            await connection.execute(f"VACUUM ANALYZE {schema}.pgqueuer, {schema}.ended")
            found = Looking(engine, connection, schema)
            for limit in (0, 5):
                await found.claim(limit=limit)
            await found.claim(few_are_due=True)
            await found.run(found.statements.look)
            await found.settle([])
            yield found
        finally:
            await let_go(connection)


@pytest.mark.parametrize("limit", [0, 5])
async def test_a_claim_looks_at_what_it_takes(url: str, schema: str, limit: int) -> None:
    """However much is due: it is not sorted for each claim."""
    async with looking(url, schema) as worker:
        await worker.fill(due=2_000)
        _, looked_at = await worker.claim(limit=limit)

    assert looked_at <= MOST


async def test_a_claim_passes_over_what_is_due_later(url: str, schema: str) -> None:
    """However much of it there is, and although it comes before what is due now."""
    async with looking(url, schema) as worker:
        await worker.fill(due=2 * BATCH, later=2_000)
        numbers, looked_at = await worker.claim(few_are_due=True)
        found = (await worker.run(worker.statements.look))[0][0]

    assert len(numbers) == BATCH
    assert looked_at <= MOST
    assert (found["many_due"], found["many_later"]) == (False, True)


async def test_a_look_counts_no_further_than_matters(url: str, schema: str) -> None:
    """It is taken each second, and whenever there is nothing to do."""
    async with looking(url, schema) as worker:
        await worker.fill(due=3 * MANY, later=3 * MANY)
        (found,), looked_at = await worker.run(worker.statements.look)

    assert (found["many_due"], found["many_later"]) == (True, True)
    assert looked_at <= 2 * MANY + MOST


async def test_settling_looks_at_the_jobs_that_it_settles(url: str, schema: str) -> None:
    """However many wait, and have ended since the last vacuum."""
    looked_at: list[int] = []
    async with looking(url, schema) as worker:
        await worker.fill(due=2_000)
        for _ in range(20):
            numbers, _ = await worker.claim()
            looked_at += await worker.settle(numbers)

    assert max(looked_at) <= MOST
