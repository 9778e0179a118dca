"""Slow starts and stops are told while they last (H12), and the report tells it afterwards."""

import logging
from pathlib import Path

import anyio
import pytest

from corner_host.hosting import BackgroundService, Host, ShutdownTimeoutError
from corner_host.primitives import CancellationToken, Clock
from tests.hosting.clock import ManualClock
from tests.hosting.journal import Journal, builder_of, host_of
from tests.hosting.records import Records


class SlowToStop(BackgroundService):
    """Takes its time after it has been asked to stop."""

    def __init__(self) -> None:
        self.gate = anyio.Event()

    async def execute(self, stopping: CancellationToken) -> None:
        await stopping.wait()
        await self.gate.wait()  # it waits here


class SlowToStart:
    def __init__(self) -> None:
        self.gate = anyio.Event()

    async def start(self) -> None:
        await self.gate.wait()  # it starts here

    async def stop(self) -> None: ...


def line_of(comment: str) -> int:
    """The line of this file that ends with *comment*."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.endswith(f"# {comment}"))


def with_clock(clock: ManualClock, *services: object, **options: object) -> Host:
    """A host whose time is *clock*."""
    builder = builder_of(*services, **options)
    builder.services.add_singleton(Clock, instance=clock)
    return builder.build()


async def test_a_slow_stop_is_told_after_five_seconds(records: Records) -> None:
    """H12: the name, the line it waits at, and what is left of the budget."""
    clock, service = ManualClock(), SlowToStop()
    host = with_clock(clock, service, shutdown_timeout=30.0)
    await host.start()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.stop)
        await clock.advance(4.9)
        before = [record for record in records.at(logging.INFO) if "SlowToStop" in record.getMessage()]
        await clock.advance(0.2)
        told = [record.getMessage() for record in records.at(logging.WARNING) if "SlowToStop" in record.getMessage()]
        service.gate.set()

    assert before == []
    assert len(told) == 1
    assert f"{Path(__file__).name}:{line_of('it waits here')}" in told[0]
    assert "24.9" in told[0] or "25" in told[0]
    await host.aclose()


async def test_a_slow_start_is_told_too(records: Records) -> None:
    """H3, H12: who, and where."""
    clock, service = ManualClock(), SlowToStart()
    host = with_clock(clock, service)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.start)
        await clock.advance(5.1)
        told = [record.getMessage() for record in records.at(logging.WARNING) if "SlowToStart" in record.getMessage()]
        service.gate.set()

    assert len(told) == 1
    assert f"{Path(__file__).name}:{line_of('it starts here')}" in told[0]
    await host.aclose()


async def test_what_is_quick_is_not_told(records: Records, journal: Journal) -> None:
    """H12: nothing at WARNING or above in an ordinary life."""
    async with host_of(journal.worker("worker"), journal.service("a")):
        pass

    assert records.at(logging.WARNING) == []


async def test_the_budget_follows_the_clock_of_the_container(journal: Journal) -> None:
    """H2: thirty seconds of a clock that does not move are never over; then they are."""
    clock = ManualClock()
    host = with_clock(clock, journal.service("a", stop=anyio.sleep_forever), shutdown_timeout=30.0)
    await host.start()

    async with anyio.create_task_group() as tasks:

        async def stop() -> None:
            with pytest.raises(ShutdownTimeoutError):
                await host.stop()

        tasks.start_soon(stop)
        await clock.advance(29.0)
        before = list(journal.lines)
        await clock.advance(2.0)

    assert before == ["a start", "a stop"]
    assert journal.lines == ["a start", "a stop", "a stop cancelled"]
    await host.aclose()


async def test_there_is_no_report_before_the_stop(journal: Journal) -> None:
    """H2: the report is a value, there once the host has stopped."""
    host = host_of(journal.service("a"))
    before = host.shutdown_report
    await host.start()
    await host.stop()

    assert before is None
    assert host.shutdown_report is not None
    await host.aclose()


async def test_the_report_accounts_for_every_service() -> None:
    """H2: who stopped, who failed and with what, who was cancelled and where."""

    class Good:
        async def start(self) -> None: ...

        async def stop(self) -> None: ...

    class Bad:
        async def start(self) -> None: ...

        async def stop(self) -> None:
            raise error

    error = RuntimeError("bad")
    stuck = SlowToStop()
    host = host_of(stuck, Bad, Good, shutdown_timeout=0.05)
    await host.start()
    await anyio.wait_all_tasks_blocked()
    with pytest.raises(ExceptionGroup):
        await host.stop()

    assert host.shutdown_report is not None
    report = {entry.name.rpartition(".")[2]: entry for entry in host.shutdown_report.services}
    assert {name: entry.outcome for name, entry in report.items()} == {
        "SlowToStop": "cancelled",
        "Bad": "failed",
        "Good": "stopped",
    }
    assert report["Bad"].error is error
    assert (report["SlowToStop"].file, report["SlowToStop"].line) == (__file__, line_of("it waits here"))
    assert all(entry.seconds >= 0 for entry in report.values())
    await host.aclose()


async def test_the_report_is_written_to_the_log(records: Records) -> None:
    """H2: as records, one line a service."""
    host = host_of(SlowToStop(), shutdown_timeout=0.05)
    await host.start()
    await anyio.wait_all_tasks_blocked()
    with pytest.raises(ShutdownTimeoutError):
        await host.stop()

    assert [record for record in records.at(logging.INFO) if "SlowToStop" in record.getMessage()]
    await host.aclose()
