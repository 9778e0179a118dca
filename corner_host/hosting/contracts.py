"""What a host asks of the services, lifetimes and events it is given, and the policies it knows.

Not here: the base class most services derive from (``background_service``) and the lifetimes in the box (``lifetimes/``).
"""

from enum import Enum
from typing import Protocol, runtime_checkable

from corner_host.primitives import CancellationToken


@runtime_checkable
class HostedService(Protocol):
    """Something the host starts when it starts and stops when it stops.

    Hosted services start in the order in which they were added, each after the one before, and stop in reverse. Both
    members are cancelled as anyio tasks are: when the budget of the start or the stop is spent, or the start is called
    off. Work that goes on between the two belongs into a `BackgroundService`.

    A service may say more of itself: ``service_name`` is what it is called in records; ``start_text`` is told behind its
    start, in Development; ``status_text`` is what systemd and operators are told while it runs; the method
    ``work_in_flight`` returns what it has not finished, see `WorkInFlight`, which is counted when a stop begins, and named
    when its time is up; ``is_plumbing = True`` keeps it out of all that.

    Example:
        >>> class Cache:
        ...     async def start(self) -> None:
        ...         print("warm")
        ...     async def stop(self) -> None:
        ...         print("cold")
        >>> isinstance(Cache(), HostedService)
        True
    """

    async def start(self) -> None:
        """Return when the service is ready; what it raises fails the start of the host."""
        ...

    async def stop(self) -> None:
        """Return when the service has let go of everything; what it raises leaves the stop of the host."""
        ...


class HostedLifecycleService(HostedService, Protocol):
    """A hosted service that also wants to know what happens around starting and stopping.

    Each hook is called on all services before the next hook is called on any: all ``starting``, all ``start``, all
    ``started``; then, in reverse order, all ``stopping``, all ``stop``, all ``stopped``. Hooks may be left out, and the
    class need not derive from this one: an ``async def`` of that name is enough.
    """

    async def starting(self) -> None:
        """Run before any service starts."""
        ...

    async def started(self) -> None:
        """Run after every service has started."""
        ...

    async def stopping(self) -> None:
        """Run before any service stops, before ``application_stopping``."""
        ...

    async def stopped(self) -> None:
        """Run after every service has stopped, before ``application_stopped``."""
        ...


@runtime_checkable
class HostLifetime(Protocol):
    """How the world outside asks the host to stop: a console, systemd, a test, a service manager.

    The last one registered is used: ``services.add_singleton(HostLifetime, MyLifetime)``.
    """

    async def wait_for_start(self) -> None:
        """Return when the host may start; register for signals or events here."""
        ...

    async def stop(self) -> None:
        """Run as the last act of the stop, after ``application_stopped``."""
        ...


class HostApplicationLifetime(Protocol):
    """The events of the application, and the way to ask it to stop.

    Inject it where something wants to know or to decide. The built-in one cannot be replaced.
    """

    @property
    def application_started(self) -> CancellationToken:
        """Cancelled once the host has started."""
        ...

    @property
    def application_stopping(self) -> CancellationToken:
        """Cancelled once the host begins to stop; nothing has been stopped yet."""
        ...

    @property
    def application_stopped(self) -> CancellationToken:
        """Cancelled once every service has stopped."""
        ...

    def stop_application(self) -> None:
        """Ask the host to stop; from any thread. Only a signal: whoever runs the host stops it. Never raises."""
        ...


class BackgroundServiceState(Enum):
    """Where a `BackgroundService` is in its life."""

    CREATED = "created"
    """Not started."""
    RUNNING = "running"
    """``execute`` is under way."""
    COMPLETED = "completed"
    """``execute`` returned."""
    FAULTED = "faulted"
    """``execute`` raised; under ``RESTART`` it may be about to run again."""
    CANCELLED = "cancelled"
    """``execute`` ended because it was asked to."""


class BackgroundServiceExceptionBehavior(Enum):
    """What a host does when the ``execute`` of a background service raises."""

    STOP_HOST = 0
    """The host stops, and the exception leaves `Host.run` and `Host.stop`."""
    IGNORE = 1
    """One error record; the rest goes on without the service."""
    RESTART = 2
    """``execute`` runs again after a back-off; above the limit of restarts in the window, as ``STOP_HOST``."""


class BackgroundServiceCompletionBehavior(Enum):
    """What a host does when the ``execute`` of a background service returns while the host runs."""

    IGNORE = 0
    """One information record; the rest goes on without the service."""
    STOP_HOST = 1
    """The host stops, without an error: the work is done."""
    RESTART = 2
    """``execute`` runs again, under the same back-off and limit as after a failure."""
