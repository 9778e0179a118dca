"""Measuring contenders against each other: all of them in every round, in an order that is drawn anew."""

import gc
import random
import statistics
import timeit
from collections.abc import Mapping
from typing import Any, NamedTuple

ROUNDS = 41
SECONDS_A_ROUND = 0.008


class Statement(NamedTuple):
    """One line of code and the names in it; it is timed without a call around it."""

    text: str
    names: Mapping[str, Any]


class Result(NamedTuple):
    """Nanoseconds of one execution, and how many times the base's they are; medians over the rounds."""

    nanoseconds: float
    ratio: float


def ratios(contenders: Mapping[str, Statement]) -> dict[str, Result]:
    """Time *contenders*; the first is the base. The collector of garbage is on, as it is in a program."""
    timers = {
        name: timeit.Timer(one.text, "gc.enable()", globals={"gc": gc, **one.names}) for name, one in contenders.items()
    }
    loops: dict[str, int] = {}
    for name, timer in timers.items():
        timer.timeit(200)
        loops[name] = max(1, int(SECONDS_A_ROUND / (timer.timeit(500) / 500)))
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    names = list(contenders)
    base = names[0]
    for _ in range(ROUNDS):
        random.shuffle(names)
        for name in names:
            taken[name].append(timers[name].timeit(loops[name]) / loops[name])
    return {
        name: Result(
            statistics.median(taken[name]) * 1e9,
            statistics.median(time / other for time, other in zip(taken[name], taken[base], strict=True)),
        )
        for name in contenders
    }
