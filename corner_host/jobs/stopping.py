"""What a stop does to each queue, in two lines, so that anybody can prove afterwards that nothing was lost.

    orders: 8 running, 1000 waiting; policy: persist
    orders: 8 finished, 1000 kept in /data/jobs.db

Counting must neither fail a stop nor hold it up: a store that does not answer soon is left alone.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, final

import anyio

from corner_host.di import ServiceProvider
from corner_host.hosting.queue_stop import note_abandoned, tell_queue_stopped, tell_queue_stops

from .contracts import Again, Delivery, JobEngine, Outcome, Released
from .info import JobState
from .running import RunningJobs

_PATIENCE_SECONDS: Final = 0.5
_LOST_STATES: Final = frozenset({JobState.WAITING, JobState.SCHEDULED})
_log = logging.getLogger("corner_host.jobs")


@final
class QueueStops:
    """Tells it of the queues of one worker.

    Args:
        provider: The root provider of the host that stops.
        engine: Where the jobs are.
        queues: Which the worker works for.
        running: What runs in this process.
    """

    def __init__(
        self, provider: ServiceProvider, engine: JobEngine, queues: Sequence[str], running: RunningJobs
    ) -> None:
        self._provider = provider
        self._engine = engine
        self._queues = queues
        self._running = running
        self._left: Mapping[str, set[str]] = {}
        self._told: set[str] = set()
        self._finished: Counter[str] = Counter()
        self._again: Counter[str] = Counter()
        self._begun = anyio.Event()
        self._store_answers = False

    async def begin(self) -> None:
        """Tell what runs and what waits."""
        self._left = self._running.by_queue()
        runs = {queue: len(ids) for queue, ids in self._left.items()}
        waiting = await self._waiting()
        self._store_answers = None not in waiting.values()
        policy = "persist" if self._engine.capabilities.durable else "abandon"
        for queue in self._queues:
            running = runs.get(queue, 0)
            if running or waiting[queue] != 0:
                self._told.add(queue)
                tell_queue_stops(self._provider, queue, running=running, waiting=waiting[queue], policy=policy)
        self._begun.set()

    def ended(self, delivery: Delivery, outcome: Outcome) -> None:
        """Note what became of a job that has ended since."""
        self._left.get(delivery.queue, set[str]()).discard(delivery.id)
        which = self._again if isinstance(outcome, Again | Released) else self._finished
        which[delivery.queue] += 1

    async def end(self) -> None:
        """Tell what became of it, once the worker has given back what it still had."""
        await self._begun.wait()
        waiting: Mapping[str, int | None] = await self._waiting() if self._store_answers else {}
        for queue in self._queues:
            parts = [
                f"{number} {what}"
                for number, what in (
                    (len(self._left.get(queue, ())), "given back"),
                    (self._again[queue], "to be tried again"),
                )
                if number
            ]
            if queue in self._told or parts or self._finished[queue]:
                parts.append(await self._rest(queue, waiting.get(queue)))
                tell_queue_stopped(queue, finished=self._finished[queue], rest=", ".join(parts))

    async def _rest(self, queue: str, waiting: int | None) -> str:
        can = self._engine.capabilities
        if can.durable:
            return f"{'the rest' if waiting is None else waiting} kept in {can.store or can.engine}"
        lost = await self._lost(queue) if can.listing else Counter[str]()
        note_abandoned(self._provider, lost.total())
        names = ", ".join(f"{name} ({number})" for name, number in sorted(lost.items()))
        return f"{lost.total()} abandoned{names and f': {names}'}"

    async def _waiting(self) -> Mapping[str, int | None]:
        """Return how many are ready and wait in each queue; None where the store does not say so soon."""
        found: dict[str, int | None] = dict.fromkeys(self._queues)
        with anyio.move_on_after(_PATIENCE_SECONDS):
            for queue in self._queues:
                try:
                    found[queue] = (await self._engine.queues.depth(queue)).waiting
                except Exception as error:  # noqa: BLE001 - of a count, which must not fail the stop
                    _log.debug("Nobody knows how many jobs wait in %s: %s", queue, error)
        return found

    async def _lost(self, queue: str) -> Counter[str]:
        lost: Counter[str] = Counter()
        for each in await self._engine.records.counts():
            if each.queue == queue and each.state in _LOST_STATES:
                lost[each.name] += each.count
        return lost
