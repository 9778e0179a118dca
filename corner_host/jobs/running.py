"""What runs in this process, and where it waits."""

from collections.abc import Mapping
from typing import Any, final

from corner_host.hosting import Place
from corner_host.hosting.waiting_at import TaskTree, waiting_at


@final
class RunningJobs:
    """The handlers' coroutines, by the id of the job."""

    def __init__(self) -> None:
        self._work: dict[str, Any] = {}

    def begin(self, job_id: str, work: Any) -> None:
        """Note that *work* is what runs the job."""
        self._work[job_id] = work

    def end(self, job_id: str) -> None:
        """Note that it has ended."""
        self._work.pop(job_id, None)

    def places(self) -> Mapping[str, Place]:
        """Return where each waits: the innermost line of the application. Call it in the event loop's thread."""
        tasks = TaskTree()
        return {job_id: waiting_at(work, tasks=tasks) for job_id, work in self._work.items()}
