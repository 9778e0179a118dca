"""Work items of the queue in memory that run now, and how long jobs of a kind usually take."""

from collections.abc import Iterable, Mapping
from math import inf
from typing import Any, Final, final

from corner_host.hosting import Place

from .contracts import CodePlace, RunningItem
from .places import code_place
from .workplace import Workplace

KIND: Final = "memory"
_KEPT_SECONDS: Final = 60.0
_LOOKED_AT: Final = 50


def memory_items(workplace: Workplace) -> list[RunningItem]:
    """Return what runs, each with the line where it waits; to be called in the host's event loop."""
    control: Any | None = workplace.find("corner_host.background", "QueueControl")
    if control is None:
        return []
    status = control.status()
    times = status.numbers.processing_time
    usual = times.p95 if times.count else None
    return [
        RunningItem(
            id=str(each.id),
            name=each.name,
            queue=status.name,
            kind=KIND,
            started_at=each.started_at,
            seconds=each.seconds,
            usual_seconds=usual,
            waiting_at=_place(each.waiting_at, workplace),
            can_cancel=True,
        )
        for each in control.located()
    ]


@final
class UsualTimes:
    """The 95th percentile of how long the last fifty of each kind of job that succeeded ran; a minute old at most."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self._known: dict[str, tuple[float, float | None]] = {}

    async def of(self, control: Any, names: Iterable[str]) -> Mapping[str, float | None]:
        """Return it for each of *names*, in float seconds; None where none has succeeded yet."""
        from corner_host.jobs import JobFilter, JobState  # noqa: PLC0415 - they are in use

        now = self._workplace.clock.monotonic()
        for name in {each for each in names if now - self._known.get(each, (-inf, None))[0] > _KEPT_SECONDS}:
            ended = await control.list(JobFilter(name=name, state=JobState.SUCCEEDED), limit=_LOOKED_AT)
            took = sorted((job.finished_at - job.started_at).total_seconds() for job in ended if job.started_at)
            self._known[name] = now, took[int(len(took) * 0.95)] if took else None
        return {name: usual for name, (_, usual) in self._known.items()}


def _place(place: Place | None, workplace: Workplace) -> CodePlace | None:
    if place is None or not place.file:
        return None
    return code_place(place.file, place.line, place.function, workplace.environment.content_root_path)
