"""A short campaign on each engine, with each kind of fault once; and that a verdict can be bad."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from corner_host import JobClient
from corner_host.jobs import JobEvent, JobEventKind, JobInfo, JobState
from tests.campaign.campaign import Plan, run
from tests.campaign.ledger import Ledger, Line, Story
from tests.campaign.places import PLACES
from tests.campaign.verdict import judge

_NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.once
@pytest.mark.timeout(240)
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("engine", sorted(PLACES))
async def test_no_fault_loses_a_job(engine: str, anyio_backend: str) -> None:
    """Three workers, killed, stopped and standing still; a server that goes and comes; a disk that is full."""
    report = await run(Plan(engine=engine, jobs=200, seconds=1, seed=1, lease=1))

    assert report.is_good, str(report)
    assert len(report.faults) >= 5
    assert report.verdict.succeeded + report.verdict.dead >= 200


class Engine:
    """Answers for jobs, in the place of a client."""

    def __init__(self, *jobs: JobInfo) -> None:
        self._jobs = {job.id: job for job in jobs}

    async def get(self, job_id: str) -> JobInfo | None:
        return self._jobs.get(job_id)


def job(state: JobState, *history: JobEventKind, error_type: str | None = None) -> JobInfo:
    values: dict[str, Any] = dict.fromkeys(JobInfo.__slots__)
    values |= {"id": "7", "state": state, "error_type": error_type}
    values["history"] = [JobEvent(at=_NOW, event=event, attempt=1) for event in history]
    return JobInfo(**values)


def lines(*rows: tuple[str, float, int]) -> list[Line]:
    return [Line(what, at, "7" if what in {"put", "begin", "end"} else "kill", pid) for what, at, pid in rows]


PUT = ("put", 0.0, 1)
ONCE = (PUT, ("begin", 1.0, 2), ("end", 2.0, 2))
TWICE = (*ONCE, ("begin", 30.0, 3), ("end", 31.0, 3))
GOOD = job(JobState.SUCCEEDED, JobEventKind.SUCCEEDED)


@pytest.mark.parametrize(
    ("rows", "engine", "wrong"),
    [
        (ONCE, [GOOD], None),
        (ONCE, [], "lost"),
        ((PUT,), [job(JobState.WAITING)], "lost"),
        ((PUT,), [GOOD], "unreported"),
        ((PUT,), [job(JobState.DEAD, error_type="WorkerLost")], None),
        ((PUT,), [job(JobState.DEAD, error_type="OSError")], "unreported"),
        ((PUT,), [job(JobState.CANCELLED)], "unreported"),
        (TWICE, [GOOD], "unexplained"),
        ((*TWICE, ("fault", 2.1, 2)), [GOOD], None),
        ((*TWICE, ("fault", 2.1, 4)), [GOOD], "unexplained"),
        ((*TWICE, ("fault", 20.0, 2)), [GOOD], "unexplained"),
        ((*TWICE, ("fault", 1.5, 0), ("over", 1.6, 0)), [GOOD], None),
        (TWICE, [job(JobState.SUCCEEDED, JobEventKind.WORKER_LOST)], None),
    ],
)
async def test_the_ledger_is_held_against_the_engine(
    rows: tuple[tuple[str, float, int], ...], engine: list[JobInfo], wrong: str | None
) -> None:
    """What is lost, unreported, or finished twice without a cause is found; what has its cause is not held against it."""
    verdict = await judge(Story(lines(*rows)), cast("JobClient", Engine(*engine)), lease=1.0)

    found = [name for name in ("lost", "unreported", "unexplained") if getattr(verdict, name)]
    assert found == ([] if wrong is None else [wrong])
    assert verdict.is_good is (wrong is None)


def test_a_ledger_is_read_as_it_was_written(tmp_path: Path) -> None:
    """By any number of processes."""
    first, second = Ledger(tmp_path / "ledger"), Ledger(tmp_path / "ledger")
    first.note("put", "7")
    second.note("fault", "kill", 42)

    assert [(line.what, line.who) for line in first.read()] == [("put", "7"), ("fault", "kill")]
    assert first.read()[1].pid == 42
