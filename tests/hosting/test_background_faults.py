"""Background services that fail (section 8)."""

import logging

import anyio
import anyio.lowlevel
import pytest

from corner_host.hosting import BackgroundServiceExceptionBehavior, BackgroundServiceState, Host, HostOptions
from corner_host.primitives import CancellationToken, OperationCancelledError
from tests.hosting.journal import Journal, after, failing, host_of
from tests.hosting.records import Records

IGNORE = BackgroundServiceExceptionBehavior.IGNORE


def test_the_default_is_to_stop_the_host() -> None:
    """EX-1: and the numbers of the first two are .NET's."""
    host = host_of()
    options = host.services.get_required_service(HostOptions)

    assert options.background_service_exception_behavior is BackgroundServiceExceptionBehavior.STOP_HOST


async def test_a_fault_stops_the_host_and_is_logged_twice(journal: Journal, records: Records) -> None:
    """EX-2, LG-2: ERROR 9, CRITICAL 10, then the application is asked to stop."""
    error, gate = RuntimeError("worker"), anyio.Event()
    host = host_of(journal.worker("worker", after(gate, error)))
    host.lifetime.application_stopping.register(lambda: journal.note(f"stopping after {records.ids()[-2:]}"))
    await host.start()
    gate.set()
    await host.lifetime.application_stopping.wait()

    assert journal.lines[-1] == "stopping after [9, 10]"
    assert (records.one(9).levelname, records.one(10).levelname) == ("ERROR", "CRITICAL")
    assert records.error_of(9) is records.error_of(10) is error
    with pytest.raises(RuntimeError, match=r"^worker$"):
        await host.aclose()


async def test_an_ignored_fault_is_logged_and_nothing_else(journal: Journal, records: Records) -> None:
    """EX-3, LG-2, H10: ERROR 9 only; the host runs on; the service is not started again."""
    error, gate = RuntimeError("worker"), anyio.Event()
    worker = journal.worker("worker", after(gate, error))
    host = host_of(worker, background_service_exception_behavior=IGNORE)
    await host.start()
    gate.set()
    await anyio.wait_all_tasks_blocked()

    assert records.ids() == [1, 2, 9]
    assert not host.lifetime.application_stopping.is_cancellation_requested
    assert journal.lines == ["worker execute"]
    assert worker.exception is error
    await host.aclose()


@pytest.mark.parametrize("late", [False, True], ids=["before its first await", "after an await"])
async def test_the_run_raises_the_fault_itself(journal: Journal, late: bool) -> None:
    """EX-4, EX-5: exactly that exception."""
    error = RuntimeError("worker")

    async def work(_: CancellationToken) -> None:
        if late:
            await anyio.lowlevel.checkpoint()
        raise error

    with pytest.raises(RuntimeError) as caught:
        await host_of(journal.worker("worker", work)).run_async()

    assert caught.value is error


async def test_every_fault_is_raised(journal: Journal) -> None:
    """EX-7, H7: the later ones are awaited and come out in the same group."""
    errors = [RuntimeError("first"), RuntimeError("second"), RuntimeError("third")]

    async def second(_: CancellationToken) -> None:
        await host.lifetime.application_stopping.wait()
        raise errors[1]

    async def third(stopping: CancellationToken) -> None:
        await stopping.wait()
        await anyio.lowlevel.checkpoint()
        raise errors[2]

    host = host_of(
        journal.worker("third", third), journal.worker("second", second), journal.worker("first", failing(errors[0]))
    )

    with pytest.raises(ExceptionGroup) as caught:
        await host.run_async()

    assert set(caught.value.exceptions) == set(errors)


async def test_a_fault_and_a_failing_stop_come_in_one_group(journal: Journal) -> None:
    """EX-8, H7: two errors."""
    fault, stop = RuntimeError("worker"), OSError("stop")
    gate = anyio.Event()
    host = host_of(journal.service("a", stop=stop), journal.worker("worker", after(gate, fault)))
    host.lifetime.application_started.register(gate.set)

    with pytest.raises(ExceptionGroup) as caught:
        await host.run_async()

    assert set(caught.value.exceptions) == {fault, stop}


async def test_a_fault_after_its_own_stop_has_been_left_is_collected(journal: Journal) -> None:
    """EX-9, SP-21: a worker whose stop does not wait for its work; the host does."""
    error = RuntimeError("late")

    class Impatient(type(journal.worker(""))):  # type: ignore[misc]
        async def stop(self) -> None:
            journal.note("worker left alone")

    async def work(_: CancellationToken) -> None:
        await host.lifetime.application_stopping.wait()
        await anyio.lowlevel.checkpoint()
        raise error

    worker = Impatient(journal, "worker", work)
    host = host_of(worker)
    await host.start()
    await worker.entered.wait()

    with pytest.raises(RuntimeError) as caught:
        await host.stop()

    assert caught.value is error
    await host.aclose()


async def test_an_ignored_fault_is_not_raised(journal: Journal) -> None:
    """EX-10, EX-11: neither by the run nor by the stop."""
    worker = journal.worker("worker", failing(RuntimeError("worker")))

    async def stop_application(_: CancellationToken) -> None:
        while worker.state is not BackgroundServiceState.FAULTED:
            await anyio.lowlevel.checkpoint()
        host.lifetime.stop_application()

    host = host_of(worker, journal.worker("other", stop_application), background_service_exception_behavior=IGNORE)

    await host.run_async()

    assert "other returned" in journal.lines


async def test_cancellation_at_stop_is_no_fault(journal: Journal, records: Records) -> None:
    """EX-12, EX-13, LG-3: a loop that ends by its token leaves no record at WARNING or above, none of id 9."""

    async def work(stopping: CancellationToken) -> None:
        with stopping.cancel_scope():
            await anyio.sleep_forever()
        stopping.throw_if_cancellation_requested()

    worker = journal.worker("worker", work)
    host = host_of(worker)
    await host.start()
    await worker.entered.wait()
    await host.stop()

    assert records.at(logging.WARNING) == []
    assert records.with_id(9) == []
    await host.aclose()


async def test_cancellation_at_any_other_time_is_a_fault(journal: Journal, records: Records) -> None:
    """EX-14: `OperationCancelledError` of its own making stops the host."""
    error, gate = OperationCancelledError("a timeout of mine"), anyio.Event()
    host = host_of(journal.worker("worker", after(gate, error)))
    await host.start()
    gate.set()

    with pytest.raises(OperationCancelledError) as caught:
        await host.wait_for_shutdown()

    assert caught.value is error
    assert records.error_of(9) is error
    await host.aclose()


async def test_a_failure_while_stopping_is_a_fault(journal: Journal, records: Records) -> None:
    """EX-15: anything but cancellation, even during the stop: logged and raised."""
    error = RuntimeError("flush")

    async def work(stopping: CancellationToken) -> None:
        await stopping.wait()
        raise error

    worker = journal.worker("worker", work)
    host = host_of(worker)
    await host.start()
    await worker.entered.wait()

    with pytest.raises(RuntimeError) as caught:
        await host.stop()

    assert caught.value is error
    assert records.error_of(9) is error
    await host.aclose()


async def test_only_background_services_are_watched(journal: Journal, records: Records) -> None:
    """EX-16: what a plain service does in a task of its own is its own affair."""
    failed = anyio.Event()

    async def fail() -> None:
        try:
            await failing(RuntimeError("mine"))()
        except RuntimeError:
            failed.set()

    async with anyio.create_task_group() as tasks:

        async def start() -> None:
            tasks.start_soon(fail)

        async with host_of(journal.service("plain", start=start)) as host:
            await failed.wait()

            assert not host.lifetime.application_stopping.is_cancellation_requested
    assert records.with_id(9) == []


async def test_a_fault_during_the_start_is_what_the_run_raises(journal: Journal, records: Records) -> None:
    """EX-17, EX-19, H1: the start is cut and unwound, and the fault, not the cancellation, is raised."""
    error = RuntimeError("worker")
    host = journal.watch(
        host_of(
            journal.service("a"),
            journal.worker("worker", failing(error)),
            journal.service("slow", start=anyio.sleep_forever),
        )
    )

    with pytest.raises(RuntimeError) as caught:
        await host.run_async()

    assert caught.value is error
    assert "application started" not in journal.lines
    assert "slow stop" not in journal.lines
    assert journal.lines[-1] == "a stop"
    assert records.error_of(9) is error


async def test_a_fault_right_after_the_start_stops_the_host(journal: Journal) -> None:
    """EX-18: the start itself is over; the event follows."""
    gate = anyio.Event()
    host = host_of(journal.worker("worker", after(gate, RuntimeError("worker"))))
    host.lifetime.application_started.register(gate.set)

    await host.start()
    await host.lifetime.application_stopping.wait()

    with pytest.raises(RuntimeError, match=r"^worker$"):
        await host.stop()
    await host.aclose()


@pytest.mark.parametrize("how", ["configure", "post_configure", "configure_host_options"])
async def test_the_behaviour_is_an_option(journal: Journal, how: str) -> None:
    """EX-20: set by configure, by post_configure, or on the builder."""

    def ignore(options: HostOptions) -> None:
        options.background_service_exception_behavior = IGNORE

    builder = Host.create_empty_builder()
    if how == "configure_host_options":
        builder.configure_host_options(ignore)
    else:
        getattr(builder.services, how)(HostOptions, ignore)
    host = builder.build()

    assert host.services.get_required_service(HostOptions).background_service_exception_behavior is IGNORE
    await host.aclose()


async def test_the_behaviour_is_not_read_from_configuration() -> None:
    """EX-20, HO-8: the key has no effect."""
    builder = Host.create_empty_builder()
    builder.configuration["backgroundServiceExceptionBehavior"] = "IGNORE"
    host = builder.build()

    options = host.services.get_required_service(HostOptions)
    assert options.background_service_exception_behavior is BackgroundServiceExceptionBehavior.STOP_HOST
    await host.aclose()


async def test_faults_that_come_after_the_budget_do_not_keep_the_host(journal: Journal) -> None:
    """EX-21, H2: when the time is up the stop ends; what was recorded by then is raised with the timeout."""
    fault = RuntimeError("early")
    gate = anyio.Event()

    async def deaf(_: CancellationToken) -> None:
        await anyio.sleep_forever()

    host = host_of(journal.worker("deaf", deaf), journal.worker("early", after(gate, fault)), shutdown_timeout=0.05)
    host.lifetime.application_started.register(gate.set)

    with pytest.raises(ExceptionGroup) as caught:
        await host.run_async()

    assert {type(error).__name__ for error in caught.value.exceptions} == {"RuntimeError", "ShutdownTimeoutError"}
