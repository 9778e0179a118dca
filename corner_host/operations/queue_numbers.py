"""What every queue says of itself, raw; the rates are worked out from samples."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, final

from .contracts import QueueDrain
from .workplace import Workplace


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class QueueNumbers:
    """The counters of a queue since the start, and its gauges.

    Of durable jobs, counters are those of the store; *stored* is how many there are of any state. *rates* are in, out,
    failed, if the queue measures them itself.
    """

    name: str
    kind: str
    depth: int = 0
    capacity: int | None = None
    running: int = 0
    concurrency: int | None = None
    queued: int | None = None
    stored: int | None = None
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    rejected: int = 0
    scheduled: int = 0
    dead: int = 0
    rates: tuple[float, float, float] | None = None
    wait_p50: float | None = None
    wait_p95: float | None = None
    oldest_wait: float | None = None
    is_paused: bool = False
    paused_until: datetime | None = None
    pause_reason: str = ""
    drain: QueueDrain | None = None
    is_closed: bool = False
    saturated_since: datetime | None = None

    @property
    def taken_in(self) -> int | None:
        """What has been taken in, or grows as it does."""
        return self.stored if self.queued is None else self.queued

    @property
    def ended(self) -> int:
        """What has run to an end of any kind."""
        return self.completed + self.failed + self.cancelled


async def queue_numbers(workplace: Workplace) -> tuple[QueueNumbers, ...]:
    """Return the numbers of all queues."""
    return (*numbers_in_memory(workplace), *await numbers_of_jobs(workplace))


def numbers_in_memory(workplace: Workplace) -> tuple[QueueNumbers, ...]:
    """Return the numbers of the queue in memory, if there is one; these are always there."""
    control = workplace.find("corner_host.background", "QueueControl")
    if control is None:
        return ()
    status = control.status()
    numbers, pause, drain = status.numbers, status.pause, status.drain
    return (
        QueueNumbers(
            name=status.name,
            kind="memory",
            depth=numbers.depth,
            capacity=numbers.capacity,
            running=numbers.running,
            concurrency=status.concurrency or None,
            queued=numbers.queued,
            completed=numbers.completed,
            failed=numbers.failed,
            cancelled=numbers.cancelled,
            rejected=numbers.rejected,
            rates=(status.in_rate, status.out_rate, status.failed_rate),
            wait_p50=status.wait_p50,
            wait_p95=status.wait_p95,
            oldest_wait=status.oldest_wait,
            is_paused=pause is not None,
            paused_until=None if pause is None else pause.until,
            pause_reason="" if pause is None else pause.reason,
            drain=None
            if drain is None
            else QueueDrain(
                since=drain.since, total=drain.count, left=numbers.depth + numbers.running, reason=drain.reason
            ),
            is_closed=status.is_closed,
            saturated_since=status.saturated_since,
        ),
    )


async def numbers_of_jobs(workplace: Workplace) -> tuple[QueueNumbers, ...]:
    """Return the numbers of the queues of durable jobs; raises what their store does."""
    control = workplace.find("corner_host.jobs", "JobControl")
    if control is None:
        return ()
    registry = workplace.find("corner_host.jobs.registry", "JobRegistry")
    options = workplace.find("corner_host.jobs.worker", "WorkerOptions")
    counts: dict[str, dict[str, int]] = {each.queue: {} for each in registry or ()}
    if control.capabilities.listing:
        for each in await workplace.job_counts(control):
            states = counts.setdefault(each.queue, {})
            states[each.state.name] = states.get(each.state.name, 0) + each.count
    else:
        for each in await control.depths():
            counts[each.queue] = {"WAITING": each.waiting, "RUNNING": each.running}
    pauses: dict[str, Any] = {}
    if control.capabilities.pausing:
        pauses = {each.queue: each for each in await control.paused_queues()}
    return tuple(
        QueueNumbers(
            name=name,
            kind="jobs",
            depth=states.get("WAITING", 0),
            stored=sum(states.values()) if control.capabilities.listing else None,
            running=states.get("RUNNING", 0),
            concurrency=options.max_concurrency if options is not None and options.enabled else None,
            scheduled=states.get("SCHEDULED", 0),
            dead=states.get("DEAD", 0),
            completed=states.get("SUCCEEDED", 0),
            failed=states.get("DEAD", 0),
            cancelled=states.get("CANCELLED", 0),
            is_paused=name in pauses,
            paused_until=pauses[name].until if name in pauses else None,
            pause_reason=pauses[name].reason if name in pauses else "",
        )
        for name, states in sorted(counts.items())
    )
