"""How long the jobs of a queue waited that began last."""

from math import inf
from typing import Any, Final, TypeAlias, final

from corner_host.primitives.percentile import percentile

from .workplace import Workplace

Waits: TypeAlias = tuple[float | None, float | None]
"""Seconds that half of them waited at most, and that 95 of 100 did; None where none has begun."""

_LOOKED_AT: Final = 50
_KEPT_SECONDS: Final = 5.0
_UNKNOWN: Final[Waits] = (None, None)


@final
class JobWaits:
    """The waits of the jobs of each queue that run, and of the fifty that succeeded last; five seconds old at most.

    Only first attempts count: a later one waits because it has failed. What is put for later waits from then on.
    """

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self._known: dict[str, tuple[float, Waits]] = {}

    async def of(self, control: Any, queue: str) -> Waits:
        """Return them; nothing where the engine has no lists."""
        if not control.capabilities.listing:
            return _UNKNOWN
        now = self._workplace.clock.monotonic()
        looked_at, waits = self._known.get(queue, (-inf, _UNKNOWN))
        if now - looked_at > _KEPT_SECONDS:
            waits = await _waits(control, queue)
            self._known[queue] = now, waits
        return waits


async def _waits(control: Any, queue: str) -> Waits:
    from corner_host.jobs import JobFilter, JobState  # noqa: PLC0415 - they are in use

    begun: list[Any] = []
    for state in (JobState.RUNNING, JobState.SUCCEEDED):
        begun += await control.list(JobFilter(queue=queue, state=state), limit=_LOOKED_AT)
    waited = sorted(
        max(0.0, (job.started_at - max(job.enqueued_at, job.run_at)).total_seconds())
        for job in begun
        if job.attempt == 1 and job.started_at is not None
    )
    if not waited:
        return _UNKNOWN
    return percentile(waited, 50), percentile(waited, 95)
