"""How long an operator waits for an answer about a hundred thousand jobs, on any engine."""

import time
from collections.abc import Awaitable, Callable
from typing import Final

from corner_host.jobs import JobEngine, JobFilter, JobState, NewJob
from corner_host.testing.job_bench import new_job

from .frame import Figures

STORED: Final = 100_000
_AT_ONCE: Final = 5_000


async def searching(engine: JobEngine) -> Figures:
    """Return the milliseconds of each question; the engine is new."""
    async with engine.opened():
        for start in range(0, STORED, _AT_ONCE):
            await engine.put([_job(number) for number in range(start, start + _AT_ONCE)])
        records = engine.records
        questions: dict[str, Callable[[], Awaitable[object]]] = {
            "the newest 50, ms": lambda: records.list(JobFilter(), limit=50),
            "one by its text, ms": lambda: records.list(JobFilter(text="customer-77777@"), limit=50),
            "text that is not there, ms": lambda: records.list(JobFilter(text="nobody here"), limit=50),
            "dead ones of a name, ms": lambda: records.list(JobFilter(state=JobState.DEAD, name="order"), limit=50),
            "how many match, ms": lambda: records.count(JobFilter(text="customer-7"), most=STORED),
            "counts by state, ms": records.counts,
        }
        figures: dict[str, float] = {}
        for name, ask in questions.items():
            began = time.perf_counter()
            await ask()
            figures[name] = (time.perf_counter() - began) * 1e3
        return figures


def _job(number: int) -> NewJob:
    payload = b'{"order": %d, "customer": "customer-%d@example.org", "lines": [1, 2, 3, 4, 5]}' % (number, number)
    return new_job("order" if number % 2 else "receipt", payload=payload, key=f"order:{number}")
