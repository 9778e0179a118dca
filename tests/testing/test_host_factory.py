"""An application's own host in a test."""

import logging

import anyio
import anyio.lowlevel
import pytest

from corner_host import BackgroundService, CancellationToken, Clock, Host, HostBuilder
from corner_host.di import ServiceValidationError
from corner_host.hosting import HostedService, StartupTimeoutError
from corner_host.testing import (
    HostFactory,
    LogCollector,
    NothingQueuedError,
    NoWebClientError,
    UnexpectedLogError,
    VirtualClock,
    assert_graph_valid,
)

from .shop import Mailer, Orders, create_builder


class Outbox(Mailer):
    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, text: str) -> None:
        self.sent.append(text)


class Complaining(BackgroundService):
    def __init__(self, logger: logging.Logger) -> None:
        self.logger = logger

    async def execute(self, stopping: CancellationToken) -> None:
        self.logger.error("Drawer %d is stuck", 4)
        await stopping.wait()


async def test_ten_minutes_of_an_application(host_factory: HostFactory, virtual_clock: VirtualClock) -> None:
    """Settings of the test's own, time of the test's own, and the log to look at: the example of the guide."""
    async with host_factory(create_builder, settings={"Greeter:Seconds": "5"}) as host:
        await virtual_clock.advance(minutes=10)

    assert host.logs.count("Good morning") == 121


async def test_the_host_lives_by_the_virtual_clock(host_factory: HostFactory, virtual_clock: VirtualClock) -> None:
    """The Clock of its services is the same."""
    async with host_factory(create_builder) as host:
        await virtual_clock.advance(hours=3)
        clock = host.services.get_required_service(Clock)

    assert clock is virtual_clock
    assert host.logs.assert_contains("Good morning at 03:00:00").fields["till"] == 3


class Sleeper(BackgroundService):
    async def execute(self, stopping: CancellationToken) -> None:
        while not stopping.is_cancellation_requested:
            await anyio.sleep(0.7)


async def test_a_service_that_sleeps_for_itself_does_not_hold_up_the_end(
    host_factory: HostFactory, virtual_clock: VirtualClock
) -> None:
    """It does not wait for the token, and nobody moves the clock any more: then time passes by itself."""
    async with host_factory(lambda: Host.create_empty_builder().add_hosted_service(Sleeper)) as host:
        await virtual_clock.advance(minutes=10)

    assert host.host.shutdown_report is not None
    assert host.host.shutdown_report.is_clean


async def test_a_start_that_sleeps_goes_on_and_the_limit_of_one_that_takes_too_long_counts(
    host_factory: HostFactory, virtual_clock: VirtualClock
) -> None:
    """Nobody can move the clock while the host starts."""

    class Late:
        def __init__(self, seconds: float) -> None:
            self.seconds = seconds

        async def start(self) -> None:
            await anyio.sleep(self.seconds)

        async def stop(self) -> None: ...

    def starting(seconds: float) -> HostBuilder:
        builder = Host.create_empty_builder()
        builder.services.add_singleton(HostedService, instance=Late(seconds))
        return builder

    async with host_factory(lambda: starting(0.2)):
        pass
    with pytest.raises(StartupTimeoutError):
        async with host_factory(lambda: starting(60.0), startup_timeout=0.3):
            raise AssertionError("it has started")

    assert virtual_clock.monotonic() < 5.0


async def test_what_a_test_puts_in_place_wins_over_the_application(host_factory: HostFactory) -> None:
    """`override` answers from the start, whatever the application registered."""
    outbox = Outbox()
    async with host_factory(create_builder, override={Mailer: outbox}) as host:
        await host.services.get_required_service(Orders).place(1042)
        await host.queue.drain()

    assert outbox.sent == ["receipt 1042"]


async def test_a_service_can_be_replaced_for_a_while(host_factory: HostFactory) -> None:
    """`override()` of the running host ends with its block."""
    outbox = Outbox()
    async with host_factory(create_builder) as host:
        with host.override(Mailer, outbox):
            inside = host.services.get_required_service(Mailer)
        outside = host.services.get_required_service(Mailer)

    assert inside is outbox
    assert outside is not outbox


async def test_queued_work_is_run_where_the_test_says_so(host_factory: HostFactory) -> None:
    """With nothing else draining the queue, one item after the other, by the real pipeline."""
    outbox = Outbox()
    settings = {"BackgroundJobs:EnableBackgroundJobs": "false"}
    async with host_factory(create_builder, settings=settings, override={Mailer: outbox}) as host:
        orders = host.services.get_required_service(Orders)
        for order in (1, 2, 3):
            await orders.place(order)
        waiting = len(host.queue)
        first = await host.queue.run_next()
        after_one = list(outbox.sent)
        await host.queue.drain()
        with pytest.raises(NothingQueuedError, match="Nothing is queued"):
            await host.queue.run_next()

    assert (waiting, first, after_one) == (3, "sent 1", ["receipt 1"])
    assert outbox.sent == ["receipt 1", "receipt 2", "receipt 3"]


async def test_an_error_in_the_log_fails_the_test(host_factory: HostFactory) -> None:
    """Unless the test allows it: an application that logs errors is not well."""
    with pytest.raises(UnexpectedLogError, match=r"1 errors were logged(.|\n)*Drawer 4 is stuck"):
        async with host_factory(_complaining) as host:
            await _logged(host.logs)

    async with host_factory(_complaining, allow_errors=True) as host:
        await _logged(host.logs)

    assert host.logs.matching("Drawer", level="error")[0].level == logging.ERROR


async def test_what_the_block_raises_comes_first(host_factory: HostFactory) -> None:
    """The test's own failure is not hidden behind the log's."""
    with pytest.raises(LookupError, match="mine"):
        async with host_factory(_complaining) as host:
            await _logged(host.logs)
            raise LookupError("mine")


async def test_a_builder_without_parameters_will_do(host_factory: HostFactory) -> None:
    """The settings still win over what it sets."""

    def make() -> HostBuilder:
        builder = Host.create_empty_builder()
        builder.configuration.add_in_memory_collection({"Greeting": "hello"})
        return builder

    async with host_factory(make, settings={"Greeting": "good day"}) as host:
        greeting = host.host.configuration["Greeting"]

    assert greeting == "good day"


async def test_a_host_without_web_application_has_no_client(host_factory: HostFactory) -> None:
    """The message says what to add."""
    async with host_factory(create_builder) as host:
        with pytest.raises(NoWebClientError, match=r"builder\.add_asgi\(app\)"):
            async with host.web_client():
                pass


def test_the_graph_of_an_application_is_checked_by_one_line() -> None:
    """What is missing is told as it is at the start."""

    class Forgotten: ...

    class Worker:
        def __init__(self, forgotten: Forgotten) -> None: ...

    def broken(args: list[str]) -> HostBuilder:
        builder = create_builder(args)
        builder.services.add_singleton(Worker)
        return builder

    assert_graph_valid(create_builder)
    with pytest.raises(ServiceValidationError, match="Forgotten"):
        assert_graph_valid(broken)


def _complaining() -> HostBuilder:
    return Host.create_empty_builder().add_hosted_service(Complaining)


async def _logged(logs: LogCollector) -> None:
    while not logs.count("Drawer"):
        await anyio.lowlevel.checkpoint()
