"""From a delivery to its outcome, the same on every engine: payload, scope, handler, time-out, retry decision, log line.

Order:
    1. the handler of the job's name; none: given back, uncounted, since another version may know it while a deploy is on its
       way; after an hour, tried again by the default policy, and then dead
    2. the attempts: one that was lost with its process more often than the policy allows is dead before it starts
    3. the payload; one that does not fit is dead at once, with each field named
    4. log scope and trace, a scope of services, middleware, the handler, its time limit
    5. the outcome, one log line, the metrics

The cancellation of the worker passes through: the engine then releases the job.
"""

import inspect
import logging
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from time import perf_counter, time
from typing import Any, Final, final

import anyio

from corner_host.di import ServiceProvider
from corner_host.diagnostics.origin import originating
from corner_host.diagnostics.tracing import SDK, failed, process
from corner_host.hosting.places import below_ours
from corner_host.primitives import OperationCancelledError

from .context import JobContext
from .contracts import Again, Cancelled, Dead, Delivery, Done, Failure, Outcome, Released
from .errors import JobNotFoundError, JobPayloadError
from .failure import failure_of
from .handlers import handler_of
from .limits import TimeLimits
from .middleware import RunMiddleware, run_through
from .registry import MOST_PAYLOAD_BYTES, JobHandlerRegistration, JobRegistry
from .retry import JobFailed, RetryPolicy, for_another_version
from .running import RunningJobs
from .telemetry import JobTelemetry

_DEFAULT_POLICY: Final = RetryPolicy()
_delivery: Final[ContextVar[Delivery | None]] = ContextVar("corner_host job", default=None)
_log = logging.getLogger("corner_host.queue")


@final
class Dispatcher:
    """Runs deliveries, while `keep_time` runs. Made where the event loop runs.

    Args:
        provider: The root provider; each delivery has a scope of its own.
        registry: The handlers.
        running: Where to note what runs.
        grace: How long a handler may take to end after its token was cancelled, in seconds.
        telemetry: Where to count; None where nobody does.

    Attributes:
        when_ended: Called with each delivery and its outcome; None for nothing.
    """

    def __init__(
        self,
        provider: ServiceProvider,
        registry: JobRegistry,
        running: RunningJobs,
        *,
        grace: float,
        telemetry: JobTelemetry | None = None,
    ) -> None:
        self._running = running
        self._provider = provider
        self._registry = registry
        self._grace = grace
        self._telemetry = telemetry
        self._has_middleware = provider.is_service(RunMiddleware)
        self._limits = TimeLimits()
        self.when_ended: Callable[[Delivery, Outcome], None] | None = None
        self._new_scope = type(anyio.CancelScope())  # of the back end that runs, which would be looked up for each job

    async def keep_time(self) -> None:
        """End the attempts that take longer than they may, until this is cancelled."""
        await self._limits.keep()

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Run *delivery* to its outcome."""
        began = perf_counter()
        if self._telemetry is not None:
            self._telemetry.began(delivery)
        registration = self._registry.find(delivery.name)
        policy = _DEFAULT_POLICY if registration is None else registration.retry
        entered = _delivery.set(delivery)
        try:
            try:
                with originating(f"job {delivery.name} {delivery.id}"):
                    outcome, error = await self._outcome(registration, policy, delivery)
            except Exception as unforeseen:  # noqa: BLE001 - a job must never take its worker with it
                outcome = policy.decide(unforeseen, failure_of(unforeseen), attempt=delivery.attempt)
                error = unforeseen
            seconds = perf_counter() - began
            _tell(delivery, policy, outcome, error, seconds)
        finally:
            _delivery.reset(entered)
        if self._telemetry is not None:
            self._telemetry.ended(delivery, outcome, seconds)
        if self.when_ended is not None:
            self.when_ended(delivery, outcome)
        return outcome

    async def _outcome(
        self, registration: JobHandlerRegistration | None, policy: RetryPolicy, delivery: Delivery
    ) -> tuple[Outcome, BaseException | None]:
        if delivery.attempt > policy.max_attempts:
            lost = Failure("WorkerLost", f"its process was lost in each of {policy.max_attempts} attempts")
            return Dead(lost), None
        if registration is None:
            given_back = for_another_version(time() - delivery.enqueued_at)
            if given_back is not None:
                return given_back, None
            unknown = JobNotFoundError(f"No handler is registered for jobs of the name {delivery.name}.")
            return policy.decide(unknown, failure_of(unknown), attempt=delivery.attempt), unknown
        try:
            payload = registration.decode(delivery.payload)
        except JobPayloadError as unfit:
            return Dead(Failure(type(unfit).__name__, str(unfit))), None  # its traceback is ours, and tells nothing
        if SDK not in sys.modules:
            return await self._attempt(registration, delivery, payload)
        with process(delivery.queue, delivery.name, delivery.headers, attempt=delivery.attempt) as span:
            outcome, error = await self._attempt(registration, delivery, payload)
            if isinstance(outcome, Again | Dead) and outcome.failure is not None:
                failed(span, outcome.failure.kind, outcome.failure.message, outcome.failure.traceback)
            return outcome, error

    async def _attempt(
        self, registration: JobHandlerRegistration, delivery: Delivery, payload: Any
    ) -> tuple[Outcome, BaseException | None]:
        limit, timeout = self._new_scope(), registration.timeout

        def end_soon() -> None:
            limit.deadline = min(limit.deadline, anyio.current_time() + self._grace)

        failure: Exception
        with delivery.cancellation.register(end_soon), limit:
            if timeout is not None:
                self._limits.begin(limit, timeout)
            try:
                return Done(await self._handle(registration, delivery, payload)), None
            except OperationCancelledError as error:
                if delivery.cancellation.is_cancellation_requested:
                    return Cancelled(), None
                failure = error
            except Exception as error:  # noqa: BLE001 - kept with the job, logged, and decided upon
                failure = error
            except anyio.get_cancelled_exc_class() as error:
                if anyio.get_current_task().has_pending_cancellation():
                    raise
                # on asyncio, what the handler awaited can be cancelled though nobody cancels the handler
                failure = RuntimeError("the handler was cancelled from within: what it awaited was cancelled")
                failure.__cause__ = error
            finally:
                if timeout is not None:
                    self._limits.end(limit, timeout)
            return self._failed(registration, delivery, failure)
        if delivery.cancellation.is_cancellation_requested:
            return Cancelled(), None
        return self._failed(registration, delivery, TimeoutError(f"it took longer than its {timeout:g} s"))

    def _failed(
        self, registration: JobHandlerRegistration, delivery: Delivery, error: Exception
    ) -> tuple[Outcome, Exception]:
        if delivery.cancellation.is_cancellation_requested:
            return Cancelled(), error  # whatever it raised instead: it is not wanted any more
        return registration.retry.decide(error, failure_of(error), attempt=delivery.attempt), error

    async def _handle(self, registration: JobHandlerRegistration, delivery: Delivery, payload: Any) -> bytes | None:
        context = JobContext(delivery, registration.logger_name)
        async with self._provider.create_scope() as scope:
            services = scope.service_provider
            handler = await handler_of(services, registration.name)
            if self._has_middleware:
                middleware = await services.get_services_async(RunMiddleware)
                work: Awaitable[Any] = run_through(middleware, payload, context, lambda: handler.run(payload, context))
            else:
                work = handler.run(payload, context)
            self._running.begin(delivery, work)
            try:
                result = await work
            finally:
                self._running.end(delivery.id)
        return None if result is None else _as_json(result)


def job_in_logs() -> Mapping[str, Any]:
    """Return what log records carry of the job that the calling task runs; nothing where it runs none."""
    delivery = _delivery.get()
    if delivery is None:
        return {}
    return {"job_id": delivery.id, "queue": delivery.queue, "attempt": delivery.attempt}


def _tell(
    delivery: Delivery, policy: RetryPolicy, outcome: Outcome, error: BaseException | None, seconds: float
) -> None:
    """Log one line for the attempt; the last one of a job that dies has the traceback."""
    attempt = delivery.attempt
    match outcome:
        case Done():
            if _log.isEnabledFor(logging.INFO):
                _log.info("%s succeeded on attempt %d in %.2f s", delivery.name, attempt, seconds)
        case Again(delay, failure):
            _log.warning(
                "%s failed, attempt %d of %d, next in %.1f s\n%s",
                delivery.name, attempt, policy.max_attempts, delay, failure,
            )  # fmt: skip
        case Dead(failure):
            trace = None if error is None else (type(error), error, below_ours(error.__traceback__))
            _log.error(
                # one that was lost too often is given out once more, only to be put aside
                "%s died, attempt %d of %d\n%s",
                delivery.name, min(attempt, policy.max_attempts), policy.max_attempts, failure, exc_info=trace,
            )  # fmt: skip
        case Released(delay):
            _log.warning(
                "%s has no handler here, and is given back for another version; next in %.1f s", delivery.name, delay
            )
        case _:
            _log.info("%s was cancelled, attempt %d", delivery.name, attempt)


def _as_json(result: Any) -> bytes:
    from pydantic_core import to_json  # noqa: PLC0415 - heavy; only where jobs are used

    if inspect.isawaitable(result):
        raise JobFailed("its handler returned something that must be awaited")
    try:
        data: bytes = to_json(result)
    except ValueError as error:  # pydantic's serialization errors are ValueErrors
        raise JobFailed(f"it ran, but what its handler returned cannot be written as JSON: {error}") from error
    if len(data) > MOST_PAYLOAD_BYTES:
        raise JobFailed(
            f"it ran, but what its handler returned has {len(data):,} bytes; at most {MOST_PAYLOAD_BYTES:,} are kept"
        )
    return data
