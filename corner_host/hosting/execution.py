"""One run of a background service: its task, its token, how it ended, and what happens then.

Who runs it decides what an end means: inside a host a `Judge` is asked, outside nobody is, and the
first end is the last.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from sys import modules
from typing import Any, Final, Protocol, TypeAlias, final

import anyio
from anyio.abc import TaskGroup

from corner_host.primitives import CancellationToken, CancellationTokenSource, Clock, OperationCancelledError, name_of
from corner_host.primitives.wake_up import WakeUp, wake_up

from .contracts import BackgroundServiceState
from .tasks import as_failure, begin_detached, is_cancelled_by_host

Begin: TypeAlias = "Callable[[Execution], None]"


class Judge(Protocol):
    """Decides what follows the end of an execution."""

    @property
    def clock(self) -> Clock:
        """What the waits are measured with."""
        ...

    def is_stopping(self, execution: "Execution", /) -> bool:
        """Tell whether the work may say that it was cancelled without having failed."""
        ...

    def forget(self, execution: "Execution", /) -> None:
        """Take note that *execution* is over."""
        ...

    def after_end_of(self, execution: "Execution", /) -> float | None:
        """Return after how many seconds the work is run again; None: it is not."""
        ...


@final
class Execution:
    """The ``execute`` of a background service, from its start to its last end.

    Attributes:
        service: Whose it is.
        state: Where it is.
        exception: What the last run raised, if it raised.
        restarts: How often it was run again.
        asked_restarts: How often because somebody had asked for it.
        work: The coroutine that runs now.
        was_cut: Whether it was cancelled, rather than asked to stop.
        since: When a run last ended or began again, on the judge's clock; 0 before that, and without a judge.
    """

    __slots__ = (
        "_body",
        "_cancel",
        "_ended",
        "_source",
        "_waiters",
        "asked_restarts",
        "exception",
        "restarts",
        "service",
        "since",
        "state",
        "was_cut",
        "work",
    )

    def __init__(self, service: object, body: Callable[[CancellationToken], Awaitable[None]]) -> None:
        self.service = service
        self.state = BackgroundServiceState.RUNNING
        self.exception: BaseException | None = None
        self.restarts = self.asked_restarts = 0
        self.work: Any = None
        self.was_cut = False
        self.since = 0.0
        self._body = body
        self._source = CancellationTokenSource()
        self._cancel: Callable[[], object] | None = None
        self._waiters: tuple[WakeUp, ...] = ()
        self._ended = False

    @property
    def stopping(self) -> CancellationToken:
        """The token that asks the work to stop."""
        return self._source.token

    @property
    def has_ended(self) -> bool:
        """Whether the last run has ended, or there will be none."""
        return self._ended

    @property
    def has_ended_by_itself(self) -> bool:
        """Whether the last run has returned or raised, and was not cancelled."""
        return self._ended and self.state is not BackgroundServiceState.CANCELLED

    def renew(self) -> None:
        """Make ready for one more run, after the last one has ended: with a new token, which nobody has cancelled."""
        self._source = CancellationTokenSource()
        self._ended = self.was_cut = False
        self.state = BackgroundServiceState.RUNNING
        self.restarts += 1
        self.asked_restarts += 1

    def ask_to_stop(self) -> None:
        """Cancel the token.

        Raises:
            ExceptionGroup: Callbacks of the token raised; all of them have run.
        """
        self._source.cancel()

    def cut(self) -> None:
        """Cancel the work itself; its token too."""
        if not self._ended:
            self.was_cut = True
            if self._cancel is not None:
                self._cancel()

    async def stop(self) -> None:
        """Ask the work to stop, and return once it has ended.

        Raises:
            ExceptionGroup: Callbacks of the token raised; the work has ended nevertheless.
        """
        try:
            self.ask_to_stop()
        finally:
            await self.ended()

    def never_begin(self) -> None:
        """End before the beginning: the start was cancelled."""
        self._ended = True
        self.state = BackgroundServiceState.CANCELLED

    async def ended(self) -> None:
        """Return once the last run has ended; cancels the work if this wait is cancelled, and still sees to its end."""
        if self._ended:
            return
        try:
            await self.until_ended()
        except BaseException:
            self.cut()
            # no limit here: the host has one, and names who exceeds it
            with anyio.CancelScope(shield=True):
                await self.until_ended()
            raise

    async def until_ended(self) -> None:
        """Return once the last run has ended; a cancellation of this wait is none of the work."""
        if not self._ended:
            waiter = wake_up()
            self._waiters = (*self._waiters, waiter)
            await waiter.wait()

    def begin(self, group: TaskGroup, judge: "Judge | None" = None) -> None:
        """Run the work in a task of *group*, and again for as long as *judge*, asked after each end, says so."""
        handle = group.create_task(self._run(judge), name=type(self.service).__qualname__)
        self._cancel = handle.cancel
        if self.was_cut:
            handle.cancel()

    async def _run(self, judge: "Judge | None") -> None:
        # one coroutine for all of it: there may be thousands
        origin = modules.get("corner_host.diagnostics.origin")
        if origin is not None:  # loaded by who keeps it, as jobs do
            origin.originate(f"service {getattr(self.service, 'service_name', '') or name_of(type(self.service))}")
        try:
            while True:
                try:
                    self.work = self._body(self._source.token)
                    await self.work
                    self.state = BackgroundServiceState.COMPLETED
                except BaseException as error:
                    self._note(error, judge)
                    if is_cancelled_by_host(error):
                        raise
                finally:
                    self.work = None
                delay = None if judge is None else judge.after_end_of(self)
                if judge is None or delay is None:
                    return
                with self.stopping.cancel_scope():
                    await judge.clock.sleep(delay)
                if self.stopping.is_cancellation_requested:
                    return
                self.restarts += 1
                self.state = BackgroundServiceState.RUNNING
                self.since = judge.clock.monotonic()
        finally:
            self._ended = True
            self._cancel = None
            if judge is not None:
                judge.forget(self)
            waiters, self._waiters = self._waiters, ()
            for waiter in waiters:
                waiter.set()

    def _note(self, error: BaseException, judge: "Judge | None") -> None:
        """Keep how a run ended that raised *error*."""
        may_say_so = self.stopping.is_cancellation_requested or (judge is not None and judge.is_stopping(self))
        is_by_host = is_cancelled_by_host(error)
        failure = error if is_by_host else as_failure(error, type(self.service).__qualname__)
        if is_by_host or (isinstance(failure, OperationCancelledError) and may_say_so):
            self.state = BackgroundServiceState.CANCELLED
        else:
            self.state = BackgroundServiceState.FAULTED
            self.exception = failure


def _begin_alone(execution: Execution) -> None:
    async def hold() -> None:
        async with anyio.create_task_group() as group:
            execution.begin(group)

    begin_detached(hold, f"{type(execution.service).__qualname__}.execute")


begin: Final[ContextVar[Begin]] = ContextVar("begin", default=_begin_alone)
"""How a background service that starts has its work begun: the host around it says so."""
