"""The host's numbers in Prometheus' text format, without any package.

Names and labels are those of the instruments (``corner_host.queue.depth``), translated as OpenTelemetry's exporter does.

Source: https://prometheus.io/docs/instrumenting/exposition_formats
"""

import math
from collections.abc import Iterable, Sequence
from typing import Final, final

from .contracts import HealthOverview, ScheduleStatus, ServiceStatus
from .queue_numbers import QueueNumbers
from .sampling import resident_bytes
from .versions import own_version
from .workplace import Workplace

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_STATES: Final = (
    "created",
    "starting",
    "running",
    "completed",
    "faulted",
    "restarting",
    "stopping",
    "stopped",
    "cancelled",
)
_HEALTH: Final = {"Unhealthy": 0, "Degraded": 1, "Healthy": 2}


def prometheus_text(
    workplace: Workplace,
    *,
    services: Sequence[ServiceStatus],
    health: HealthOverview,
    queues: Sequence[QueueNumbers],
    schedules: Sequence[ScheduleStatus],
) -> str:
    """Return the numbers as text."""
    text = _Text()
    run = workplace.lives.run
    text.gauge(
        "build_info",
        "Versions of what runs.",
        [({"version": own_version(), "application": run.application, "application_version": workplace.version,
           "python": run.python, "backend": workplace.backend}, 1)],
    )  # fmt: skip
    text.gauge("start_time_seconds", "When the host began to start.", [({}, workplace.began.timestamp())])
    text.gauge(
        "service_state",
        "1 for the state that a service is in.",
        [({"service": each.name, "state": state}, each.state == state) for each in services for state in _STATES],
    )
    text.counter("service_restarts", "Restarts.", [({"service": each.name}, each.restarts) for each in services])
    for name, description in (
        ("depth", "Waiting."),
        ("running", "Running."),
        ("scheduled", "To run later."),
        ("dead", "Dead."),
    ):
        text.gauge(f"queue_{name}", description, [({"queue": each.name}, getattr(each, name)) for each in queues])
    text.gauge("queue_capacity", "Places.", [({"queue": each.name}, each.capacity) for each in queues if each.capacity])
    text.counter(
        "queue_enqueued",
        "Taken in.",
        [({"queue": each.name}, each.queued) for each in queues if each.queued is not None],
    )
    text.counter("queue_rejected", "Refused.", [({"queue": each.name}, each.rejected) for each in queues])
    text.counter(
        "job_completed",
        "Ended, by outcome.",
        [
            ({"queue": each.name, "outcome": outcome}, getattr(each, outcome))
            for each in queues
            for outcome in ("completed", "failed", "cancelled")
        ],
    )
    text.quantiles(
        "queue_wait_seconds",
        "How long items waited lately.",
        [
            ({"queue": each.name, "quantile": share}, wait)
            for each in queues
            for share, wait in (("0.5", each.wait_p50), ("0.95", each.wait_p95))
            if wait is not None
        ],
    )
    for name, description, when in (
        ("last_success_timestamp", "When a job of it last succeeded.", _last_success),
        ("next_run_timestamp", "When it puts its next job.", _next_run),
        ("interval", "How far its next two times are apart.", _interval),
    ):
        text.gauge(
            f"schedule_{name}_seconds",
            description,
            [({"schedule": each.id}, value) for each in schedules if (value := when(each)) is not None],
        )
    text.gauge(
        "health_status",
        "0 unhealthy, 1 degraded, 2 healthy.",
        [({"check": each.name}, _HEALTH[each.status]) for each in health.checks if each.status in _HEALTH],
    )
    p50, p99, worst = workplace.lag.percentiles()
    text.summary(
        "event_loop_lag_seconds",
        "How late the event loop wakes up who sleeps.",
        [("0.5", p50), ("0.99", p99), ("1", worst)],
        total=workplace.lag.sum,
        count=workplace.lag.count,
    )
    if (memory := resident_bytes()) is not None:
        text.gauge("process_resident_memory_bytes", "Resident memory.", [({}, memory)])
    return text.finish()


def _last_success(schedule: ScheduleStatus) -> float | None:
    return None if schedule.last_success_at is None else schedule.last_success_at.timestamp()


def _next_run(schedule: ScheduleStatus) -> float | None:
    return schedule.next[0].timestamp() if schedule.next else None


def _interval(schedule: ScheduleStatus) -> float | None:
    return (schedule.next[1] - schedule.next[0]).total_seconds() if len(schedule.next) > 1 else None


@final
class _Text:
    def __init__(self) -> None:
        self._lines: list[str] = []

    def gauge(self, name: str, description: str, values: Iterable[tuple[dict[str, str], float]]) -> None:
        self._family(f"corner_host_{name}", "gauge", description, values)

    def counter(self, name: str, description: str, values: Iterable[tuple[dict[str, str], float]]) -> None:
        self._family(f"corner_host_{name}_total", "counter", description, values)

    def summary(
        self, name: str, description: str, quantiles: Iterable[tuple[str, float]], *, total: float, count: int
    ) -> None:
        full = f"corner_host_{name}"
        self._family(full, "summary", description, [({"quantile": share}, value) for share, value in quantiles])
        self._lines += [f"{full}_sum {_number(total)}", f"{full}_count {count}"]

    def quantiles(self, name: str, description: str, values: Iterable[tuple[dict[str, str], float]]) -> None:
        self._family(f"corner_host_{name}", "summary", description, values)

    def _family(self, name: str, kind: str, description: str, values: Iterable[tuple[dict[str, str], float]]) -> None:
        lines = [f"{name}{_labels(labels)} {_number(value)}" for labels, value in values]
        if lines:
            self._lines += [f"# HELP {name} {description}", f"# TYPE {name} {kind}", *lines]

    def finish(self) -> str:
        return "\n".join([*self._lines, ""])


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if float(value).is_integer() else repr(float(value))
