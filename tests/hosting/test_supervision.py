"""Policies for workers that fail or return while the host runs (H10)."""

import logging

import anyio
import pytest

from corner_host.hosting import (
    BackgroundService,
    BackgroundServiceCompletionBehavior,
    BackgroundServiceExceptionBehavior,
    BackgroundServiceState,
    Host,
    HostedServiceKind,
    HostedServiceState,
)
from corner_host.primitives import Backoff, CancellationToken, Clock
from tests.hosting.clock import ManualClock
from tests.hosting.journal import Journal, builder_of, failing, host_of
from tests.hosting.records import Records

RESTART = BackgroundServiceExceptionBehavior.RESTART
AT_ONCE = Backoff(first=1e-6, ceiling=1e-6)


class Flaky(BackgroundService):
    """Fails as often as it is told, then works until it is stopped."""

    def __init__(self, journal: Journal, failures: int) -> None:
        self._journal = journal
        self._failures = failures
        self.works = anyio.Event()
        self.runs = 0

    async def execute(self, stopping: CancellationToken) -> None:
        self.runs += 1
        self._journal.note(f"run {self.runs}")
        if self.runs <= self._failures:
            raise RuntimeError(f"failure {self.runs}")
        self.works.set()
        await stopping.wait()


async def test_a_worker_is_run_again_after_a_failure(journal: Journal, records: Records) -> None:
    """H10: twice down, then up; the host never stops; each failure is an ERROR record of id 9."""
    worker = Flaky(journal, failures=2)
    host = host_of(worker, background_service_exception_behavior=RESTART, restart_backoff=AT_ONCE)
    await host.start()
    await worker.works.wait()

    assert journal.lines == ["run 1", "run 2", "run 3"]
    assert not host.lifetime.application_stopping.is_cancellation_requested
    assert [str(record.exc_info[1]) for record in records.with_id(9) if record.exc_info] == ["failure 1", "failure 2"]
    await host.stop()
    await host.aclose()


async def test_the_state_is_visible_from_outside(journal: Journal) -> None:
    """H10: state, restarts and last error, by name, in order of registration."""
    worker, plain = Flaky(journal, failures=2), journal.service("plain")
    host = host_of(plain, worker, background_service_exception_behavior=RESTART, restart_backoff=AT_ONCE)
    await host.start()
    await worker.works.wait()

    first, second = host.hosted_services
    assert (first.state, first.kind) == (HostedServiceState.RUNNING, HostedServiceKind.SERVICE)
    assert "Flaky" in second.name
    assert (second.state, second.restarts) == (HostedServiceState.RUNNING, 2)
    assert str(second.last_error) == "failure 2"
    assert worker.restarts == 2
    await host.aclose()


async def test_above_the_limit_the_host_stops_with_the_last_failure(journal: Journal) -> None:
    """H10: at the limit it is as under STOP_HOST; earlier failures are not raised again."""
    worker = Flaky(journal, failures=99)
    host = host_of(worker, background_service_exception_behavior=RESTART, restart_backoff=AT_ONCE, restart_limit=2)

    with pytest.raises(RuntimeError, match=r"^failure 3$"):
        await host.run_async()

    assert journal.lines == ["run 1", "run 2", "run 3"]
    assert worker.state is BackgroundServiceState.FAULTED


@pytest.mark.parametrize(
    ("behavior", "why"),
    [("STOP_HOST", "BackgroundServiceExceptionBehavior is StopHost"), ("RESTART", "not restarted again")],
)
async def test_why_the_host_stops_is_what_was_set(journal: Journal, records: Records, behavior: str, why: str) -> None:
    """H10: to a person; the record stays .NET's."""
    policy = BackgroundServiceExceptionBehavior[behavior]
    host = host_of(Flaky(journal, failures=99), background_service_exception_behavior=policy, restart_limit=0)

    with pytest.raises(RuntimeError, match=r"^failure 1$"):
        await host.run_async()

    assert why in vars(records.one(10))["console_message"]
    assert "is configured to StopHost" in records.one(10).getMessage()


async def test_a_limit_of_zero_allows_no_restart(journal: Journal) -> None:
    """H10: the first failure stops the host."""
    host = host_of(Flaky(journal, failures=99), background_service_exception_behavior=RESTART, restart_limit=0)

    with pytest.raises(RuntimeError, match=r"^failure 1$"):
        await host.run_async()

    assert journal.lines == ["run 1"]


async def test_restarts_outside_the_window_do_not_count(journal: Journal) -> None:
    """H10: one failure a minute is fine with a limit of one in fifty seconds."""
    clock, gates = ManualClock(), [anyio.Event() for _ in range(3)]

    async def fail_when_told(stopping: CancellationToken) -> None:
        journal.note("run")
        if len(journal.lines) > len(gates):
            await stopping.wait()
            return
        await gates[len(journal.lines) - 1].wait()
        raise RuntimeError("again")

    builder = builder_of(
        journal_worker(fail_when_told),
        background_service_exception_behavior=RESTART,
        restart_backoff=AT_ONCE,
        restart_limit=1,
        restart_window=50.0,
    )
    builder.services.add_singleton(Clock, instance=clock)
    host = builder.build()
    await host.start()
    for gate in gates:
        await clock.advance(60.0)
        gate.set()
        await clock.advance(1.0)

    assert journal.lines == ["run"] * 4
    assert not host.lifetime.application_stopping.is_cancellation_requested
    await host.stop()
    await host.aclose()


def journal_worker(work: object) -> BackgroundService:
    """A worker that notes nothing itself."""
    return Journal().worker("worker", work)  # type: ignore[arg-type]


async def test_the_back_off_is_waited_for(journal: Journal) -> None:
    """H10: nothing runs again before the clock says so."""
    clock = ManualClock()
    worker = Flaky(journal, failures=1)
    builder = builder_of(
        worker,
        background_service_exception_behavior=RESTART,
        restart_backoff=Backoff(first=10.0, ceiling=10.0),
    )
    builder.services.add_singleton(Clock, instance=clock)
    host = builder.build()
    await host.start()
    await anyio.wait_all_tasks_blocked()
    journal.note("ten seconds")
    await clock.advance(10.0)

    assert journal.lines == ["run 1", "ten seconds", "run 2"]
    await host.stop()
    await host.aclose()


async def test_a_worker_that_waits_for_its_restart_stops_at_once(journal: Journal) -> None:
    """H10: the back-off does not hold up the stop, nothing runs again, nothing is raised."""
    worker = Flaky(journal, failures=99)
    slow = Backoff(first=1e6, ceiling=1e6)
    host = host_of(worker, background_service_exception_behavior=RESTART, restart_backoff=slow)
    await host.start()
    await anyio.wait_all_tasks_blocked()

    await host.stop()

    assert journal.lines == ["run 1"]
    await host.aclose()


async def test_a_worker_that_returns_is_logged(journal: Journal, records: Records) -> None:
    """H10: a worker that returns while the host runs is an event, by name."""

    class Short(BackgroundService):
        async def execute(self, stopping: CancellationToken) -> None: ...

    host = host_of(Short())
    await host.start()
    await anyio.wait_all_tasks_blocked()

    assert [record.levelname for record in records.at(logging.INFO) if "Short" in record.getMessage()] == ["INFO"]
    await host.aclose()


async def test_a_worker_that_returns_because_it_is_stopped_is_not_logged(journal: Journal, records: Records) -> None:
    """H10: that is what it should do."""

    class Long(BackgroundService):
        async def execute(self, stopping: CancellationToken) -> None:
            await stopping.wait()

    async with host_of(Long()):
        await anyio.wait_all_tasks_blocked()

    assert [record for record in records.at(logging.INFO) if "returned" in record.getMessage()] == []


async def test_returning_may_stop_the_host(journal: Journal) -> None:
    """H10: without an error, the work is done."""
    host = host_of(
        journal.worker("worker", returning),
        background_service_completion_behavior=BackgroundServiceCompletionBehavior.STOP_HOST,
    )

    await host.run_async()

    assert journal.lines == ["worker execute", "worker returned"]


async def returning(_: CancellationToken) -> None:
    """Work that is done at once."""


async def test_returning_may_be_answered_by_a_restart(journal: Journal) -> None:
    """H10: under the same limit; above it the host stops."""
    host = host_of(
        journal.worker("worker", returning),
        background_service_completion_behavior=BackgroundServiceCompletionBehavior.RESTART,
        restart_backoff=AT_ONCE,
        restart_limit=2,
    )

    await host.run_async()

    assert journal.lines == ["worker execute", "worker returned"] * 3


async def test_a_service_has_a_policy_of_its_own(journal: Journal) -> None:
    """H10: the attribute of the class wins over the option."""

    class Optional(Flaky):
        exception_behavior = BackgroundServiceExceptionBehavior.IGNORE

    worker = Optional(journal, failures=99)
    host = host_of(worker)
    await host.start()
    await anyio.wait_all_tasks_blocked()

    assert not host.lifetime.application_stopping.is_cancellation_requested
    assert worker.state is BackgroundServiceState.FAULTED
    await host.stop()
    await host.aclose()


async def test_other_services_do_not_notice_a_restart(journal: Journal) -> None:
    """H10: neither stopped nor started again."""
    worker = Flaky(journal, failures=3)
    host = host_of(journal.service("a"), worker, background_service_exception_behavior=RESTART, restart_backoff=AT_ONCE)
    async with host:
        await worker.works.wait()

    assert journal.lines == ["a start", "run 1", "run 2", "run 3", "run 4", "a stop"]


async def test_a_function_is_supervised_as_a_worker_is(journal: Journal) -> None:
    """H10: a service that is an async function and fails stops the host, named."""
    error = RuntimeError("sweep")

    async def sweep() -> None:
        await failing(error)()

    host = Host.create_empty_builder().add_hosted_service(sweep).build()

    with pytest.raises(RuntimeError) as caught:
        await host.run_async()

    assert caught.value is error
    assert "sweep" in host.hosted_services[0].name


async def test_a_failure_during_the_stop_is_not_restarted(journal: Journal) -> None:
    """H10, EX-15: the stop has begun; the failure is raised."""

    async def work(stopping: CancellationToken) -> None:
        await stopping.wait()
        raise RuntimeError("flush")

    worker = journal.worker("worker", work)
    host = host_of(worker, background_service_exception_behavior=RESTART, restart_backoff=AT_ONCE)
    await host.start()
    await worker.entered.wait()

    with pytest.raises(RuntimeError, match=r"^flush$"):
        await host.stop()

    assert journal.lines == ["worker execute"]
    await host.aclose()
