"""What every part of the operator's view works with: where to find things, what is kept, and who wrote it down."""

import logging
import sys
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast, final

from corner_host.configuration import Configuration
from corner_host.di import ServiceCollection, ServiceProvider
from corner_host.di.diagnostics import ServiceGraph
from corner_host.hosting import (
    Host,
    HostApplicationLifetime,
    HostedService,
    HostedServices,
    HostedServiceStatus,
    HostEnvironment,
)
from corner_host.logging import LogBuffer
from corner_host.primitives import Clock

from .actions import Actions
from .contracts import StateChange
from .errors import first_line
from .recording.health_history import HealthHistory
from .recording.journal import Journal
from .recording.lag import LoopLag
from .recording.lives import Lives
from .recording.samples import Samples
from .recording.saved_filters import SavedFilters
from .recording.state import open_state_directory
from .recording.timers import Timers
from .settings import OperationsSettings

_KEPT_STATES: Final = 50
_COUNTED_SECONDS: Final = 1.0
_log: Final = logging.getLogger("corner_host.operations")


@final
class Workplace:
    """Finds the parts of a host, whichever there are, and has what is kept of it.

    Attributes:
        services: The container.
        host: The host.
        settings: The section ``Operations``.
        clock: The time.
        environment: Where the host runs.
        lifetime: Its events.
        buffer: The last log records.
        registrations: What was registered in the container.
        tasks: How many tasks there were when it was last counted.
        service_history: The states that each hosted service was seen in, oldest first.
        began: When the host began to start.
        state: The folder for what survives, if there is one.
    """

    def __init__(
        self,
        services: ServiceProvider,
        settings: OperationsSettings,
        clock: Clock,
        environment: HostEnvironment,
        lifetime: HostApplicationLifetime,
        buffer: LogBuffer,
        registrations: ServiceCollection,
    ) -> None:
        self.services = services
        self.host = services.get_required_service(Host)  # the container gives nothing more when it closes
        self.settings = settings
        self.clock = clock
        self.environment = environment
        self.lifetime = lifetime
        self.buffer = buffer
        self.registrations = registrations
        self.tasks = 0
        self._counts: tuple[float, int, Sequence[Any]] | None = None
        self._graph: ServiceGraph | None = None
        self.service_history: dict[str, deque[StateChange]] = {}
        self._service_errors: dict[str, tuple[BaseException, datetime]] = {}
        self.began: datetime = clock.now()
        self.backend = ""
        self.version = settings.version or ""
        self.state: Path | None = open_state_directory(settings.state_directory, environment.application_name)
        self.audit = Journal(None if self.state is None else self.state / "audit.jsonl")
        self.filters = SavedFilters(None if self.state is None else self.state / "filters.json")
        self.actions = Actions(self.audit, clock, is_read_only=settings.read_only)
        self.lives = Lives(self.state, environment, self.began, version=self.version)
        self.lag = LoopLag()
        self.samples = Samples(step=settings.sample_seconds, span=settings.history_seconds)
        self.timers = Timers(clock)
        self.health = HealthHistory()

    @property
    def configuration(self) -> Configuration:
        """The configuration."""
        return self.services.get_required_service(Configuration)

    def find(self, area: str, name: str) -> Any | None:
        """Return the service that is registered as class *name* of a module, if that is in use at all.

        A module that nothing has imported has registered nothing, and is not imported to find that out.
        """
        module = sys.modules.get(area)
        return None if module is None else self.services.get_service(getattr(module, name))

    def find_all(self, area: str, name: str) -> Sequence[Any]:
        """Return all services that are registered as class *name* of a module, as `find` does one."""
        module = sys.modules.get(area)
        found: Sequence[Any] = () if module is None else self.services.get_services(getattr(module, name))
        return found

    def instances(self) -> Sequence[object]:
        """Return the hosted services themselves, in order of registration; none before they have been constructed."""
        hosted = self.services.get_required_service(HostedServices)
        found = self.services.get_services(HostedService) if len(hosted) else ()
        return cast("Sequence[object]", found)

    def note_services(self) -> tuple[HostedServiceStatus, ...]:
        """Return the hosted services, and note what has become of them since the last look."""
        found = tuple(self.services.get_required_service(HostedServices))
        for each in found:
            history = self.service_history.setdefault(each.name, deque(maxlen=_KEPT_STATES))
            if not history or (history[-1].at, history[-1].state) != (each.since, each.state.value):
                told = "" if each.last_error is None else type(each.last_error).__name__
                history.append(StateChange(at=each.since, state=each.state.value, detail=told))
            error = each.last_error
            if error is not None and self._service_errors.get(each.name, (None,))[0] is not error:
                self._service_errors[each.name] = (error, each.since)
        return found

    def failed_at(self, service: str) -> datetime | None:
        """Return when the last error of a hosted service was first seen."""
        return self._service_errors[service][1] if service in self._service_errors else None

    async def job_counts(self, control: Any) -> Sequence[Any]:
        """Return how many durable jobs there are, by queue, name and state; a second old at most, and newer than any action.

        A store of a hundred thousand jobs counts for a tenth of a second, and several screens ask at once.
        """
        now, actions = self.clock.monotonic(), self.actions.count
        if self._counts is None or self._counts[1] != actions or now - self._counts[0] > _COUNTED_SECONDS:
            self._counts = (now, actions, await control.counts())
        return self._counts[2]

    def graph(self) -> ServiceGraph:
        """Return what is registered and who needs whom; worked out once, in a thread."""
        if self._graph is None:
            self._graph = ServiceGraph.of(self.registrations)
        return self._graph

    def close(self) -> None:
        """Write down how this run ended; the container calls it at its end, after the stop."""
        error = self.host.failure
        told = "" if error is None else first_line(error)
        status, report = self.host.exit_status, self.host.shutdown_report
        try:
            self.lives.end(self.clock.now(), report=report, status=status, error=told)
        except OSError as failure:
            _log.warning("The end of this run is not written down: %s", failure)

    @property
    def phase(self) -> str:
        """``starting``, ``running``, ``stopping`` or ``stopped``."""
        if self.lifetime.application_stopped.is_cancellation_requested:
            return "stopped"
        if self.lifetime.application_stopping.is_cancellation_requested:
            return "stopping"
        return "running" if self.lifetime.application_started.is_cancellation_requested else "starting"

    def after(self, seconds: float | None) -> datetime | None:
        """Return the time that is so many seconds away."""
        return None if seconds is None else self.clock.now() + timedelta(seconds=seconds)
