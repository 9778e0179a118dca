# ruff: noqa: ARG002 - this is the surface; what fills it follows
"""``operations.metrics``: numbers for graphs and for Prometheus."""

from collections.abc import Sequence
from typing import final

from .contracts import TimeSeries
from .workplace import Workplace


@final
class MetricsOperations:
    """The host's numbers."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def prometheus(self) -> str:
        """Return all numbers of this moment as Prometheus text."""
        return ""

    async def series(self, names: Sequence[str] = (), *, seconds: float = 3600.0) -> TimeSeries:
        """Return the series of these names, all by default, for so many seconds back."""
        return TimeSeries()
