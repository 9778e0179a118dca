"""What became of claimed jobs, written down: the state of each, and a line of history.

A success is the last that can happen to a job, and its line can be read off the row: it has none of its own.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from corner_host.jobs.contracts import Again, Cancelled, Dead, Done, Failure, Outcome, Released
from corner_host.jobs.history import EVENTS, detail_of, failure_in

from .families import free_children


class Settlement(NamedTuple):
    """What became of a claimed job."""

    id: str
    attempt: int
    outcome: Outcome


REMEMBER: Final = (
    "INSERT INTO corner_job_history (job, at, event, attempt, started_at, worker, error_type, error, error_place, detail)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
BACK: Final = "state = CASE cancel WHEN 1 THEN 5 ELSE 0 END, finished_at = CASE cancel WHEN 1 THEN ? END"
"""What becomes of a job that is given back, at a time: it waits again, unless somebody has cancelled it meanwhile."""
_HELD: Final = " WHERE id = ? AND state = 2 AND owner = ? AND attempt = ?"
_SUCCEED: Final = (
    "UPDATE corner_jobs SET state = 3, finished_at = ?, result = ?, error_type = NULL, error = NULL, error_place = NULL,"  # noqa: S608
    f" traceback = NULL{_HELD}"
)
_SETTLE: Final[Mapping[type[Outcome], str]] = {
    Again: "UPDATE corner_jobs SET state = 1, run_at = ?, error_type = ?, error = ?, error_place = ?, traceback = ?"
    " WHERE id = ?",
    Dead: "UPDATE corner_jobs SET state = 4, finished_at = ?, error_type = ?, error = ?, error_place = ?, traceback = ?"
    " WHERE id = ?",
    Cancelled: "UPDATE corner_jobs SET state = 5, finished_at = ? WHERE id = ?",
    Released: f"UPDATE corner_jobs SET {BACK}, run_at = max(run_at, ?), attempt = attempt - 1, owner = NULL WHERE id = ?",  # noqa: S608
}
_WAIT: Final = "UPDATE corner_jobs SET state = 1 WHERE id = ? AND state = 0 AND run_at > ?"


def settle(
    connection: sqlite3.Connection, owner: str, settlements: Sequence[Settlement], now: float
) -> list[Settlement]:
    """Write down what became of claimed jobs.

    Returns those that are no longer *owner*'s, since its lease ran out meanwhile: they stay as whoever has them left them.
    """
    lost = _succeed(connection, owner, settlements, now)
    for done in settlements:
        if not isinstance(done.outcome, Done) and not _end_otherwise(connection, owner, done, now):
            lost.append(done)
    ended = [done.id for done in settlements if not isinstance(done.outcome, Again)]
    free_children(connection, ended, now)
    return lost


def _succeed(
    connection: sqlite3.Connection, owner: str, settlements: Sequence[Settlement], now: float
) -> list[Settlement]:
    rows = [
        (now, done.outcome.result, done.id, owner, done.attempt)
        for done in settlements
        if isinstance(done.outcome, Done)
    ]
    if not rows or connection.executemany(_SUCCEED, rows).rowcount == len(rows):
        return []
    mine = set(
        connection.execute(
            "SELECT id, attempt FROM corner_jobs WHERE state = 3 AND owner = ? AND finished_at = ?", (owner, now)
        )
    )
    return [done for done in settlements if isinstance(done.outcome, Done) and (done.id, done.attempt) not in mine]


def _end_otherwise(connection: sqlite3.Connection, owner: str, done: Settlement, now: float) -> bool:
    """Whether it was still *owner*'s to end."""
    found = connection.execute(
        f"SELECT started_at FROM corner_jobs{_HELD}",  # noqa: S608 - ours
        (done.id, owner, done.attempt),
    ).fetchone()
    if found is None:
        return False
    connection.execute(_SETTLE[type(done.outcome)], (*_values(done.outcome, now), done.id))
    if isinstance(done.outcome, Released) and done.outcome.delay:
        connection.execute(_WAIT, (done.id, now))
    connection.execute(REMEMBER, _line(done, owner, found[0], now))
    return True


def _values(outcome: Outcome, now: float) -> tuple[object, ...]:
    match outcome:
        case Again(delay, failure):
            return now + delay, *_error(failure), None if failure is None else failure.traceback
        case Dead(failure):
            return now, *_error(failure), failure.traceback
        case Released(delay):
            return now, now + delay if delay else 0.0
        case _:
            return (now,)


def _line(done: Settlement, owner: str, started: float, now: float) -> tuple[object, ...]:
    outcome = done.outcome
    error = _error(failure_in(outcome))
    return done.id, now, EVENTS[type(outcome)], done.attempt, started, owner, *error, detail_of(outcome)


def _error(failure: Failure | None) -> tuple[str | None, str | None, str | None]:
    return (None, None, None) if failure is None else (failure.kind, failure.message, failure.place)
