"""``operations.health``: the health checks, and what they answered lately."""

from typing import final

from corner_host.diagnostics import HealthCheckRegistration, HealthCheckService, HealthStatus

from .contracts import ActionResult, Actor, CheckStatus, HealthOverview
from .errors import NotFoundError
from .workplace import Workplace


@final
class HealthOperations:
    """The health checks."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def overview(self) -> HealthOverview:
        """Return the last answers, without asking anew."""
        history = self._workplace.health
        checks = tuple(history.status(each.name, each.tags) for each in self._registrations())
        counted = [HealthStatus[each.status.upper()] for each in checks if _counts(each)]
        return HealthOverview(status=min(counted, default=HealthStatus.HEALTHY).title, checks=checks)

    async def run(self, name: str | None = None, *, by: Actor, reason: str = "") -> HealthOverview:
        """Ask one check, or all, now.

        Raises:
            NotFoundError: There is none of this name.
        """
        known = [each.name for each in self._registrations()]
        chosen = [each for each in known if name is None or each.lower() == name.lower()]
        if name is not None and not chosen:
            raise NotFoundError("health check", name, tuple(known))

        async def ask() -> ActionResult:
            if chosen:
                service = self._workplace.services.get_required_service(HealthCheckService)
                report = await service.check(lambda each: each.name in chosen)
                self._workplace.health.add(report, self._workplace.clock.now())
            return ActionResult(action="health.run", count=len(chosen), message=f"asked {len(chosen)} checks")

        await self._workplace.actions.perform("health.run", name or "all", ask, by=by, reason=reason)
        return await self.overview()

    async def get(self, name: str) -> CheckStatus:
        """Return one.

        Raises:
            NotFoundError: There is none.
        """
        checks = (await self.overview()).checks
        for each in checks:
            if each.name.lower() == name.lower():
                return each
        raise NotFoundError("health check", name, tuple(each.name for each in checks))

    def _registrations(self) -> tuple[HealthCheckRegistration, ...]:
        service = self._workplace.services.get_service(HealthCheckService)
        return () if service is None else service.registrations


def _counts(check: CheckStatus) -> bool:
    return "optional" not in check.tags and check.status != "Unknown"
