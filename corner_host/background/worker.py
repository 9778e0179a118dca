"""One task that runs what is queued, item after item.

Items run in the worker's own task, which costs far less than a task each. What could leak that way is looked after: an item
that leaves a context variable changed ends its worker, and so does one that is cancelled by itself.

What an operator may ask is where the worker has it at hand: nothing is done for each item but to lay it there.
"""

import logging
from collections.abc import Mapping
from contextvars import copy_context
from dataclasses import dataclass
from time import perf_counter
from types import CodeType, FunctionType
from typing import Any, final

import anyio
import anyio.lowlevel

from corner_host.hosting.places import below_ours
from corner_host.logging import live_log_scope
from corner_host.primitives import CancellationToken, CancellationTokenSource

from .accounts import CANCELLED, FAILED
from .calls import OTHER, PLAIN, STOPPABLE, CallPlan, Kind, kind_of
from .contracts import QUEUE
from .current_task import is_being_cancelled
from .errors import QueueClosedError, WorkItemTimeoutError
from .injection import UNSUITED
from .item_ids import item_id, new_number
from .items import Entry
from .not_run import loss_of
from .queue import BackgroundTaskQueue
from .telemetry import Telemetry
from .work_item import Scopes, WorkItem

_log = logging.getLogger("corner_host.queue")

_IN_DETAIL: tuple[Kind, CallPlan | None] = (OTHER, None)

SLICE = 0.005
"""How long a worker whose items never wait keeps the event loop to itself, in seconds."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What workers of one crew have in common.

    Args:
        queue: Where items come from.
        scopes: Where their scopes of services come from.
        timeout: How long an item may run that brings no limit of its own, in seconds.
        telemetry: Whom to tell of each item.
    """

    queue: BackgroundTaskQueue
    scopes: Scopes
    timeout: float | None
    telemetry: Telemetry | None


@final
@dataclass(frozen=True, slots=True)
class Run:
    """An item, and since when it runs, by ``time.perf_counter()``.

    Its *id* is the item's, but of a function that nobody has looked at before it ran: that has one by when it began.
    """

    id: str
    item: WorkItem
    started_at: float


@final
class Worker:
    """Takes items while there are any, and waits while there are none.

    Attributes:
        coroutine: That of the task which works.
        exit: The ``SystemExit`` or ``KeyboardInterrupt`` that an item raised, and that ended the work. It is kept here, since
            asyncio would end its loop at once if a task raised it.
        is_dismissed: Whether to leave before the next item that does not follow at once.
        is_told: Whether a person has read that its item is cut.
    """

    def __init__(self, orders: Orders, source: CancellationTokenSource) -> None:
        self._orders = orders
        self._line = orders.queue.line
        self._source = source
        self._scope = anyio.CancelScope()
        self._number = new_number()
        self._entry: Entry | None = None
        self._started_at = 0.0
        self.coroutine: Any = None
        self.exit: BaseException | None = None
        self.is_dismissed = self.is_told = False

    @property
    def run(self) -> Run | None:
        """What runs now."""
        entry, started_at = self._entry, self._started_at
        if entry is None:
            return None
        if isinstance(entry, WorkItem):
            return Run(entry.id, entry, started_at)
        # it begins no two at the same moment
        return Run(item_id(started_at, self._number), self._line.item(entry), started_at)

    def cancel(self) -> None:
        """Cancel the token of what runs, and then that; ends the worker."""
        self._source.cancel()
        self._scope.cancel()

    def _log_values(self) -> Mapping[str, Any]:
        run = self.run
        return {} if run is None else {"job_id": run.id, "job": run.item.name, "queue": QUEUE}

    async def work(self) -> bool:
        """Run what is queued; returns whether that is all, or a successor is needed.

        Raises:
            BaseException: The whole crew is cancelled.
        """
        self.coroutine = anyio.get_current_task().coro
        with self._source, self._scope, live_log_scope(self._log_values):
            return await self._work()
        return False

    async def _work(self) -> bool:
        # looked up once, since this is the loop that every item passes
        line, queue, scopes, timeout = self._line, self._orders.queue, self._orders.scopes, self._orders.timeout
        telemetry, token = self._orders.telemetry, self._source.token
        accounts, completed, waited = line.accounts, line.accounts.completions.append, queue.observations.waits.append
        is_quick = telemetry is None and timeout is None
        # what was found out about the function before, which is often the same one
        plain: CodeType | None = None
        known: FunctionType | None = None
        kind, plan = _IN_DETAIL
        clean = copy_context()
        slice_end = 0.0
        follows = 0.0  # when the item before has ended, which is when the next one starts if nothing happens in between
        while True:
            if not follows and self.is_dismissed:
                line.pass_on(0)
                return True
            try:
                entry: Entry | None = line.head.popleft()
            except IndexError:
                entry = line.take()
            if entry is None:
                self._entry = known = None  # what they hold must not live on
                try:
                    await queue.wait_for_work()
                except QueueClosedError:
                    return True
                slice_end, follows = self._begin_slice(), 0.0
                continue
            self._entry = entry
            self._started_at = started = follows or perf_counter()
            try:
                if type(entry) is FunctionType and entry.__code__ is not plain and entry is not known:
                    kind, plan = kind_of(entry) if is_quick else _IN_DETAIL
                    if kind is PLAIN:
                        plain = entry.__code__
                    else:
                        known = entry
                if entry is known and kind is OTHER:
                    self._entry = entry = line.item(entry)
                if type(entry) is FunctionType:
                    if not follows:
                        waited(started - line.stamp)
                    if entry.__code__ is plain:
                        await entry()
                    elif kind is STOPPABLE:
                        await entry(token)
                    else:
                        await self._serve(entry, plan, token)
                    follows = ended = perf_counter()
                    completed(ended - started)
                    if accounts.awaited:
                        accounts.count_completions()
                else:
                    item = line.item(entry)
                    item.started_at = started
                    waited(started - item.queued_at)
                    if timeout is not None and item.timeout is None:
                        item.limit(timeout)
                    await item.run(scopes, token)
                    follows = ended = item.ended_at
                    if telemetry is not None:
                        telemetry.ended(item, None)
                        follows = 0.0
            except BaseException as error:
                follows, ended = 0.0, perf_counter()
                if not self._note(entry, started, ended, error):
                    raise
                if self.exit is not None:
                    return True
            if copy_context() != clean:
                return False
            if ended > slice_end:
                self._entry = known = None
                await anyio.lowlevel.checkpoint()
                slice_end, follows = self._begin_slice(), 0.0

    async def _serve(self, work: FunctionType, plan: CallPlan | None, token: CancellationToken) -> None:
        """Call *work* with services from a scope of its own, at most after the token."""
        assert plan is not None
        services = plan.services
        assert services is not None
        # what ``async with`` does, but for awaiting an ``__aenter__`` that only returns the scope
        scope = self._orders.scopes.create_scope()
        try:
            try:
                found = services.at_once(scope)
            except UNSUITED:
                found = None
            if found is None:
                named = await services.find(scope)
                await (work(token, **named) if plan.by_position else work(**named))
            else:
                await (work(token, *found) if plan.by_position else work(*found))
        except BaseException as error:
            await scope.__aexit__(type(error), error, error.__traceback__)
            raise
        await scope.__aexit__(None, None, None)

    def _begin_slice(self) -> float:
        if self._line.accounts.completions:
            self._line.accounts.count_completions()
        now = perf_counter()
        observations = self._orders.queue.observations
        if observations.is_due(now):
            observations.count(now, self._orders.queue.snapshot())
        return now + SLICE

    def _note(self, entry: Entry, started: float, ended: float, error: BaseException) -> bool:
        """Log why *entry* ended; returns whether that is its own affair."""
        item = self._line.item(entry)
        if not isinstance(entry, WorkItem):  # which accounts for itself
            item.started_at, item.ended_at = started, ended
            self._line.accounts.end(FAILED if isinstance(error, Exception) else CANCELLED, ended - started)
        if isinstance(error, SystemExit | KeyboardInterrupt):
            self.exit = error
            return True
        if self._orders.telemetry is not None:
            self._orders.telemetry.ended(item, error)
        if isinstance(error, Exception):
            told = self._orders.queue.observations.failures.note(item.name, item.job, error, ended - started)
            if isinstance(error, WorkItemTimeoutError):
                _log.warning("Work item %r ran out of time: it was cancelled after %g s.", error.name, error.timeout)
            else:
                trace = (type(error), error, below_ours(error.__traceback__))
                _log.error("Work item %r failed.", item.name, exc_info=trace, extra={"console_message": told})
            return True
        if not isinstance(error, anyio.get_cancelled_exc_class()):
            return False
        if self._scope.cancel_called:
            _log.warning("Work item %r was cancelled on request.", item.name)
        elif is_being_cancelled(error):
            extra: dict[str, object] = {"console_message": ""} if self.is_told else {}
            if (run := self.run) is not None:
                extra["losses"] = [loss_of(item, run.id)]
            _log.warning("Work item %r was cut while it ran.", item.name, extra=extra)
        else:
            _log.warning("Work item %r was cancelled from within.", item.name)
            return True
        return False
