"""An hour of numbers, at a fixed step, in a ring."""

from collections import deque
from collections.abc import Mapping
from typing import Final, final

from corner_host.operations.contracts import Series

_UNITS: Final = {"loop_lag": "s", "memory_bytes": "B", "depth": "1", "running": "1", "queue_fill": "1"}


@final
class Samples:
    """Counters and gauges as they were at each step.

    Args:
        step: Seconds between two samples.
        span: How many seconds are kept.
    """

    def __init__(self, *, step: float, span: float) -> None:
        self.step = step
        self._kept: deque[tuple[float, Mapping[str, float]]] = deque(maxlen=max(2, int(span / step) + 1))

    def add(self, at: float, values: Mapping[str, float]) -> None:
        """Keep what was seen at *at*, in seconds since the epoch. Names of counters begin with ``+``."""
        self._kept.append((at, values))

    def rate(self, counter: str, *, now: float, value: float, over: float = 60.0) -> float:
        """Return by how much a second *counter*, which is *value* by now, has grown, over the last *over* seconds."""
        base: tuple[float, float] | None = None
        for at, values in reversed(self._kept):
            if counter in values:
                base = (at, values[counter])
            if now - at >= over:
                break
        if base is None or now <= base[0]:
            return 0.0
        return max(0.0, value - base[1]) / (now - base[0])

    def latest_rate(self, counter: str, *, over: float = 60.0) -> float:
        """Return by how much a second *counter* has grown, over the last *over* seconds of samples."""
        if not self._kept or counter not in self._kept[-1][1]:
            return 0.0
        at, values = self._kept[-1]
        return self.rate(counter, now=at, value=values[counter], over=over)

    def series(self, names: tuple[str, ...], *, since: float) -> tuple[Series, ...]:
        """Return the series of these names, or all; counters as what they grew by a second."""
        kept = list(self._kept)
        first = next((index for index, (at, _) in enumerate(kept) if at >= since), len(kept))
        shown = kept[first:]
        if not shown:
            return ()
        known = dict.fromkeys(name for _, values in kept for name in values)
        found: list[Series] = []
        for name in known:
            title = name.removeprefix("+")
            if names and title not in names:
                continue
            values = tuple(
                _growth(kept, first + index, name) if name.startswith("+") else values.get(name)
                for index, (_, values) in enumerate(shown)
            )
            unit = "1/s" if name.startswith("+") else _UNITS.get(title.partition(":")[0], "1")
            found.append(Series(name=title, unit=unit, step=self.step, start=shown[0][0], values=values))
        return tuple(found)


def _growth(kept: list[tuple[float, Mapping[str, float]]], index: int, name: str) -> float | None:
    if index == 0:
        return None
    (before, old), (at, new) = kept[index - 1], kept[index]
    if name not in old or name not in new or at <= before:
        return None
    return max(0.0, new[name] - old[name]) / (at - before)
