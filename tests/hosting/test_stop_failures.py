"""Services that fail to stop, callers that do not wait (section 3; H2, H7)."""

import anyio
import pytest

from corner_host.hosting import ShutdownTimeoutError
from corner_host.primitives import CancellationToken
from tests.hosting.journal import Journal, after, failing, host_of
from tests.hosting.records import Records


async def test_everybody_else_still_stops(journal: Journal) -> None:
    """SP-4, LC-8: a service that raises in stop takes nothing from the others or from later phases."""
    host = journal.watch(host_of(journal.lifecycle("a"), journal.lifecycle("b", stop=RuntimeError("b"))))
    await host.start()
    journal.lines.clear()

    with pytest.raises(RuntimeError, match=r"^b$"):
        await host.stop()

    assert journal.lines == [
        "b stopping",
        "a stopping",
        "application stopping",
        "b stop",
        "a stop",
        "b stopped",
        "a stopped",
        "application stopped",
    ]
    await host.aclose()


@pytest.mark.parametrize("concurrently", [False, True])
@pytest.mark.parametrize("late", [False, True], ids=["at once", "after an await"])
async def test_failures_of_all_phases_come_in_one_group(journal: Journal, concurrently: bool, late: bool) -> None:
    """SP-5, SP-7, H7, CC-14: three failures in the order of the phases, before or after a suspension."""
    errors = [RuntimeError("stopping"), OSError("stop"), KeyError("stopped")]
    stopping, stop, stopped = (failing(error) if late else error for error in errors)
    host = host_of(
        journal.lifecycle("a", stopping=stopping, stop=stop, stopped=stopped), services_stop_concurrently=concurrently
    )
    await host.start()

    with pytest.raises(ExceptionGroup) as caught:
        await host.stop()

    assert list(caught.value.exceptions) == errors
    await host.aclose()


@pytest.mark.parametrize("step", ["stopping", "stop", "stopped"])
async def test_one_failure_alone_is_raised_as_it_is(journal: Journal, step: str, records: Records) -> None:
    """SP-6, SP-9, LG-7, H7: not wrapped; id 5 at DEBUG carries it, id 4 is not written."""
    error = RuntimeError(step)
    host = host_of(journal.lifecycle("a", **{step: error}))
    await host.start()

    with pytest.raises(RuntimeError) as caught:
        await host.stop()

    assert caught.value is error
    assert records.ids() == [1, 2, 3, 5]
    assert records.one(5).levelname == "DEBUG"
    assert records.error_of(5) is error
    await host.aclose()


async def test_a_failing_lifetime_is_collected_like_a_service(journal: Journal) -> None:
    """SP-8: application_stopped has fired by then."""
    errors = [RuntimeError("a"), OSError("lifetime")]
    host = journal.watch(host_of(journal.service("a", stop=errors[0]), lifetime=journal.lifetime(stop=errors[1])))
    await host.start()

    with pytest.raises(ExceptionGroup) as caught:
        await host.stop()

    assert list(caught.value.exceptions) == errors
    assert journal.lines[-2:] == ["application stopped", "lifetime stop"]
    await host.aclose()


async def test_stopping_without_services_and_without_time_is_fine() -> None:
    """SP-15: nothing takes time, so a budget of zero is enough."""
    host = host_of()
    await host.start()

    await host.stop(0)

    assert host.lifetime.application_stopped.is_cancellation_requested
    await host.aclose()


async def test_without_time_every_service_is_still_called(journal: Journal) -> None:
    """SP-16, TO-12, TO-15, H2: stop is called on each, with its scope cancelled already."""
    waits = dict.fromkeys(("stopping", "stop", "stopped"), anyio.sleep_forever)
    host = journal.watch(host_of(journal.lifecycle("a", **waits), journal.lifecycle("b", **waits)))
    await host.start()
    journal.lines.clear()

    with pytest.raises(ShutdownTimeoutError):
        await host.stop(0)

    assert [line for line in journal.lines if not line.endswith("cancelled")] == [
        "b stopping",
        "a stopping",
        "application stopping",
        "b stop",
        "a stop",
        "b stopped",
        "a stopped",
        "application stopped",
    ]
    await host.aclose()


async def test_the_callers_cancellation_cuts_the_stop_short(journal: Journal) -> None:
    """SP-17, H8, H9: what still runs is cancelled, the rest is called, and the cancellation is let through."""
    host = journal.watch(host_of(journal.service("a"), journal.service("b", stop=anyio.sleep_forever)))
    await host.start()
    journal.lines.clear()

    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as tasks:

            async def cancel() -> None:
                await anyio.wait_all_tasks_blocked()
                scope.cancel()

            tasks.start_soon(cancel)
            await host.stop()

    assert scope.cancelled_caught
    assert journal.lines == ["application stopping", "b stop", "b stop cancelled", "a stop", "application stopped"]
    with pytest.raises(ShutdownTimeoutError):
        await host.stop()
    await host.aclose()


async def test_a_service_that_ignores_the_end_of_the_budget_is_cancelled(journal: Journal) -> None:
    """H2, SP-18: the budget is spent, what still runs is cancelled, the host is not kept from ending."""
    host = journal.watch(host_of(journal.service("a"), journal.service("b", stop=anyio.sleep_forever)))
    await host.start()
    journal.lines.clear()

    with pytest.raises(ShutdownTimeoutError):
        await host.stop(0.05)

    assert journal.lines == ["application stopping", "b stop", "b stop cancelled", "a stop", "application stopped"]
    await host.aclose()


async def test_a_workers_failure_is_raised_by_every_stop(journal: Journal) -> None:
    """SP-22, EX-6: the recorded failure is raised by the first and by the second stop."""
    error, gate = RuntimeError("worker"), anyio.Event()
    host = host_of(journal.worker("worker", after(gate, error)))
    await host.start()
    gate.set()
    await host.lifetime.application_stopping.wait()
    caught = []
    for _ in range(2):
        with pytest.raises(RuntimeError) as info:
            await host.stop()
        caught.append(info.value)

    assert caught == [error, error]
    await host.aclose()


async def test_a_worker_that_fails_while_it_stops_is_heard(journal: Journal) -> None:
    """SP-21, BG-12, EX-15: the failure comes from the host's stop, not lost in the worker's."""

    async def work(stopping: CancellationToken) -> None:
        await stopping.wait()
        raise OSError("flush")

    worker = journal.worker("worker", work)
    host = host_of(worker)
    await host.start()
    await worker.entered.wait()

    with pytest.raises(OSError, match=r"^flush$"):
        await host.stop()
    await host.aclose()
