"""Signals belong to the process, which may have several hosts: side by side, or one in a service of the other."""

import signal
from collections.abc import Iterator

import anyio
import pytest

from corner_host.hosting import BackgroundService
from corner_host.hosting.lifetimes import signals
from corner_host.primitives import CancellationToken
from tests.hosting.journal import Journal, host_of


def ignore(number: int, frame: object) -> None:
    """A handler of the application's own."""


@pytest.fixture(autouse=True)
def handler() -> Iterator[None]:
    for watch in tuple(signals._open):  # of hosts that other tests have not closed
        watch.close()
    before = signal.signal(signal.SIGTERM, ignore)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("first", [0, 1])
async def test_the_last_of_two_hosts_puts_the_handlers_back(journal: Journal, first: int) -> None:
    """CL-12: in whatever order they end."""
    hosts = [host_of(journal.service("a")), host_of(journal.service("b"))]
    for host in hosts:
        await host.start()
    await hosts[first].aclose()
    between = signal.getsignal(signal.SIGTERM)
    await hosts[1 - first].aclose()

    assert between is not ignore
    assert signal.getsignal(signal.SIGTERM) is ignore


async def test_every_host_hears_of_a_signal(journal: Journal) -> None:
    """CL-7: as in .NET, whichever began last."""
    async with host_of(journal.service("a")) as a, host_of(journal.service("b")) as b:
        signal.raise_signal(signal.SIGTERM)
        with anyio.fail_after(20):
            await a.wait_for_shutdown()
            await b.wait_for_shutdown()

    assert journal.lines == ["a start", "b start", "a stop", "b stop"]


def test_a_host_that_nobody_has_closed_is_forgotten(journal: Journal) -> None:
    """CL-12: once its event loop has ended, it does not keep the next one from putting the handlers back."""
    anyio.run(host_of(journal.service("forgotten")).start)
    host = host_of(journal.service("next"))
    host.lifetime.application_started.register(host.lifetime.stop_application)
    host.run()

    assert signal.getsignal(signal.SIGTERM) is ignore


async def test_a_host_in_a_service_of_another_ends_with_it(journal: Journal) -> None:
    """CL-7: one signal ends both, and is no second one for either."""

    class Outer(BackgroundService):
        async def execute(self, stopping: CancellationToken) -> None:
            await host_of(journal.service("inner")).run_async()
            await stopping.wait()

    outer = host_of(journal.service("outer"), Outer)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(outer.run_async)
        with anyio.fail_after(20):
            while "inner start" not in journal.lines:
                await anyio.wait_all_tasks_blocked()
            signal.raise_signal(signal.SIGTERM)
            await outer.lifetime.application_stopped.wait()

    assert journal.lines == ["outer start", "inner start", "inner stop", "outer stop"]
    assert outer.exit_status == 0
