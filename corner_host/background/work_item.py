"""One piece of queued work, and how it is run.

Running an item accounts for it, whoever runs it: `QueuedHostedService`, a test, or code of your own after
`BackgroundTaskQueue.dequeue`.
"""

import inspect
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Any, final

import anyio
import anyio.to_thread

from corner_host.primitives import CancellationToken, CancellationTokenSource, name_of

from .accounts import Outcome
from .calls import bind, signature_of
from .contracts import Work
from .errors import WorkItemTimeoutError

CLEANUP_LIMIT = 10.0
"""How long the closing of an item's services may take once the item is cancelled, in seconds."""


@final
class WorkItem:
    """Work that was queued; made by the queue.

    What most items do not have stays at the default of the class, since an item is made for every call.
    """

    work: Work
    queued_at: float
    """When it was queued, by ``time.perf_counter()``."""
    on_end: Callable[[Outcome, float], None]
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = {}
    priority: int = 0
    timeout: float | None = None
    given_name: str | None = None
    carried: tuple[tuple[ContextVar[Any], Any], ...] = ()

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
        return datetime.now(UTC) - timedelta(seconds=perf_counter() - self.queued_at)

    async def run(self, provider: Any = None, token: CancellationToken | None = None) -> Any:
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
        started = perf_counter()
        outcome = Outcome.CANCELLED
        variables = [(variable, variable.set(value)) for variable, value in self.carried]
        try:
            if self.timeout is None:
                result = await self._call(provider, token or CancellationToken.none())
            else:
                result = await self._call_in_time(self.timeout, provider, token or CancellationToken.none())
        except Exception:
            outcome = Outcome.FAILED
            raise
        else:
            outcome = Outcome.COMPLETED
            return result
        finally:
            for variable, before in variables:
                variable.reset(before)
            self.on_end(outcome, perf_counter() - started)

    async def _call_in_time(self, timeout: float, provider: Any, token: CancellationToken) -> Any:
        with CancellationTokenSource.linked(token) as source:
            with anyio.move_on_after(timeout) as scope:
                return await self._call(provider, source.token)
            source.cancel()  # for work in a thread, which anyio cannot cancel
        assert scope.cancelled_caught
        raise WorkItemTimeoutError(self.name, timeout)

    async def _call(self, provider: Any, token: CancellationToken) -> Any:
        signature = signature_of(self.work)
        if not signature.parameters and not signature.threaded and not self.args and not self.kwargs:
            return await self.work()
        call = bind(self.work, signature, self.args, self.kwargs, token)
        if not call.services:
            return await _invoke(self.work, call.args, call.kwargs, threaded=signature.threaded)
        if provider is None:
            names = ", ".join(parameter.name for parameter in call.services)
            raise TypeError(f"{self.job}() takes services ({names}), and was run without a service provider")
        scope = provider.create_scope()
        try:
            for parameter in call.services:
                if parameter.default is inspect.Parameter.empty:
                    call.kwargs[parameter.name] = await scope.service_provider.get_required_service_async(
                        parameter.annotation
                    )
                elif scope.service_provider.is_service(parameter.annotation):
                    call.kwargs[parameter.name] = await scope.service_provider.get_service_async(parameter.annotation)
            return await _invoke(self.work, call.args, call.kwargs, threaded=signature.threaded)
        finally:
            with anyio.move_on_after(CLEANUP_LIMIT, shield=True):
                await scope.aclose()

    def __repr__(self) -> str:
        return f"<WorkItem {self.name!r} priority={self.priority}>"


async def _invoke(work: Work, args: list[Any], kwargs: dict[str, Any], *, threaded: bool) -> Any:
    if not threaded:
        return await work(*args, **kwargs)
    result = await anyio.to_thread.run_sync(partial(work, *args, **kwargs), abandon_on_cancel=True)
    return await result if inspect.isawaitable(result) else result
