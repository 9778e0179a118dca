"""Hosted services."""

from dataclasses import dataclass
from datetime import datetime
from typing import final

from .common import CodePlace
from .health import CheckStatus
from .logs import LogEntry


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStatus:
    """A hosted service.

    Args:
        name: Class or function; unique among the services of the host.
        kind: ``background``, ``hosted``, ``function`` or ``web``.
        state: ``created``, ``starting``, ``running``, ``completed``, ``faulted``, ``restarting``, ``stopping``, ``stopped``.
        since: When it came to this state.
        restarts: How often it was run again.
        last_error: What it raised last, one line.
        last_error_at: When.
        start_seconds: How long its start took; None before.
        stop_seconds: How long its stop took; None before.
        detail: What it tells of itself (``status_text``), such as its address, or that its queue is full.
        can_restart: Whether `restart` is possible.
        can_stop: Whether `stop` is.
        can_start: Whether `start` is: it was stopped, or has ended by itself.
        is_plumbing: Whether it is one of corner_host's own that nobody asks for.
        on_failure: What follows when its ``execute`` raises: ``stop_host``, ``ignore`` or ``restart``; empty of what has none.
        on_return: What follows when it returns, in the same words.
    """

    name: str
    kind: str = "hosted"
    state: str = "created"
    since: datetime | None = None
    restarts: int = 0
    last_error: str = ""
    last_error_at: datetime | None = None
    start_seconds: float | None = None
    stop_seconds: float | None = None
    detail: str = ""
    can_restart: bool = False
    can_stop: bool = False
    can_start: bool = False
    is_plumbing: bool = False
    on_failure: str = ""
    on_return: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    """A service came to a state."""

    at: datetime
    state: str
    detail: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDependency:
    """What a service's constructor takes: parameter, service, and what it is made by; *is_missing* if nothing."""

    parameter: str
    service: str
    implementation: str = ""
    lifetime: str = ""
    is_missing: bool = False


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDetail:
    """All about one hosted service.

    Args:
        status: The row of the list.
        history: Its states, oldest first.
        dependencies: Constructor parameters.
        options: Sections of the configuration that its options are bound to.
        waiting_at: Where its ``execute`` waits.
        traceback: Of the last error.
        logs: Its last records, oldest first.
        checks: Health checks that belong to it, by name.
    """

    status: ServiceStatus
    history: tuple[StateChange, ...] = ()
    dependencies: tuple[ServiceDependency, ...] = ()
    options: tuple[str, ...] = ()
    waiting_at: CodePlace | None = None
    traceback: str = ""
    logs: tuple[LogEntry, ...] = ()
    checks: tuple[CheckStatus, ...] = ()
