"""The lifetime of a host that systemd runs: ``Type=notify``, stopped by SIGTERM, watched if the unit says so.

    [Service]
    Type=notify
    ExecStart=/opt/shop/bin/python -m shop
    WatchdogSec=30
    NotifyAccess=main

``builder.use_systemd()`` does nothing outside systemd, so it can stay in the program.
"""

import os
import signal
import socket
import sys
from functools import cache
from pathlib import Path
from typing import Final, final

from corner_host.di import ServiceCollection
from corner_host.hosting import log
from corner_host.hosting.background_service import BackgroundService
from corner_host.hosting.contracts import HostLifetime
from corner_host.hosting.environment import HostEnvironment
from corner_host.hosting.lifetime import ApplicationLifetime
from corner_host.hosting.registration import add_hosted_service
from corner_host.logging import LoggingBuilder
from corner_host.primitives import CancellationToken, Clock

from .signals import SignalWatch

NOTIFY_SOCKET: Final = "NOTIFY_SOCKET"


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
    """Stops the host on SIGTERM; tells systemd when it is ready and when it stops. SIGINT and SIGQUIT are left alone."""

    def __init__(self, lifetime: ApplicationLifetime, environment: HostEnvironment, notifier: SystemdNotifier) -> None:
        self._lifetime = lifetime
        self._environment = environment
        self._notifier = notifier

    async def wait_for_start(self) -> None:
        """Begin to heed SIGTERM; returns at once."""
        self._lifetime.application_started.register(self._on_started)
        self._lifetime.application_stopping.register(self._on_stopping)
        watch = SignalWatch((signal.SIGTERM,), self._lifetime)
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

    def _on_stopping(self) -> None:
        self._lifetime.tell_stopping()
        self._notifier.notify(ServiceState.STOPPING)


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
    if watchdog_seconds() > 0:
        add_hosted_service(services, SystemdWatchdog)
