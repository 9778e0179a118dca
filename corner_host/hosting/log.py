"""The records a host writes: one callable a record, with .NET's categories, ids and sentences.

The id and the name of an event stand in the record's ``event_id`` and ``event_name``. Our formats tell it in other words, see
``corner_host.logging``; handlers of the application get the record.
"""

import logging
from logging import CRITICAL, DEBUG, ERROR, INFO, WARNING
from typing import Final, final

from corner_host.primitives import CornerHostError

HOST: Final = logging.getLogger("Microsoft.Extensions.Hosting.Internal.Host")
EVENTS: Final = logging.getLogger("Microsoft.Extensions.Hosting.Internal.ApplicationLifetime")
LIFETIME: Final = logging.getLogger("Microsoft.Hosting.Lifetime")

# where our own story is told; our formats show the records of .NET's categories there, too
CONFIG: Final = logging.getLogger("corner_host.config")
SERVICES: Final = logging.getLogger("corner_host.services")
STORY: Final = logging.getLogger("corner_host.host")
STAGES: Final = logging.getLogger("corner_host.lifetime")
QUEUES: Final = logging.getLogger("corner_host.queue")

_TOLD_BY: Final = {HOST: STORY, EVENTS: STAGES, LIFETIME: STAGES}


@final
class Event:
    """A kind of record: where it is written, its number, name, level and sentence. Calling it writes one.

    Args:
        logger: Where it is written.
        number: Its id; 0 for those that have none.
        name: Its name.
        level: Its level.
        message: Its sentence.
        told_by: Whose category our formats show instead; None: of one of .NET's loggers that of ours which tells the like.
        told_as: The sentence that they show instead.
        kept: The fields that the record has, too, for programs.
    """

    __slots__ = ("kept", "level", "logger", "message", "name", "number", "told_as", "told_by")

    def __init__(
        self,
        logger: logging.Logger,
        number: int,
        name: str,
        level: int,
        message: str,
        *,
        told_by: logging.Logger | None = None,
        told_as: str | None = None,
        kept: tuple[str, ...] = (),
    ) -> None:
        self.logger = logger
        self.number = number
        self.name = name
        self.level = level
        self.message = message
        self.told_by = told_by or _TOLD_BY.get(logger)
        self.told_as = told_as
        self.kept = kept

    def __call__(self, error: BaseException | None = None, /, **fields: object) -> None:
        """Write the record, with *error* if given; *fields* fill the sentences.

        An error that tells what is wrong, where and how to fix it goes without the traceback through our own frames.
        """
        if self.logger.isEnabledFor(self.level):
            arguments = (fields,) if fields else ()
            extra: dict[str, object] = {"event_id": self.number, "event_name": self.name} if self.number else {}
            for name in self.kept:
                extra[name] = fields[name]
            if self.told_by is not None:
                extra["console_category"] = self.told_by.name
            if self.told_as is not None:
                extra["console_message"] = self.told_as % fields
            info = (type(error), error, None) if isinstance(error, CornerHostError) else error
            self.logger.log(self.level, self.message, *arguments, exc_info=info, extra=extra, stacklevel=2)


def is_left_to_python() -> bool:
    """Tell whether no handler would get an error of the host, so that Python itself writes it to stderr."""
    return logging.lastResort is not None and HOST.isEnabledFor(ERROR) and not HOST.hasHandlers()


STARTING: Final = Event(HOST, 1, "Starting", DEBUG, "Hosting starting")
STARTED: Final = Event(HOST, 2, "Started", DEBUG, "Hosting started")
STOPPING: Final = Event(HOST, 3, "Stopping", DEBUG, "Hosting stopping")
STOPPED: Final = Event(HOST, 4, "Stopped", DEBUG, "Hosting stopped")
STOPPED_WITH_ERROR: Final = Event(HOST, 5, "StoppedWithException", DEBUG, "Hosting shutdown exception")
EVENT_STARTED_FAILED: Final = Event(
    EVENTS, 6, "ApplicationStartupException", CRITICAL, "An error occurred starting the application"
)
EVENT_STOPPING_FAILED: Final = Event(
    EVENTS, 7, "ApplicationStoppingException", CRITICAL, "An error occurred stopping the application"
)
EVENT_STOPPED_FAILED: Final = Event(
    EVENTS, 8, "ApplicationStoppedException", CRITICAL, "An error occurred stopping the application"
)
SERVICE_FAILED: Final = Event(HOST, 9, "BackgroundServiceFaulted", ERROR, "BackgroundService failed: %(service)s")
SERVICE_STOPS_HOST: Final = Event(
    HOST,
    10,
    "BackgroundServiceStoppingHost",
    CRITICAL,
    "The HostOptions.BackgroundServiceExceptionBehavior is configured to StopHost. "
    "%(service)s failed, and the host is stopping.",
    told_as="%(service)s failed, so the host stops (%(why)s)",
)
START_FAILED: Final = Event(HOST, 11, "HostedServiceStartupFaulted", ERROR, "Hosting failed to start")
START_FAILED_TOLD: Final = Event(HOST, 11, "HostedServiceStartupFaulted", ERROR, "Hosting failed to start", told_as="")
"""The same where the end of the program tells a person why."""

# from here on .NET has nothing of the kind
SERVICE_RETURNED: Final = Event(
    HOST, 101, "BackgroundServiceReturned", INFO, "%(service)s returned while the host runs (%(consequence)s)"
)
SERVICE_RESTARTS: Final = Event(
    HOST, 102, "BackgroundServiceRestarting", WARNING, "%(service)s runs again in %(delay).2f s (restart %(restarts)d)"
)
RESTART_LIMIT: Final = Event(
    HOST,
    103,
    "BackgroundServiceRestartLimit",
    ERROR,
    "%(service)s has been restarted %(limit)d times within %(window)g s; that is the limit",
)
SLOW: Final = Event(
    HOST, 104, "HostedServiceSlow", WARNING, "%(service)s has been %(doing)s for %(waited).1f s%(where)s%(left)s"
)
CUT: Final = Event(
    HOST, 105, "HostedServicesCancelled", ERROR, "The %(doing)s was cut short (%(why)s), still running: %(services)s"
)
DEADLINE: Final = Event(HOST, 105, "HostedServicesCancelled", ERROR, "%(lost)s", told_by=STAGES, kept=("losses",))
ABANDONED: Final = Event(
    HOST,
    106,
    "HostedServiceAbandoned",
    ERROR,
    "%(service)s did not end within %(grace)g s of its cancellation%(where)s; the host goes on without it",
)
SHUTDOWN_REPORT: Final = Event(HOST, 107, "ShutdownReport", INFO, "%(report)s", told_by=STAGES, told_as="%(news)s")
TASKS_CANCELLED: Final = Event(
    HOST,
    108,
    "HostTasksCancelled",
    ERROR,
    "The tasks of the host were cancelled, by the end of the event loop or by somebody in it; its services are stopped now",
)
EXIT_REQUESTED: Final = Event(HOST, 109, "ExitRequested", INFO, "%(service)s asked the process to end: %(error)r")
STOP_FAILED: Final = Event(
    HOST, 112, "StopFailed", ERROR, "Whoever stopped the host was cancelled, and the stop failed"
)
SERVICE_RESTARTED: Final = Event(
    HOST, 113, "BackgroundServiceRestarted", INFO, "%(service)s was asked to run again (restart %(restarts)d)"
)
SERVICE_HALTED: Final = Event(HOST, 114, "BackgroundServiceHalted", INFO, "%(service)s was asked to stop, and has")
SERVICE_BEGUN: Final = Event(HOST, 115, "BackgroundServiceBegun", INFO, "%(service)s was asked to start again")
SERVICE_POLICY: Final = Event(
    HOST, 116, "BackgroundServicePolicy", INFO, "%(service)s: after a failure %(failure)s, after a return %(end)s"
)

# .NET's console lifetime
APPLICATION_STARTED: Final = Event(
    LIFETIME,
    0,
    "",
    INFO,
    "Application started. Press Ctrl+C to shut down.",
    told_as="Application started in %(seconds).2f s. Press Ctrl+C to shut down.",
)
STARTED_BY_SYSTEMD: Final = Event(
    LIFETIME,
    0,
    "",
    INFO,
    "Application started. Hosting environment: %(name)s; Content root path: %(path)s",
    told_as="Application started in %(seconds).2f s. Hosting environment: %(name)s; Content root path: %(path)s",
)
ENVIRONMENT: Final = Event(LIFETIME, 0, "", INFO, "Hosting environment: %(name)s")
CONTENT_ROOT: Final = Event(LIFETIME, 0, "", INFO, "Content root path: %(path)s")
CONTENT_ROOT_HINT: Final = Event(LIFETIME, 0, "", INFO, "%(hint)s")
SHUTTING_DOWN: Final = Event(
    LIFETIME,
    0,
    "",
    INFO,
    "Application is shutting down...",
    told_as="%(told)s",
)

# our story of a start, in Development, and of a stop, everywhere
SOURCES: Final = Event(CONFIG, 121, "ConfigurationSources", INFO, "%(sources)s, %(keys)s%(names)s")
REGISTERED: Final = Event(SERVICES, 122, "ServicesRegistered", INFO, "%(services)s registered%(checked)s")
SERVICE_STARTED: Final = Event(STORY, 123, "HostedServiceStarted", INFO, "%(service)s started (%(took)s)%(more)s")
RELOADED: Final = Event(CONFIG, 133, "ConfigurationReloaded", INFO, "SIGHUP received; %(changes)s%(kept)s")
RELOAD_FAILED: Final = Event(
    CONFIG,
    134,
    "ConfigurationReloadFailed",
    ERROR,
    "SIGHUP received; not all of the configuration could be loaded again",
)
SERVICES_STARTED: Final = Event(
    STORY, 124, "HostedServicesStarted", INFO, "%(services)s started in %(took)s, the slowest %(slowest)s (%(its)s)"
)
SIGNAL_RECEIVED: Final = Event(STAGES, 130, "SignalReceived", INFO, "%(signal)s; %(delay).1f s delay for endpoints")
STOP_BEGINS: Final = Event(STAGES, 125, "StopBegins", INFO, "Readiness is now failing; %(busy)s in flight%(budget)s")
IN_FLIGHT: Final = Event(STAGES, 125, "StopBegins", INFO, "%(busy)s in flight")
"""The same where a service manager has asked for it: its signal and the budget have been told, and queues tell of their jobs."""
SERVICE_STOPPED: Final = Event(STORY, 126, "HostedServiceStopped", INFO, "%(service)s stopped (%(took)s)")
SERVICE_DID_NOT_START: Final = Event(
    STORY, 128, "HostedServiceDidNotStart", ERROR, "%(service)s did not start (%(took)s)"
)
STOP_ENDED: Final = Event(STAGES, 127, "StopEnded", INFO, "%(report)s")
QUEUE_STOPS: Final = Event(
    QUEUES, 131, "QueueStops", INFO, "%(queue)s: %(running)d running, %(waiting)s; policy: %(policy)s"
)
QUEUE_STOPS_UNTOLD: Final = Event(QUEUES, 131, "QueueStops", INFO, QUEUE_STOPS.message, told_as="")
"""The same where a person has just read how much work is in flight."""
QUEUE_STOPPED: Final = Event(QUEUES, 132, "QueueStopped", INFO, "%(what)s: %(finished)d finished, %(rest)s")
