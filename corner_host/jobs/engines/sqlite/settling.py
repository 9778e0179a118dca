"""What became of claimed jobs, written down: the state of each, and a line of history.

A success is the last that can happen to a job, and its line can be read off the row: it has none of its own.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, final

from corner_host.jobs.contracts import Again, Cancelled, Dead, Done, Failure, Outcome, Released
from corner_host.jobs.info import JobEventKind

from .families import free_children


@final
@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a claimed job."""

    id: str
    attempt: int
    outcome: Outcome


REMEMBER: Final = (
    "INSERT INTO corner_job_history (job, at, event, attempt, started_at, worker, error_type, error, error_place, detail)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_SETTLE: Final[Mapping[type[Outcome], str]] = {
    Done: "UPDATE corner_jobs SET state = 3, finished_at = ?, result = ?, error_type = NULL, error = NULL,"
    " error_place = NULL, traceback = NULL WHERE id = ?",
    Again: "UPDATE corner_jobs SET state = 1, run_at = ?, error_type = ?, error = ?, error_place = ?, traceback = ?"
    " WHERE id = ?",
    Dead: "UPDATE corner_jobs SET state = 4, finished_at = ?, error_type = ?, error = ?, error_place = ?, traceback = ?"
    " WHERE id = ?",
    Cancelled: "UPDATE corner_jobs SET state = 5, finished_at = ? WHERE id = ?",
    Released: "UPDATE corner_jobs SET state = 0, attempt = attempt - 1, owner = NULL WHERE id = ?",
}
_EVENTS: Final[Mapping[type[Outcome], JobEventKind]] = {
    Again: JobEventKind.FAILED,
    Dead: JobEventKind.DIED,
    Cancelled: JobEventKind.CANCELLED,
    Released: JobEventKind.RELEASED,
}


def settle(
    connection: sqlite3.Connection, owner: str, settlements: Sequence[Settlement], now: float
) -> list[Settlement]:
    """Write down what became of claimed jobs.

    Returns those that are no longer *owner*'s, since its lease ran out meanwhile: they stay as whoever has them left them.
    """
    held = {
        (job_id, attempt): started
        for job_id, attempt, started in connection.execute(
            "SELECT id, attempt, started_at FROM corner_jobs WHERE state = 2 AND owner = ?", (owner,)
        )
    }
    kept = [done for done in settlements if (done.id, done.attempt) in held]
    by_kind: dict[type[Outcome], list[tuple[object, ...]]] = {}
    for done in kept:
        by_kind.setdefault(type(done.outcome), []).append((*_values(done.outcome, now), done.id))
    for kind, rows in by_kind.items():
        connection.executemany(_SETTLE[kind], rows)
    connection.executemany(
        REMEMBER,
        [_line(done, owner, held[done.id, done.attempt], now) for done in kept if not isinstance(done.outcome, Done)],
    )
    free_children(connection, [done.id for done in kept if isinstance(done.outcome, Done | Dead | Cancelled)], now)
    return [done for done in settlements if (done.id, done.attempt) not in held]


def _values(outcome: Outcome, now: float) -> tuple[object, ...]:
    match outcome:
        case Done():
            return now, outcome.result
        case Again(delay, failure):
            return now + delay, *_error(failure), None if failure is None else failure.traceback
        case Dead(failure):
            return now, *_error(failure), failure.traceback
        case Cancelled():
            return (now,)
        case Released():
            return ()


def _line(done: Settlement, owner: str, started: float, now: float) -> tuple[object, ...]:
    outcome = done.outcome
    failure = outcome.failure if isinstance(outcome, Again | Dead) else None
    detail = f"again in {outcome.delay:.1f} s" if isinstance(outcome, Again) else ""
    return done.id, now, _EVENTS[type(outcome)], done.attempt, started, owner, *_error(failure), detail


def _error(failure: Failure | None) -> tuple[str | None, str | None, str | None]:
    return (None, None, None) if failure is None else (failure.kind, failure.message, failure.place)
