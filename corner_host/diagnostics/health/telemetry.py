"""Health as an OpenTelemetry instrument: ``corner_host.health.status``, 0 unhealthy, 1 degraded, 2 healthy, by check.

It tells what each check answered last, whoever had asked.
"""

from collections.abc import Iterator
from typing import Any, Final, final

from corner_host.diagnostics.metrics import Instruments

from .report import HealthReport


@final
class HealthTelemetry:
    """Tells a meter what checks answered."""

    def __init__(self, meter: Any) -> None:
        self._latest: dict[str, int] = {}
        meter.create_observable_gauge("corner_host.health.status", [self._observe])

    def note(self, report: HealthReport) -> None:
        """Keep what the checks in *report* answered."""
        self._latest.update({name: int(entry.status) for name, entry in report.entries.items()})

    def _observe(self, _options: Any) -> Iterator[Any]:
        from opentelemetry.metrics import Observation  # noqa: PLC0415 - where it is in use already

        for name, status in list(self._latest.items()):
            yield Observation(status, {"check": name})


_INSTRUMENTS: Final = Instruments(HealthTelemetry)


def note(report: HealthReport) -> None:
    """Tell the program's meter, if it has set a provider, what the checks in *report* answered."""
    telemetry = _INSTRUMENTS.find()
    if telemetry is not None:
        telemetry.note(report)
