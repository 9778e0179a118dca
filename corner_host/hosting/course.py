"""What a host runs from the start to the end of its stop, and the task that holds it all. `HostLife` waits for it."""

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Literal, TypeAlias, cast, final

import anyio
from anyio.abc import TaskGroup

import corner_host.hosting as door
import corner_host.options
from corner_host.configuration import Configuration
from corner_host.di import ServiceProvider
from corner_host.primitives import CancellationTokenSource, Clock, LoopHandle, OperationCancelledError

from . import log
from .call import Call
from .contracts import HostedService, HostLifetime
from .crew import Crew
from .environment import HostEnvironment
from .errors import gather
from .execution import begin
from .lifetime import ApplicationLifetime
from .options import HostOptions
from .starting import start_services
from .stopping import stop_rest, stop_services
from .tasks import begin_detached, is_cancellation

State: TypeAlias = Literal["built", "starting", "running", "stopping", "stopped", "failed"]


@final
class Course:
    """A host from the start to the end of its stop.

    Attributes:
        state: How far it has come.
        crew: Who is started and stopped; None before.
        settled: Set once the start has ended, in whatever way.
        ended: Set once the stop has ended, or there will be none.
        over: Cancelled then, and where no event tells it: after a failed start, after a disposal.
        calling_off: Calls off the start.
        start_error: What the start came to raise.
        stop_error: What the stop came to raise.
        is_told_at_end: What stops or fails the host is shown to a person when the program ends.
    """

    settled: anyio.Event
    ended: anyio.Event
    _stop_requested: anyio.Event

    def __init__(
        self,
        services: ServiceProvider,
        configuration: Configuration,
        environment: HostEnvironment,
        options: HostOptions,
        lifetime: ApplicationLifetime,
        story: "door.story.Story | None",
    ) -> None:
        self.state: State = "built"
        self.crew: Crew | None = None
        self.over = CancellationTokenSource()
        self.calling_off = CancellationTokenSource()
        self.start_error: BaseException | None = None
        self.stop_error: BaseException | None = None
        self.is_told_at_end = False
        self._services = services
        self._configuration = configuration
        self._environment = environment
        self._options = options
        self._lifetime = lifetime
        self._story = story
        self._host_lifetime = services.get_required_service(HostLifetime)
        self._clock = services.get_required_service(Clock)
        self._stop_limit: float | None = None
        self._stop_calls: list[Call] | None = None
        self._report: door.ShutdownReport | None = None

    @property
    def report(self) -> "door.ShutdownReport | None":
        """What the stop came to; None before."""
        if self._report is None and self.crew is not None and self._stop_calls is not None:
            self._report = door.accounting.report_of(self.crew, self._stop_calls)
            self._stop_calls = None
        return self._report

    @property
    def hosted_services(self) -> "door.HostedServices":
        """The hosted services as seen from outside."""
        return door.HostedServices(lambda: self.crew)

    def begin(self, state: Literal["starting", "stopping"]) -> None:
        """Begin with the start, or with the stop of what was never started."""
        self.state = state
        self.settled = anyio.Event()
        self.ended = anyio.Event()
        self._stop_requested = anyio.Event()
        begin_detached(self._hold, f"corner_host {self._environment.application_name}")

    def request_stop(self) -> None:
        """Have the stop begin once the start has ended."""
        self.state = "stopping"
        self._stop_requested.set()

    def limit_stop(self, limit: float) -> None:
        """Have the stop, whether it has begun or not, take *limit* seconds at most."""
        self._stop_limit = limit if self._stop_limit is None else min(limit, self._stop_limit)
        self._lifetime.budget = min(limit, self._lifetime.budget)
        if self.crew is not None:
            self.crew.limit_stop(limit)

    async def _hold(self) -> None:
        """Hold everything that the host runs.

        What does not heed its cancellation keeps this task, but nobody who waits for the host.
        """
        has_ended = False
        try:
            async with anyio.create_task_group() as group:
                await self._go(self._recruit(group), group)
                has_ended = True
                if self.crew is not None and self.crew.has_abandoned:
                    self._settle()
            if not has_ended:
                await self._salvage()
        except BaseException as error:
            if is_cancellation(error):
                if not has_ended:
                    await self._salvage()
                raise
            if self.crew is not None and (culprit := self.crew.left_open_by):
                error.add_note(f"{culprit} entered a task group or cancel scope and did not leave it.")
            self._fail(await self._save(error))
        finally:
            self._settle()

    async def _salvage(self) -> None:
        """Stop who can still be stopped, after the event loop or somebody in it has cancelled the tasks of the host.

        If they were being stopped already, no more time is left for it, as after a second signal.
        """
        log.TASKS_CANCELLED()
        if self.crew is not None and self.crew.stage is not None and self.crew.stage.doing == "stop":
            self.crew.limit_stop(0.0)
        with anyio.CancelScope(shield=True):
            cancelled = OperationCancelledError("The tasks of the host were cancelled, and not by the host.")
            self._fail(await self._save(cancelled))

    async def _save(self, error: BaseException) -> BaseException:
        """Stop who can still be stopped, after the group that held all broke with *error*; returns all that failed."""
        crew = self.crew
        if crew is None or not crew.members:
            return error
        calls: list[Call] = []
        try:
            async with anyio.create_task_group() as group:
                crew.move_to(group)
                calls = await stop_rest(crew)
        except BaseException as another:
            if is_cancellation(another):
                raise
            return gather("The host broke twice.", [error, another]) or error
        if self.state != "starting":
            self._stop_calls = calls
        others = [*crew.supervisor.faults, *(each.error for each in crew.members if each.error is not None)]
        return gather("The host broke, and not all of it could be stopped.", [error, *others]) or error

    def _recruit(self, group: TaskGroup) -> Crew:
        self.crew = crew = Crew(
            group,
            lifetime=self._lifetime,
            host_lifetime=self._host_lifetime,
            options=self._options,
            clock=self._clock,
            story=self._story,
        )
        crew.supervisor.is_told_at_end = self.is_told_at_end
        if self._stop_limit is not None:
            crew.limit_stop(self._stop_limit)
        begin.set(crew.supervisor.begin)
        return crew

    async def _go(self, crew: Crew, group: TaskGroup) -> None:
        loop = LoopHandle.current()
        with (
            self._lifetime.forcing.register(lambda: loop.post(crew.cut)),
            self._lifetime.leaving.register(lambda: group.start_soon(self._delay_stop, name="corner_host delay")),
            self._telling(group) as tell_start,
        ):
            if self.state == "stopping" or await self._has_started(crew):
                tell_start()
                await self._stop_requested.wait()
                self.stop_error, self._stop_calls = await stop_services(crew, crew.open_stop())

    async def _delay_stop(self) -> None:
        """Let everything go on until no endpoint leads here; whatever else begins the stop meanwhile ends the delay."""
        with self._lifetime.application_stopping.cancel_scope():
            await self._clock.sleep(self._lifetime.delay)
        if not self._stop_requested.is_set():
            self._lifetime.stop_application()

    def _telling(self, group: TaskGroup) -> AbstractContextManager[Callable[[], object]]:
        """Tell OpenTelemetry about the host, where the program exports metrics."""
        if "opentelemetry.metrics" not in sys.modules:
            return nullcontext(lambda: None)
        return door.telemetry.telling(group, self.hosted_services, self._configuration, lambda: self.report)

    async def _has_started(self, crew: Crew) -> bool:
        try:
            await start_services(crew, self.calling_off.token, validate=self._validate, construct=self._construct)
        except BaseException as error:
            if is_cancellation(error):
                raise
            self.start_error = error
            return False
        self.state = "running"
        self.settled.set()
        return True

    async def _validate(self) -> None:
        if "corner_host.options.contracts" in sys.modules:  # otherwise nobody can have registered a validator
            await corner_host.options.run_startup_validation(self._services)

    async def _construct(self) -> Sequence[object]:
        services = await self._services.get_required_service_async(Sequence[HostedService])
        return cast("Sequence[object]", services)

    def _fail(self, error: BaseException) -> None:
        if self.state == "starting":
            self.start_error = self.start_error or error
        else:
            self.stop_error = self.stop_error or error

    def _settle(self) -> None:
        """Let those go on who wait for the end of the start or the stop."""
        if not self.settled.is_set() and self.state == "starting":
            self.state = "failed"
            self.start_error = self.start_error or OperationCancelledError("The event loop ended.")
        elif self.state != "failed":
            self.state = "stopped"
        self.settled.set()
        self.ended.set()
        self.over.cancel()
