"""The lifetime of a host that a person, a container or a script runs: it stops on Ctrl+C and SIGTERM."""

import os
import signal
from functools import cached_property
from os import path
from typing import Final, final

import corner_host.hosting as door
from corner_host.configuration import Configuration, ConfigurationRoot
from corner_host.hosting import log
from corner_host.hosting.environment import HostEnvironment
from corner_host.hosting.lifetime import ApplicationLifetime

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

    SIGHUP means that the terminal has been closed, and stops the host; without a terminal it loads the configuration again. The
    first signal asks the host to stop, also during its start. A second one cuts the stop short, and the process ends
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
        watch = SignalWatch(SIGNALS, self._lifetime, self._reload)
        self._lifetime.at_end(watch.close)

    async def stop(self) -> None:
        """Do nothing: a second signal counts until the host is disposed."""

    def _reload(self) -> None:
        self._reloading.ask()  # loaded only now

    @cached_property
    def _reloading(self) -> "door.reloading.Reloading":
        return door.reloading.Reloading(self._configuration)

    def _on_started(self) -> None:
        log.APPLICATION_STARTED(seconds=self._lifetime.start_seconds)
        log.ENVIRONMENT(name=self._environment.environment_name)
        log.CONTENT_ROOT(path=self._environment.content_root_path)


def hint_about(content_root: str, configuration: Configuration) -> str:
    """Return a sentence when the content root is only the working directory and nothing expected is in it; else "".

    That is: it is the root of a file system, or configuration files are looked for there and none of them exists. Folders
    that cannot be read give no hint.
    """
    try:
        if content_root != os.getcwd():
            return ""
        looks_wrong = path.dirname(content_root) == content_root or _is_missing_its_files(content_root, configuration)
    except OSError:
        return ""
    if not looks_wrong:
        return ""
    return (
        f"Content root path is the current working directory ({content_root}), and no settings file was found in it. "
        "If that is not intended, set the content root with CORNER_CONTENTROOT, --contentRoot or use_content_root()."
    )


def _is_missing_its_files(content_root: str, configuration: Configuration) -> bool:
    if not isinstance(configuration, ConfigurationRoot):
        return False
    paths = [getattr(provider, "path", None) for provider in configuration.providers]
    below = path.join(content_root, "")
    files = [file for each in paths if hasattr(each, "__fspath__") and (file := str(each)).startswith(below)]
    return bool(files) and not any(path.exists(file) for file in files)
