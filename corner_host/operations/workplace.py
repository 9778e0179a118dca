"""What every part of the operator's view works with: where to find things, what is allowed, and who wrote it down."""

import os
import sys
from datetime import datetime
from typing import Any, TypeVar, final

from corner_host.configuration import Configuration
from corner_host.di import ServiceProvider
from corner_host.hosting import Host, HostApplicationLifetime, HostEnvironment
from corner_host.primitives import Clock

from .contracts import HostStatus
from .settings import OperationsSettings

T = TypeVar("T")


@final
class Workplace:
    """Finds the parts of a host, whichever there are.

    Attributes:
        services: The container.
        settings: The section ``Operations``.
        clock: The time.
        environment: Where the host runs.
        lifetime: Its events.
        began: When this was made: the beginning of the host's start.
    """

    def __init__(
        self,
        services: ServiceProvider,
        settings: OperationsSettings,
        clock: Clock,
        environment: HostEnvironment,
        lifetime: HostApplicationLifetime,
    ) -> None:
        self.services = services
        self.settings = settings
        self.clock = clock
        self.environment = environment
        self.lifetime = lifetime
        self.began: datetime = clock.now()

    @property
    def host(self) -> Host:
        """The host."""
        return self.services.get_required_service(Host)

    @property
    def configuration(self) -> Configuration:
        """The configuration."""
        return self.services.get_required_service(Configuration)

    def find(self, area: str, name: str) -> Any | None:
        """Return the service that is registered as class *name* of an area, if that area is in use at all.

        An area that nothing has imported has registered nothing, and is not imported to find that out.
        """
        module = sys.modules.get(area)
        return None if module is None else self.services.get_service(getattr(module, name))

    @property
    def phase(self) -> str:
        """``starting``, ``running``, ``stopping`` or ``stopped``."""
        if self.lifetime.application_stopped.is_cancellation_requested:
            return "stopped"
        if self.lifetime.application_stopping.is_cancellation_requested:
            return "stopping"
        return "running" if self.lifetime.application_started.is_cancellation_requested else "starting"

    def bare_status(self) -> HostStatus:
        """Return what is known without asking anybody."""
        phase = self.phase
        return HostStatus(
            application=self.environment.application_name,
            version="",
            environment=self.environment.environment_name,
            pid=os.getpid(),
            backend="",
            started_at=self.began,
            uptime=max(0.0, (self.clock.now() - self.began).total_seconds()),
            phase=phase,
            is_ready=phase == "running",
            is_read_only=self.settings.read_only,
        )
