"""The names that dashboards and alerts are built on, and the host that emits them."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

OURS = """
corner_host.build.info                       gauge              backend python version
corner_host.cache.entries                    gauge     {entry}  cache
corner_host.cache.evictions                  counter   {entry}  cache
corner_host.cache.hits                       counter   {entry}  cache
corner_host.cache.misses                     counter   {entry}  cache
corner_host.config.reloads                   counter   {reload} outcome
corner_host.event_loop.lag                   histogram s
corner_host.health.status                    gauge              check
corner_host.job.completed                    counter   {item}   job outcome queue
corner_host.job.duration                     histogram s        error_type job outcome queue
corner_host.job.retries                      counter   {attempt} job queue
corner_host.queue.capacity                   gauge     {item}   queue
corner_host.queue.concurrency                gauge     {item}   queue
corner_host.queue.depth                      gauge     {item}   queue
corner_host.queue.enqueued                   counter   {item}   job queue
corner_host.queue.rejected                   counter   {item}   queue reason
corner_host.queue.running                    gauge     {item}   queue
corner_host.queue.wait                       histogram s        queue
corner_host.schedule.interval                gauge     s        schedule
corner_host.schedule.last_success.timestamp  gauge     s        schedule
corner_host.schedule.misfires                counter   {time}   schedule
corner_host.schedule.next_run.timestamp      gauge     s        schedule
corner_host.service.restarts                 counter   {restart} reason service
corner_host.service.start.duration           histogram s        service
corner_host.service.state                    gauge              service state
corner_host.service.stop.duration            histogram s        service
corner_host.shutdown.abandoned               counter   {service}
corner_host.shutdown.duration                histogram s
corner_host.thread_pool.in_use               gauge     {thread}
corner_host.thread_pool.limit                gauge     {thread}
"""

CONVENTIONS = """
messaging.client.sent.messages  counter    {message}  messaging.destination.name messaging.operation.name messaging.system
messaging.process.duration      histogram  s  error.type messaging.destination.name messaging.operation.name messaging.system
"""


def table(text: str) -> dict[str, list[str]]:
    """Return by name all that a line says of an instrument."""
    return {line.split()[0]: line.split()[1:] for line in text.splitlines() if line}


@cache
def emitted(backend: str, opt_in: str) -> list[Mapping[str, Any]]:
    """Return what a host emits in which everything happens: while it runs, and at the end."""
    program = [sys.executable, "-m", "tests.diagnostics.named_program", backend]
    environment = {**os.environ, "OTEL_SEMCONV_STABILITY_OPT_IN": opt_in}
    run = subprocess.run(program, check=True, capture_output=True, text=True, timeout=120, env=environment)
    answer: list[Mapping[str, Any]] = json.loads(run.stdout)
    return answer


def as_table(seen: Mapping[str, Any]) -> dict[str, list[str]]:
    return {
        name: [kind, *unit.split(), *sorted({key for attributes, _ in points for key in attributes})]
        for name, (kind, unit, points) in seen.items()
    }


def points(seen: Mapping[str, Any], name: str, *keys: str) -> dict[tuple[str, ...], float]:
    """Return the values of an instrument by those of its attributes."""
    return {tuple(attributes.get(key, "") for key in keys): value for attributes, value in seen[name][2]}


@pytest.mark.parametrize(
    ("backend", "opt_in", "expected"),
    [("asyncio", "http, messaging", OURS + CONVENTIONS), ("trio", "http", OURS)],
)
def test_a_host_emits_these_instruments_and_no_others(backend: str, opt_in: str, expected: str) -> None:
    """Name, kind, unit and labels of each; those of OpenTelemetry's conventions only where they are asked for."""
    running, ended = emitted(backend, opt_in)

    assert as_table({**ended, **running}) == table(expected)


def test_the_instruments_tell_what_has_happened() -> None:
    """A settings file that broke, a service run again, an item refused, jobs put and tried again."""
    seen, ended = emitted("asyncio", "http, messaging")
    restarts = points(seen, "corner_host.service.restarts", "service", "reason")

    assert points(seen, "corner_host.config.reloads", "outcome") == {("completed",): 1, ("failed",): 1}
    assert restarts["Worker", "requested"] == 1
    assert sum(restarts.values()) == 1
    assert points(ended, "corner_host.queue.rejected", "reason") == {("full",): 0, ("closed",): 1}
    enqueued = points(seen, "corner_host.queue.enqueued", "queue", "job")
    assert {key: enqueued[key] for key in enqueued if key[1] != "sweep"} == {
        ("default", "print_receipt"): 2,
        ("background", "work"): 2,
        ("background", "fail"): 1,
    }
    assert points(seen, "corner_host.job.retries", "job") == {("print_receipt",): 1}
    assert points(seen, "messaging.process.duration", "messaging.destination.name", "error.type").items() >= {
        (("default", "ValueError"), 2),
        (("background", ""), 2),
        (("background", "OSError"), 1),
    }
