"""The delay between SIGTERM and the stop: whoever is still led here is served, until no endpoint leads here (section 13)."""

import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from corner_host.hosting import Host
from corner_host.hosting.health import check_lifecycle
from corner_host.hosting.lifetime import ApplicationLifetime
from corner_host.primitives import CancellationToken, Clock
from tests.hosting.clock import ManualClock
from tests.hosting.journal import Journal, builder_of
from tests.hosting.programs import run_program
from tests.hosting.records import Records

BACKENDS = pytest.mark.parametrize("backend", ["asyncio", "trio"])


def delaying(clock: ManualClock, *services: Any, **options: Any) -> Host:
    """A host whose time is *clock*, and which goes on for five seconds after SIGTERM."""
    builder = builder_of(*services, shutdown_delay=5.0, **options)
    builder.services.add_singleton(Clock, instance=clock)
    return builder.build()


async def leaving(host: Host) -> ApplicationLifetime:
    """Send SIGTERM, and return once the delay has begun."""
    lifetime = host.lifetime
    assert isinstance(lifetime, ApplicationLifetime)
    await lifetime.application_started.wait()
    signal.raise_signal(signal.SIGTERM)
    await lifetime.leaving.wait()
    return lifetime


async def test_everything_goes_on_for_so_long(journal: Journal, records: Records) -> None:
    """Section 13: readiness fails at once; the stop begins when the delay is over, and its budget with it."""
    clock = ManualClock()

    async def tidy_up() -> None:
        await clock.sleep(29.0)

    host = journal.watch(delaying(clock, journal.service("a", stop=tidy_up), journal.worker("b")))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.run_async)
        lifetime = await leaving(host)
        await clock.advance(4.9)
        during, health = list(journal.lines), check_lifecycle(lifetime)
        await clock.advance(0.1)
        after, told = check_lifecycle(lifetime), [record.getMessage() for record in records.of("corner_host.lifetime")]
        await clock.advance(29.0)

    report = host.shutdown_report
    assert sorted(during) == ["a start", "application started", "b execute"]
    assert (health.description, after.description) == ("Stopping", "Stopping")
    assert told == ["SIGTERM received, budget 30.0 s; readiness failing; 5.0 s delay for endpoints"]
    assert journal.lines[3:] == ["application stopping", "b returned", "a stop", "application stopped"]
    assert report is not None
    assert (report.is_clean, report.seconds) == (True, 29.0)
    assert host.exit_status == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT])
async def test_whoever_sits_at_a_keyboard_does_not_wait(journal: Journal, number: signal.Signals) -> None:
    """Section 13: a delay is for service managers, which say SIGTERM."""
    host = delaying(ManualClock(), journal.service("a"))
    host.lifetime.application_started.register(lambda: signal.raise_signal(number))
    with anyio.fail_after(20):
        await host.run_async()

    assert journal.lines == ["a start", "a stop"]


async def test_a_signal_during_the_start_calls_it_off(journal: Journal) -> None:
    """CL-7: nobody is served yet."""

    async def interrupt() -> None:
        signal.raise_signal(signal.SIGTERM)
        await anyio.sleep_forever()

    host = delaying(ManualClock(), journal.service("a"), journal.service("b", start=interrupt))
    with anyio.fail_after(20):
        await host.run_async()

    assert journal.lines == ["a start", "b start", "b start cancelled", "a stop"]
    assert host.exit_status == 0


async def test_a_second_signal_ends_the_delay_and_cuts(journal: Journal) -> None:
    """H5: the stop is cut as it begins."""
    host = delaying(ManualClock(), journal.service("a", stop=anyio.sleep_forever))
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:

            async def run() -> None:
                with pytest.raises(SystemExit, match="143"):
                    await host.run_async()

            tasks.start_soon(run)
            await leaving(host)
            signal.raise_signal(signal.SIGTERM)

    assert journal.lines == ["a start", "a stop", "a stop cancelled"]
    assert host.exit_status == 143


async def stopped(host: Host) -> None:
    await host.stop()


async def asked(host: Host) -> None:
    host.lifetime.stop_application()


async def closed(host: Host) -> None:
    await host.aclose()


@pytest.mark.parametrize("end", [stopped, asked, closed])
async def test_another_stop_does_not_wait_for_the_delay(
    journal: Journal, end: Callable[[Host], Awaitable[None]]
) -> None:
    """Section 13: the program knows better than whoever sent SIGTERM; each event happens once, and in its order."""
    host = journal.watch(delaying(ManualClock(), journal.lifecycle("a"), journal.worker("b")))
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(host.run_async)
            await leaving(host)
            await end(host)

    first = ["application stopping", "a stopping"] if end is asked else ["a stopping", "application stopping"]
    assert journal.lines[-6:] == [*first, "b returned", "a stop", "a stopped", "application stopped"]
    assert host.exit_status == 0


async def test_a_failure_does_not_wait_for_the_delay(journal: Journal) -> None:
    """EX-1: a service that fails meanwhile stops the host, and is what run() raises."""
    now = anyio.Event()

    async def crash(_: CancellationToken) -> None:
        await now.wait()
        raise RuntimeError("out of paper")

    host = delaying(ManualClock(), journal.service("a"), journal.worker("b", crash))
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:

            async def run() -> None:
                with pytest.raises(RuntimeError, match="out of paper"):
                    await host.run_async()

            tasks.start_soon(run)
            await leaving(host)
            now.set()

    assert journal.lines == ["a start", "b execute", "a stop"]
    assert host.exit_status == 1


async def test_cancelling_run_ends_the_delay(journal: Journal) -> None:
    """Section 13: the host stops within its budget, and the cancellation goes on."""
    host = delaying(ManualClock(), journal.service("a"))
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(host.run_async)
            await leaving(host)
            tasks.cancel_scope.cancel()

    assert journal.lines == ["a start", "a stop"]


async def test_a_program_that_ends_during_the_delay_does_not_wait(journal: Journal) -> None:
    """Section 13: its block ends, and the host stops."""
    with anyio.fail_after(20):
        async with delaying(ManualClock(), journal.service("a")) as host:
            await leaving(host)
            journal.note("done")

    assert journal.lines == ["a start", "done", "a stop"]


PROGRAM = """
    import sys
    import anyio
    from corner_host.hosting import Host, HostApplicationLifetime
    from corner_host.hosting.health import check_lifecycle
    from corner_host.primitives import CancellationToken
    what, backend, delay = sys.argv[1:]
    async def service(lifetime: HostApplicationLifetime, stopping: CancellationToken):
        await lifetime.application_started.wait()
        print("ready")
        with stopping.cancel_scope():
            while not check_lifecycle(lifetime).description:
                await anyio.sleep(0.01)
            print("leaving")
            if what == "crash":
                raise RuntimeError("crash")
            if what == "exit":
                sys.exit(9)
            if what == "end":
                lifetime.stop_application()
            if what == "block":
                import time
                time.sleep(60)
            await anyio.sleep_forever()
        if what == "force":
            await anyio.sleep_forever()
    builder = Host.create_empty_builder().add_hosted_service(service)
    builder.configuration["shutdownDelaySeconds"] = delay
    builder.configuration["shutdownTimeoutSeconds"] = "0" if what == "long" else "30"
    if what in ("block", "long"):
        builder.configure_host_options(lambda options: setattr(options, "cancellation_grace", 0.0 if what == "long" else 0.1))
    host = builder.build()
    host.lifetime.application_stopping.register(lambda: print("stopping"))
    host.lifetime.application_stopped.register(lambda: print("stopped"))
    host.run(backend=backend)
"""
TERM = ("ready", signal.SIGTERM)
AGAIN = ("leaving", signal.SIGTERM)


@BACKENDS
@pytest.mark.parametrize(
    ("what", "delay", "signals", "status"),
    [
        ("wait", "1", [TERM], 0),
        ("end", "600", [TERM], 0),
        ("crash", "600", [TERM], 1),
        ("exit", "600", [TERM], 9),
        ("force", "600", [TERM, AGAIN], 143),
        ("force", "600", [TERM, ("leaving", signal.SIGINT)], 130),
    ],
)
def test_a_process_ends_well(
    tmp_path: Path, what: str, delay: str, signals: list[tuple[str, int]], status: int, backend: str
) -> None:
    """Section 13, H5: by itself when the delay is over, or before, when something else ends it."""
    result = run_program(PROGRAM, folder=tmp_path, args=[what, backend, delay], signals=signals)

    assert result.lines == ["ready", "leaving", "stopping", "stopped"]
    assert result.status == status, result.errors


@pytest.mark.once
def test_a_delay_may_be_longer_than_the_stop(tmp_path: Path) -> None:
    """Section 13: the process is not ended by its last resort, which counts from the end of the delay; the host cuts the rest."""
    result = run_program(PROGRAM, folder=tmp_path, args=["long", "asyncio", "3"], signals=[TERM])

    assert result.lines == ["ready", "leaving", "stopping", "stopped"]


def test_a_blocked_loop_is_forced_during_the_delay(tmp_path: Path) -> None:
    """H5: a second signal ends the process although nothing in it heeds anything."""
    result = run_program(PROGRAM, folder=tmp_path, args=["block", "asyncio", "600"], signals=[TERM, AGAIN])

    assert result.lines == ["ready", "leaving"]
    assert result.status == 143, result.errors
