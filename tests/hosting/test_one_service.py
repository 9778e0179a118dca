"""One service of a host that runs: stopped, started again, and its policy changed, by an operator."""

from typing import Any, ClassVar

import anyio
import pytest

from corner_host.hosting import (
    BackgroundService,
    BackgroundServiceCompletionBehavior,
    BackgroundServiceExceptionBehavior,
    HostedServiceNotFoundError,
    HostedServiceState,
    HostStateError,
    StopOutcome,
)
from corner_host.primitives import Backoff, CancellationToken
from tests.hosting.clock import ManualClock
from tests.hosting.journal import Journal, host_of
from tests.hosting.records import Records
from tests.hosting.test_hosted_services import Deaf, Failing, Final, Restarting, Stubborn, Worker, with_clock


class Clumsy(BackgroundService):
    """Fails when it is asked to stop; its failures stop the host."""

    exception_behavior: ClassVar = BackgroundServiceExceptionBehavior.STOP_HOST

    async def execute(self, stopping: CancellationToken) -> None:
        await stopping.wait()
        raise RuntimeError("cannot let go")


class Stumbling(BackgroundService):
    """Fails when it is asked to stop for the first time; is restarted after failures."""

    exception_behavior: ClassVar = BackgroundServiceExceptionBehavior.RESTART

    def __init__(self) -> None:
        self.runs = 0

    async def execute(self, stopping: CancellationToken) -> None:
        self.runs += 1
        await stopping.wait()
        if self.runs == 1:
            raise RuntimeError("the first end")


class Done(BackgroundService):
    """Returns when it is told to."""

    def __init__(self) -> None:
        self.gate = anyio.Event()

    async def execute(self, stopping: CancellationToken) -> None:
        await self.gate.wait()


async def test_a_worker_is_stopped_and_started_again(records: Records) -> None:
    """It ends and stays so, the host goes on; started again, it has a token of its own and is stopped with the others."""
    worker = Worker()
    async with host_of(worker) as host:
        services = host.hosted_services
        await anyio.wait_all_tasks_blocked()
        await services.stop_service("Worker")
        await anyio.wait_all_tasks_blocked()
        halted, runs = services[0], worker.runs
        services.start_service("Worker")
        await anyio.wait_all_tasks_blocked()
        again = services[0]

    assert (halted.state, halted.has_ended, runs) == (HostedServiceState.STOPPED, True, 1)
    assert (again.state, again.has_ended, worker.runs) == (HostedServiceState.RUNNING, False, 2)
    assert host.shutdown_report is not None
    assert [each.outcome for each in host.shutdown_report.services] == [StopOutcome.STOPPED]
    assert ("was asked to stop" in records.one(114).getMessage(), bool(records.one(115))) == (True, True)


async def test_what_was_stopped_is_stopped_once_and_accounted_for(journal: Journal) -> None:
    """Its hooks are called at the end of the host as those of all, and the report has it."""
    async with host_of(Worker(), journal.service("plain")) as host:
        await host.hosted_services.stop_service("Worker")

    assert host.shutdown_report is not None
    assert host.shutdown_report.is_clean
    assert len(host.shutdown_report.services) == 2
    assert host.exit_status == 0


async def test_a_failure_on_the_way_does_not_stop_the_host() -> None:
    """It is recorded, shown, and in the report; nobody asked for the end of the host."""
    async with host_of(Clumsy()) as host:
        await anyio.wait_all_tasks_blocked()
        await host.hosted_services.stop_service("Clumsy")
        (status,) = host.hosted_services
        is_stopping = host.lifetime.application_stopping.is_cancellation_requested

    assert (status.state, str(status.last_error), is_stopping) == (HostedServiceState.STOPPED, "cannot let go", False)
    assert host.shutdown_report is not None
    assert host.shutdown_report.services[0].outcome is StopOutcome.FAILED


async def test_supervision_does_not_bring_it_back() -> None:
    """A worker that waits for its restart is stopped for good."""
    clock, worker = ManualClock(), Restarting()
    async with with_clock(clock, worker, restart_backoff=Backoff(first=60.0)) as host:
        worker.gate.set()
        await anyio.wait_all_tasks_blocked()
        await host.hosted_services.stop_service("Restarting")
        await clock.advance(100.0)

        assert (host.hosted_services[0].state, host.hosted_services[0].restarts) == (HostedServiceState.STOPPED, 0)


async def test_it_is_on_its_way_while_it_stops() -> None:
    """The state says so; who asks again meanwhile is refused, and the time-out ends it."""
    clock, worker = ManualClock(), Stubborn()
    async with with_clock(clock, worker) as host, anyio.create_task_group() as tasks:
        tasks.start_soon(host.hosted_services.stop_service, "Stubborn")
        await anyio.wait_all_tasks_blocked()
        during = host.hosted_services[0].state
        with pytest.raises(HostStateError, match="is being stopped already"):
            await host.hosted_services.restart("Stubborn")
        await clock.advance(10.0)

        assert (during, host.hosted_services[0].state) == (HostedServiceState.STOPPING, HostedServiceState.STOPPED)


@pytest.mark.parametrize("asked", ["stop_service", "restart"])
async def test_what_does_not_end_is_stopping_until_it_does(records: Records, asked: str) -> None:
    """Who heeds neither its token nor its cancellation is not called stopped; when it ends, it can be started again."""
    clock, worker = ManualClock(), Deaf()
    async with with_clock(clock, worker, cancellation_grace=2.0) as host, anyio.create_task_group() as tasks:
        services = host.hosted_services

        async def ask() -> None:
            with pytest.raises(HostStateError, match=r"does not heed its cancellation(.|\n)*can be started again"):
                await getattr(services, asked)("Deaf")

        tasks.start_soon(ask)
        await clock.advance(10.0)
        await clock.advance(2.0)
        stopping = services[0].state
        with pytest.raises(HostStateError, match="cannot be started: it has not ended yet"):
            services.start_service("Deaf")
        unfinished = records.with_id(114)
        worker.gate.set()
        await anyio.wait_all_tasks_blocked()
        stopped = services[0].state
        services.start_service("Deaf")
        await anyio.wait_all_tasks_blocked()
        restarts = services[0].restarts

    assert (stopping, stopped, restarts) == (HostedServiceState.STOPPING, HostedServiceState.STOPPED, 1)
    assert not unfinished
    assert "was asked to stop, and has" in records.one(114).getMessage()


@pytest.mark.parametrize("asked", ["stop_service", "restart"])
async def test_a_worker_that_asks_for_its_own_end_is_refused(asked: str) -> None:
    """It would wait for itself."""
    refused: list[HostStateError] = []

    class Suicidal(BackgroundService):
        async def execute(self, stopping: CancellationToken) -> None:
            await host.lifetime.application_started.wait()
            try:
                await getattr(host.hosted_services, asked)("Suicidal")
            except HostStateError as error:
                refused.append(error)
            await stopping.wait()

    host = host_of(Suicidal())
    async with host:
        await anyio.wait_all_tasks_blocked()

        assert "from within its own execute(): that would wait for its own end" in str(refused[0])
        assert host.hosted_services[0].state is HostedServiceState.RUNNING


async def test_a_task_of_a_worker_that_asks_for_its_end_holds_nobody_up(records: Records) -> None:
    """The worker waits for its task, which waits for the worker; the time-out and the grace end that."""

    class Knot(BackgroundService):
        async def execute(self, stopping: CancellationToken) -> None:
            await host.lifetime.application_started.wait()
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(host.hosted_services.stop_service, "Knot")
                await anyio.sleep_forever()

    clock = ManualClock()
    host = with_clock(clock, Knot(), cancellation_grace=0.05)
    async with host:
        await anyio.wait_all_tasks_blocked()
        await clock.advance(10.0)
        with anyio.fail_after(20):
            while not host.hosted_services[0].has_ended:
                await anyio.wait_all_tasks_blocked()
                await anyio.sleep(0)

    assert host.hosted_services[0].state is HostedServiceState.STOPPED
    assert not records.with_id(108)


async def test_what_makes_no_sense_is_refused() -> None:
    """To start what runs, to stop what does not, what has a final end, or what is not there."""
    async with host_of(Worker(), Final()) as host:
        services = host.hosted_services
        with pytest.raises(HostStateError, match="cannot be started: it has not ended"):
            services.start_service("Worker")
        await services.stop_service("Worker")
        with pytest.raises(HostStateError, match="cannot be stopped: it does not run"):
            await services.stop_service("Worker")
        with pytest.raises(HostStateError, match="cannot be stopped"):
            await services.stop_service("Final")
        with pytest.raises(HostedServiceNotFoundError):
            services.start_service("Nobody")


async def test_the_policy_after_a_failure_is_changed() -> None:
    """What would be ignored is restarted from then on; the other half of the policy stays."""
    worker = Failing()
    async with host_of(worker, restart_backoff=Backoff(first=0.001)) as host:
        before = host.hosted_services[0].exception_behavior
        host.hosted_services.set_policy("Failing", exception_behavior=BackgroundServiceExceptionBehavior.RESTART)
        status = host.hosted_services[0]
        gate, worker.gate = worker.gate, anyio.Event()
        gate.set()
        with anyio.fail_after(10):
            while host.hosted_services[0].restarts == 0:
                await anyio.sleep(0.001)
        host.hosted_services.set_policy("Failing", exception_behavior=BackgroundServiceExceptionBehavior.IGNORE)
        worker.gate.set()

    assert before is BackgroundServiceExceptionBehavior.IGNORE
    assert status.exception_behavior is BackgroundServiceExceptionBehavior.RESTART
    assert status.completion_behavior is BackgroundServiceCompletionBehavior.IGNORE


async def test_the_policy_after_a_return_is_changed(journal: Journal) -> None:
    """A service whose return stops nothing stops the host then; what has no work has no policy."""
    worker = Done()
    async with host_of(worker, journal.service("plain")) as host:
        stops = BackgroundServiceCompletionBehavior.STOP_HOST
        host.hosted_services.set_policy("Done", completion_behavior=stops)
        with pytest.raises(HostStateError, match="has no policy"):
            host.hosted_services.set_policy("JournalService", completion_behavior=stops)
        worker.gate.set()
        await host.wait_for_shutdown()

    assert host.exit_status == 0


@pytest.mark.parametrize(("timeout", "wrong"), [(-1.0, ValueError), ("soon", TypeError)])
async def test_a_wrong_time_limit_changes_nothing(timeout: Any, wrong: type[Exception]) -> None:
    """A worker that was not stopped for such a mistake is still watched: its failure stops the host."""
    worker = Clumsy()
    async with host_of(worker) as host:
        with pytest.raises(wrong, match="timeout"):
            await host.hosted_services.stop_service("Clumsy", timeout=timeout)
        with pytest.raises(wrong, match="timeout"):
            await host.hosted_services.restart("Clumsy", timeout=timeout)
        with pytest.raises(RuntimeError, match="cannot let go"):
            await host.stop()

    assert host.exit_status == 1


async def test_a_policy_that_is_none_changes_nothing() -> None:
    """A word instead of a member is refused with the members, and what was in force stays so."""
    async with host_of(Worker()) as host:
        before = host.hosted_services[0]
        for behavior in ("exception_behavior", "completion_behavior"):
            wrong: dict[str, Any] = {behavior: "RESTART"}
            with pytest.raises(TypeError, match=f"{behavior} must be one of .*STOP_HOST, .*, not 'RESTART'"):
                host.hosted_services.set_policy("Worker", **wrong)
        after = host.hosted_services[0]

    assert after == before


async def test_what_fails_while_it_is_restarted_is_over() -> None:
    """Under RESTART the host has nothing left to raise: the service runs, and the end of the host is a clean one."""
    async with host_of(Stumbling()) as host:
        await anyio.wait_all_tasks_blocked()
        await host.hosted_services.restart("Stumbling")
        await anyio.wait_all_tasks_blocked()
        (status,) = host.hosted_services

    assert (status.state, str(status.last_error)) == (HostedServiceState.RUNNING, "the first end")
    assert (host.exit_status, host.failure) == (0, None)


async def test_a_restart_whose_caller_is_cancelled_is_finished() -> None:
    """The worker is cancelled at once and runs again: nobody asked for its end."""
    worker = Stubborn()
    async with host_of(worker) as host:
        await anyio.wait_all_tasks_blocked()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(host.hosted_services.restart, "Stubborn")
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
        await anyio.wait_all_tasks_blocked()
        (status,) = host.hosted_services
        worker.gate.set()

    assert (status.state, status.restarts, worker.runs) == (HostedServiceState.RUNNING, 1, 2)


async def test_a_stop_whose_caller_is_cancelled_is_finished() -> None:
    """The worker is cancelled at once, and stays stopped."""
    worker = Stubborn()
    async with host_of(worker) as host:
        await anyio.wait_all_tasks_blocked()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(host.hosted_services.stop_service, "Stubborn")
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
        (status,) = host.hosted_services

    assert (status.state, status.has_ended, worker.runs) == (HostedServiceState.STOPPED, True, 1)


async def test_only_the_event_loop_of_the_host_changes_something() -> None:
    """Another thread, or another loop, is refused: tasks that began there would not run, and the host would not stop."""
    worker = Worker()
    async with host_of(worker) as host:
        services = host.hosted_services
        await services.stop_service("Worker")

        def start() -> None:
            with pytest.raises(HostStateError, match="cannot be started from here"):
                services.start_service("Worker")

        async def restart() -> None:
            with pytest.raises(HostStateError, match="cannot be restarted from here"):
                await services.restart("Worker")

        await anyio.to_thread.run_sync(start)
        await anyio.to_thread.run_sync(anyio.run, restart)

    assert (worker.runs, host.exit_status) == (1, 0)
