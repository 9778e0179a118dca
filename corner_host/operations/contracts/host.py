"""The host as a whole: is it up, is it well, what hurts."""

from dataclasses import dataclass
from datetime import datetime
from typing import final

from .common import CodePlace
from .health import CheckStatus
from .jobs import FailureGroup
from .schedules import ScheduleStatus
from .services import ServiceStatus
from .work import QueueStatus


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LoopStatus:
    """The event loop and what is around it.

    Args:
        lag_p50: Seconds by which half of the wake-ups of the last minute came late at most.
        lag_p99: The same for 99 of 100.
        lag_max: The worst of the last minute.
        memory_bytes: Resident memory; None where the system does not tell.
        threads: Threads of the process.
        worker_threads: Threads of the pool in use.
        worker_thread_limit: How many the pool may have.
        tasks: Tasks of the event loop.
    """

    lag_p50: float = 0.0
    lag_p99: float = 0.0
    lag_max: float = 0.0
    memory_bytes: int | None = None
    threads: int = 0
    worker_threads: int = 0
    worker_thread_limit: int = 0
    tasks: int = 0


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The four tiles: over the last minute, or as far back as there is data.

    Args:
        jobs_per_second: Items and jobs that ended.
        failed_share: Of those the share that failed, from 0 to 1.
        queue_fill: How full the fullest queue is, from 0 to 1.
        loop_lag: p99 in seconds.
    """

    jobs_per_second: float = 0.0
    failed_share: float = 0.0
    queue_fill: float = 0.0
    loop_lag: float = 0.0


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class HostStatus:
    """What ``status`` and the overview show.

    Args:
        application: Name.
        version: Of the application; empty if it has none.
        environment: ``Production``, ``Development``, ...
        pid: Process.
        backend: ``asyncio``, ``asyncio+uvloop`` or ``trio``.
        started_at: When the host began to start.
        uptime: Seconds since then.
        phase: ``starting``, ``running``, ``stopping`` or ``stopped``.
        is_ready: Whether it takes work: started, not stopping, and no required check is unhealthy.
        ready_since: When it became so, or ceased to be.
        reason: Why it is not ready; empty if it is.
        rates: The four tiles.
        loop: The event loop.
        services: In order of start.
        queues: All of them.
        health: The last answers of the checks.
        failing: The groups of failures of the last ten minutes, most frequent first, at most five.
        schedules: The next due, at most five.
        addresses: Where the host's own web servers listen.
        is_read_only: Whether actions are refused.
        gaps: What could not be answered, and why, a line each: a store that is away leaves the rest as it is.
    """

    application: str
    version: str
    environment: str
    pid: int
    backend: str
    started_at: datetime
    uptime: float
    phase: str
    is_ready: bool
    ready_since: datetime | None = None
    reason: str = ""
    rates: Rates = Rates()
    loop: LoopStatus = LoopStatus()
    services: tuple[ServiceStatus, ...] = ()
    queues: tuple[QueueStatus, ...] = ()
    health: tuple[CheckStatus, ...] = ()
    failing: tuple[FailureGroup, ...] = ()
    schedules: tuple[ScheduleStatus, ...] = ()
    addresses: tuple[str, ...] = ()
    is_read_only: bool = False
    gaps: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PackageVersion:
    """An installed package, and its licence as it declares it."""

    name: str
    version: str
    licence: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a support case needs to know."""

    application: str
    version: str
    environment: str
    corner_host: str
    python: str
    implementation: str
    platform: str
    backend: str
    content_root: str
    command_line: tuple[str, ...] = ()
    state_directory: str = ""
    features: tuple[str, ...] = ()
    packages: tuple[PackageVersion, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStack:
    """A task of the event loop; *frames* from the outermost to where it waits."""

    name: str
    frames: tuple[CodePlace, ...] = ()
    waiting_at: CodePlace | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadStack:
    """A thread; *frames* from the outermost to where it is."""

    name: str
    ident: int
    is_daemon: bool = False
    frames: tuple[CodePlace, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """All tasks and threads with their stacks, at one moment; *text* is the same for people."""

    at: datetime
    tasks: tuple[TaskStack, ...] = ()
    threads: tuple[ThreadStack, ...] = ()
    text: str = ""
