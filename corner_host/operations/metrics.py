"""``operations.metrics``: numbers for graphs and for Prometheus."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final, final

import anyio.to_thread

from .contracts import HostRun, TimeMark, TimeSeries
from .errors import InvalidRequestError
from .health import HealthOperations
from .prometheus import prometheus_text
from .queue_numbers import queue_numbers
from .schedules import ScheduleOperations
from .services import ServiceOperations
from .workplace import Workplace

_MOST_SECONDS: Final = 7 * 86_400.0


@final
class MetricsOperations:
    """The host's numbers."""

    def __init__(
        self,
        workplace: Workplace,
        *,
        services: ServiceOperations,
        health: HealthOperations,
        schedules: ScheduleOperations,
    ) -> None:
        self._workplace = workplace
        self._schedules = schedules
        self._services = services
        self._health = health

    async def prometheus(self) -> str:
        """Return all numbers of this moment as Prometheus text."""
        return prometheus_text(
            self._workplace,
            services=await self._services.list(),
            health=await self._health.overview(),
            queues=await queue_numbers(self._workplace),
            schedules=await self._schedules.list(),
        )

    async def series(self, names: Sequence[str] = (), *, seconds: float = 3600.0) -> TimeSeries:
        """Return the series of these names, all by default, for so many seconds back, and what happened in that time.

        Raises:
            InvalidRequestError: *seconds* is not above 0.
        """
        if not 0 < seconds <= _MOST_SECONDS:
            raise InvalidRequestError(f"seconds must be above 0 and at most {_MOST_SECONDS:g}.", field="seconds")
        now = self._workplace.clock.now()
        since = now - timedelta(seconds=seconds)
        found = self._workplace.samples.series(tuple(names), since=since.timestamp())
        runs = await anyio.to_thread.run_sync(self._workplace.lives.list)
        marks = [mark for run in runs for mark in _marks(run) if mark.at >= since]
        return TimeSeries(series=found, marks=tuple(sorted(marks, key=lambda mark: mark.at)))


def _marks(run: HostRun) -> Iterator[TimeMark]:
    yield TimeMark(at=run.started_at, kind="start", label=f"{run.application} {run.version}".strip())
    if run.ended_at is not None:
        yield TimeMark(at=run.ended_at, kind=run.outcome, label=run.outcome)
