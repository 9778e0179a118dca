"""Putting jobs: pgqueuer's insertion, the answer to keys that are taken, and children whose parent has ended already."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from corner_host.jobs.contracts import Duplicate, Enqueued, NewJob
from corner_host.jobs.errors import JobEngineError, unknown_parent
from corner_host.jobs.families import in_generations, parents_elsewhere, with_its_parent

from .names import dedupe_key, entrypoint
from .pool import Fetch, Pool
from .statements import Statements
from .trouble import AnswerLostError, IdTakenError

_FOR_THE_PARENT: Final = timedelta(days=365_000)
"""How long a child waits by itself: for ever, since its parent's end lets it go."""
_NOW: Final = timedelta(0)
_MOST_TRIES: Final = 10


async def put(fetch: Fetch, statements: Statements, jobs: Sequence[NewJob], now: float) -> list[Enqueued | Duplicate]:
    """Store the jobs; a key that is taken makes a duplicate of that one only. *now* is in epoch seconds.

    Raises:
        JobNotFoundError: One is to run after a job that there is not.
    """
    parents = parents_elsewhere(jobs)
    if parents:
        known = {row["id"] for row in await fetch(statements.known, list(parents))}
        for parent in parents - known:
            raise unknown_parent(parent)
    answers: dict[str, Enqueued | Duplicate] = {}
    for generation in in_generations(jobs):
        left = [with_its_parent(job, answers) for job in generation]
        answers |= await _put_generation(fetch, statements, left, now)
    children = [job.id for job in jobs if job.parent is not None]
    if children:
        cancelled = await fetch(statements.free_these, children)
        await free_children(fetch, statements, [row["id"] for row in cancelled])
    return [answers[job.id] for job in jobs]


async def _put_generation(
    fetch: Fetch, statements: Statements, jobs: Sequence[NewJob], now: float
) -> dict[str, Enqueued | Duplicate]:
    answers: dict[str, Enqueued | Duplicate] = {}
    left = jobs
    for _ in range(_MOST_TRIES):  # who has a key may end between our insertion and our question
        places: list[int] = [row["ord"] - 1 for row in await fetch(statements.put, *_columns(left, now))]
        for place in places:
            job = left[place]
            answers[job.id] = Enqueued(job.id)
        left = [job for job in left if job.id not in answers]
        if not left:
            break
        keys = [dedupe_key(job.name, job.key) for job in left]
        holders = {row["dedupe_key"]: row["id"] for row in await fetch(statements.existing, keys)}
        for job, key in zip(left, keys, strict=True):
            if key in holders:
                answers[job.id] = Duplicate(holders[key])
        left = [job for job in left if job.id not in answers]
        if not left:
            break
    else:
        raise JobEngineError(
            f"The key of a job {left[0].name} was taken and let go {_MOST_TRIES} times while it was put. Nothing was stored."
        )
    return answers


async def put_alone(
    pool: Pool, statements: Statements, jobs: Sequence[NewJob], now: float
) -> Sequence[Enqueued | Duplicate]:
    """Store the jobs in a transaction of their own. Where its answer is lost, what is there is seen, and the rest is put.

    Raises:
        AnswerLostError: It was lost, and the server does not say what is there.
        JobEngineError: Nothing was stored.
    """
    try:
        return await _put_alone(pool, statements, jobs, now)
    except (AnswerLostError, IdTakenError) as error:
        try:
            there = {row["id"] for row in await pool.fetch(statements.known, [job.id for job in jobs])}
            answers = iter(await _put_alone(pool, statements, [job for job in jobs if job.id not in there], now))
        except JobEngineError:
            raise error from None
        return [Enqueued(job.id) if job.id in there else next(answers) for job in jobs]


async def _put_alone(
    pool: Pool, statements: Statements, jobs: Sequence[NewJob], now: float
) -> Sequence[Enqueued | Duplicate]:
    if not jobs:
        return []
    if all(job.key is None and job.parent is None for job in jobs):  # one statement is a transaction
        return await put(pool.fetch, statements, jobs, now)
    async with pool.transaction() as fetch:
        return await put(fetch, statements, jobs, now)


async def free_children(fetch: Fetch, statements: Statements, ended: Sequence[str]) -> None:
    """Let the children of jobs that have ended run, or end with them; theirs in turn, too."""
    while ended:
        ended = [row["id"] for row in await fetch(statements.free_children, ended)]


def _columns(jobs: Sequence[NewJob], now: float) -> tuple[list[Any], ...]:
    return (
        [job.priority for job in jobs],
        [entrypoint(job.queue, job.name) for job in jobs],
        [job.payload for job in jobs],
        [_delay(job, now) for job in jobs],
        [dedupe_key(job.name, job.key) for job in jobs],
        [json.dumps(_headers(job)) for job in jobs],
    )


def _delay(job: NewJob, now: float) -> timedelta:
    if job.parent is not None:
        return _FOR_THE_PARENT
    return _NOW if job.run_at is None or job.run_at <= now else timedelta(seconds=job.run_at - now)


def _headers(job: NewJob) -> dict[str, str]:
    headers = {"id": job.id}
    if job.key is not None:
        headers["key"] = job.key
    if job.trace is not None:
        headers["trace"] = job.trace
    if job.parent is not None:
        headers |= {"parent": job.parent, "waits": job.parent, "run_on": job.run_on}
    return headers
