"""A shop under load, with failures, to look at: ``python -m tests.web.dashboard.demo --Dashboard:ReadOnly=false``.

Orders come in faster than the gateway takes them, one in four fails, a feed breaks off now and then, and there are
schedules, a cache, checks and settings. Tests use it with ``--Demo:Orders`` to have a fixed number of them.
"""

import logging
import random
import sys
from dataclasses import dataclass

from corner_host import Host, HostBuilder
from corner_host.background import BackgroundTaskQueue
from corner_host.caching import MemoryCache
from corner_host.diagnostics import HealthCheckResult
from corner_host.hosting import BackgroundService, BackgroundServiceExceptionBehavior
from corner_host.jobs import JobClient, JobContext, RetryPolicy
from corner_host.options import Options
from corner_host.primitives import Backoff, CancellationToken

SETTINGS = {
    "BackgroundJobs:Queue:Capacity": "40",
    "BackgroundJobs:Queue:MaxConcurrency": "2",
    "Jobs:Engine": "memory",
    "Jobs:MaxConcurrency": "4",
    "Payment:ApiKey": "sk-live-4eC39HqLyjWDarjtT1zdp7dc",
    "Payment:TimeoutSecnds": "3",
    "Payment:TimeoutSeconds": "0.3",
}


@dataclass
class PaymentOptions:
    """Settings of the gateway."""

    timeout_seconds: float = 5.0
    api_key: str = ""


class PaymentTimeout(Exception):
    """The gateway is slow."""


class Gateway:
    """Takes its time, and fails one time in four."""

    def __init__(self, options: Options[PaymentOptions], log: logging.Logger) -> None:
        self._options = options
        self._log = log
        self._dice = random.Random(4)

    async def charge(self, order: int) -> str:
        """Charge, or raise."""
        limit = self._options.value.timeout_seconds
        await CancellationToken.none().sleep(self._dice.random() * limit)
        if order % 4 == 0:
            self._log.warning("gateway did not answer in %.1f s", limit)
            raise PaymentTimeout(f"gateway did not answer in {limit} s")
        return f"paid-{order}"


@dataclass
class ProcessOrder:
    """An order."""

    order: int
    card_token: str = "4242-4242"


@dataclass
class SendReceipt:
    """A receipt."""

    order: int


class OrderHandler:
    """Charges an order, and has the receipt sent."""

    def __init__(self, gateway: Gateway, client: JobClient, log: logging.Logger) -> None:
        self._gateway = gateway
        self._client = client
        self._log = log

    async def handle(self, job: ProcessOrder, context: JobContext) -> dict[str, str]:
        """Process."""
        paid = await self._gateway.charge(job.order)
        self._log.info("Order %d is paid", job.order)
        await self._client.enqueue(SendReceipt(job.order))
        return {"payment": paid}


async def send_receipt(job: SendReceipt, log: logging.Logger) -> None:
    """Send."""
    log.info("Receipt of order %d sent", job.order)


class OrderFeed(BackgroundService):
    """Puts orders; breaks off after a while, and is run again."""

    exception_behavior = BackgroundServiceExceptionBehavior.RESTART

    def __init__(self, client: JobClient, queue: BackgroundTaskQueue, cache: MemoryCache, settings: "Feed") -> None:
        self._client = client
        self._queue = queue
        self._cache = cache
        self._settings = settings
        self._number = 1000

    async def execute(self, stopping: CancellationToken) -> None:
        """Put orders until *stopping*."""
        async for turn in stopping.every(self._settings.seconds, immediately=True):
            if self._number - 1000 >= self._settings.orders:
                await stopping.wait()
                return
            self._number += 1
            await self._client.enqueue(ProcessOrder(self._number), key=f"order:{self._number}")
            self._cache.set(f"order:{self._number}", turn)
            self._cache.get(f"order:{self._number - turn % 3}")
            if turn % 3 == 0 and len(self._queue) < self._queue.capacity:
                await self._queue.queue_background_work_item(warm_cache)
            if turn == 600:
                raise ConnectionResetError("Connection reset by peer")


async def warm_cache(stopping: CancellationToken, feed: "Feed") -> None:
    """Take a moment."""
    await stopping.sleep(feed.seconds * 3)


@dataclass
class Feed:
    """How many orders, and how often."""

    orders: int = 1_000_000
    seconds: float = 0.12


class DatabaseCheck:
    """Always well."""

    async def check(self) -> HealthCheckResult:
        """Answer."""
        return HealthCheckResult.healthy("3 ms", pool="4 of 10")


class LegacyMailer:
    """Nobody needs it."""


def create_builder(args: list[str]) -> HostBuilder:
    """Return the shop."""
    builder = Host.create_builder(args)
    builder.configuration.add_in_memory_collection(SETTINGS)
    if args:
        builder.configuration.add_command_line(args)
    services, configuration = builder.services, builder.configuration
    services.configure(PaymentOptions, configuration.get_section("Payment"))
    feed = Feed(int(configuration["Demo:Orders"] or 1_000_000), float(configuration["Demo:Seconds"] or 0.12))
    services.add_singleton(Feed, instance=feed)
    services.add_singleton(Gateway).add_transient(LegacyMailer)
    services.add_background_jobs(configuration).add_jobs(configuration)
    wait = feed.seconds * 3
    retry = RetryPolicy(max_attempts=2, backoff=Backoff(first=wait, ceiling=wait))
    services.add_job_handler(ProcessOrder, OrderHandler, queue="orders", retry=retry)
    services.add_job_handler(SendReceipt, send_receipt, queue="mail")
    services.add_recurring_job("report", SendReceipt(0), cron="0 9 * * MON-FRI", time_zone="Europe/Madrid")
    services.add_recurring_job("cleanup", SendReceipt(1), every=60.0)
    services.add_health_checks().add_check("database", DatabaseCheck)
    services.add_hosted_service(OrderFeed)
    builder.add_dashboard()
    return builder


if __name__ == "__main__":
    create_builder(sys.argv[1:]).use_environment("Development").build().run()
