"""One piece of queued work, and how it is run.

Running an item accounts for it, whoever runs it: `QueuedHostedService`, a test, or code of your own after
`BackgroundTaskQueue.dequeue`.
"""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar, copy_context
from datetime import UTC, datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Any, TypeAlias, final

import anyio
import anyio.to_thread

from corner_host.di import ServiceProvider, ServiceScopeFactory
from corner_host.diagnostics.tracing import SpanRelation, process, trace_id_of
from corner_host.primitives import CancellationToken, CancellationTokenSource, Duration, name_of, seconds

from .accounts import BATCH, CANCELLED, FAILED, Accounts
from .arguments import arguments_hash
from .calls import CallPlan, plan_for
from .contracts import QUEUE, Work
from .errors import WorkItemTimeoutError
from .item_ids import item_id, new_number

Scopes: TypeAlias = ServiceProvider | ServiceScopeFactory
"""Where scopes come from."""

_NEVER = CancellationToken.none()
_NO_ARGUMENTS: Sequence[Any] = ()


@final
class WorkItem:
    """Work that was queued; made by the queue.

    What most items do not have stays at the default of the class, since an item is made for every call.

    Attributes:
        work: What is called.
        args: With what.
        kwargs: And with what by name.
        priority: Higher runs first.
        timeout: How long it may run, in seconds.
        queued_at: When it was queued, by ``time.perf_counter()``.
        queued_when: The same by the clock, once somebody has asked for `enqueued_at`.
        trace: The W3C headers of the trace it was queued in.
        span_relation: What the span of running it is to that.
        started_at: When it started; who runs it may know, and set it before.
        ended_at: When it ended.
        bare: Whether it is nothing but a call without arguments.
        known_id: Its id, once somebody has asked for it.
    """

    work: Work
    queued_at: float
    accounts: Accounts
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = {}
    priority: int = 0
    timeout: float | None = None
    given_name: str | None = None
    carried: tuple[tuple[ContextVar[Any], Any], ...] = ()
    trace: Mapping[str, str] | None = None
    span_relation: SpanRelation = SpanRelation.LINK
    queued_when: datetime | None = None
    started_at: float = 0.0
    ended_at: float = 0.0
    bare: bool = True
    known_id: str | None = None

    @property
    def id(self) -> str:
        """What it is called in logs, reports and pages, in this process and others; the same ever after."""
        # two threads may ask at the same time
        return self.known_id or self.__dict__.setdefault("known_id", item_id(self.queued_at, new_number()))

    @property
    def arguments(self) -> str:
        """A short hash of what it is called with, see `arguments_hash`; empty without any."""
        return arguments_hash(self.work, self.args, self.kwargs)

    @property
    def trace_id(self) -> str:
        """The id of the trace that it was queued in; empty without one."""
        return trace_id_of(self.trace)

    @property
    def name(self) -> str:
        """The name it was queued with, else the name of what is called."""
        return self.given_name or self.job

    @property
    def job(self) -> str:
        """The name of what is called: few for many items, and so fit for labels."""
        work = self.work
        while isinstance(work, partial):
            work = work.func
        return name_of(work if hasattr(work, "__qualname__") else type(work))

    @property
    def enqueued_at(self) -> datetime:
        """When it was queued, in UTC."""
        if self.queued_when is None:  # asked for seldom, and the same ever after
            self.queued_when = datetime.now(UTC) - timedelta(seconds=perf_counter() - self.queued_at)
        return self.queued_when

    def describe(
        self,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        priority: int,
        timeout: Duration | None,
        name: str | None,
        carry: Iterable[ContextVar[Any]],
    ) -> None:
        """Note down what makes this more than a call.

        Raises:
            TypeError: The work is not callable, the priority no whole number, or the name no text.
            ValueError: The timeout is not above 0.
        """
        if not callable(self.work):
            raise TypeError(_not_callable(self.work))
        if not isinstance(priority, int):  # pyright: ignore[reportUnnecessaryIsInstance] - not all are checked
            raise TypeError(f"priority must be a whole number, not {type(priority).__name__}")
        if name is not None and not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"name must be text, not {type(name).__name__}")
        self.bare = False
        self.args = args
        self.kwargs = kwargs
        self.priority = priority
        self.timeout = None if timeout is None else seconds(timeout, "timeout", above=0.0)
        self.given_name = name
        here = copy_context()
        self.carried = tuple((variable, here[variable]) for variable in carry if variable in here)

    def limit(self, timeout: float) -> None:
        """Give it *timeout* seconds to run."""
        self.timeout = timeout
        self.bare = False

    async def run(self, provider: Scopes | None = None, token: CancellationToken | None = None) -> Any:
        """Call the work, and account for how it ends. To be called once.

        Args:
            provider: Where parameters that were not given come from, through a scope that lives as long as the call.
            token: What the work gets to see where it takes a token; with a timeout, one that is linked to it.

        Returns:
            What the work returns.

        Raises:
            WorkItemTimeoutError: It ran out of time.
            TypeError: The work cannot be called with what it was queued with.
            BaseException: Whatever the work raises.
        """
        self.started_at = started = self.started_at or perf_counter()
        work = self.work
        try:
            if not self.bare:
                result = await self._call_with_care(provider, token or _NEVER)
            else:
                plan = plan_for(work, (), {})
                if plan.takes_token_only:
                    result = await work(token or _NEVER)
                else:
                    result = await self._call(plan, provider, token or _NEVER)
        except BaseException as error:
            self.ended_at = ended = perf_counter()
            self.accounts.end(FAILED if isinstance(error, Exception) else CANCELLED, ended - started)
            raise
        self.ended_at = ended = perf_counter()
        completions = self.accounts.completions
        completions.append(ended - started)
        if len(completions) >= BATCH or self.accounts.awaited:
            self.accounts.count_completions()
        return result

    async def _call_with_care(self, provider: Scopes | None, token: CancellationToken) -> Any:
        """Call the work with what it brought: context variables, a trace, a timeout."""
        if not self.carried and not self.trace and self.timeout is None:
            return await self._call(self._plan(), provider, token)
        before = [(variable, variable.set(value)) for variable, value in self.carried]
        try:
            with self._span():
                if self.timeout is None:
                    return await self._call(self._plan(), provider, token)
                return await self._call_in_time(self.timeout, provider, token)
        finally:
            for variable, value in reversed(before):
                variable.reset(value)

    def _span(self) -> AbstractContextManager[object]:
        if not self.trace:
            return nullcontext()
        return process(QUEUE, self.job, self.trace, relation=self.span_relation)

    async def _call_in_time(self, timeout: float, provider: Scopes | None, token: CancellationToken) -> Any:
        with CancellationTokenSource.linked(token) as source:
            with anyio.move_on_after(timeout):
                return await self._call(self._plan(), provider, source.token)
            source.cancel()  # for work in a thread, which anyio cannot cancel
        raise WorkItemTimeoutError(self.name, timeout)

    def _plan(self) -> CallPlan:
        return plan_for(self.work, self.args, self.kwargs)

    async def _call(self, plan: CallPlan, provider: Scopes | None, token: CancellationToken) -> Any:
        given = self.args
        order = plan.by_position
        args = [token if number < 0 else given[number] for number in order] if order else _NO_ARGUMENTS
        if plan.is_simple and not self.kwargs:
            return await self.work(*args)
        kwargs = plan.keywords(given, self.kwargs, token) if plan.has_names or self.kwargs else {}
        services = plan.services
        if services is None:
            return await _invoke(self.work, args, kwargs, threaded=plan.threaded)
        if provider is None:
            if services.required:
                names = ", ".join(services.required)
                raise TypeError(f"{self.job}() takes services ({names}), and was run without a service provider")
            return await _invoke(self.work, args, kwargs, threaded=plan.threaded)
        async with provider.create_scope() as scope:
            if plan.ends_with_services and (in_order := services.find_at_once(scope)) is not None:
                return await self.work(*args, *in_order)
            found = await services.find(scope)
            if plan.threaded:
                return await _invoke(self.work, args, {**kwargs, **found}, threaded=True)
            return await self.work(*args, **kwargs, **found)

    def __repr__(self) -> str:
        return f"<WorkItem {self.name!r} priority={self.priority}>"


async def _invoke(work: Work, args: Sequence[Any], kwargs: dict[str, Any], *, threaded: bool) -> Any:
    if not threaded:
        return await work(*args, **kwargs)
    # in a tuple, because trio takes a coroutine that comes out of a thread for a mistake
    (result,) = await anyio.to_thread.run_sync(lambda: (work(*args, **kwargs),), abandon_on_cancel=True)
    return await result if inspect.isawaitable(result) else result


def _not_callable(work: object) -> str:
    if inspect.isawaitable(work):
        return (
            f"work must be callable, not {name_of(type(work))}.\n"
            "To fix: queue the function and its arguments, f, 1, 2, instead of what it returns, f(1, 2)."
        )
    return f"work must be callable, not {name_of(type(work))}"
