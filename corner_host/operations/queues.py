"""``operations.queues``: what waits, and the valve before it."""

from typing import Any, Final, final

from corner_host.primitives import Duration, seconds

from .contracts import ActionResult, Actor, JobQuery, QueueStatus
from .errors import InvalidRequestError, NotFoundError, UnavailableError
from .jobs import JobOperations
from .queue_numbers import QueueNumbers, numbers_in_memory, queue_numbers
from .workplace import Workplace

_MOST_CONCURRENCY: Final = 10_000


@final
class QueueOperations:
    """The queue in memory, and the queues of durable jobs."""

    def __init__(self, workplace: Workplace, *, jobs: JobOperations) -> None:
        self._workplace = workplace
        self._jobs = jobs

    async def list(self) -> tuple[QueueStatus, ...]:
        """Return all queues, the one in memory first."""
        now = self._workplace.clock.now().timestamp()
        return tuple(self._status(each, now) for each in await queue_numbers(self._workplace))

    def in_memory(self) -> tuple[QueueStatus, ...]:
        """Return the queue in memory alone, if there is one; it is there whatever becomes of the store of jobs."""
        now = self._workplace.clock.now().timestamp()
        return tuple(self._status(each, now) for each in numbers_in_memory(self._workplace))

    async def get(self, name: str) -> QueueStatus:
        """Return one.

        Raises:
            NotFoundError: There is none of this name.
        """
        queues = await self.list()
        for each in queues:
            if each.name == name:
                return each
        raise NotFoundError("queue", name, tuple(each.name for each in queues))

    async def pause(self, name: str, *, by: Actor, reason: str = "", duration: Duration | None = None) -> ActionResult:
        """Begin nothing new from it; what runs goes on, and new work is taken in.

        Args:
            name: The queue.
            by: Who.
            reason: Why.
            duration: For how long; None until `resume`.

        Raises:
            NotFoundError: There is none of this name.
        """
        span = None if duration is None else seconds(duration, "duration", above=0.0)

        async def pause() -> ActionResult:
            queue = await self.get(name)
            until = self._workplace.after(span)
            if queue.kind == "memory":
                self._memory.pause(span, reason=reason)
            else:
                await self._control.pause_queue(name, span, reason=reason)
            when = f" until {until:%H:%M:%S}" if until else ""
            room = "" if queue.capacity is None else " until it is full"
            text = f"{name} paused{when} ({queue.running} running will finish; new work is still accepted{room})"
            return ActionResult(action="queue.pause", target=name, message=text, count=1, until=until)

        return await self._workplace.actions.perform("queue.pause", name, pause, by=by, reason=reason)

    async def resume(self, name: str, *, by: Actor, reason: str = "") -> ActionResult:
        """Let a paused queue go on.

        Raises:
            NotFoundError: There is none of this name.
        """

        async def resume() -> ActionResult:
            queue = await self.get(name)
            if queue.kind == "memory":
                self._memory.resume()
            else:
                await self._control.resume_queue(name)
            was = "goes on" if queue.is_paused else "was not paused"
            return ActionResult(action="queue.resume", target=name, message=f"{name} {was}", count=int(queue.is_paused))

        return await self._workplace.actions.perform("queue.resume", name, resume, by=by, reason=reason)

    async def set_concurrency(self, name: str, concurrency: int, *, by: Actor, reason: str = "") -> ActionResult:
        """Let so many run at once, until the host ends.

        Raises:
            NotFoundError: There is none of this name.
            InvalidRequestError: *concurrency* is not from 1 to 10,000.
            UnavailableError: It cannot be changed for this queue.
        """
        if not 1 <= concurrency <= _MOST_CONCURRENCY:
            raise InvalidRequestError(f"concurrency must be from 1 to {_MOST_CONCURRENCY}.", field="concurrency")

        async def change() -> ActionResult:
            queue = await self.get(name)
            if queue.kind != "memory":
                raise UnavailableError("The concurrency of durable jobs is Jobs:MaxConcurrency; set it and restart.")
            if not self._memory.set_concurrency(concurrency):
                raise UnavailableError(f"Nothing works {name} off here (BackgroundJobs:EnableBackgroundJobs).")
            text = f"{name}: {queue.concurrency or '?'} → {concurrency} at once, until the host ends"
            return ActionResult(action="queue.concurrency", target=name, message=text, count=1)

        return await self._workplace.actions.perform(
            "queue.concurrency", f"{name}={concurrency}", change, by=by, reason=reason
        )

    async def purge(self, name: str, *, by: Actor, reason: str = "") -> ActionResult:
        """Throw away what waits. There is no way back.

        Raises:
            NotFoundError: There is none of this name.
        """
        queue = await self.get(name)
        if queue.kind == "jobs":
            waiting = JobQuery(queues=(name,), states=("WAITING",))
            return await self._jobs.delete(waiting, by=by, reason=reason or "purge")

        async def purge() -> ActionResult:
            count = self._memory.purge()
            return ActionResult(action="queue.purge", target=name, message=f"{count} items thrown away", count=count)

        return await self._workplace.actions.perform("queue.purge", name, purge, by=by, reason=reason)

    @property
    def _memory(self) -> Any:
        return self._workplace.find("corner_host.background", "QueueControl")

    @property
    def _control(self) -> Any:
        return self._workplace.find("corner_host.jobs", "JobControl")

    def _status(self, queue: QueueNumbers, now: float) -> QueueStatus:
        samples = self._workplace.samples

        def rate(counter: str, value: float | None) -> float:
            return 0.0 if value is None else samples.rate(f"+{counter}:{queue.name}", now=now, value=value)

        came, went, failed = queue.rates or (
            rate("queued_per_second", queue.put),
            rate("ended_per_second", queue.ended),
            rate("failed_per_second", queue.failed),
        )

        return QueueStatus(
            name=queue.name,
            kind=queue.kind,
            depth=queue.depth,
            capacity=queue.capacity,
            running=queue.running,
            concurrency=queue.concurrency,
            scheduled=queue.scheduled,
            dead=queue.dead,
            in_rate=came,
            out_rate=went,
            failed_rate=failed,
            wait_p50=queue.wait_p50,
            wait_p95=queue.wait_p95,
            oldest_wait=queue.oldest_wait,
            queued=queue.queued,
            completed=queue.completed,
            failed=queue.failed,
            cancelled=queue.cancelled,
            rejected=queue.rejected,
            is_paused=queue.is_paused,
            paused_until=queue.paused_until,
            pause_reason=queue.pause_reason,
            is_closed=queue.is_closed,
            saturated_since=queue.saturated_since,
        )
