from . import accounting as accounting
from . import forked as forked
from . import function_service as function_service
from . import overview as overview
from . import places as places
from . import reloading as reloading
from . import restarting as restarting
from . import story as story
from . import telemetry as telemetry
from . import tracebacks as tracebacks
from . import waiting_at as waiting_at
from . import waiting_service as waiting_service
from .background_service import BackgroundService
from .builder import HostBuilder
from .callbacks import BuildCheck, HostBuilderContext
from .contracts import (
    BackgroundServiceCompletionBehavior,
    BackgroundServiceExceptionBehavior,
    BackgroundServiceState,
    HostApplicationLifetime,
    HostedLifecycleService,
    HostedService,
    HostLifetime,
)
from .environment import HostEnvironment
from .errors import (
    HostedServiceNotFoundError,
    HostStateError,
    ShutdownTimeoutError,
    StartupTimeoutError,
)
from .host import Host
from .hosted_services import HostedServices
from .in_flight import WorkInFlight
from .lifetimes.console import ConsoleLifetime, ConsoleLifetimeOptions
from .options import HostOptions
from .registration import add_hosted_service
from .report import ShutdownReport, StopOutcome, StoppedService
from .settings import HostBuilderSettings
from .status import HostedServiceKind, HostedServiceState, HostedServiceStatus, HostPhase, HostProgress
from .waiting_at import Place
from .waiting_service import WaitingService

__all__ = [
    "BackgroundService",
    "BackgroundServiceCompletionBehavior",
    "BackgroundServiceExceptionBehavior",
    "BackgroundServiceState",
    "BuildCheck",
    "ConsoleLifetime",
    "ConsoleLifetimeOptions",
    "Host",
    "HostApplicationLifetime",
    "HostBuilder",
    "HostBuilderContext",
    "HostBuilderSettings",
    "HostEnvironment",
    "HostLifetime",
    "HostOptions",
    "HostPhase",
    "HostProgress",
    "HostStateError",
    "HostedLifecycleService",
    "HostedService",
    "HostedServiceKind",
    "HostedServiceNotFoundError",
    "HostedServiceState",
    "HostedServiceStatus",
    "HostedServices",
    "Place",
    "ShutdownReport",
    "ShutdownTimeoutError",
    "StartupTimeoutError",
    "StopOutcome",
    "StoppedService",
    "WaitingService",
    "WorkInFlight",
    "add_hosted_service",
]
