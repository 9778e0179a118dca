"""Runs health checks: side by side, each in a scope of its own, each within its time."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, cast, final

import anyio

from corner_host.di import ServiceProvider, call_async, get_service_or_create_instance

from . import log, telemetry
from .contracts import HealthCheck, HealthCheckResult, HealthStatus
from .errors import HealthCheckError
from .registration import HealthCheckRegistration
from .report import HealthReport, HealthReportEntry

Predicate = Callable[[HealthCheckRegistration], bool]


@final
class HealthCheckService:
    """Runs the registered health checks and reports on them.

    Raises:
        HealthCheckError: Two checks have the same name, without regard to case.
    """

    def __init__(self, provider: ServiceProvider, registrations: Iterable[HealthCheckRegistration]) -> None:
        self._provider = provider
        self._registrations = tuple(registrations)
        counts = Counter(each.name.lower() for each in self._registrations)
        doubles = sorted({each.name for each in self._registrations if counts[each.name.lower()] > 1})
        if doubles:
            raise HealthCheckError(
                f"Health checks need different names; these are there more than once: {', '.join(doubles)}.\n"
                "To fix: give each add_check() a name of its own. Case does not count."
            )

    @property
    def registrations(self) -> tuple[HealthCheckRegistration, ...]:
        """All checks, in the order in which they were added."""
        return self._registrations

    async def check(self, predicate: Predicate = lambda _: True) -> HealthReport:
        """Run the checks that *predicate* picks, and return once the last has answered or run out of time."""
        chosen = [each for each in self._registrations if predicate(each)]
        began = time.perf_counter()
        log.begun()
        entries: dict[str, HealthReportEntry] = {}
        async with anyio.create_task_group() as group:
            for each in chosen:
                group.start_soon(self._run, each, entries)
        in_order = {each.name: entries[each.name] for each in chosen}
        report = HealthReport(in_order, time.perf_counter() - began)
        log.ended(report)
        telemetry.note(report)
        return report

    async def _run(self, registration: HealthCheckRegistration, entries: dict[str, HealthReportEntry]) -> None:
        began = time.perf_counter()
        log.check_begun(registration.name)
        late = registration.failure(f"gave no answer within {registration.timeout:g} s")
        result = late
        with anyio.move_on_after(registration.timeout if registration.has_time_limit else None):
            result = await self._result(registration)
        entry = HealthReportEntry(
            result.status, result.description, time.perf_counter() - began, registration.tags, result.data, result.error
        )
        log.check_ended(registration.name, entry, is_expected=result.is_expected)
        entries[registration.name] = entry

    async def _result(self, registration: HealthCheckRegistration) -> HealthCheckResult:
        try:
            async with self._provider.create_scope() as scope:
                return _as_result(await _ask(registration.check, scope.service_provider))
        except Exception as error:  # noqa: BLE001 - a check that raises is one that answers so; it is logged
            return registration.failure(str(error) or type(error).__name__, error)


async def _ask(check: type[Any] | Callable[..., Any], provider: ServiceProvider) -> object:
    if isinstance(check, type):
        return await cast("HealthCheck", get_service_or_create_instance(provider, check)).check()
    return await call_async(provider, check)


def _as_result(answer: object) -> HealthCheckResult:
    """Take a whole result, a status, or a yes or no."""
    if isinstance(answer, HealthCheckResult):
        return answer
    if isinstance(answer, HealthStatus):
        return HealthCheckResult(answer)
    if isinstance(answer, bool):
        return HealthCheckResult(HealthStatus.HEALTHY if answer else HealthStatus.UNHEALTHY)
    raise HealthCheckError(
        f"A health check answered {answer!r}.\nTo fix: return a HealthCheckResult, a HealthStatus, True or False."
    )
