"""From a delivery to its outcome: payload, scope, handler, time-out, retry decision, log line. The same on every engine.

Order:
    1. the handler of the job's name; none: tried again by the default policy, since another version may know it
    2. the attempts: one that was lost with its process more often than the policy allows is dead before it starts
    3. the payload; one that does not fit is dead at once, with each field named
    4. a scope, the handler, its time limit
    5. the outcome, and one log line

The cancellation of the worker passes through: the engine then releases the job.
"""

import inspect
import logging
from typing import Any, final

import anyio

from corner_host.di import ServiceProvider
from corner_host.primitives import OperationCancelledError

from .context import JobContext, extra_of
from .contracts import Again, Cancelled, Dead, Delivery, Done, Failure, Outcome
from .errors import JobNotFoundError, JobPayloadError
from .failure import failure_of
from .handlers import handler_of
from .registry import JobHandlerRegistration, JobRegistry
from .retry import RetryPolicy

_DEFAULT_POLICY = RetryPolicy()


@final
class Dispatcher:
    """Runs deliveries.

    Args:
        provider: The root provider; each delivery has a scope of its own.
        registry: The handlers.
        grace: How long a handler may take to end after its token was cancelled, in seconds.
    """

    def __init__(self, provider: ServiceProvider, registry: JobRegistry, *, grace: float) -> None:
        self._provider = provider
        self._registry = registry
        self._grace = grace
        self._logger = logging.getLogger("corner_host.jobs")

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Run *delivery* to its outcome."""
        registration = self._registry.find(delivery.name)
        policy = _DEFAULT_POLICY if registration is None else registration.retry
        if delivery.attempt > policy.max_attempts:
            lost = Failure("WorkerLost", f"its process was lost in each of {policy.max_attempts} attempts")
            return self._ended(delivery, Dead(lost), policy)
        if registration is None:
            unknown = JobNotFoundError(f"No handler is registered for jobs of the name {delivery.name}.")
            return self._ended(delivery, policy.decide(unknown, failure_of(unknown), attempt=delivery.attempt), policy)
        try:
            payload = registration.decode(delivery.payload)
        except JobPayloadError as error:
            return self._ended(delivery, Dead(failure_of(error)), policy)
        return self._ended(delivery, await self._attempt(registration, delivery, payload), policy)

    async def _attempt(self, registration: JobHandlerRegistration, delivery: Delivery, payload: Any) -> Outcome:
        now = anyio.current_time()
        limit = anyio.CancelScope()
        if registration.timeout is not None:
            limit.deadline = now + registration.timeout

        def end_soon() -> None:
            limit.deadline = min(limit.deadline, anyio.current_time() + self._grace)

        with delivery.cancellation.register(end_soon), limit:
            try:
                return Done(await self._handle(registration, delivery, payload))
            except OperationCancelledError as error:
                if delivery.cancellation.is_cancellation_requested:
                    return Cancelled()
                return registration.retry.decide(error, failure_of(error), attempt=delivery.attempt)
            except Exception as error:  # noqa: BLE001 - kept with the job, logged, and decided upon
                return registration.retry.decide(error, failure_of(error), attempt=delivery.attempt)
        if delivery.cancellation.is_cancellation_requested:
            return Cancelled()
        late = TimeoutError(f"it took longer than its {registration.timeout:g} s")
        return registration.retry.decide(late, failure_of(late), attempt=delivery.attempt)

    async def _handle(self, registration: JobHandlerRegistration, delivery: Delivery, payload: Any) -> bytes | None:
        context = JobContext(delivery, registration.logger_name)
        async with self._provider.create_scope() as scope:
            handler = await handler_of(scope.service_provider, registration.name)
            result = await handler.run(payload, context)
        return None if result is None else _as_json(result)

    def _ended(self, delivery: Delivery, outcome: Outcome, policy: RetryPolicy) -> Outcome:
        if isinstance(outcome, Done) and not self._logger.isEnabledFor(logging.DEBUG):
            return outcome
        extra = extra_of(delivery)
        match outcome:
            case Again(delay, failure):
                self._logger.warning(
                    "%s failed, attempt %d of %d, next in %.1f s: %s",
                    delivery.name, delivery.attempt, policy.max_attempts, delay, failure, extra=extra,
                )  # fmt: skip
            case Dead(failure):
                self._logger.error(
                    "%s died at attempt %d of %d: %s\n%s",
                    delivery.name, delivery.attempt, policy.max_attempts, failure, failure.traceback, extra=extra,
                )  # fmt: skip
            case Cancelled():
                self._logger.info("%s was cancelled", delivery.name, extra=extra)
            case _:
                self._logger.debug("%s succeeded at attempt %d", delivery.name, delivery.attempt, extra=extra)
        return outcome


def _as_json(result: Any) -> bytes:
    from pydantic_core import to_json  # noqa: PLC0415 - heavy; only where jobs are used

    if inspect.isawaitable(result):
        raise TypeError("A handler returned something that must be awaited.")
    return to_json(result)
