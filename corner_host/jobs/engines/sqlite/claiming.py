"""Which jobs a worker gets: by queue, priority and age, but for paused queues, and kinds that are at their limit."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from corner_host.jobs.contracts import RateLimit, Subscription

from .owner import lease_clock


class Claimed(NamedTuple):
    """A row that was claimed."""

    id: str
    name: str
    queue: str
    payload: bytes
    attempt: int
    key: str | None
    priority: int
    enqueued_at: float
    trace: str | None
    due_at: float


_CLAIM: Final = (
    "UPDATE corner_jobs SET state = 2, attempt = attempt + 1, owner = ?, started_at = ?, progress = NULL WHERE id = ?"
)


def claim(
    connection: sqlite3.Connection, owner: str, subscription: Subscription, slots: int, now: float
) -> tuple[list[Claimed], float | None]:
    """Lease up to *slots* jobs to *owner*, the highest priority first, then the oldest; the attempt counts from here.

    A worker that stood still for so long that others have taken it for lost gets none until it is entered again: nobody
    would look after what it holds.

    Returns them, and after how many seconds there is room again under a rate that is used up (None: no rate is).
    """
    if connection.execute("SELECT 1 FROM corner_job_workers WHERE owner = ?", (owner,)).fetchone() is None:
        return [], None
    paused = {queue for (queue,) in connection.execute("SELECT queue FROM corner_job_queues")}
    queues = [queue for queue in subscription.queues if queue not in paused] if paused else subscription.queues
    room = _room_by_limits(connection, subscription.limits)
    opens = _room_by_rates(connection, subscription.rates, room)
    claimed: list[Claimed] = []
    while len(claimed) < slots:
        found = _ready(connection, queues, [name for name, left in room.items() if left <= 0], slots - len(claimed))
        taken = _take(found, room)
        connection.executemany(_CLAIM, [(owner, now, row.id) for row in taken])
        claimed.extend(taken)
        if len(taken) == len(found):
            break  # else a kind is full by now, and others behind it may have room
    if subscription.rates:
        at = lease_clock()
        begun = [(row.name, at) for row in claimed if row.name in subscription.rates]
        connection.executemany("INSERT INTO corner_job_starts VALUES (?, ?)", begun)
        opens = [*opens, *(subscription.rates[name].seconds for name, _ in begun if room[name] <= 0)]
    return claimed, min(opens, default=None)


def _room_by_limits(connection: sqlite3.Connection, limits: Mapping[str, int]) -> dict[str, int]:
    if not limits:
        return {}
    marks = ",".join("?" * len(limits))
    running = dict(
        connection.execute(
            f"SELECT name, count(*) FROM corner_jobs WHERE state = 2 AND name IN ({marks}) GROUP BY name",  # noqa: S608
            tuple(limits),
        ).fetchall()
    )
    return {name: limit - running.get(name, 0) for name, limit in limits.items()}


def _room_by_rates(
    connection: sqlite3.Connection, rates: Mapping[str, RateLimit], room: dict[str, int]
) -> Sequence[float]:
    """Lower *room* to what the rates leave; returns in how many seconds those that are used up have room again."""
    opens: list[float] = []
    now = lease_clock()
    for name, rate in rates.items():
        # a start that is still to come is of a boot before this one: the clock counts from there
        connection.execute(
            "DELETE FROM corner_job_starts WHERE name = ? AND (at <= ? OR at > ?)", (name, now - rate.seconds, now)
        )
        used, oldest = connection.execute(
            "SELECT count(*), min(at) FROM corner_job_starts WHERE name = ?", (name,)
        ).fetchone()
        if used >= rate.count:
            opens.append(max(0.001, oldest + rate.seconds - now))
        room[name] = min(room.get(name, rate.count), rate.count - used)
    return opens


def _ready(connection: sqlite3.Connection, queues: Sequence[str], full: Sequence[str], slots: int) -> list[Claimed]:
    without = f" AND name NOT IN ({','.join('?' * len(full))})" if full else ""
    statement = (
        "SELECT id, name, queue, payload, attempt + 1, key, priority, enqueued_at, trace, run_at FROM corner_jobs"  # noqa: S608
        f" WHERE state = 0 AND queue = ?{without} ORDER BY priority DESC, id LIMIT ?"
    )
    found = [Claimed._make(row) for queue in queues for row in connection.execute(statement, (queue, *full, slots))]
    if len(queues) > 1:
        found.sort(key=lambda row: (-row.priority, row.id))
    return found[:slots]


def _take(found: Sequence[Claimed], room: dict[str, int]) -> Sequence[Claimed]:
    if not room:
        return found
    taken: list[Claimed] = []
    for row in found:
        left = room.get(row.name)
        if left is None:
            taken.append(row)
        elif left > 0:
            room[row.name] = left - 1
            taken.append(row)
    return taken
