"""What the health checks answered lately."""

from collections import deque
from datetime import datetime
from typing import Final, final

from corner_host.diagnostics import HealthReport, HealthReportEntry, HealthStatus
from corner_host.operations.contracts import CheckSample, CheckStatus
from corner_host.primitives import MASK, is_secret_key, without_passwords

_KEPT: Final = 120


@final
class HealthHistory:
    """The answers of each check, the newest last, 120 at most.

    Attributes:
        is_ready: Whether the host was ready when it was last asked; None before.
        ready_since: When that changed.
    """

    def __init__(self) -> None:
        self._samples: dict[str, deque[CheckSample]] = {}
        self._since: dict[str, datetime] = {}
        self._last: dict[str, HealthReportEntry] = {}
        self.is_ready: bool | None = None
        self.ready_since: datetime | None = None

    def add(self, report: HealthReport, at: datetime) -> None:
        """Keep what was answered."""
        for name, entry in report.entries.items():
            samples = self._samples.setdefault(name, deque(maxlen=_KEPT))
            if not samples or samples[-1].status != entry.status.title:
                self._since[name] = at
            samples.append(CheckSample(at=at, status=entry.status.title, seconds=entry.duration))
            self._last[name] = entry

    def note_ready(self, at: datetime, *, is_ready: bool) -> None:
        """Note whether the host is ready, for the time of the change."""
        if is_ready is not self.is_ready:
            self.is_ready, self.ready_since = is_ready, at

    def unhealthy(self) -> tuple[str, ...]:
        """Return the names of the checks that answered so last."""
        return tuple(name for name, entry in self._last.items() if entry.status is HealthStatus.UNHEALTHY)

    def status(self, name: str, tags: frozenset[str]) -> CheckStatus:
        """Return a check as it was seen last."""
        entry = self._last.get(name)
        if entry is None:
            return CheckStatus(name=name, tags=tuple(sorted(tags)))
        samples = tuple(self._samples[name])
        return CheckStatus(
            name=name,
            status=entry.status.title,
            description=without_passwords(entry.description),
            seconds=entry.duration,
            since=self._since[name],
            at=samples[-1].at,
            tags=tuple(sorted(tags)),
            error="" if entry.error is None else without_passwords(f"{type(entry.error).__name__}: {entry.error}"),
            data=tuple(
                (key, MASK if is_secret_key(key) else without_passwords(str(value)))
                for key, value in entry.data.items()
            ),
            history=samples,
        )
