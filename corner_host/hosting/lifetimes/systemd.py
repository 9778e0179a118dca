"""The lifetime of a host that systemd runs: ``Type=notify``, stopped by SIGTERM, watched if the unit says so.

    [Service]
    Type=notify
    ExecStart=/opt/shop/bin/python -m shop
    ExecReload=/bin/kill -HUP $MAINPID
    WatchdogSec=30
    NotifyAccess=main

``builder.use_systemd()`` does nothing outside systemd, so it can stay in the program.

**What systemd hears**, one datagram each: ``READY=1`` when the application has started; every ten seconds what the services say
of themselves by ``status_text``, if it has changed; ``RELOADING=1`` and ``READY=1`` around a reload by SIGHUP, so that
``Type=notify-reload`` (systemd 253) works without an ``ExecReload``; ``STOPPING=1`` when the application is asked to stop, with
an ``EXTEND_TIMEOUT_USEC`` that covers delay and budget, whatever ``TimeoutStopSec`` says. Without a limit of ours, that of
systemd is the only one, and is left as it is.
"""

import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from functools import cache, cached_property
from math import inf
from pathlib import Path
from typing import ClassVar, Final, cast, final

import corner_host.hosting as door
from corner_host.configuration import Configuration
from corner_host.di import ServiceCollection, ServiceProvider
from corner_host.hosting import log
from corner_host.hosting.background_service import BackgroundService
from corner_host.hosting.contracts import BackgroundServiceExceptionBehavior, HostedService, HostLifetime
from corner_host.hosting.environment import HostEnvironment
from corner_host.hosting.lifetime import ApplicationLifetime
from corner_host.hosting.registration import add_hosted_service
from corner_host.hosting.supervisor import service_name
from corner_host.logging import LoggingBuilder
from corner_host.primitives import CancellationToken, Clock

from .signals import SignalWatch

NOTIFY_SOCKET: Final = "NOTIFY_SOCKET"
STATUS_SECONDS: Final = 10.0
"""How often systemd is told what has changed in the state of the services."""
_SPARE_SECONDS: Final = 5.0
"""What a stop may take beyond its budget until it is killed: for cancelled work to clean up, and all to close."""
_LONGEST_STATUS: Final = 500


@cache
def is_systemd_service() -> bool:
    """Tell whether systemd started this very process; decided once.

    In order: ``SYSTEMD_EXEC_PID`` is our process; we are process 1 and have a socket from systemd; our parent is systemd.
    """
    if sys.platform == "win32":
        return False
    if os.environ.get("SYSTEMD_EXEC_PID") == str(os.getpid()):
        return True
    if os.getpid() == 1:
        return bool(os.environ.get(NOTIFY_SOCKET) or os.environ.get("LISTEN_PID"))
    try:
        parent = Path(f"/proc/{os.getppid()}/comm").read_text(encoding="utf-8").rstrip("\n")
    except (OSError, ValueError):
        return False
    return parent == "systemd"


@final
class ServiceState:
    """A state to tell systemd, such as ``READY``; any text of the protocol will do.

    Example:
        >>> str(ServiceState.status("42 orders waiting"))
        'STATUS=42 orders waiting'
    """

    __slots__ = ("_text",)
    READY: "ServiceState"
    STOPPING: "ServiceState"
    WATCHDOG: "ServiceState"

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance] - not everybody runs a checker
            raise TypeError(f"A state is text, not {text!r}.")
        self._text = text

    @classmethod
    def status(cls, text: str) -> "ServiceState":
        """Return the state that ``systemctl status`` shows, one line."""
        return cls("STATUS=" + text.replace("\n", " "))

    @classmethod
    def stopping(cls, seconds: float) -> "ServiceState":
        """Return the state of a service that stops, and may take so many *seconds* (``inf``: as many as systemd grants).

        Example:
            >>> str(ServiceState.stopping(40.0)).splitlines()
            ['STOPPING=1', 'STATUS=Stopping', 'EXTEND_TIMEOUT_USEC=40000000']
        """
        extended = "" if seconds == inf else f"\nEXTEND_TIMEOUT_USEC={round(seconds * 1_000_000)}"
        return cls(f"{cls.STOPPING}\nSTATUS=Stopping{extended}")

    @classmethod
    def reloading(cls) -> "ServiceState":
        """Return the state of a service that begins now to load its configuration again; ``READY`` ends it."""
        return cls(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def __str__(self) -> str:
        return self._text


ServiceState.READY = ServiceState("READY=1")
ServiceState.STOPPING = ServiceState("STOPPING=1")
ServiceState.WATCHDOG = ServiceState("WATCHDOG=1")


@final
class SystemdNotifier:
    """Tells systemd the state of the service, one datagram each.

    The socket's name is taken out of the environment, so that child processes do not speak for this one. A name that
    begins with ``@`` is one in the abstract namespace. Without a socket nothing is told.

    Attributes:
        is_enabled: Whether there is somebody to tell.
    """

    def __init__(self) -> None:
        name = os.environ.pop(NOTIFY_SOCKET, "")
        self._address = "\0" + name[1:] if name.startswith("@") else name
        self.is_enabled = bool(name)

    def notify(self, state: ServiceState) -> None:
        """Tell *state*.

        Raises:
            OSError: The socket is gone.
        """
        if self.is_enabled:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sending:
                sending.sendto(str(state).encode(), self._address)


@final
class SystemdLifetime:
    """Stops the host on SIGTERM, loads its configuration again on SIGHUP, and tells systemd how far it is.

    SIGINT and SIGQUIT are left alone.
    """

    def __init__(
        self,
        lifetime: ApplicationLifetime,
        environment: HostEnvironment,
        notifier: SystemdNotifier,
        configuration: Configuration,
    ) -> None:
        self._lifetime = lifetime
        self._environment = environment
        self._notifier = notifier
        self._configuration = configuration

    async def wait_for_start(self) -> None:
        """Begin to heed signals; returns at once."""
        self._lifetime.application_started.register(self._on_started)
        self._lifetime.leaving.register(self._on_leaving)
        self._lifetime.application_stopping.register(self._on_stopping)
        watch = SignalWatch((signal.SIGTERM,), self._lifetime, self._reload)
        self._lifetime.at_end(watch.close)

    async def stop(self) -> None:
        """Do nothing: a second signal counts until the host is disposed."""

    def _on_started(self) -> None:
        log.STARTED_BY_SYSTEMD(
            seconds=self._lifetime.start_seconds,
            name=self._environment.environment_name,
            path=self._environment.content_root_path,
        )
        self._notifier.notify(ServiceState.READY)

    def _on_leaving(self) -> None:
        self._tell_stopping(self._lifetime.delay)

    def _on_stopping(self) -> None:
        self._lifetime.tell_stopping()
        self._tell_stopping(0.0)

    def _tell_stopping(self, delay: float) -> None:
        self._notifier.notify(ServiceState.stopping(delay + self._lifetime.budget + _SPARE_SECONDS))

    def _reload(self) -> None:
        self._reloading.ask()  # loaded only now

    @cached_property
    def _reloading(self) -> "door.reloading.Reloading":
        notify = self._notifier.notify
        return door.reloading.Reloading(
            self._configuration,
            begins=lambda: notify(ServiceState.reloading()),
            ends=lambda: notify(ServiceState.READY),
        )


@final
class SystemdWatchdog(BackgroundService):
    """Tells systemd twice per ``WatchdogSec`` that the event loop turns; registered where the unit asks for it."""

    def __init__(self, notifier: SystemdNotifier, clock: Clock) -> None:
        self._notifier = notifier
        self._clock = clock

    async def execute(self, stopping: CancellationToken) -> None:
        """Tell it until the host stops."""
        pause = watchdog_seconds() / 2
        with stopping.cancel_scope():
            while True:
                self._notifier.notify(ServiceState.WATCHDOG)
                await self._clock.sleep(pause)


@final
class SystemdStatus(BackgroundService):
    """Tells systemd what the services say of themselves by ``status_text``, for ``systemctl status``, when it has changed."""

    exception_behavior: ClassVar[BackgroundServiceExceptionBehavior | None] = BackgroundServiceExceptionBehavior.IGNORE
    is_plumbing: ClassVar[bool] = True

    def __init__(self, notifier: SystemdNotifier, clock: Clock, provider: ServiceProvider) -> None:
        self._notifier = notifier
        self._clock = clock
        self._provider = provider

    async def execute(self, stopping: CancellationToken) -> None:
        """Tell it until the host stops."""
        told = ""
        services = cast("Sequence[object]", self._provider.get_services(HostedService))  # once: they stay the same
        with stopping.cancel_scope():
            while True:
                await self._clock.sleep(STATUS_SECONDS)
                text = "; ".join(filter(None, map(_status_of, services)))[:_LONGEST_STATUS]
                if text != told:
                    self._notifier.notify(ServiceState.status(text))
                    told = text


def _status_of(service: object) -> str:
    """Return what *service* says of itself; that it cannot, if it fails: that must not be told anew each time in the log."""
    try:
        return " ".join(str(getattr(service, "status_text", "")).split())
    except Exception as error:  # noqa: BLE001 - the application's own, and told
        return f"{service_name(service)} cannot tell: {type(error).__name__}"


def watchdog_seconds() -> float:
    """Return within what time systemd wants to hear from this process, in seconds; 0 when it does not."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    pid = os.environ.get("WATCHDOG_PID", str(os.getpid()))
    if not microseconds.isdecimal() or pid != str(os.getpid()):
        return 0.0
    return int(microseconds) / 1_000_000


def add_systemd(services: ServiceCollection, logging: LoggingBuilder) -> None:
    """Use the lifetime of systemd, its log format and its watchdog, each where the process has the counterpart."""
    if is_systemd_service():
        logging.add_console("systemd")
    if not (is_systemd_service() or os.environ.get(NOTIFY_SOCKET)):
        return
    services.add_singleton(SystemdNotifier)
    services.add_singleton(HostLifetime, SystemdLifetime)
    add_hosted_service(services, SystemdStatus)
    if watchdog_seconds() > 0:
        add_hosted_service(services, SystemdWatchdog)
