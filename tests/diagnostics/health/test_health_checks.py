"""Health checks: side by side, in scopes of their own, within their time, never silent."""

import logging

import anyio
import pytest

from corner_host.di import ServiceCollection
from corner_host.diagnostics import HealthCheckError, HealthCheckResult, HealthCheckService, HealthReport, HealthStatus


class Session:
    """Something scoped."""


class Database:
    def __init__(self, session: Session) -> None:
        self.session = session

    async def check(self) -> HealthCheckResult:
        return HealthCheckResult.healthy("3 ms", session=self.session)


async def report_of(services: ServiceCollection, *tags: str) -> HealthReport:
    async with services.build_service_provider() as provider:
        service = provider.get_required_service(HealthCheckService)
        return await service.check(lambda each: not tags or bool(each.tags & set(tags)))


async def test_a_report_is_as_bad_as_its_worst_entry() -> None:
    """H-02, H-03: one entry a check, in order; no checks are healthy."""
    services = ServiceCollection()
    empty = await report_of(services.add_health_checks().services)
    services.add_health_checks().add_check("a", lambda: True).add_check("b", lambda: HealthStatus.DEGRADED)

    report = await report_of(services)

    assert (empty.status, report.status) == (HealthStatus.HEALTHY, HealthStatus.DEGRADED)
    assert list(report.entries) == ["a", "b"]


async def test_checks_run_side_by_side() -> None:
    """H-02: two checks that wait for each other both answer."""
    services = ServiceCollection()
    first, second = anyio.Event(), anyio.Event()

    async def one() -> bool:
        first.set()
        await second.wait()
        return True

    async def other() -> bool:
        second.set()
        await first.wait()
        return True

    services.add_health_checks().add_check("one", one).add_check("other", other)

    assert (await report_of(services)).status is HealthStatus.HEALTHY


async def test_only_the_checks_that_are_wanted_run() -> None:
    """H-04, H-11: tags have no case."""
    services = ServiceCollection()
    services.add_health_checks().add_check("a", lambda: True, tags=["LIVE"]).add_check("b", lambda: False)

    assert list((await report_of(services, "live")).entries) == ["a"]


async def test_a_check_that_raises_answers_with_its_failure_status(caplog: pytest.LogCaptureFixture) -> None:
    """H-05, H-10: the exception, its message and the tags are in the entry, and in the log."""
    services = ServiceCollection()

    async def broken() -> bool:
        raise OSError("no route")

    services.add_health_checks().add_check("mail", broken, tags=["x"], failure_status=HealthStatus.DEGRADED)

    with caplog.at_level(logging.DEBUG, "corner_host.health"):
        entry = (await report_of(services)).entries["mail"]

    assert (entry.status, entry.description, entry.tags) == (HealthStatus.DEGRADED, "no route", frozenset({"x"}))
    assert isinstance(entry.error, OSError)
    assert 104 in [getattr(record, "event_id", None) for record in caplog.records]


async def test_what_was_asked_for_is_no_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Section 13: a host that stops is not ready, on every deployment."""
    services = ServiceCollection()
    leaving = HealthCheckResult(HealthStatus.UNHEALTHY, "Stopping", is_expected=True)
    services.add_health_checks().add_check("lifecycle", lambda: leaving)

    report = await report_of(services)

    assert report.status is HealthStatus.UNHEALTHY
    assert not caplog.records


async def test_a_check_that_is_late_fails() -> None:
    """H-06: the description says how long it was waited for."""
    services = ServiceCollection()
    services.add_health_checks().add_check("slow", anyio.sleep_forever, timeout=0.01)

    entry = (await report_of(services)).entries["slow"]

    assert (entry.status, entry.description) == (HealthStatus.UNHEALTHY, "gave no answer within 0.01 s")


async def test_cancelling_the_caller_gives_no_report() -> None:
    """H-07: cancellation passes through."""
    services = ServiceCollection()
    services.add_health_checks().add_check("slow", anyio.sleep_forever)

    with anyio.move_on_after(0.01) as scope:
        await report_of(services)

    assert scope.cancelled_caught


async def test_each_check_has_a_scope_of_its_own() -> None:
    """H-08: two checks never share a scoped service."""
    services = ServiceCollection().add_scoped(Session)
    services.add_health_checks().add_check("a", Database).add_check("b", Database)

    report = await report_of(services)

    assert report.entries["a"].data["session"] is not report.entries["b"].data["session"]


async def test_two_checks_of_one_name_are_refused() -> None:
    """H-01: all duplicates are named, and case does not count."""
    services = ServiceCollection()
    services.add_health_checks().add_check("db", lambda: True).add_check("DB", lambda: True)

    with pytest.raises(HealthCheckError, match="DB, db"):
        await report_of(services)


@pytest.mark.parametrize("timeout", [0, -1])
def test_a_timeout_must_be_above_zero(timeout: float) -> None:
    """H-12: the check is named."""
    with pytest.raises(ValueError, match="'db' must be above 0"):
        ServiceCollection().add_health_checks().add_check("db", lambda: True, timeout=timeout)


async def test_an_answer_that_is_none_is_a_failure() -> None:
    """A forgotten return is not taken for health."""
    services = ServiceCollection()
    services.add_health_checks().add_check("forgetful", lambda: None)

    entry = (await report_of(services)).entries["forgetful"]

    assert entry.status is HealthStatus.UNHEALTHY
    assert isinstance(entry.error, HealthCheckError)
