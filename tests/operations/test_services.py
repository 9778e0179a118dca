"""Hosted services in the operator's view."""

import logging

import pytest

from corner_host import BackgroundService, CancellationToken, HostBuilder, HostOptions
from corner_host.hosting import BackgroundServiceExceptionBehavior
from corner_host.operations import InvalidRequestError, NotFoundError, UnavailableError
from corner_host.options import Options
from corner_host.primitives import MASK

from .conftest import ADA, Look, until


class Mailer:
    """Sends."""


class Worker(BackgroundService):
    """Waits for its end."""

    def __init__(self, mailer: Mailer) -> None:
        self.mailer = mailer

    async def execute(self, stopping: CancellationToken) -> None:
        logging.getLogger(f"{__name__}.Worker").warning("works")
        await stopping.wait()


class Broken(BackgroundService):
    """Fails."""

    exception_behavior = BackgroundServiceExceptionBehavior.IGNORE

    async def execute(self, stopping: CancellationToken) -> None:
        raise ValueError("no such table: orders")


def _work(builder: HostBuilder) -> None:
    builder.services.add_singleton(Mailer)
    builder.add_hosted_service(Worker)


async def test_a_service_is_shown_in_detail(look: Look) -> None:
    """OV-20: state, history, what it is made of, where it waits, its records."""
    async with look(_work) as operations:
        await until(lambda: _has_written(operations))
        detail = await operations.services.get("Worker")

    assert (detail.status.kind, detail.status.state) == ("background", "running")
    assert [each.state for each in detail.history] == ["running"]
    assert [(each.service, each.lifetime) for each in detail.dependencies] == [("Mailer", "singleton")]
    assert detail.waiting_at is not None
    assert (detail.waiting_at.function, detail.waiting_at.code) == ("Worker.execute", "await stopping.wait()")
    assert [each.message for each in detail.logs] == ["works"]


def _has_written(operations: object) -> bool:
    return any(each.message == "works" for each in operations.logs._workplace.buffer.records())  # type: ignore[attr-defined]


async def test_a_service_is_restarted(look: Look) -> None:
    """OV-21: it runs again, is counted, and the audit has the line."""
    async with look(_work) as operations:
        answer = await operations.services.restart("Worker", by=ADA, reason="stuck")
        found = await operations.services.get("Worker")
        (line,) = (await operations.audit.search()).items

    assert answer.count == found.status.restarts == 1
    assert (line.action, line.target, line.reason) == ("service.restart", "Worker", "stuck")


async def test_a_service_is_stopped_and_started_and_its_policy_changed(look: Look) -> None:
    """OV-24: each is told and in the audit; the state and what can be done next follow."""
    async with look(_work) as operations:
        running = (await operations.services.get("Worker")).status
        await operations.services.stop("Worker", by=ADA, reason="noisy")
        stopped = (await operations.services.get("Worker")).status
        await operations.services.start("Worker", by=ADA)
        changed = await operations.services.set_policy("Worker", on_failure="restart", by=ADA)
        again = (await operations.services.get("Worker")).status
        lines = (await operations.audit.search()).items

    assert (running.can_stop, running.can_start, running.on_failure) == (True, False, "stop_host")
    assert (stopped.state, stopped.can_stop, stopped.can_start) == ("stopped", False, True)
    assert (again.state, again.on_failure, again.on_return) == ("running", "restart", "ignore")
    assert changed.message == "Worker: after a failure restart, until the host ends"
    assert [each.action for each in reversed(lines)] == ["service.stop", "service.start", "service.policy"]
    assert lines[-1].reason == "noisy"


async def test_a_policy_that_is_none_is_refused(look: Look) -> None:
    """OV-24: an unknown word; what cannot be stopped says so."""
    async with look(_work) as operations:
        with pytest.raises(InvalidRequestError, match="stop_host, ignore, restart"):
            await operations.services.set_policy("Worker", on_failure="panic", by=ADA)
        with pytest.raises(UnavailableError, match="cannot be stopped"):
            await operations.services.stop("OperationsService", by=ADA)


async def test_what_cannot_be_restarted_says_why(look: Look) -> None:
    """OV-21: an unknown service and one that cannot are told apart, and both are in the audit."""
    async with look(_work) as operations:
        with pytest.raises(NotFoundError, match="There is no service 'Nobody'"):
            await operations.services.restart("Nobody", by=ADA)
        with pytest.raises(UnavailableError):
            await operations.services.restart("OperationsService", by=ADA)
        lines = (await operations.audit.search()).items

    assert [each.outcome for each in lines] == ["failed", "failed"]


async def test_a_fault_is_shown_and_grouped(look: Look) -> None:
    """OV-22, OV-30: the last error of a service, its traceback, and its group among the failures with the place."""
    async with look(lambda builder: builder.add_hosted_service(Broken)) as operations:
        await until(lambda: operations.logs._workplace.note_services()[-1].last_error)  # pyright: ignore[reportPrivateUsage]
        detail = await operations.services.get("Broken")
        (group,) = await operations.failures.list()

    assert detail.status.state == "faulted"
    assert detail.status.last_error == "ValueError: no such table: orders"
    assert detail.status.last_error_at is not None
    assert 'raise ValueError("no such table: orders")' in detail.traceback
    assert (group.source, group.error_type, group.count, group.can_requeue) == ("service", "ValueError", 1, False)
    assert group.name.endswith("Broken")
    assert group.place.partition(":")[0].endswith("test_services.py")
    assert sum(group.sparkline) == 1


async def test_options_of_a_service_are_named(look: Look) -> None:
    """OV-20: the sections that its options are bound to."""

    class Reader(BackgroundService):
        def __init__(self, settings: Options[HostOptions]) -> None:
            self.settings = settings

        async def execute(self, stopping: CancellationToken) -> None:
            await stopping.wait()

    def configure(builder: HostBuilder) -> None:
        builder.services.add_options(HostOptions).bind(builder.configuration.get_section("Reader"))
        builder.add_hosted_service(Reader)

    async with look(configure) as operations:
        detail = await operations.services.get("Reader")

    assert "Reader" in detail.options


async def test_a_service_that_cannot_tell_of_itself_hides_no_other(look: Look) -> None:
    """OV-23: its error stands where its text would, and without the password in it."""

    class Torn(BackgroundService):
        @property
        def status_text(self) -> str:
            raise LookupError("nothing at amqp://app:s3cret@mq")

        async def execute(self, stopping: CancellationToken) -> None:
            await stopping.wait()

    async with look(lambda builder: builder.add_hosted_service(Torn)) as operations:
        details = {each.name.rpartition(".")[2]: each.detail for each in await operations.services.list()}

    assert details["Torn"] == f"cannot tell: LookupError: nothing at amqp://app:{MASK}@mq"


async def test_a_service_tells_of_itself(look: Look) -> None:
    """OV-23: by its ``status_text``; the queue's says that it is paused."""

    class Cleaner(BackgroundService):
        status_text = "last run 03:10, removed 1,204"

        async def execute(self, stopping: CancellationToken) -> None:
            await stopping.wait()

    def configure(builder: HostBuilder) -> None:
        builder.add_hosted_service(Cleaner)
        builder.services.add_background_jobs(builder.configuration)

    async with look(configure) as operations:
        await operations.queues.pause("background", by=ADA)
        details = {each.name.rpartition(".")[2]: each.detail for each in await operations.services.list()}

    assert (details["Cleaner"], details["QueuedHostedService"]) == ("last run 03:10, removed 1,204", "paused")
