"""A host driven in any order: start, stop, crash, cancel, time, stop from another thread, one service stopped and begun.

Whatever the order, what was started is stopped or has failed, each event happens at most once and in its order, no task
is left, and the report accounts for every service. Time is a `ManualClock`, so that every run can be repeated.
"""

from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any, ClassVar

import anyio
import anyio.from_thread
import anyio.lowlevel
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from corner_host.hosting import (
    BackgroundService,
    BackgroundServiceExceptionBehavior,
    Host,
    HostedServiceNotFoundError,
    HostStateError,
)
from corner_host.primitives import CancellationToken, Clock
from tests.hosting.clock import ManualClock
from tests.hosting.journal import Journal, builder_of

KINDS = ["plain", "start fails", "start waits", "stop fails", "stop waits", "worker", "deaf worker"]
PHASES = ["starting", "start", "started", "stopping", "stop", "stopped"]


async def settle() -> None:
    """Let everybody come as far as they can without time."""
    for _ in range(150):
        await anyio.lowlevel.checkpoint()


class Witness:
    """A lifecycle service that notes how each step ends, and does in it what its kind says."""

    def __init__(self, journal: Journal, name: str, kind: str) -> None:
        self.name = name
        self.kind = kind
        self.gate = anyio.Event()
        self._journal = journal

    async def _step(self, step: str, action: Callable[[], Awaitable[Any]] | None = None) -> None:
        self._journal.note(f"{self.name} {step} called")
        end = "cancelled"
        try:
            if action is not None:
                await action()
            elif self.kind == f"{step} waits":
                await self.gate.wait()
            elif self.kind == f"{step} fails":
                end = "failed"
                raise RuntimeError(f"{self.name} {step}")
            end = "done"
        finally:
            self._journal.note(f"{self.name} {step} {end}")

    async def starting(self) -> None:
        await self._step("starting")

    async def start(self) -> None:
        await self._step("start")

    async def started(self) -> None:
        await self._step("started")

    async def stopping(self) -> None:
        await self._step("stopping")

    async def stop(self) -> None:
        await self._step("stop")

    async def stopped(self) -> None:
        await self._step("stopped")


class WorkingWitness(Witness, BackgroundService):
    """The same with work, which an operator may stop and begin again; the gate makes the work fail."""

    can_restart: ClassVar = True
    runs = 0

    async def start(self) -> None:
        await self._step("start", super(Witness, self).start)

    async def stop(self) -> None:
        await self._step("stop", super(Witness, self).stop)

    async def execute(self, stopping: CancellationToken) -> None:
        self.runs += 1
        run = self.runs
        self._journal.note(f"{self.name} execute {run} called")
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._fail_when_told)
                await (anyio.sleep_forever() if self.kind == "deaf worker" else stopping.wait())
                tasks.cancel_scope.cancel()
        finally:
            self._journal.note(f"{self.name} execute {run} over")

    async def _fail_when_told(self) -> None:
        await self.gate.wait()
        raise RuntimeError(f"{self.name} execute")


class HostMachine(RuleBasedStateMachine):
    """Calls in any order, from tasks of their own and from another thread."""

    backend: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.journal = Journal()
        self.calls: list[tuple[str, Future[None]]] = []
        self.errors: list[tuple[str, BaseException]] = []
        self.halted: dict[WorkingWitness, int] = {}
        self._portal_manager = anyio.from_thread.start_blocking_portal(self.backend)
        self.portal = self._portal_manager.__enter__()

    @initialize(kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=4), start=st.booleans(), stop=st.booleans())
    def build(self, kinds: list[str], start: bool, stop: bool) -> None:
        """A host of some services, concurrent or not."""
        self.concurrently = (start, stop)
        self.portal.call(self._build, kinds)

    async def _build(self, kinds: list[str]) -> None:
        self.tasks_before = {task.id for task in anyio.get_running_tasks()}
        self.clock = ManualClock()
        self.witnesses = [
            (WorkingWitness if "worker" in kind else Witness)(self.journal, f"s{number}", kind)
            for number, kind in enumerate(kinds)
        ]
        start, stop = self.concurrently
        builder = builder_of(
            *self.witnesses,
            startup_timeout=60.0,
            shutdown_timeout=20.0,
            services_start_concurrently=start,
            services_stop_concurrently=stop,
        )
        builder.services.add_singleton(Clock, instance=self.clock)
        self.host: Host = self.journal.watch(builder.build())

    def _call(self, method: str, *arguments: object) -> None:
        async def call() -> None:
            try:
                await getattr(self.host, method)(*arguments)
            except Exception as error:
                self.errors.append((method, error))

        self.calls.append((method, self.portal.start_task_soon(call)))
        self.portal.call(settle)

    @rule()
    def start(self) -> None:
        self._call("start")

    @rule(timeout=st.sampled_from([None, 0.0, 5.0]))
    def stop(self, timeout: float | None) -> None:
        self._call("stop", timeout)

    @rule()
    def wait_for_shutdown(self) -> None:
        self._call("wait_for_shutdown")

    @rule()
    def aclose(self) -> None:
        self._call("aclose")

    @rule()
    def stop_application(self) -> None:
        """As a signal does, or another thread."""
        self.host.lifetime.stop_application()
        self.portal.call(settle)

    @precondition(lambda self: self.calls)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """Cancel a caller."""
        data.draw(st.sampled_from([future for _, future in self.calls])).cancel()
        self.portal.call(settle)

    @rule(data=st.data())
    def open_gate(self, data: st.DataObject) -> None:
        """What waits goes on, what works fails."""
        self.portal.call(
            data.draw(st.sampled_from(range(len(self.witnesses))).map(self.witnesses.__getitem__)).gate.set
        )
        self.portal.call(settle)

    @rule(data=st.data(), action=st.sampled_from(["stop_service", "start_service", "restart", "set_policy"]))
    def operate(self, data: st.DataObject, action: str) -> None:
        """An operator stops one service, starts it, or has its failures ignored."""
        number = data.draw(st.sampled_from(range(len(self.witnesses))))
        self.calls.append((action, self.portal.start_task_soon(self._operate, number, action)))
        self.portal.call(settle)

    async def _operate(self, number: int, action: str) -> None:
        services, witness = self.host.hosted_services, self.witnesses[number]
        name = services[number].name if len(services) else "nobody"
        try:
            if action == "set_policy":
                services.set_policy(name, exception_behavior=BackgroundServiceExceptionBehavior.IGNORE)
                return
            if action == "start_service":
                services.start_service(name)
            else:
                await getattr(services, action)(name)
        except (HostStateError, HostedServiceNotFoundError):
            return
        if isinstance(witness, WorkingWitness):
            self.halted.pop(witness, None)
            if action == "stop_service":
                self.halted[witness] = witness.runs

    @rule(seconds=st.sampled_from([1.0, 21.0, 61.0]))
    def time_passes(self, seconds: float) -> None:
        self.portal.call(self._advance, seconds)

    async def _advance(self, seconds: float) -> None:
        self.clock.move(seconds)
        await settle()

    @invariant()
    def every_event_happens_at_most_once(self) -> None:
        lines = self.journal.lines
        assert len(lines) == len(set(lines)), lines

    @invariant()
    def what_an_operator_has_stopped_stays_so(self) -> None:
        assert self.halted == {witness: witness.runs for witness in self.halted}, self.journal.lines

    @invariant()
    def phases_begin_in_order(self) -> None:
        for phase in PHASES:
            names = [line.split()[0] for line in self.journal.lines if line.endswith(f" {phase} called")]
            if phase != "stop" or "application started" in self.journal.lines:
                assert names == sorted(names, reverse=phase.startswith("stop")), self.journal.lines

    @invariant()
    def events_are_in_order(self) -> None:
        events = [line for line in self.journal.lines if line.startswith("application")]
        order = ["application started", "application stopping", "application stopped"]
        assert events == [event for event in order if event in events], self.journal.lines

    def teardown(self) -> None:
        """End it, and see what is left."""
        try:
            if hasattr(self, "host"):
                self.portal.call(self._end)
                self._look()
        finally:
            for _, future in self.calls:
                future.cancel()
            self._portal_manager.__exit__(None, None, None)

    async def _end(self) -> None:
        with anyio.fail_after(20):
            closing: list[Callable[[], Awaitable[None]]] = [lambda: self.host.stop(0), self.host.aclose]
            for close in closing:
                try:
                    await close()
                except Exception as error:
                    self.errors.append(("end", error))
        await settle()
        # callers are looked at through their futures
        running = [task for task in anyio.get_running_tasks() if "BlockingPortal" not in (task.name or "")]
        self.left = {task.name for task in running if task.id not in self.tasks_before}

    def _look(self) -> None:
        lines = self.journal.lines
        story = (lines, self.errors, [witness.kind for witness in self.witnesses])
        names = {witness.name for witness in self.witnesses}
        started = {name for name in names if f"{name} start done" in lines}
        stopped = {name for name in names if f"{name} stop called" in lines}
        ended = {name for name in names for end in ("done", "failed", "cancelled") if f"{name} stop {end}" in lines}
        for method, future in self.calls:
            # nothing was started, so there is no shutdown to wait for: who waits, waits
            assert future.done() or (method == "wait_for_shutdown" and "application started" not in lines), (
                method,
                story,
            )
        assert started == stopped == ended, story
        begun = {line.removesuffix(" called") for line in lines if " execute " in line and line.endswith(" called")}
        assert begun == {line.removesuffix(" over") for line in lines if line.endswith(" over")}, story
        if "application started" in lines:
            assert started == names, story
            assert lines[-1] == "application stopped" or "application stopped" in lines, story
            assert self.host.shutdown_report is not None
            assert len(self.host.shutdown_report.services) == len(names), story
        elif started:
            assert not [line for line in lines if line.endswith(" stopping called")], story
        assert not self.left, (self.left, story)
        errors = {id(error) for method, error in self.errors if method == "stop"}
        assert len(errors) <= 1, story


SETTINGS = settings(
    max_examples=60,
    stateful_step_count=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    derandomize=True,
)


class AsyncioHostMachine(HostMachine):
    backend = "asyncio"


class TrioHostMachine(HostMachine):
    backend = "trio"


TestOnAsyncio = AsyncioHostMachine.TestCase
TestOnAsyncio.settings = SETTINGS
TestOnTrio = TrioHostMachine.TestCase
TestOnTrio.settings = SETTINGS
