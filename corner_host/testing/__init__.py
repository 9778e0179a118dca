"""Hosts in tests: real ones, with limits that fail a test rather than hang it; and what every plug-in must pass.

`running_host` starts a host around a block of a test and stops it afterwards, `start_and_stop` does the same for a single
service without a host. Both work on asyncio and trio. Log records go to the standard ``logging``, so pytest's ``caplog``
sees them; time can be taken from a clock of the test: register a `Clock` of your own.

`JobEngineConformance` has the tests that every engine for `corner_host.jobs` passes; it is loaded when it is asked for, and
with it that area, so that a test of something else needs neither.

Not kept of .NET's FakeHost: its log and redaction collectors, for which pytest has ``caplog``.
"""

from importlib import import_module
from typing import Any

from .running import HostTooOldError, running_host, start_and_stop

_LATER = {"JobBench": "job_bench", "JobEngineConformance": "job_engines"}

__all__ = [
    "HostTooOldError",
    "JobBench",  # pyright: ignore[reportUnsupportedDunderAll] - see __getattr__
    "JobEngineConformance",  # pyright: ignore[reportUnsupportedDunderAll] - see __getattr__
    "running_host",
    "start_and_stop",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    return value
