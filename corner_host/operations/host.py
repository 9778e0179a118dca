# ruff: noqa: ARG002 - this is the surface; what fills it follows
"""``operations.host``: the host as a whole."""

import platform
import sys
from typing import final

from corner_host.primitives import Duration

from .contracts import About, ActionResult, Actor, Dump, HostStatus
from .errors import UnavailableError
from .workplace import Workplace


@final
class HostOperations:
    """The host as a whole."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def status(self) -> HostStatus:
        """Return what ``status`` and the overview show."""
        return self._workplace.bare_status()

    async def about(self) -> About:
        """Return versions and packages."""
        environment = self._workplace.environment
        return About(
            application=environment.application_name,
            version="",
            environment=environment.environment_name,
            corner_host="",
            python=platform.python_version(),
            implementation=platform.python_implementation(),
            platform=platform.platform(),
            backend="",
            content_root=environment.content_root_path,
            command_line=tuple(sys.argv),
        )

    async def dump(self) -> Dump:
        """Return all tasks and threads with their stacks."""
        return Dump(at=self._workplace.clock.now())

    async def diagnose(self) -> bytes:
        """Return a zip file for a support case: versions, masked configuration, graph, stacks, logs, metrics."""
        raise UnavailableError("There is no bundle yet.")

    async def stop(self, *, by: Actor, reason: str = "", timeout: Duration | None = None) -> ActionResult:
        """Ask the host to stop, within *timeout* if that is shorter than its own; returns at once."""
        self._workplace.lifetime.stop_application()
        return ActionResult(action="host.stop", message="asked to stop")
