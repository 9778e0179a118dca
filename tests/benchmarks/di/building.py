"""What it costs to register and build, to resolve for the first time, and to keep: for a thousand services."""

import gc
import tracemalloc
from time import perf_counter
from typing import Any, NamedTuple

from corner_host.di import ServiceCollection, ServiceProvider

COUNT = 1000
CHAIN = 10


class Costs(NamedTuple):
    """Microseconds, and bytes, for one registration."""

    build: float
    first: float
    second: float
    third: float
    bytes_built: float
    bytes_resolved: float


def chains() -> list[type]:
    """Return classes in chains of ten, each needing the next."""
    made: list[type] = []
    for number in range(COUNT):
        if number % CHAIN == 0:
            made.append(type(f"Service{number}", (), {}))
            continue
        names: dict[str, Any] = {"Below": made[-1]}
        exec("def __init__(self, below: Below) -> None: self.below = below", names)
        made.append(type(f"Service{number}", (), {"__init__": names["__init__"]}))
    return made


def _built(classes: list[type]) -> ServiceProvider:
    services = ServiceCollection()
    for number, cls in enumerate(classes):
        (services.add_singleton if number % 3 == 0 else services.add_transient)(cls)
    return services.build_service_provider()


def costs() -> Costs:
    """Measure; times are the least of seven, since whatever else runs can only add to them."""
    _built(chains()).get_service(int)
    runs = [_timed() for _ in range(7)]
    least = [min(one) / COUNT * 1e6 for one in zip(*runs, strict=True)]
    classes = chains()
    gc.collect()
    tracemalloc.start()
    provider = _built(classes)
    built, _ = tracemalloc.get_traced_memory()
    for _ in range(3):
        for cls in classes:
            provider.get_service(cls)
    gc.collect()
    resolved, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return Costs(*least, built / COUNT, resolved / COUNT)


def _timed() -> tuple[float, float, float, float]:
    classes = chains()
    times = [perf_counter()]
    provider = _built(classes)
    times.append(perf_counter())
    for _ in range(3):
        for cls in classes:
            provider.get_service(cls)
        times.append(perf_counter())
    return times[1] - times[0], times[2] - times[1], times[3] - times[2], times[4] - times[3]
