"""The .NET Generic Host in Python: one object that an application is made of, on asyncio and trio.

    from corner_host import BackgroundService, Host

    class Worker(BackgroundService):
        async def execute(self, stopping):
            async for tick in stopping.every(1.0):
                print("tick", tick)

    Host.create_builder().add_hosted_service(Worker).build().run()

The map of the house; each area's own docstring explains it:

- `corner_host.hosting`: the host, hosted services, their start and their stop
- `corner_host.di`: the container that makes services from their annotations
- `corner_host.configuration`: layered settings; `corner_host.options`: settings as typed objects
- `corner_host.logging`: where log records go; `corner_host.console`: what a terminal shows
- `corner_host.background`: work that is queued within bounds, in memory
- `corner_host.jobs`: durable work, which survives the process, on one machine or many
- `corner_host.caching`: values kept in memory
- `corner_host.diagnostics`: health checks, metrics and traces
- `corner_host.web`: web applications inside the host, and the other way round; the dashboard
- `corner_host.operations`: what an operator sees of a running host, and does to it
- `corner_host.cli`: the command line; ``corner-host --help``
- `corner_host.testing`: hosts in tests
- `corner_host.primitives`: cancellation tokens and the clock

What an application needs most can be imported from here; it is loaded when it is first used.
"""

from importlib import import_module
from typing import Any

_AREAS = {
    "background": ("BackgroundTaskQueue", "MetricsService", "QueuedHostedService"),
    "caching": ("MemoryCache",),
    "configuration": ("Configuration", "ConfigurationBuilder", "ConfigurationManager"),
    "di": (
        "FromConfiguration",
        "FromKeyedServices",
        "ServiceCollection",
        "ServiceDescriptor",
        "ServiceLifetime",
        "ServiceProvider",
        "ServiceScope",
    ),
    "hosting": (
        "BackgroundService",
        "Host",
        "HostApplicationLifetime",
        "HostBuilder",
        "HostEnvironment",
        "HostOptions",
        "HostedLifecycleService",
        "HostedService",
    ),
    "jobs": ("JobClient",),
    "logging": ("Logger", "log_scope"),
    "options": ("Options", "OptionsMonitor", "OptionsSnapshot"),
    "primitives": ("CancellationToken", "CancellationTokenSource", "Clock", "OperationCancelledError"),
}
_AREA_OF = {name: area for area, names in _AREAS.items() for name in names}

__all__ = sorted(_AREA_OF)  # noqa: PLE0605  # pyright: ignore[reportUnsupportedDunderAll] - names are in the stub


def __getattr__(name: str) -> Any:
    if name not in _AREA_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_AREA_OF[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
