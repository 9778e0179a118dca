"""The services of one host and what it takes to call them: shared by its start (``starting``) and stop (``stopping``)."""

import math
from collections.abc import Iterable
from functools import cached_property
from typing import Final, final

from anyio.abc import TaskGroup
from anyio.lowlevel import current_token

import corner_host.hosting as door
import corner_host.primitives
from corner_host.primitives import Clock, seconds

from . import log
from .call import Call
from .contracts import HostLifetime
from .execution import Execution
from .lifetime import ApplicationLifetime
from .member import Member
from .options import HostOptions
from .stage import Stage
from .supervisor import Supervisor, service_name

_MOST_PLACES: Final = 1000
"""For how many of the services that are cut the place is looked up: nobody reads more, and the cut should not wait."""


@final
class Crew:
    """Who is started and stopped, by whom, and what there is to say about it.

    Attributes:
        members: The hosted services, in order of registration; empty until they have been constructed.
        clock: The host's clock.
        story: Tells a developer of the start and the stop, if it is to be told.
        loop: The event loop of the host.
        stage: The start or stop that is under way, or was the last.
        stages: The start and the stop, each by its name, once it has begun.
        has_abandoned: Whether something runs on that did not heed its cancellation.
    """

    def __init__(
        self,
        group: TaskGroup,
        *,
        lifetime: ApplicationLifetime,
        host_lifetime: HostLifetime,
        options: HostOptions,
        clock: Clock,
        story: "door.story.Story | None" = None,
    ) -> None:
        self.lifetime = lifetime
        self.host_lifetime = host_lifetime
        self.options = options
        self.clock = clock
        self.story = story
        self.loop = current_token()
        self.supervisor = Supervisor(group, lifetime, options, clock)
        self.members: tuple[Member, ...] = ()
        self.stage: Stage | None = None
        self.stages: dict[str, Stage] = {}
        self.has_abandoned = False
        self._group = group
        self._stop_limit: float | None = None
        self._places: dict[Execution, door.Place] = {}

    @cached_property
    def now(self) -> "tuple[corner_host.primitives.times.TimeOfDay, float]":
        """One moment, when this was first read: in UTC, and on the clock. Others can be told from it."""
        return self.clock.now(), self.clock.monotonic()

    def open_start(self) -> Stage:
        """Return the stage of the start."""
        return self._open("start", budget(self.options.startup_timeout))

    def open_stop(self) -> Stage:
        """Return the stage of the stop, or of what undoes a failed start."""
        return self._open("stop", budget(self.options.shutdown_timeout, self._stop_limit))

    def _open(self, doing: str, limit: float) -> Stage:
        self.stage = self.stages[doing] = self._stage(doing, limit)
        if self.lifetime.forcing.is_cancellation_requested:
            self.cut()
        return self.stage

    def open_restart(self, limit: float) -> Stage:
        """Return the stage of the restart of one service."""
        return self._stage("restart", limit)

    def _stage(self, doing: str, limit: float) -> Stage:
        grace = seconds(self.options.cancellation_grace, "cancellation_grace")
        return Stage(doing, self._group, self.clock, budget=limit, grace=grace, watcher=self)

    def move_to(self, group: TaskGroup) -> None:
        """Have what is called from now on run in *group*."""
        self._group = group

    @property
    def left_open_by(self) -> str:
        """Who left a task group or cancel scope open, after that has broken the group that held everything; empty if unknown."""
        if self.stage is not None and self.stage.left_open_by:
            return self.stage.left_open_by
        # what was cancelled by it has not ended by itself
        ended = [each for each in self.members if each.execution is not None and each.execution.has_ended_by_itself]
        last = max(ended, key=lambda each: 0.0 if each.execution is None else each.execution.since, default=None)
        return "" if last is None else f"Probably {last.name}.execute()"

    def limit_stop(self, limit: float) -> None:
        """Have the stop, whether it has begun or not, take *limit* seconds at most."""
        self._stop_limit = limit if self._stop_limit is None else min(limit, self._stop_limit)
        if self.stage is not None and self.stage.doing == "stop":
            self.stage.tighten(limit)

    def cut(self) -> None:
        """Cut what is under way."""
        if self.stage is not None:
            forced = self.lifetime.forcing.is_cancellation_requested
            self.stage.cut("it was forced" if forced else "whoever waited for it was cancelled")

    async def run_hook(self, stage: Stage, hook: str, members: Iterable[Member], *, concurrently: bool) -> list[Call]:
        """Call *hook* on those of *members* that have it; a start ends at the first error, a stop does not."""
        calls = [call for member in members if (call := member.call(hook)) is not None]
        if not calls:
            return calls
        return await stage.run(calls, concurrently=concurrently, until_error=stage.doing == "start")

    async def end_executions(self, stage: Stage) -> list[Call]:
        """Ask what still runs in the background to stop, and wait for it."""
        calls = [
            Call(service_name(execution.service), execution.stop, hook="execute", member=execution)
            for execution in self.supervisor.running
            if not execution.was_cut
        ]
        return await stage.run(calls, concurrently=True) if calls else []

    def waiting(self, calls: Iterable[Call]) -> "tuple[door.WaitingService, ...]":
        """Return what a time-out error says about *calls*; of those whose turn came too late only the name."""
        return tuple(self._waiting(call) for call in calls if call.was_cut)

    def _waiting(self, call: Call) -> "door.WaitingService":
        if call.place is None and self.stage is not None and self.stage.was_cut and call.began >= self.stage.cut_at:
            return door.WaitingService(name=call.name, file="", line=0, waited=0.0)
        place = self.place(call)
        return door.WaitingService(name=call.name, file=place.file, line=place.line, waited=call.seconds)

    def place(self, call: Call) -> "door.Place":
        """Return where *call* waited when its stage was cut."""
        execution = call.member.execution if isinstance(call.member, Member) else call.member
        return call.place or self._place(execution)

    def place_of(self, member: Member) -> "door.Place":
        """Return where the work of *member* waited when the stop was cut."""
        return self._place(member.execution)

    def _place(self, execution: object) -> "door.Place":
        known = self._places.get(execution) if isinstance(execution, Execution) else None
        return known or door.Place()

    def on_end(self, call: Call) -> None:
        """Have the service remember it."""
        self.supervisor.leave_if_forked(call.error)
        if isinstance(call.member, Member):
            call.member.note(call)
            if self.story is not None:
                self.story.call_ended(call)

    def on_slow(self, stage: Stage, call: Call) -> None:
        """Write who takes long, where it waits, and what is left of the budget."""
        log.SLOW(
            service=call.name,
            doing="starting" if stage.doing == "start" else "stopping",
            waited=self.clock.monotonic() - call.began,
            where=str(door.waiting_at.place_of(call)),
            left="" if math.isinf(stage.left) else f"; {max(0.0, stage.left):.1f} s are left",
        )

    def on_cut(self, stage: Stage, running: list[Call]) -> None:
        """Find out where everybody waits, before cancellation changes it; write who it is."""
        tasks = door.waiting_at.TaskTree()
        for call in running[:_MOST_PLACES]:
            call.place = door.waiting_at.place_of(call, tasks)
            call.seconds = self.clock.monotonic() - call.began
        if stage.doing == "stop":
            for execution in self.supervisor.running[:_MOST_PLACES]:
                self._places[execution] = door.waiting_at.waiting_at(execution.work, tasks=tasks)
        if running and stage.doing == "stop":
            door.accounting.tell_loss(self, stage, running)
        elif running:
            names = ", ".join(f"{call.name}{call.place or ''}" for call in running)
            log.CUT(doing=stage.doing, why=stage.why_cut, services=names)

    def on_abandoned(self, stage: Stage, call: Call) -> None:
        """Write who does not heed its cancellation."""
        self.has_abandoned = True
        log.ABANDONED(service=call.name, grace=stage.grace, where=str(door.waiting_at.place_of(call)))


def budget(limit: "corner_host.primitives.Duration | None", *others: "corner_host.primitives.Duration | None") -> float:
    """Return the shortest of some limits in seconds; None is no limit."""
    return min((seconds(each, "timeout") for each in (limit, *others) if each is not None), default=math.inf)


def errors_of(calls: Iterable[Call]) -> list[BaseException]:
    """Return what *calls* raised."""
    return [call.error for call in calls if call.error is not None]
