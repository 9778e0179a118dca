"""The lifetime of a host that a person, a container or a script runs: it stops on Ctrl+C and SIGTERM."""

import signal
from typing import Final, final

from corner_host.configuration import Configuration
from corner_host.hosting import log
from corner_host.hosting.environment import HostEnvironment
from corner_host.hosting.lifetime import ApplicationLifetime

from .content_root import hint_about
from .signals import SignalWatch

_NAMES: Final = ("SIGINT", "SIGTERM", "SIGQUIT", "SIGBREAK")
SIGNALS: Final = tuple(signal.Signals[name] for name in _NAMES if name in signal.Signals.__members__)
"""What asks the host to stop: Ctrl+C, a service manager, Ctrl+\\ (not on Windows), Ctrl+Break (only there)."""


@final
class ConsoleLifetimeOptions:
    """What the console lifetime says.

    Args:
        suppress_status_messages: Do not tell that the application has started and is shutting down.
    """

    __slots__ = ("suppress_status_messages",)

    def __init__(self, *, suppress_status_messages: bool = False) -> None:
        self.suppress_status_messages = suppress_status_messages


@final
class ConsoleLifetime:
    """Stops the host on SIGINT, SIGTERM, SIGQUIT and, on Windows, SIGBREAK; tells when it started.

    The first signal asks the host to stop, also during its start. A second one cuts the stop short, and the process ends
    with 128 plus the number of the signal. Off the main thread signals are left alone. The handlers that were there
    before are put back when the host is disposed.
    """

    def __init__(
        self,
        lifetime: ApplicationLifetime,
        environment: HostEnvironment,
        configuration: Configuration,
        options: ConsoleLifetimeOptions,
    ) -> None:
        self._lifetime = lifetime
        self._environment = environment
        self._configuration = configuration
        self._is_silent = options.suppress_status_messages

    async def wait_for_start(self) -> None:
        """Begin to heed signals; returns at once."""
        if not self._is_silent:
            self._lifetime.application_started.register(self._on_started)
            self._lifetime.application_stopping.register(self._lifetime.tell_stopping)
            if hint := hint_about(self._environment.content_root_path, self._configuration):
                log.CONTENT_ROOT_HINT(hint=hint)
        watch = SignalWatch(SIGNALS, self._lifetime)
        self._lifetime.at_end(watch.close)

    async def stop(self) -> None:
        """Do nothing: a second signal counts until the host is disposed."""

    def _on_started(self) -> None:
        log.APPLICATION_STARTED(seconds=self._lifetime.start_seconds)
        log.ENVIRONMENT(name=self._environment.environment_name)
        log.CONTENT_ROOT(path=self._environment.content_root_path)
