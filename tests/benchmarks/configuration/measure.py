"""Measuring contenders against each other."""

import gc
import random
import statistics
from collections.abc import Callable, Mapping
from time import perf_counter

ROUNDS = 15
SECONDS_A_ROUND = 0.02


def ratios(base: str, contenders: Mapping[str, Callable[[], object]]) -> dict[str, tuple[float, float]]:
    """Return for each contender the microseconds of a call, and how many times those of *base* it takes.

    All of them run in every round, in an order that is drawn anew; a ratio is the median of those of the rounds. The
    collector of garbage is on, as it is in a program.
    """
    loops = {name: _loops(contender) for name, contender in contenders.items()}
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    for _ in range(ROUNDS):
        random.shuffle(names)
        gc.collect()
        for name in names:
            taken[name].append(_time(contenders[name], loops[name]))
    return {
        name: (
            statistics.median(times) * 1e6,
            statistics.median(time / other for time, other in zip(times, taken[base], strict=True)),
        )
        for name, times in taken.items()
    }


def _loops(contender: Callable[[], object]) -> int:
    contender()
    return max(1, int(SECONDS_A_ROUND / max(_time(contender, 1), 1e-7)))


def _time(contender: Callable[[], object], loops: int) -> float:
    start = perf_counter()
    for _ in range(loops):
        contender()
    return (perf_counter() - start) / loops
