"""How a host behaves, and what configuration may say about it."""

from dataclasses import dataclass, fields
from typing import Final, final

import corner_host.configuration
import corner_host.options
import corner_host.primitives
from corner_host.configuration import ConfigurationRoot
from corner_host.di import ServiceCollection, ServiceProvider
from corner_host.primitives import Backoff, seconds

from .contracts import BackgroundServiceCompletionBehavior, BackgroundServiceExceptionBehavior

_BACKOFF: Final = Backoff()


@final
@dataclass(slots=True, kw_only=True, init=False, eq=False, repr=False)  # below: generating them takes ten times as long
class HostOptions:  # noqa: PLW1641 - it can change, and so has no hash
    """How a host behaves. Set it with ``builder.configure_host_options(...)``; checked at build.

    Durations are float seconds or a ``timedelta``.

    Args:
        shutdown_timeout: One budget for the whole stop; when it is spent, what still runs is cancelled. None: no limit.
        startup_timeout: One budget for the whole start. None: no limit.
        shutdown_delay: How long everything goes on after SIGTERM before the stop begins, and its budget with it: readiness fails
            at once, so that no client is led here any more by then. A second signal, a failure, or any other stop ends it.
        services_start_concurrently: Start all services at once instead of one after the other.
        services_stop_concurrently: Stop all services at once instead of one after the other.
        background_service_exception_behavior: What happens when a background service raises.
        background_service_completion_behavior: What happens when one returns while the host runs.
        restart_backoff: How long a service waits before it runs again, under ``RESTART``.
        restart_limit: How many restarts within ``restart_window`` are allowed; at least 0.
        restart_window: Over what time restarts are counted; above 0.
        cancellation_grace: How long cancelled work may clean up before the host goes on without it.
    """

    shutdown_timeout: "corner_host.primitives.Duration | None" = 30.0
    startup_timeout: "corner_host.primitives.Duration | None" = None
    shutdown_delay: "corner_host.primitives.Duration" = 0.0
    services_start_concurrently: bool = False
    services_stop_concurrently: bool = False
    background_service_exception_behavior: BackgroundServiceExceptionBehavior = (
        BackgroundServiceExceptionBehavior.STOP_HOST
    )
    background_service_completion_behavior: BackgroundServiceCompletionBehavior = (
        BackgroundServiceCompletionBehavior.IGNORE
    )
    restart_backoff: Backoff = _BACKOFF
    restart_limit: int = 5
    restart_window: "corner_host.primitives.Duration" = 60.0
    cancellation_grace: "corner_host.primitives.Duration" = 2.0

    def __init__(
        self,
        *,
        shutdown_timeout: "corner_host.primitives.Duration | None" = 30.0,
        startup_timeout: "corner_host.primitives.Duration | None" = None,
        shutdown_delay: "corner_host.primitives.Duration" = 0.0,
        services_start_concurrently: bool = False,
        services_stop_concurrently: bool = False,
        background_service_exception_behavior: BackgroundServiceExceptionBehavior = (
            BackgroundServiceExceptionBehavior.STOP_HOST
        ),
        background_service_completion_behavior: BackgroundServiceCompletionBehavior = (
            BackgroundServiceCompletionBehavior.IGNORE
        ),
        restart_backoff: Backoff = _BACKOFF,
        restart_limit: int = 5,
        restart_window: "corner_host.primitives.Duration" = 60.0,
        cancellation_grace: "corner_host.primitives.Duration" = 2.0,
    ) -> None:
        self.shutdown_timeout = shutdown_timeout
        self.startup_timeout = startup_timeout
        self.shutdown_delay = shutdown_delay
        self.services_start_concurrently = services_start_concurrently
        self.services_stop_concurrently = services_stop_concurrently
        self.background_service_exception_behavior = background_service_exception_behavior
        self.background_service_completion_behavior = background_service_completion_behavior
        self.restart_backoff = restart_backoff
        self.restart_limit = restart_limit
        self.restart_window = restart_window
        self.cancellation_grace = cancellation_grace

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HostOptions) and _values(self) == _values(other)

    def __repr__(self) -> str:
        return f"HostOptions({', '.join(f'{name}={value!r}' for name, value in _values(self).items())})"

    def check(self) -> None:
        """Refuse what is out of range.

        Raises:
            ValueError: The message names the option.
            TypeError: An option is of the wrong type.
        """
        for name in ("shutdown_timeout", "startup_timeout"):
            if (value := getattr(self, name)) is not None:
                seconds(value, f"HostOptions.{name}")
        seconds(self.shutdown_delay, "HostOptions.shutdown_delay")
        seconds(self.restart_window, "HostOptions.restart_window", above=0.0)
        seconds(self.cancellation_grace, "HostOptions.cancellation_grace")
        if isinstance(self.restart_limit, bool) or not isinstance(self.restart_limit, int):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"HostOptions.restart_limit must be a whole number, not {self.restart_limit!r}")
        if self.restart_limit < 0:
            raise ValueError(f"HostOptions.restart_limit must be at least 0, not {self.restart_limit!r}")
        for name, kind in _KINDS.items():
            if not isinstance(getattr(self, name), kind):
                raise TypeError(f"HostOptions.{name} must be a {kind.__name__}, not {getattr(self, name)!r}")


def _values(options: HostOptions) -> dict[str, object]:
    return {each.name: getattr(options, each.name) for each in fields(options)}


_KINDS: Final = {
    "services_start_concurrently": bool,
    "services_stop_concurrently": bool,
    "restart_backoff": Backoff,
    "background_service_exception_behavior": BackgroundServiceExceptionBehavior,
    "background_service_completion_behavior": BackgroundServiceCompletionBehavior,
}
_TIMEOUTS: Final = {
    "shutdownTimeoutSeconds": "shutdown_timeout",
    "shutdownDelaySeconds": "shutdown_delay",
    "startupTimeoutSeconds": "startup_timeout",
}
_FLAGS: Final = {
    "servicesStartConcurrently": "services_start_concurrently",
    "servicesStopConcurrently": "services_stop_concurrently",
}


@final
class HostOptionsSource:
    """Where a host has its options from: from configuration, and whoever else says something of them.

    Where nobody does, and nobody looks, all that makes, watches and checks options need not be loaded.

    Args:
        configuration: Has the four keys at its root that .NET knows, and that of the delay.
    """

    __slots__ = ("_configuration", "_read")

    def __init__(self, configuration: ConfigurationRoot) -> None:
        self._configuration = configuration
        self._read: HostOptions | None = None

    def read(self, services: ServiceCollection, provider: ServiceProvider) -> HostOptions:
        """Return the options of the host, once its *services* are complete.

        Raises:
            ConfigurationError: A value is not a whole number of seconds, or not true or false.
        """
        if not services.is_late("corner_host.options"):
            return self.give(provider)
        self._read = HostOptions()
        read_host_options(self._read, self._configuration)
        return self._read

    def register(self, services: ServiceCollection) -> None:
        """Add everything about options, those of the host among them."""
        area = corner_host.options
        area.add_options_core(services)
        if self._read is not None:
            services.add_singleton(area.Options[HostOptions], instance=area.Options.of(self._read))
        area.configure(services, HostOptions, self._fill)
        for kind, keys in ((int, _TIMEOUTS), (bool, _FLAGS)):
            for key in keys:  # so that they are known to whoever lists keys, and to editors
                services.add_singleton(area.BoundSection, instance=area.BoundSection(kind, "", key))

    def give(self, provider: ServiceProvider) -> HostOptions:
        """Return what `Options` say."""
        return provider.get_required_service(corner_host.options.Options[HostOptions]).value

    def _fill(self, options: HostOptions) -> None:
        read_host_options(options, self._configuration)


def read_host_options(options: HostOptions, configuration: ConfigurationRoot) -> None:
    """Fill *options* from the four keys at the root of *configuration* that .NET knows, and that of the delay.

    Raises:
        ConfigurationError: A value is not a whole number of seconds, or not true or false.
    """
    for key, name in _TIMEOUTS.items():
        text = configuration[key]
        if text is None:
            continue
        if not (text.isascii() and text.isdecimal()):
            raise _unreadable(configuration, key, text, "a whole number of seconds")
        setattr(options, name, float(text))
    for key, name in _FLAGS.items():
        text = configuration[key]
        if text is None:
            continue
        if text.strip().casefold() not in {"true", "false"}:
            raise _unreadable(configuration, key, text, "true or false")
        setattr(options, name, text.strip().casefold() == "true")


def _unreadable(
    configuration: ConfigurationRoot, key: str, text: str, wanted: str
) -> "corner_host.configuration.ConfigurationError":
    layer = configuration.explain(key).winner
    source = "configuration" if layer is None else str(layer.origin)
    return corner_host.configuration.ConfigurationError(
        f"{key} must be {wanted}, not {text!r} ({source}).\nTo fix: correct it there."
    )
