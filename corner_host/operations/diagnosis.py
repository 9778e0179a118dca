"""``operations.diagnose()``: everything for a support case, masked."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, final

import anyio.to_thread

from corner_host.primitives import without_passwords

from .audit import AuditOperations
from .bundle import bundle
from .configuration import ConfigurationOperations
from .contracts import AuditQuery, LogQuery
from .graph import GraphOperations
from .host import HostOperations
from .jobs import JobOperations
from .logs import LogOperations
from .metrics import MetricsOperations
from .runs import RunOperations

_LOGS: Final = 1000


@final
class Diagnosis:
    """Asks everybody, and puts the answers into a zip file. What fails is told in its place."""

    def __init__(
        self,
        *,
        host: HostOperations,
        configuration: ConfigurationOperations,
        graph: GraphOperations,
        jobs: JobOperations,
        logs: LogOperations,
        metrics: MetricsOperations,
        runs: RunOperations,
        audit: AuditOperations,
    ) -> None:
        self._parts: dict[str, Callable[[], Awaitable[Any]]] = {
            "about.json": host.about,
            "status.json": host.status,
            "configuration.json": configuration.report,
            "graph.json": graph.get,
            "running.json": jobs.running,
            "runs.json": runs.list,
            "audit.json": lambda: audit.search(AuditQuery(limit=200)),
            "logs.json": lambda: logs.search(LogQuery(limit=_LOGS)),
            "metrics.txt": metrics.prometheus,
            "series.json": metrics.series,
        }
        self._host = host

    async def make(self) -> bytes:
        """Return the zip file."""
        parts: dict[str, Any] = {"stacks.txt": (await self._host.dump()).text}
        for name, ask in self._parts.items():
            try:
                parts[name] = await ask()
            except Exception as error:  # noqa: BLE001 - a bundle with a gap is better than none
                parts[name] = {"error": without_passwords(f"{type(error).__name__}: {error}")}
        return await anyio.to_thread.run_sync(bundle, parts)
