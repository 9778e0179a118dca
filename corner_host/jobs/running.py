"""What runs in this process, for how long, and where it waits."""

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any, final

import corner_host.hosting
from corner_host.diagnostics.tracing import trace_id_of
from corner_host.hosting import Place
from corner_host.hosting.waiting_at import TaskTree, waiting_at

from .contracts import Delivery


@final
class RunningJobs:
    """The handlers' coroutines, by the id of the job."""

    def __init__(self) -> None:
        self._work: dict[str, tuple[Delivery, float, Any]] = {}

    def begin(self, delivery: Delivery, work: Any) -> None:
        """Note that *work* is what runs the job."""
        self._work[delivery.id] = (delivery, perf_counter(), work)

    def end(self, job_id: str) -> None:
        """Note that it has ended."""
        self._work.pop(job_id, None)

    def places(self) -> Mapping[str, Place]:
        """Return where each waits: the innermost line of the application. Call it in the event loop's thread."""
        tasks = TaskTree()
        return {job_id: waiting_at(work, tasks=tasks) for job_id, (_, _, work) in self._work.items()}

    def by_queue(self) -> dict[str, set[str]]:
        """Return the ids of what runs, by the queues that they came from."""
        found: dict[str, set[str]] = {}
        for delivery, _, _ in self._work.values():
            found.setdefault(delivery.queue, set()).add(delivery.id)
        return found

    def in_flight(self) -> "Sequence[corner_host.hosting.WorkInFlight]":
        """Return them as a host tells of them. Call it in the event loop's thread."""
        now, tasks = perf_counter(), TaskTree()
        return [
            corner_host.hosting.WorkInFlight(
                kind="job",
                name=delivery.name,
                id=delivery.id,
                seconds=now - since,
                place=waiting_at(work, tasks=tasks),
                trace=trace_id_of(delivery.headers),
            )
            for delivery, since, work in self._work.values()
        ]
