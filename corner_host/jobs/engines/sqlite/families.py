"""Children: jobs that wait for another one's end."""

import sqlite3
from collections.abc import Sequence
from typing import Final

_PARENT_STATE: Final = "(SELECT older.state FROM corner_jobs AS older WHERE older.id = corner_jobs.parent)"
_ENDED_OTHERWISE: Final = f" WHERE parent = ? AND state = 1 AND {_PARENT_STATE} IN (3, 5)"
_REMEMBER: Final = "INSERT INTO corner_job_history (job, at, event, attempt, detail) SELECT id, ?, 'CANCELLED', 0, "
FREE_CHILDREN: Final = (
    (
        f"UPDATE corner_jobs SET state = 0, run_at = ? WHERE parent = ? AND state = 1 AND CASE run_on"  # noqa: S608 - ours
        f" WHEN 'success' THEN {_PARENT_STATE} = 3 WHEN 'failure' THEN {_PARENT_STATE} = 4 ELSE {_PARENT_STATE} >= 3 END"
    ),
    # a dead parent may be requeued, and then succeed: who waits for that goes on waiting
    f"{_REMEMBER} 'its parent ' || parent || ' ended otherwise' FROM corner_jobs{_ENDED_OTHERWISE}",
    f"UPDATE corner_jobs SET state = 5, finished_at = ?{_ENDED_OTHERWISE}",  # noqa: S608 - ours
)
"""Statements of the time and a parent's id: its children run or end, by what each waits for, if it has ended."""
PARENT: Final = "SELECT 1 FROM corner_jobs WHERE id = ?"
"""Whether there is a job to wait for."""
_WAITING: Final = "parent IS NOT NULL AND state = 1"


def free_children(connection: sqlite3.Connection, parents: Sequence[str], now: float) -> None:
    """Let the children of ended parents run, or end with them, by what each waits for."""
    for parent in _that_are_waited_for(connection, parents):
        for statement in FREE_CHILDREN:
            connection.execute(statement, (now, parent))


def orphan_children(connection: sqlite3.Connection, parents: Sequence[str], now: float) -> None:
    """Cancel the children that wait for parents which are deleted."""
    for parent in _that_are_waited_for(connection, parents):
        waiting = " WHERE parent = ? AND state = 1"
        connection.execute(
            f"{_REMEMBER} 'its parent ' || parent || ' was deleted' FROM corner_jobs{waiting}", (now, parent)
        )
        connection.execute(f"UPDATE corner_jobs SET state = 5, finished_at = ?{waiting}", (now, parent))  # noqa: S608 - ours


def _that_are_waited_for(connection: sqlite3.Connection, parents: Sequence[str]) -> Sequence[str]:
    # one look that is nearly always all: most stores have no children
    if connection.execute(f"SELECT 1 FROM corner_jobs WHERE {_WAITING} LIMIT 1").fetchone() is None:  # noqa: S608 - ours
        return ()
    statement = f"SELECT 1 FROM corner_jobs WHERE {_WAITING} AND parent = ? LIMIT 1"  # noqa: S608 - ours
    return [parent for parent in parents if connection.execute(statement, (parent,)).fetchone() is not None]
