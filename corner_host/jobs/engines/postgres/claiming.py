"""Which jobs a worker gets: pgqueuer's claim, for the entrypoints of its queues, with room under each name's limits.

pgqueuer keeps one limit for each entrypoint, over all workers. Where that is all, its claim alone decides. Rates, and a
limited name that is in several queues, need a count that holds still: then claims take turns (an advisory lock).
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, final
from uuid import UUID

from pgqueuer.adapters.persistence.queries import lost_capacity_slot_race
from pgqueuer.domain.types import QueueManagerId

from corner_host.jobs.contracts import Subscription

from .names import queue_and_name
from .statements import Statements


class Claimed(NamedTuple):
    """A row that was claimed. *number* is pgqueuer's id. A tuple, since one is made for each job."""

    number: int
    id: str
    name: str
    queue: str
    payload: bytes
    attempt: int
    key: str | None
    priority: int
    enqueued_at: float
    due_at: float
    trace: str | None
    unwanted: bool


@final
class Claims:
    """Claims for one worker.

    Args:
        statements: The statements.
        worker: Whose name jobs are claimed in.
        subscription: What the worker wants.
        lease: How long a worker may be silent before its jobs are another one's, in seconds.
    """

    def __init__(self, statements: Statements, worker: UUID, subscription: Subscription, lease: float) -> None:
        self._statements = statements
        self._worker = QueueManagerId(worker)
        self._subscription = subscription
        self._lease = timedelta(seconds=lease)
        self._slot_index = f"{statements.settings.queue_table}_picked_slot_idx"
        self._paused: set[str] = set()
        self._few_are_due = False
        self._entrypoints: dict[str, tuple[str, str]] = {}
        self.opens: float | None = None
        """After how many seconds a rate that is used up has room again; None: no rate is."""

    def learn(self, entrypoints: Sequence[str]) -> bool:
        """Note entrypoints that have jobs; whether any of them is new and wanted here."""
        before = len(self._entrypoints)
        for entrypoint in entrypoints:
            if entrypoint not in self._entrypoints:
                queue, name = queue_and_name(entrypoint)
                if queue in self._subscription.queues:
                    self._entrypoints[entrypoint] = queue, name
        return len(self._entrypoints) > before

    async def look(self, connection: Any) -> tuple[bool, float | None]:
        """See what there is; returns whether there is more to claim from, and after how many seconds more is due."""
        rows = await connection.fetch(self._statements.look)
        found = [row["entrypoint"] for row in rows if not row["paused"]]
        paused = {row["entrypoint"] for row in rows if row["paused"]}
        resumed = bool(self._paused - paused)
        self._paused = paused
        self._few_are_due = any(row["many_later"] for row in rows) and not any(row["many_due"] for row in rows)
        due = [row["due"] for row in rows if row["due"] is not None]
        return self.learn(found) or resumed, min(due, default=None)

    async def claim(self, connection: Any, slots: int) -> Sequence[Claimed]:
        """Lease up to *slots* jobs, the highest priority first, then the oldest; the attempt counts from here."""
        self.opens = None
        names = {
            entrypoint: name for entrypoint, (queue, name) in self._entrypoints.items() if queue not in self._paused
        }
        if not names:
            return ()
        limits = self._subscription.limits
        limited = [name for name in names.values() if name in limits]
        if not self._subscription.rates and len(limited) == len(set(limited)):
            return await self._dequeue(connection, {each: limits.get(name, 0) for each, name in names.items()}, slots)
        async with connection.transaction():
            await connection.fetch(
                "SELECT pg_advisory_xact_lock(hashtextextended($1, 8))", f"corner_host {self._statements.schema}"
            )
            return await self._claim_in_turn(connection, names, slots)

    async def _claim_in_turn(self, connection: Any, names: Mapping[str, str], slots: int) -> Sequence[Claimed]:
        limits, rates = self._subscription.limits, self._subscription.rates
        capped = [each for each, name in names.items() if name in limits or name in rates]
        running: dict[str, int] = defaultdict(int)
        for row in await connection.fetch(self._statements.running, capped):
            running[row["entrypoint"]] = row["running"]
        room = await self._room_by_rates(connection)
        for name, limit in limits.items():
            left = limit - sum(running[each] for each in capped if names[each] == name)
            room[name] = min(room.get(name, left), left)
        claimed: list[Claimed] = []
        # one entrypoint of a capped name at a time, so that what is left over is known for the next
        for entrypoint in capped:
            name = names[entrypoint]
            if room[name] > 0 and len(claimed) < slots:
                wanted = min(room[name], slots - len(claimed))
                found = await self._dequeue(connection, {entrypoint: running[entrypoint] + wanted}, wanted)
                room[name] -= len(found)
                claimed.extend(found)
        others = {each: 0 for each in names if each not in capped}
        if others and len(claimed) < slots:
            claimed.extend(await self._dequeue(connection, others, slots - len(claimed)))
        begun = [row.name for row in claimed if row.name in rates]
        if begun:
            seconds = [rate.seconds for rate in rates.values()]
            await connection.fetch(self._statements.start, list(rates), seconds, begun)
            used_up = [rates[name].seconds for name in set(begun) if room[name] <= 0]
            self.opens = min([*used_up, *([] if self.opens is None else [self.opens])], default=None)
        return claimed

    async def _room_by_rates(self, connection: Any) -> dict[str, int]:
        rates = self._subscription.rates
        room: dict[str, int] = {}
        for row in await connection.fetch(
            self._statements.starts, list(rates), [rate.seconds for rate in rates.values()]
        ):
            room[row["name"]] = rates[row["name"]].count - row["used"]
            if room[row["name"]] <= 0:
                self.opens = min(row["opens"], row["opens"] if self.opens is None else self.opens)
        return room

    async def _dequeue(self, connection: Any, limits: Mapping[str, int], slots: int) -> Sequence[Claimed]:
        statement, values = self._statements.claim(
            self._worker, limits, slots, self._lease, few_are_due=self._few_are_due
        )
        try:
            return [self._claimed(row) for row in await connection.fetch(statement, *values)]
        except Exception as error:
            if lost_capacity_slot_race(error, self._slot_index):
                return ()  # another worker took the place
            raise

    def _claimed(self, row: Any) -> Claimed:
        headers = json.loads(row["headers"])
        queue, name = self._entrypoints[row["entrypoint"]]
        return Claimed(
            row["id"], headers["id"], name, queue, row["payload"], row["attempts"], headers.get("key"), row["priority"],
            row["created"].timestamp(), row["execute_after"].timestamp(), headers.get("trace"), "cancel" in headers,
        )  # fmt: skip
