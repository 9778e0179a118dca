from corner_host.background import (
    BackgroundTaskQueue,
    MetricsService,
    QueuedHostedService,
)
from corner_host.caching import (
    MemoryCache,
)
from corner_host.configuration import (
    Configuration,
    ConfigurationBuilder,
    ConfigurationManager,
)
from corner_host.di import (
    FromConfiguration,
    FromKeyedServices,
    ServiceCollection,
    ServiceDescriptor,
    ServiceLifetime,
    ServiceProvider,
    ServiceScope,
)
from corner_host.hosting import (
    BackgroundService,
    Host,
    HostApplicationLifetime,
    HostBuilder,
    HostedLifecycleService,
    HostedService,
    HostEnvironment,
    HostOptions,
)
from corner_host.jobs import (
    JobClient,
)
from corner_host.logging import (
    Logger,
    log_scope,
)
from corner_host.options import (
    Options,
    OptionsMonitor,
    OptionsSnapshot,
)
from corner_host.primitives import (
    CancellationToken,
    CancellationTokenSource,
    Clock,
    OperationCancelledError,
)

__all__ = [
    "BackgroundService",
    "BackgroundTaskQueue",
    "CancellationToken",
    "CancellationTokenSource",
    "Clock",
    "Configuration",
    "ConfigurationBuilder",
    "ConfigurationManager",
    "FromConfiguration",
    "FromKeyedServices",
    "Host",
    "HostApplicationLifetime",
    "HostBuilder",
    "HostEnvironment",
    "HostOptions",
    "HostedLifecycleService",
    "HostedService",
    "JobClient",
    "Logger",
    "MemoryCache",
    "MetricsService",
    "OperationCancelledError",
    "Options",
    "OptionsMonitor",
    "OptionsSnapshot",
    "QueuedHostedService",
    "ServiceCollection",
    "ServiceDescriptor",
    "ServiceLifetime",
    "ServiceProvider",
    "ServiceScope",
    "log_scope",
]
