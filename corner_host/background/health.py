"""Whether the queue keeps up."""

from typing import Final

from corner_host.di import ServiceCollection
from corner_host.diagnostics import HealthCheckRegistration, HealthCheckResult, add_health_checks
from corner_host.primitives import Clock

from .queue import BackgroundTaskQueue

NAME: Final = "queue"
_FULL_SECONDS: Final = 30.0


class QueueHealthCheck:
    """Degraded while the queue is full or drained, unhealthy when it has been full for half a minute.

    A singleton: it remembers since when.
    """

    def __init__(self, queue: BackgroundTaskQueue, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock
        self._full_since: float | None = None

    async def check(self) -> HealthCheckResult:
        """Look at the queue."""
        depth, capacity = len(self._queue), self._queue.capacity
        if self._queue.drained is not None:
            return HealthCheckResult.degraded(f"drained by an operator: {depth} wait, and nothing new is taken in")
        if depth < capacity:
            self._full_since = None
            return HealthCheckResult.healthy(f"{depth} of {capacity}")
        now = self._clock.monotonic()
        self._full_since = now if self._full_since is None else self._full_since
        full_for = now - self._full_since
        description = f"full for {full_for:.0f} s (limit {_FULL_SECONDS:.0f} s)"
        if full_for >= _FULL_SECONDS:
            return HealthCheckResult.unhealthy(description)
        return HealthCheckResult.degraded(description)


def add_queue_health_check(services: ServiceCollection) -> ServiceCollection:
    """Add the check ``queue``, once, where there is a queue; call it after the queue was registered."""
    has_queue = any(each.service_type is BackgroundTaskQueue for each in services)
    has_check = any(each.service_type is HealthCheckRegistration and each.instance.name == NAME for each in services)
    if has_queue and not has_check:
        services.try_add_singleton(QueueHealthCheck)
        add_health_checks(services).add_check(NAME, QueueHealthCheck)
    return services
