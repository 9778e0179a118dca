"""The two budgets, enforced (section 11; H2, H3)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from corner_host.hosting import BackgroundService, HostOptions, ShutdownTimeoutError, StartupTimeoutError
from corner_host.primitives import CancellationToken
from tests.hosting.journal import Journal, host_of
from tests.hosting.records import Records

FLAGS = pytest.mark.parametrize("concurrently", [False, True], ids=["one by one", "concurrently"])


class Stuck:
    """A service that hangs in one step, at a line that can be found."""

    def __init__(self, step: str) -> None:
        self._step = step

    async def _at(self, step: str) -> None:
        if step == self._step:
            await anyio.sleep_forever()  # the culprit

    async def starting(self) -> None:
        await self._at("starting")

    async def start(self) -> None:
        await self._at("start")

    async def started(self) -> None:
        await self._at("started")

    async def stopping(self) -> None:
        await self._at("stopping")

    async def stop(self) -> None:
        await self._at("stop")

    async def stopped(self) -> None:
        await self._at("stopped")


CULPRIT = next(
    number
    for number, line in enumerate(Path(__file__).read_text(encoding="utf-8").splitlines(), 1)
    if line.endswith("# the culprit")
)


async def test_the_defaults() -> None:
    """TO-1, HO-1: thirty seconds to stop, any time to start."""
    async with host_of() as host:
        options = host.services.get_required_service(HostOptions)

    assert options.shutdown_timeout == 30.0
    assert options.startup_timeout is None


@FLAGS
@pytest.mark.parametrize("step", ["stopping", "stop", "stopped"])
async def test_a_stop_over_budget_is_cut_and_names_the_culprit(
    journal: Journal, step: str, concurrently: bool, records: Records
) -> None:
    """H2, TO-4, TO-5, TO-10: one error record and the error itself name who waited, and at which line."""
    host = journal.watch(
        host_of(journal.service("a"), Stuck(step), shutdown_timeout=0.05, services_stop_concurrently=concurrently)
    )
    await host.start()

    with pytest.raises(ShutdownTimeoutError) as caught:
        await host.stop()

    (culprit,) = caught.value.services
    errors = [record.getMessage() for record in records.at(40) if "Stuck" in record.getMessage()]
    assert "Stuck" in culprit.name
    assert (culprit.file, culprit.line) == (__file__, CULPRIT)
    assert culprit.waited >= 0.0
    assert len(errors) == 1
    assert str(CULPRIT) in errors[0]
    assert "a stop" in journal.lines
    assert journal.lines[-1] == "application stopped"
    await host.aclose()


@pytest.mark.parametrize("timeout", [0.05, timedelta(milliseconds=50)])
async def test_the_timeout_of_the_call_and_the_option_both_count(journal: Journal, timeout: Any) -> None:
    """TO-6, RN-12: the shorter of the two, seconds or a timedelta."""
    hosts = [
        host_of(journal.service("a", stop=anyio.sleep_forever), shutdown_timeout=timeout),
        host_of(journal.service("b", stop=anyio.sleep_forever)),
    ]
    for host in hosts:
        await host.start()

    with pytest.raises(ShutdownTimeoutError):
        await hosts[0].stop(60)
    with pytest.raises(ShutdownTimeoutError):
        await hosts[1].stop(timeout)

    assert [line for line in journal.lines if "cancelled" in line] == ["a stop cancelled", "b stop cancelled"]
    for host in hosts:
        await host.aclose()


async def test_without_a_limit_nothing_is_cut(journal: Journal) -> None:
    """TO-7, TO-8: None means no limit, for either."""
    gates = [anyio.Event(), anyio.Event()]
    host = host_of(
        journal.service("a", start=gates[0].wait, stop=gates[1].wait), startup_timeout=None, shutdown_timeout=None
    )
    for gate, call in zip(gates, (host.start, host.stop), strict=True):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call)
            await anyio.wait_all_tasks_blocked()
            gate.set()

    assert journal.lines == ["a start", "a stop"]
    await host.aclose()


async def test_the_budget_is_one_for_the_whole_stop(journal: Journal) -> None:
    """TO-11, TO-12: three slow services share it; those reached after its end are called, cancelled."""
    slow = {"stop": anyio.sleep_forever}
    host = host_of(*(journal.service(name, **slow) for name in "abc"), shutdown_timeout=0.05)
    await host.start()
    journal.lines.clear()

    with pytest.raises(ShutdownTimeoutError) as caught:
        await host.stop()

    assert journal.lines == [line for name in "cba" for line in (f"{name} stop", f"{name} stop cancelled")]
    assert len(caught.value.services) >= 1
    await host.aclose()


async def test_the_error_is_grouped_with_others(journal: Journal) -> None:
    """H2, H7: a failure and a timeout in one stop are both raised."""
    error = RuntimeError("bad")
    host = host_of(
        journal.service("slow", stop=anyio.sleep_forever), journal.service("bad", stop=error), shutdown_timeout=0.05
    )
    await host.start()

    with pytest.raises(ExceptionGroup) as caught:
        await host.stop()

    assert error in caught.value.exceptions
    assert [type(member) for member in caught.value.exceptions if member is not error] == [ShutdownTimeoutError]
    await host.aclose()


async def test_a_start_over_budget_fails_even_if_the_service_would_have_come_up(journal: Journal) -> None:
    """H3, TO-14: late is too late; nothing further is started."""
    host = journal.watch(
        host_of(journal.service("late", start=anyio.sleep_forever), journal.service("next"), startup_timeout=0.05)
    )

    with pytest.raises(StartupTimeoutError):
        await host.start()

    assert journal.lines == ["late start", "late start cancelled"]
    await host.aclose()


async def test_zero_seconds_to_stop_still_calls_everybody(journal: Journal) -> None:
    """TO-15: what does not wait stops well within no time at all."""
    host = journal.watch(host_of(journal.lifecycle("a"), lifetime=journal.lifetime(), shutdown_timeout=0))
    await host.start()
    journal.lines.clear()

    await host.stop()

    assert journal.lines == [
        "a stopping",
        "application stopping",
        "a stop",
        "a stopped",
        "application stopped",
        "lifetime stop",
    ]
    await host.aclose()


async def test_zero_seconds_to_start_cut_the_first_wait(journal: Journal) -> None:
    """TO-15: a service that waits is too late."""
    host = host_of(journal.service("a", start=anyio.sleep_forever), startup_timeout=0)

    with pytest.raises(StartupTimeoutError):
        await host.start()
    await host.aclose()


async def test_the_longest_time_there_is_is_accepted(journal: Journal) -> None:
    """TO-16: no overflow."""
    host = host_of(journal.service("a"), startup_timeout=timedelta.max, shutdown_timeout=timedelta.max)

    async with host:
        pass

    assert journal.lines == ["a start", "a stop"]


async def test_the_run_is_bounded_by_the_option(journal: Journal) -> None:
    """TO-17, RN-7: the stop that a run makes has no other limit."""
    host = host_of(journal.service("a", stop=anyio.sleep_forever), shutdown_timeout=0.05)
    host.lifetime.application_started.register(host.lifetime.stop_application)

    with pytest.raises(ShutdownTimeoutError):
        await host.run_async()

    assert journal.lines == ["a start", "a stop", "a stop cancelled"]


async def test_a_worker_over_budget_is_named_with_its_own_line(journal: Journal) -> None:
    """H2, BG-11: not the line in stop() that waits for the work, but the line where the work waits."""

    class Deaf(BackgroundService):
        async def execute(self, stopping: CancellationToken) -> None:
            ready.set()
            await Stuck("execute")._at("execute")

    ready = anyio.Event()
    host = host_of(Deaf(), shutdown_timeout=0.05)
    await host.start()
    await ready.wait()

    with pytest.raises(ShutdownTimeoutError) as caught:
        await host.stop()

    (culprit,) = caught.value.services
    assert "Deaf" in culprit.name
    assert (culprit.file, culprit.line) == (__file__, CULPRIT)
    await host.aclose()


@FLAGS
@pytest.mark.parametrize("step", ["starting", "start", "started"])
async def test_a_start_over_budget_is_cut_and_names_the_culprit(
    journal: Journal, step: str, concurrently: bool
) -> None:
    """H3, TO-2, TO-3, TO-9: `StartupTimeoutError` says who was still starting, and at which line."""
    host = host_of(journal.service("a"), Stuck(step), startup_timeout=0.2, services_start_concurrently=concurrently)

    with pytest.raises(StartupTimeoutError) as caught:
        await host.start()

    (culprit,) = caught.value.services
    assert "Stuck" in culprit.name
    assert (culprit.file, culprit.line) == (__file__, CULPRIT)
    assert f"{CULPRIT}" in str(caught.value)
    assert journal.lines.count("a stop") == journal.lines.count("a start")
    await host.aclose()
