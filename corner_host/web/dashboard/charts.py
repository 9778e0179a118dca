"""Numbers over time, as a page needs them: data for the script that draws, and the same drawn for readers without it. Pure."""

import json
from dataclasses import dataclass
from typing import Final, final

from corner_host.operations import Series, TimeSeries

_PLACES: Final = 4


@final
@dataclass(frozen=True, slots=True)
class Chart:
    """Some series over the same time, and marks in it.

    Attributes:
        series: The series that were found.
        data: JSON for the script: ``times``, ``names``, ``values``, ``marks``, ``unit``.
    """

    series: tuple[Series, ...]
    data: str

    @classmethod
    def of(cls, found: TimeSeries, *names: str) -> "Chart":
        """Return the chart of the series of these names."""
        chosen = tuple(each for name in names for each in found.series if each.name == name and each.values)
        if not chosen:
            return cls((), "")
        first = chosen[0]
        data = {
            "times": [round(first.start + first.step * number) for number in range(len(first.values))],
            "names": [each.name for each in chosen],
            "values": [[None if v is None else round(v, _PLACES) for v in each.values] for each in chosen],
            "marks": [{"at": mark.at.timestamp(), "kind": mark.kind, "label": mark.label} for mark in found.marks],
            "unit": first.unit,
        }
        return cls(chosen, json.dumps(data, separators=(",", ":")))

    @property
    def is_empty(self) -> bool:
        """Whether there is less than two values to draw."""
        return sum(1 for value in self.values if value is not None) < 2

    @property
    def values(self) -> tuple[float | None, ...]:
        """Those of the first series."""
        return self.series[0].values if self.series else ()

    @property
    def most(self) -> float:
        """The largest value of the first series."""
        return max((value for value in self.values if value is not None), default=0.0)
