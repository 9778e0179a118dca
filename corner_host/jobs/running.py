"""What runs in this process, for how long, and where it waits."""

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any, final

import corner_host.hosting
from corner_host.hosting import Place
from corner_host.hosting.waiting_at import TaskTree, waiting_at


@final
class RunningJobs:
    """The handlers' coroutines, by the id of the job."""

    def __init__(self) -> None:
        self._work: dict[str, tuple[str, float, Any]] = {}

    def begin(self, job_id: str, name: str, work: Any) -> None:
        """Note that *work* is what runs the job."""
        self._work[job_id] = (name, perf_counter(), work)

    def end(self, job_id: str) -> None:
        """Note that it has ended."""
        self._work.pop(job_id, None)

    def places(self) -> Mapping[str, Place]:
        """Return where each waits: the innermost line of the application. Call it in the event loop's thread."""
        tasks = TaskTree()
        return {job_id: waiting_at(work, tasks=tasks) for job_id, (_, _, work) in self._work.items()}

    def in_flight(self) -> "Sequence[corner_host.hosting.WorkInFlight]":
        """Return them as a host tells of them. Call it in the event loop's thread."""
        now, tasks = perf_counter(), TaskTree()
        return [
            corner_host.hosting.WorkInFlight("job", name, job_id, now - since, waiting_at(work, tasks=tasks))
            for job_id, (name, since, work) in self._work.items()
        ]
