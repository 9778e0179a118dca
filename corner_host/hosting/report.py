"""What a stop came to, service by service: a value, also written as one log record."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, final


class StopOutcome(StrEnum):
    """How a service ended."""

    STOPPED = "stopped"
    """It stopped when asked to, or had ended before."""
    FAILED = "failed"
    """It raised: while it ran, or while it stopped."""
    CANCELLED = "cancelled"
    """It was cancelled: the budget was spent, or the stop was forced."""
    ABANDONED = "abandoned"
    """It swallowed its cancellation, and the host went on without it."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedService:
    """What became of one service.

    Args:
        name: Class or function.
        outcome: How it ended.
        seconds: How long its stop took.
        file: Where it waited when it was cancelled; empty otherwise.
        line: The line there; 0 if there is none.
        error: What it raised.
    """

    name: str
    outcome: StopOutcome
    seconds: float
    file: str = ""
    line: int = 0
    error: BaseException | None = None

    def __str__(self) -> str:
        text = f"{self.name} {self.outcome.value} ({spoken(self.seconds)})"
        if self.file:
            text += f" at {self.file}:{self.line}"
        return f"{text}: {self.why}" if self.why else text

    @property
    def why(self) -> str:
        """What it raised, in one line, even if that cannot be printed; empty if nothing."""
        if self.error is None:
            return ""
        try:
            return repr(self.error)
        except Exception:  # noqa: BLE001 - an error of the application, which must not spoil the report
            return f"{type(self.error).__name__}(...)"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ShutdownReport:
    """How a host stopped, and who did not.

    Args:
        seconds: How long the whole stop took.
        budget: How long it was allowed to take; ``inf`` without a limit.
        services: One entry for each hosted service, in the order in which they stopped.
        abandoned_jobs: How many jobs were given up that waited, because time or policy would have it.

    Example:
        >>> worker = StoppedService(name="Worker", outcome=StopOutcome.STOPPED, seconds=0.42)
        >>> print(ShutdownReport(seconds=0.43, budget=30.0, services=(worker,)))
        Stopped in 0.43 s, nothing abandoned
        >>> print(ShutdownReport(seconds=0.43, budget=30.0, services=(worker,), abandoned_jobs=2))
        Stopped in 0.43 s, 2 jobs abandoned
    """

    seconds: float
    budget: float
    services: tuple[StoppedService, ...]
    abandoned_jobs: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether every service stopped by itself and without an error."""
        return all(service.outcome is StopOutcome.STOPPED for service in self.services)

    def news(self, told: Sequence[BaseException]) -> str:
        """Return what is news to a person who has read which errors services raised, *told*, and whose time was up.

        Example:
            >>> broken = StoppedService(name="Worker", outcome=StopOutcome.FAILED, seconds=0.0, error=OSError("gone"))
            >>> report = ShutdownReport(seconds=0.1, budget=30.0, services=(broken,))
            >>> print(report.news([broken.error]))
            Stopped in 0.10 s, 1 failed
            >>> print(report.news([]))
            Stopped in 0.10 s, 1 failed
              Worker failed (0 ms): OSError('gone')
        """
        bad = [each for each in self.services if each.outcome is not StopOutcome.STOPPED]
        if bad and all(each.outcome is StopOutcome.CANCELLED for each in bad):
            return ""
        known = {id(error) for error in told}
        return "\n".join([self._headline, *(f"  {each}" for each in bad if id(each.error) not in known)])

    def __str__(self) -> str:
        bad = (each for each in self.services if each.outcome is not StopOutcome.STOPPED)
        return "\n".join([self._headline, *(f"  {each}" for each in bad)])

    @property
    def _headline(self) -> str:
        counts = [f"{self._count(outcome)} {outcome.value}" for outcome in _BAD if self._count(outcome)]
        if self.abandoned_jobs:
            counts.append(f"{self.abandoned_jobs:,} job{'' if self.abandoned_jobs == 1 else 's'} abandoned")
        return f"Stopped in {self.seconds:.2f} s, {', '.join(counts) or 'nothing abandoned'}"

    def _count(self, outcome: StopOutcome) -> int:
        return sum(service.outcome is outcome for service in self.services)


_BAD: Final = (StopOutcome.FAILED, StopOutcome.CANCELLED, StopOutcome.ABANDONED)


def spoken(seconds: float) -> str:
    """Return a duration as people say it: ``12 ms``, ``1.26 s``."""
    return f"{seconds * 1000:.0f} ms" if seconds < 0.1 else f"{seconds:.2f} s"


def short(name: str) -> str:
    """Return the name of a service as people say it: without its modules."""
    return name if "[" in name else name.rpartition(".")[2]
