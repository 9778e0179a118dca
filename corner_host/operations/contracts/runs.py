"""Lives of a host."""

from dataclasses import dataclass
from datetime import datetime
from typing import final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseTime:
    """How long one step of a start or stop took, in seconds, and when it began, in seconds from the first."""

    name: str
    began: float
    seconds: float
    outcome: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class HostRun:
    """One life of a host, from its start to its end.

    Args:
        id: Sorts by time.
        application: Name.
        version: Of the application.
        environment: ``Production``, ...
        pid: Process.
        python: Version.
        backend: Event loop.
        started_at: When it began to start.
        ready_at: When it had started; None if it never did.
        ended_at: When it ended; of a crash the last sign of life; None while it lives.
        outcome: ``running``, ``stopped``, ``failed`` (a service, or the start), ``crashed`` (ended without a word).
        exit_status: As section 13 of the exit codes has it; None while it runs, or after a crash.
        error: Why it failed, one line.
        start_seconds: How long the start took.
        stop_seconds: How long the stop took.
        start_phases: The services as they started, for a waterfall.
        stop_phases: The services as they stopped, with their outcome.
        abandoned: Who was cancelled or left behind, and at which line.
        abandoned_jobs: How many jobs were given up that waited.
        is_current: Whether it is this process.
    """

    id: str
    application: str
    version: str
    environment: str
    pid: int
    python: str
    backend: str
    started_at: datetime
    ready_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = "running"
    exit_status: int | None = None
    error: str = ""
    start_seconds: float | None = None
    stop_seconds: float | None = None
    start_phases: tuple[PhaseTime, ...] = ()
    stop_phases: tuple[PhaseTime, ...] = ()
    abandoned: tuple[str, ...] = ()
    abandoned_jobs: int = 0
    is_current: bool = False

    @property
    def left_behind(self) -> int:
        """How many services and jobs were cancelled or given up."""
        return len(self.abandoned) + self.abandoned_jobs
