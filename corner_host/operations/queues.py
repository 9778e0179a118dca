"""``operations.queues``: what waits, and the valve before it."""

from dataclasses import replace
from typing import Any, Final, final

from corner_host.primitives import Duration, seconds

from .contracts import ActionResult, Actor, QueueStatus, WaitingItem
from .draining import JobDrains
from .errors import InvalidRequestError, NotFoundError, UnavailableError
from .job_waits import JobWaits
from .queue_numbers import QueueNumbers, numbers_in_memory, queue_numbers
from .repairs import delete_waiting
from .workplace import Workplace

_MOST_CONCURRENCY: Final = 10_000
_MOST_WAITING: Final = 1000


@final
class QueueOperations:
    """The queue in memory, and the queues of durable jobs."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self._drains = JobDrains()
        self._waits = JobWaits(workplace)

    async def list(self) -> tuple[QueueStatus, ...]:
        """Return all queues, the one in memory first."""
        now = self._workplace.clock.now().timestamp()
        found = [self._status(each, now) for each in await queue_numbers(self._workplace)]
        return tuple([each if each.kind == "memory" else await self._of_store(each) for each in found])

    async def _of_store(self, queue: QueueStatus) -> QueueStatus:
        """Return the status of a queue of jobs with what has to be looked up."""
        p50, p95 = await self._waits.of(self._control, queue.name)
        return replace(queue, wait_p50=p50, wait_p95=p95, drain=await self._drains.of(self._control, queue.name))

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

    async def waiting(self, name: str, *, limit: int = 50) -> tuple[WaitingItem, ...]:
        """Return what is next in a queue in memory, in order.

        Raises:
            NotFoundError: There is none of this name.
            InvalidRequestError: *limit* is not from 1 to 1,000.
            UnavailableError: It is a queue of durable jobs: `JobOperations.search` has those.
        """
        if not 1 <= limit <= _MOST_WAITING:
            raise InvalidRequestError(f"limit must be from 1 to {_MOST_WAITING}.", field="limit")
        queue = await self.get(name)
        if queue.kind != "memory":
            raise UnavailableError(f"What waits in {name} is in the list of jobs: state WAITING, queue {name}.")
        return tuple(
            WaitingItem(
                id=each.id,
                name=each.name,
                priority=each.priority,
                enqueued_at=each.enqueued_at,
                arguments=each.arguments,
                trace_id=each.trace_id,
            )
            for each in self._memory.waiting(limit)
        )

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
        """Let a paused or drained queue go on.

        Raises:
            NotFoundError: There is none of this name.
        """

        async def resume() -> ActionResult:
            queue = await self.get(name)
            if queue.kind == "memory":
                self._memory.resume()
            else:
                self._drains.end(name)
                if queue.is_paused:
                    await self._control.resume_queue(name)
            was_held = queue.is_paused or queue.drain is not None
            was = "goes on" if was_held else "was not paused"
            return ActionResult(action="queue.resume", target=name, message=f"{name} {was}", count=int(was_held))

        return await self._workplace.actions.perform("queue.resume", name, resume, by=by, reason=reason)

    async def drain(self, name: str, *, by: Actor, reason: str = "", dry_run: bool = False) -> ActionResult:
        """Have what is there worked off; its `QueueStatus.drain` tells how much is left. `resume` takes it back.

        In memory, nothing new is taken in meanwhile, as if the queue were full. Of durable jobs, which survive a stop, and
        come from other processes as well, those are counted that were put until now.

        Args:
            name: The queue.
            by: Who.
            reason: Why.
            dry_run: Only count.

        Raises:
            NotFoundError: There is none of this name.
            UnavailableError: It is paused, nothing works it off, or its engine cannot tell what is left.
        """

        async def drain() -> ActionResult:
            queue = await self.get(name)
            if queue.is_paused:
                raise UnavailableError(f"{name} is paused, and would never be empty.\nTo fix: resume it first.")
            count = queue.depth + queue.running
            if dry_run:
                text = f"would work off {count:,}"
            elif queue.kind == "jobs":
                count = await self._drains.begin(self._control, name, self._workplace.clock.now(), reason=reason)
                text = f"{name}: {count:,} put until now are worked off; later ones are taken in all the same"
            else:
                if queue.concurrency is None:
                    raise UnavailableError(f"Nothing works {name} off here (BackgroundJobs:EnableBackgroundJobs).")
                count = self._memory.drain(reason=reason).count
                text = f"{name}: {count:,} are worked off; nothing new is taken in until it is resumed"
            return ActionResult(action="queue.drain", target=name, message=text, count=count, is_dry_run=dry_run)

        return await self._workplace.actions.perform("queue.drain", name, drain, by=by, reason=reason)

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

    async def purge(self, name: str, *, by: Actor, reason: str = "", dry_run: bool = False) -> ActionResult:
        """Throw away what waits; with *dry_run* only count it. There is no way back.

        Raises:
            NotFoundError: There is none of this name.
            UnavailableError: Its engine cannot do that.
        """

        async def purge() -> ActionResult:
            queue = await self.get(name)
            if queue.kind == "jobs":
                count = await delete_waiting(self._control, name, dry_run=dry_run)
            else:
                count = queue.depth if dry_run else self._memory.purge()
            items = f"{count:,} item{'' if count == 1 else 's'}"
            text = f"would throw {items} away" if dry_run else f"{items} thrown away"
            return ActionResult(action="queue.purge", target=name, message=text, count=count, is_dry_run=dry_run)

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
            rate("queued_per_second", queue.taken_in),
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
            drain=queue.drain,
            is_closed=queue.is_closed,
            saturated_since=queue.saturated_since,
        )
