"""Jobs as OpenTelemetry instruments; what the program does not export costs nothing.

Instruments: ``corner_host.queue.depth``, ``.running``, ``.enqueued``, ``.wait``; ``corner_host.job.duration``,
``.completed``, ``.retries``; ``corner_host.schedule.next_run.timestamp``, ``.last_success.timestamp``, ``.interval``,
``.misfires``. Labels are few: never a job's id or key. Depths are those of the store, so that each process reports the same.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, final
from weakref import WeakSet

from corner_host.diagnostics.metrics import WORK, Instruments, observe

from .contracts import Again, Cancelled, Dead, Delivery, Done, NewJob, Outcome, Released
from .depths import QueueDepths
from .history import failure_in
from .info import QueueDepth
from .schedule import Times

_OUTCOMES: Mapping[type[Outcome], str] = {
    Done: "completed", Again: "failed", Dead: "failed", Cancelled: "cancelled", Released: "released",
}  # fmt: skip


@final
class JobTelemetry:
    """Tells a meter what becomes of jobs."""

    def __init__(self, meter: Any) -> None:
        self._times: dict[str, Times] = {}
        self._last_success: dict[str, float] = {}
        self._depths: WeakSet[QueueDepths] = WeakSet()
        self._work = WORK.of(meter)
        observe(meter, "corner_host.queue.depth", self._depth_reader(lambda each: each.waiting), unit="{item}")
        observe(meter, "corner_host.queue.running", self._depth_reader(lambda each: each.running), unit="{item}")
        self._retries = meter.create_counter(
            "corner_host.job.retries", unit="{attempt}", description="Attempts after the first."
        )
        self._misfires = meter.create_counter(
            "corner_host.schedule.misfires", unit="{time}", description="Times that were missed and not made up for."
        )
        for name, read in (
            ("next_run.timestamp", _next_run),
            ("interval", _interval),
            ("last_success.timestamp", self._success_of),
        ):
            meter.create_observable_gauge(f"corner_host.schedule.{name}", [self._reader(read)], unit="s")

    def watch(self, schedule: str, times: Times) -> None:
        """Report a schedule from now on."""
        self._times[schedule] = times

    def watch_depths(self, depths: QueueDepths) -> None:
        """Report the queues of a store from now on."""
        self._depths.add(depths)

    def missed(self, schedule: str) -> None:
        """Record that a schedule's time was missed and is not made up for."""
        self._misfires.add(1, {"schedule": schedule})

    def put(self, jobs: Sequence[NewJob]) -> None:
        """Record that *jobs* were stored."""
        for each in jobs:
            self._work.sent(each.queue, each.name)

    def began(self, delivery: Delivery) -> None:
        """Record that an attempt begins."""
        if delivery.attempt == 1:
            due = max(delivery.enqueued_at, delivery.due_at)
            self._work.began(delivery.queue, max(0.0, time.time() - due))
        else:
            self._retries.add(1, {"queue": delivery.queue, "job": delivery.name})

    def ended(self, delivery: Delivery, outcome: Outcome, seconds: float) -> None:
        """Record that an attempt has ended, after *seconds*."""
        failure = failure_in(outcome)
        error_type = None if failure is None else failure.kind
        self._work.ended(delivery.queue, delivery.name, _OUTCOMES[type(outcome)], seconds, error_type)
        if isinstance(outcome, Done) and delivery.key is not None and delivery.key.startswith("recurring:"):
            self._last_success[delivery.key.removeprefix("recurring:").rpartition(":")[0]] = time.time()

    def _success_of(self, schedule: str, times: Times) -> float | None:
        del times
        return self._last_success.get(schedule)

    def _depth_reader(self, read: Callable[[QueueDepth], int]) -> Callable[[Any], Iterator[Any]]:
        def observe_depths(_options: Any) -> Iterator[Any]:
            from opentelemetry.metrics import Observation  # noqa: PLC0415 - where it is in use already

            for depths in list(self._depths):
                for each in depths.read():
                    yield Observation(read(each), {"queue": each.queue})

        return observe_depths

    def _reader(self, read: "Callable[[str, Times], float | None]") -> Callable[[Any], Iterator[Any]]:
        def observe_times(_options: Any) -> Iterator[Any]:
            from opentelemetry.metrics import Observation  # noqa: PLC0415 - where it is in use already

            for schedule, times in list(self._times.items()):
                value = read(schedule, times)
                if value is not None:
                    yield Observation(value, {"schedule": schedule})

        return observe_times


def _next_run(schedule: str, times: Times) -> float | None:
    del schedule
    return next(times.after(time.time()), None)


def _interval(schedule: str, times: Times) -> float | None:
    del schedule
    following = list(islice(times.after(time.time()), 2))
    return following[1] - following[0] if len(following) > 1 else None


_INSTRUMENTS: Final = Instruments(JobTelemetry)


def telemetry_for(meter: Any | None) -> JobTelemetry | None:
    """Return the instruments of *meter*; None for none."""
    return None if meter is None else _INSTRUMENTS.of(meter)
