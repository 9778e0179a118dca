"""Hosts in tests: real ones, with limits that fail a test rather than hang it; and what every plug-in must pass.

For an application's tests there are two pytest fixtures, which are there wherever corner_host is installed:

    async def test_greets_every_five_seconds(host_factory, virtual_clock):
        async with host_factory(create_builder, settings={"Greeter:Seconds": "5"}) as host:
            await virtual_clock.advance(minutes=10)

        assert host.logs.count("Good morning") == 120

- `HostFactory` (``host_factory``) starts the host of the application, with settings and services of the test's own; gives
  a `HostUnderTest`: its log (`LogCollector`), its queue (`QueueDriver`), its jobs (`JobDriver`), a web client.
- `VirtualClock` (``virtual_clock``) is time that a test moves, for everything in the event loop.
- `running_host` runs a host made of single services, `run_service` and `start_and_stop` one service without a host.
- `assert_graph_valid` is the one test that every application should have.
- `HostProcess` runs a program as an operator sees it: lines, signals, exit status.

All work on asyncio and trio. `JobEngineConformance` has the tests that every engine for `corner_host.jobs` passes.

Each name is loaded when it is asked for, so that a test of one area loads no other.

Not kept of .NET's FakeHost: its redaction collector.
"""

from importlib import import_module
from typing import Any

_ROOMS = {
    "factory": ("HostFactory", "HostUnderTest", "assert_graph_valid"),
    "job_bench": ("JobBench",),
    "job_engines": ("JobEngineConformance",),
    "jobs": ("JobDriver",),
    "logs": ("LogCollector", "LogLine", "UnexpectedLogError"),
    "process": ("HostProcess", "ProcessEndedError", "ProcessResult"),
    "queue": ("NothingQueuedError", "QueueDriver"),
    "running": ("HostTooOldError", "run_service", "running_host", "start_and_stop"),
    "virtual_clock": ("NoVirtualTimeError", "VirtualClock", "VirtualClockInUseError", "virtual_time"),
    "web_client": ("NoWebClientError",),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = sorted(_ROOM_OF)  # noqa: PLE0605 - the stub beside this file names them  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
    return value
