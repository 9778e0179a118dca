"""What an operator sees of a host: values, without anything that could be called."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import final

from .contracts import BackgroundServiceCompletionBehavior, BackgroundServiceExceptionBehavior
from .waiting_at import Place


class HostedServiceKind(StrEnum):
    """What sort of hosted service it is."""

    BACKGROUND = "background"
    """A class with ``execute``: work that goes on while the host runs."""
    FUNCTION = "function"
    """An ``async def``: work that goes on while the host runs."""
    SERVICE = "service"
    """A class or object that is only started and stopped."""


class HostedServiceState(StrEnum):
    """Where a hosted service is in its life, as seen from outside."""

    CREATED = "created"
    """Constructed, and not started yet."""
    STARTING = "starting"
    """One of its hooks of the start is under way."""
    RUNNING = "running"
    """It has started; of a background service, ``execute`` is under way."""
    RESTARTING = "restarting"
    """``execute`` will run again: after its back-off, or when an operator's restart has ended it."""
    COMPLETED = "completed"
    """``execute`` has returned while the host runs."""
    FAULTED = "faulted"
    """It raised, and that was its end."""
    STOPPING = "stopping"
    """One of its hooks of the stop is under way, or ``execute`` was asked to stop and has not ended."""
    STOPPED = "stopped"
    """It has been stopped: by its host, or by an operator while the host runs."""
    CANCELLED = "cancelled"
    """It ended by being cancelled."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class HostedServiceStatus:
    """What can be seen of a hosted service from outside, at one moment.

    Args:
        name: Class or function; unique within the host, hence ``acme.Worker#2`` for the second of its name.
        kind: What sort of service it is.
        state: Where it is in its life.
        since: From when on, in UTC.
        restarts: How often ``execute`` was run again.
        asked_restarts: How often of these because somebody had asked for it, rather than after a fault.
        last_error: What it raised the last time it failed: in ``execute``, or in a hook.
        start_seconds: How long its start took; None until it has ended.
        stop_seconds: How long its stop took; None until it has ended.
        can_restart: Whether `HostedServices.restart` will do it, and so `stop_service` and `start_service`.
        has_ended: Whether ``execute`` has ended and will not run again by itself.
        exception_behavior: What follows when ``execute`` raises; None of what has none, or before its start.
        completion_behavior: What follows when it returns, likewise.
        waiting_at: The line it waits at, where it was looked for and there is one.
    """

    name: str
    kind: HostedServiceKind
    state: HostedServiceState
    since: datetime
    restarts: int = 0
    asked_restarts: int = 0
    last_error: BaseException | None = None
    start_seconds: float | None = None
    stop_seconds: float | None = None
    can_restart: bool = False
    has_ended: bool = False
    exception_behavior: BackgroundServiceExceptionBehavior | None = None
    completion_behavior: BackgroundServiceCompletionBehavior | None = None
    waiting_at: Place | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class HostPhase:
    """One step of the start or the stop of a host.

    Args:
        name: Which step, in the words of `Host.start` and `Host.stop`.
        seconds: How long it took, or has taken so far.
        is_over: Whether the next step has begun.
    """

    name: str
    seconds: float
    is_over: bool


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class HostProgress:
    """How far the start or the stop of a host has come.

    Args:
        began: When, in UTC.
        seconds: How long it took, or has taken so far.
        budget: How long it may take, in seconds; ``inf`` without a limit.
        is_over: Whether it has ended.
        phases: Its steps, in order, as far as they have begun.
    """

    began: datetime
    seconds: float
    budget: float
    is_over: bool
    phases: tuple[HostPhase, ...]
