"""What OpenTelemetry gets to see of caches."""

import gc
import subprocess
import sys
from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from corner_host.caching import MemoryCache
from corner_host.caching.telemetry import CacheTelemetry

PROGRAM = """
from opentelemetry.metrics import set_meter_provider
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from corner_host.caching import MemoryCache
from corner_host.di import ServiceCollection

reader = InMemoryMetricReader()
set_meter_provider(MeterProvider([reader]))
provider = ServiceCollection().add_memory_cache().build_service_provider()
provider.get_required_service(MemoryCache).set("tea", "Assam")
for metric in reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics:
    for point in metric.data.data_points:
        print(metric.name, dict(point.attributes), point.value)
"""


def test_the_instruments_tell_what_caches_do() -> None:
    """Names and labels as the documentation lists them; caches of one name are added up, until they are gone."""
    reader = InMemoryMetricReader()
    telemetry = CacheTelemetry(MeterProvider([reader]).get_meter("corner_host"))
    caches = [MemoryCache(), MemoryCache(), MemoryCache()]
    for cache, name in zip(caches, ("default", "prices", "prices"), strict=True):
        telemetry.watch(cache, name)
        cache.set("tea", "Assam")
        cache.get("tea")
        cache.get("coffee")
        cache.get("cocoa")

    def seen() -> dict[str, dict[str, int]]:
        data: Any = reader.get_metrics_data()
        return {
            metric.name: {point.attributes["cache"]: point.value for point in metric.data.data_points}
            for metric in data.resource_metrics[0].scope_metrics[0].metrics
        }

    before = seen()
    del cache, caches[2]
    gc.collect()

    assert before == {
        "corner_host.cache.entries": {"default": 1, "prices": 2},
        "corner_host.cache.hits": {"default": 1, "prices": 2},
        "corner_host.cache.misses": {"default": 2, "prices": 4},
        "corner_host.cache.evictions": {"default": 0, "prices": 0},
    }
    assert seen()["corner_host.cache.entries"] == {"default": 1, "prices": 1}


def test_the_registered_cache_is_reported_where_the_program_exports() -> None:
    """Under the name ``default``."""
    answer = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True, timeout=60)

    assert "corner_host.cache.entries {'cache': 'default'} 1" in answer.stdout
