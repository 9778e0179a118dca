"""Services and callbacks that misbehave: the host ends in bounded time, names them, and loses nobody's clean-up."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable

import anyio
import anyio.lowlevel
import pytest

from corner_host.hosting import BackgroundService, Host, HostOptions, ShutdownTimeoutError, StartupTimeoutError
from corner_host.primitives import CancellationToken
from tests.hosting.journal import Journal, builder_of, host_of
from tests.hosting.records import Records

QUICK = {"shutdown_timeout": 0.05, "cancellation_grace": 0.05}


@pytest.fixture
async def released() -> AsyncIterator[anyio.Event]:
    """Set at the end of the test in any case, so that nothing swallows cancellation for ever."""
    event = anyio.Event()
    yield event
    event.set()
    await anyio.wait_all_tasks_blocked()


def swallower(released: anyio.Event) -> Callable[[], Awaitable[None]]:
    """Something that swallows its cancellation until *released*."""

    async def swallow() -> None:
        while not released.is_set():
            with anyio.CancelScope(shield=True):
                await released.wait()

    return swallow


class Mute:
    """Swallows cancellation in one step."""

    def __init__(self, step: str, released: anyio.Event) -> None:
        self._step = step
        self._swallow = swallower(released)

    async def start(self) -> None:
        if self._step == "start":
            await self._swallow()

    async def stop(self) -> None:
        if self._step == "stop":
            await self._swallow()


async def test_a_stop_that_swallows_cancellation_is_left_behind(
    journal: Journal, records: Records, released: anyio.Event
) -> None:
    """H2: named, reported as abandoned, nobody waits for it; the others stop, the container is closed."""
    host = host_of(journal.service("a"), Mute("stop", released), **QUICK)
    await host.start()

    with pytest.raises(ShutdownTimeoutError) as caught:
        await host.stop()

    assert ["Mute" in service.name for service in caught.value.services] == [True]
    assert journal.lines == ["a start", "a stop"]
    assert host.shutdown_report is not None
    assert [entry.outcome for entry in host.shutdown_report.services if "Mute" in entry.name] == ["abandoned"]
    assert [record for record in records.at(40) if "Mute" in record.getMessage()]
    released.set()
    await host.aclose()


async def test_a_start_that_swallows_cancellation_is_left_behind(
    journal: Journal, records: Records, released: anyio.Event
) -> None:
    """H3: named; what had started is stopped."""
    host = host_of(journal.service("a"), Mute("start", released), startup_timeout=0.05, **QUICK)

    with pytest.raises(StartupTimeoutError) as caught:
        await host.start()

    assert ["Mute" in service.name for service in caught.value.services] == [True]
    assert journal.lines == ["a start", "a stop"]
    released.set()
    await host.aclose()


async def test_work_that_swallows_cancellation_is_left_behind(journal: Journal, released: anyio.Event) -> None:
    """H2: a worker, likewise."""

    async def work(_: CancellationToken) -> None:
        await swallower(released)()

    worker = journal.worker("worker", work)
    host = host_of(journal.service("a"), worker, **QUICK)
    await host.start()
    await worker.entered.wait()

    with pytest.raises(ShutdownTimeoutError):
        await host.stop()

    assert journal.lines[-1] == "a stop"
    released.set()
    await host.aclose()


@pytest.mark.parametrize("step", ["start", "stop"])
async def test_a_step_that_blocks_the_loop_delays_but_loses_nothing(
    journal: Journal, step: str, records: Records
) -> None:
    """H2, H3: when it lets go the host goes on; it is over budget if it blocked for longer; the others stop."""

    class Blocker:
        async def start(self) -> None:
            if step == "start":
                time.sleep(0.2)
                await anyio.sleep_forever()

        async def stop(self) -> None:
            if step == "stop":
                time.sleep(0.2)
                await anyio.sleep_forever()

    host = host_of(journal.service("a"), Blocker, startup_timeout=0.1, shutdown_timeout=0.1)
    with pytest.raises((StartupTimeoutError, ShutdownTimeoutError)) as caught:
        await host.start()
        await host.stop()

    assert ["Blocker" in service.name for service in caught.value.services] == [True]
    assert journal.lines == ["a start", "a stop"]
    await host.aclose()


async def test_tasks_that_a_service_leaves_behind_do_not_outlive_it(journal: Journal) -> None:
    """A task group that was entered in execute and left by an error takes its tasks with it."""

    class Sloppy(BackgroundService):
        async def execute(self, stopping: CancellationToken) -> None:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(anyio.sleep_forever, name="left behind")
                await stopping.wait()

    ready = {task.id for task in anyio.get_running_tasks()}
    host = host_of(journal.service("a"), Sloppy(), **QUICK)
    await host.start()
    await anyio.wait_all_tasks_blocked()

    with pytest.raises(ShutdownTimeoutError) as caught:
        await host.stop()
    await host.aclose()
    await anyio.wait_all_tasks_blocked()

    assert "Sloppy" in caught.value.services[0].name
    assert journal.lines == ["a start", "a stop"]
    assert {task.id for task in anyio.get_running_tasks()} == ready


@pytest.mark.parametrize("where", ["constructor", "start", "execute", "stop", "close"])
async def test_whatever_raises_takes_nothing_from_the_others(journal: Journal, where: str) -> None:
    """H1, H7: the error comes out as it is, what had started is stopped, what was made is closed."""
    error = OSError(where)

    def fail(step: str) -> None:
        if step == where:
            raise error

    class Bad(BackgroundService):
        def __init__(self) -> None:
            fail("constructor")

        async def start(self) -> None:
            fail("start")
            await super().start()

        async def execute(self, stopping: CancellationToken) -> None:
            fail("execute")
            await stopping.wait()

        async def stop(self) -> None:
            await super().stop()
            fail("stop")

        def close(self) -> None:
            super().close()
            fail("close")

    class Good:
        async def start(self) -> None:
            journal.note("good start")

        async def stop(self) -> None:
            journal.note("good stop")

        async def aclose(self) -> None:
            journal.note("good closed")

    builder = builder_of(Good, Bad)
    host = builder.build()
    host.lifetime.application_started.register(host.lifetime.stop_application)
    with pytest.raises(OSError) as caught:  # noqa: PT011 - the identity is looked at
        await host.run_async()

    assert caught.value is error
    assert journal.lines == (["good closed"] if where == "constructor" else ["good start", "good stop", "good closed"])


@pytest.mark.parametrize(
    "method",
    [
        "configure_host_configuration",
        "configure_app_configuration",
        "configure_services",
        "configure_logging",
        "configure_host_options",
        "configure_container",
    ],
)
def test_a_callback_of_the_builder_that_raises_fails_the_build(method: str) -> None:
    """The error comes out of build() as it is."""
    error = RuntimeError(method)

    def fail(_: object) -> None:
        raise error

    builder = Host.create_empty_builder()
    getattr(builder, method)(fail)
    with pytest.raises(RuntimeError) as caught:
        builder.build()

    assert caught.value is error


@pytest.mark.parametrize("timeout", [-1, float("nan"), "soon"])
async def test_a_timeout_out_of_range_is_refused_and_the_host_can_still_be_stopped(
    journal: Journal, timeout: object
) -> None:
    """The error names the argument; nothing has been stopped by the wrong call."""
    host = host_of(journal.service("a"))
    await host.start()

    with pytest.raises((ValueError, TypeError), match="timeout"):
        await host.stop(timeout)  # type: ignore[arg-type]
    before = list(journal.lines)
    await host.stop()

    assert before == ["a start"]
    assert journal.lines == ["a start", "a stop"]
    await host.aclose()


async def test_a_stop_from_within_a_service_does_not_deadlock(journal: Journal) -> None:
    """A worker that awaits the stop of its own host waits for itself; the budget ends that, and the error names it."""

    async def work(_: CancellationToken) -> None:
        await host.stop()

    host = host_of(journal.service("a"), journal.worker("worker", work), **QUICK)
    await host.start()

    with pytest.raises(ShutdownTimeoutError):
        await host.stop()

    assert journal.lines[-1] == "a stop"
    await host.aclose()


async def test_options_are_checked_where_they_are_set(journal: Journal) -> None:
    """Options that a configure callback spoils are refused by name at build."""
    builder = builder_of(journal.service("a"))
    builder.services.configure(HostOptions, lambda options: setattr(options, "restart_limit", -3))

    with pytest.raises((ValueError, TypeError), match="restart_limit"):
        builder.build()


async def test_services_that_are_not_async_are_named(journal: Journal) -> None:
    """A start that is a plain function is the mistake of a newcomer; the error says whose."""

    class Plain:
        def start(self) -> None: ...

        def stop(self) -> None: ...

    with pytest.raises((TypeError, ValueError), match="Plain"):
        host = builder_of(Plain).build()
        await host.start()
