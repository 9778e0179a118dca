"""The lives of a host, in a journal: a line when it begins, one when it is ready, one when it ends.

A life that has no last line and whose process is gone has crashed; the next one writes that down.
"""

import os
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, final

from corner_host.hosting import HostEnvironment, ShutdownReport, StopOutcome
from corner_host.operations.contracts import HostRun, PhaseTime
from corner_host.operations.encoding import as_json

from .alive import Alive, last_sign_of_life
from .journal import Journal

FILE: Final = "runs.jsonl"
_WELL: Final = frozenset({0, 130, 143})
"""Statuses of a program that ended because it was asked to."""


@final
class Lives:
    """Writes down the life of this host, and reads those of others. All calls but `run` block as a disk does.

    Args:
        folder: The state directory; None: nothing survives.
        environment: Of the host.
        began: When the host began to start.
        version: Of the application, as far as it is known by then.
    """

    def __init__(self, folder: Path | None, environment: HostEnvironment, began: datetime, *, version: str) -> None:
        self._folder = folder
        self._journal = Journal(None if folder is None else folder / FILE)
        identifier = f"{began:%Y%m%dT%H%M%S}.{began.microsecond // 1000:03d}-{os.getpid()}"
        self.run = HostRun(
            id=identifier,
            application=environment.application_name,
            version=version,
            environment=environment.environment_name,
            pid=os.getpid(),
            python=sys.version.partition(" ")[0],
            backend="",
            started_at=began,
            is_current=True,
        )
        self._alive = None if folder is None else Alive(self._alive_file(folder, identifier))
        self._is_written = self._has_ended = False

    def begin(self, *, backend: str) -> None:
        """Write down that it begins, and which of the earlier ones have crashed.

        Raises:
            OSError: The folder cannot be written.
        """
        self._bury_the_dead()
        if self._alive is not None:
            self._alive.begin()
        self._note(backend=backend)

    def ready(self, at: datetime, phases: tuple[PhaseTime, ...], *, version: str) -> None:
        """Write down that it has started."""
        self._note(
            version=version, ready_at=at, start_seconds=(at - self.run.started_at).total_seconds(), start_phases=phases
        )

    def beat(self) -> None:
        """Give a sign of life."""
        if self._alive is not None:
            self._alive.beat()

    def end(self, at: datetime, *, report: ShutdownReport | None, status: int, error: str) -> None:
        """Write down how it ended; once."""
        if self._has_ended:
            return
        self._has_ended = True
        self._note(
            ended_at=at,
            outcome="stopped" if status in _WELL else "failed",
            exit_status=status,
            error=error,
            **({} if report is None else _of_report(report)),
        )
        if self._alive is not None:
            self._alive.end()

    def list(self) -> list[HostRun]:
        """Return all lives, newest first."""
        found: dict[str, dict[str, Any]] = {}
        for entry in self._journal.entries():
            if isinstance(identifier := entry.get("id"), str):
                found.setdefault(identifier, {}).update(entry)
        runs = [run for entry in found.values() if (run := _read(entry, current=self.run.id)) is not None]
        return sorted(runs, key=lambda run: run.id, reverse=True)

    def _note(self, **changes: Any) -> None:
        values = {name: getattr(self.run, name) for name in HostRun.__dataclass_fields__}
        self.run = HostRun(**{**values, **changes})
        written = changes if self._is_written else {**values, **changes}
        self._journal.append({"id": self.run.id, **as_json(written)})
        self._is_written = True

    def _bury_the_dead(self) -> None:
        if self._folder is None:
            return
        for run in self.list():
            if run.outcome == "running" and not run.is_current:
                seen = last_sign_of_life(self._alive_file(self._folder, run.id))
                if seen is not None:
                    ended = max(seen, run.ready_at or run.started_at)
                    self._journal.append({"id": run.id, "ended_at": as_json(ended), "outcome": "crashed"})

    @staticmethod
    def _alive_file(folder: Path, identifier: str) -> Path:
        return folder / f"{identifier}.alive"


def _of_report(report: ShutdownReport) -> dict[str, Any]:
    began = 0.0
    phases: list[PhaseTime] = []
    for service in report.services:
        phases.append(PhaseTime(name=service.name, began=began, seconds=service.seconds, outcome=service.outcome.value))
        began += service.seconds
    lost = {StopOutcome.CANCELLED, StopOutcome.ABANDONED}
    return {
        "stop_seconds": report.seconds,
        "stop_phases": tuple(phases),
        "abandoned": tuple(str(service) for service in report.services if service.outcome in lost),
        "abandoned_jobs": report.abandoned_jobs,
    }


def _read(entry: Mapping[str, Any], *, current: str) -> HostRun | None:
    values = {name: value for name, value in entry.items() if name in HostRun.__dataclass_fields__}
    try:
        for name in ("started_at", "ready_at", "ended_at"):
            if values.get(name):
                values[name] = datetime.fromisoformat(values[name])
        for name in ("start_phases", "stop_phases"):
            values[name] = tuple(PhaseTime(**each) for each in values.get(name) or ())
        values["abandoned"] = tuple(values.get("abandoned") or ())
        values["is_current"] = values["id"] == current
        return HostRun(**values)
    except (TypeError, ValueError, KeyError):  # written by another version, or by hand
        return None
