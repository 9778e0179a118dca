"""Health reports for those who do not ask: when, of what, and what becomes of the others when one fails."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import anyio
import pytest

from corner_host.diagnostics import (
    HealthCheckError,
    HealthCheckService,
    HealthPublisher,
    HealthPublisherOptions,
    HealthPublisherService,
    HealthReport,
    add_health_checks,
)
from corner_host.hosting import Host, HostBuilder, HostedServices
from corner_host.primitives import Clock
from corner_host.testing import VirtualClock, virtual_time


class Recorder:
    """Keeps the names in the reports it gets."""

    reports: ClassVar[list[list[str]]] = []

    async def publish(self, report: HealthReport) -> None:
        self.reports.append(list(report.entries))


class Failing:
    async def publish(self, report: HealthReport) -> None:
        raise OSError("no connection")


class Hanging:
    async def publish(self, report: HealthReport) -> None:
        await anyio.sleep_forever()


@pytest.fixture(autouse=True)
def no_reports() -> None:
    Recorder.reports.clear()


def builder_with(*publishers: type[HealthPublisher], **options: Any) -> HostBuilder:
    builder = Host.create_empty_builder()
    checks = add_health_checks(builder.services).add_check("usual", lambda: True)
    for publisher in publishers:
        checks.add_publisher(publisher, HealthPublisherOptions(**options))
    return builder


@asynccontextmanager
async def running(builder: HostBuilder) -> AsyncGenerator[VirtualClock]:
    async with virtual_time() as clock:
        builder.services.remove_all(Clock)
        builder.services.add_singleton(Clock, instance=clock)
        async with builder.build():
            yield clock


async def test_reports_come_after_a_delay_and_then_every_period() -> None:
    """H-13: 5 s, and every 30 s, unless told otherwise."""
    counts: list[int] = []

    async with running(builder_with(Recorder)) as clock:
        for seconds in (4.9, 0.2, 29.0, 1.0):
            await clock.advance(seconds)
            counts.append(len(Recorder.reports))

    assert counts == [0, 1, 1, 2]
    assert Recorder.reports == [["usual"]] * 2


async def test_a_check_may_have_a_period_of_its_own() -> None:
    """H-14: it comes in reports of its own; the predicate picks among all."""
    builder = builder_with(Recorder, delay=0, period=60, predicate=lambda each: each.name != "hidden")
    checks = add_health_checks(builder.services)
    checks.add_check("often", lambda: True, period=10).add_check("hidden", lambda: True, period=1)

    async with running(builder) as clock:
        await clock.advance(35)

    assert sorted(Recorder.reports) == [["often"]] * 4 + [["usual"]]


async def test_a_publisher_that_fails_or_hangs_keeps_nobody_from_the_report(caplog: pytest.LogCaptureFixture) -> None:
    """H-15: both are logged, the others get it, the next round comes; the stop cancels one under way quietly."""
    async with running(builder_with(Failing, Hanging, Recorder, delay=1, period=10, timeout=5)) as clock:
        await clock.advance(20)
        failures = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]

    assert len(Recorder.reports) == 2
    assert sum("Failing failed: no connection" in each for each in failures) == 2
    assert sum("Hanging failed: TimeoutError" in each for each in failures) == 1
    assert [record for record in caplog.records if record.levelno >= logging.ERROR][len(failures) :] == []


async def test_without_publishers_nothing_is_run() -> None:
    """H-13: no timer."""
    builder = Host.create_empty_builder()
    add_health_checks(builder.services).add_check("usual", lambda: pytest.fail("it ran"))
    builder.add_hosted_service(HealthPublisherService)

    async with running(builder) as clock:
        await clock.advance(hours=1)


async def test_several_publishers_share_one_service() -> None:
    """Adding one twice is adding it once."""
    async with builder_with(Recorder, Failing, Recorder).build() as host:
        publishers = host.services.get_services(HealthPublisher)
        services = host.services.get_required_service(HostedServices)

        assert [type(each) for each in publishers] == [Recorder, Failing]
        assert len(services) == 1
        assert host.services.get_required_service(HealthCheckService).registrations[0].period is None


@pytest.mark.parametrize(
    "options", [{"delay": float("inf")}, {"period": float("inf")}, {"period": 0.5}, {"timeout": 0}, {"delay": -1}]
)
def test_times_out_of_range_are_refused(options: dict[str, Any]) -> None:
    """H-13: delay and period must end, a period is at least a second."""
    with pytest.raises(ValueError, match=r"delay|period|timeout"):
        HealthPublisherOptions(**options)


@pytest.mark.parametrize("period", [0, -1, float("inf")])
def test_a_period_of_a_check_is_above_zero_and_ends(period: float) -> None:
    """H-12: the message names it."""
    with pytest.raises(ValueError, match="period of health check 'usual'"):
        add_health_checks(Host.create_empty_builder().services).add_check("usual", lambda: True, period=period)


def test_errors_of_options_are_those_of_the_area() -> None:
    """They derive from ValueError."""
    assert issubclass(HealthCheckError, ValueError)
