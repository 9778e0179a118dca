"""Queues of durable jobs that are worked off: how many of the jobs that were there are left.

A store takes jobs from every process and keeps them over a stop, so that nothing is closed here: what was put until the drain
began is counted until it has ended. A job that waits for a time to come, or to be tried again, is not waited for.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, final

from .contracts import QueueDrain
from .errors import UnavailableError


@final
@dataclass(frozen=True, slots=True)
class _Begun:
    at: datetime
    total: int
    reason: str


@final
class JobDrains:
    """The queues of jobs that somebody wants to see empty; they are forgotten when the host ends."""

    def __init__(self) -> None:
        self._begun: dict[str, _Begun] = {}

    async def begin(self, control: Any, queue: str, now: datetime, *, reason: str) -> int:
        """Count from now on what is left of the jobs of *queue*; returns how many there are.

        Raises:
            UnavailableError: The engine cannot tell which jobs were put before.
        """
        if not control.capabilities.listing:
            raise UnavailableError(
                f"The engine of {queue} cannot tell which jobs were put until now.\n"
                "To fix: nothing is lost when the host stops; to see it empty, wait until nothing waits or runs."
            )
        total = await _left(control, queue, now)
        self._begun[queue] = _Begun(now, total, reason)
        return total

    def end(self, queue: str) -> bool:
        """Forget it; returns whether there was one."""
        return self._begun.pop(queue, None) is not None

    async def of(self, control: Any, queue: str) -> QueueDrain | None:
        """Return how far it is; None where nobody has begun."""
        begun = self._begun.get(queue)
        if begun is None:
            return None
        left = await _left(control, queue, begun.at)
        return QueueDrain(since=begun.at, total=begun.total, left=left, reason=begun.reason)


async def _left(control: Any, queue: str, until: datetime) -> int:
    from corner_host.jobs import JobFilter, JobState  # noqa: PLC0415 - they are in use

    states = JobState.WAITING, JobState.RUNNING
    return sum([await control.count(JobFilter(queue=queue, state=each, until=until)) for each in states])
