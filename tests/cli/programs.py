"""Applications with mistakes in them, and one that works."""

BROKEN = """\
from pydantic import BaseModel

from corner_host import BackgroundService, CancellationToken, Host, HostBuilder


class DbSession: ...


class OrderService: ...


class OrderClient: ...


class Payment(BaseModel):
    api_key: str


class Queue(BaseModel):
    capacity: int = 100


class Worker(BackgroundService):
    def __init__(self, client: OrderClient) -> None: ...

    async def execute(self, stopping: CancellationToken) -> None: ...


class CacheCleanupService:
    def __init__(self, session: DbSession) -> None: ...


def create_builder(args: list[str]) -> HostBuilder:
    builder = Host.create_builder(args)
    builder.services.add_singleton(OrderService).add_scoped(DbSession)
    builder.services.add_options(Payment).bind_configuration("Payment").validate_on_start()
    builder.services.add_options(Queue).bind_configuration("Queue").validate_on_start()
    builder.add_hosted_service(Worker)
    builder.services.add_singleton(CacheCleanupService)
    return builder
"""

SETTINGS = """\
{
  "Payment": {
    "ApiKey": "sk-123"
  },
  "Queue": {
    // all at once
    "Capacity": "lots"
  }
}
"""

SHOP = """\
from pydantic import BaseModel, SecretStr

from corner_host import BackgroundService, CancellationToken, Host, HostBuilder


class PaymentOptions(BaseModel):
    api_key: SecretStr = SecretStr("")
    timeout_seconds: float = 5.0
    url: str = ""


class QueueOptions(BaseModel):
    capacity: int = 100
    max_concurrency: int = 8


class Worker(BackgroundService):
    async def execute(self, stopping: CancellationToken) -> None:
        await stopping.wait()


def create_builder(args: list[str]) -> HostBuilder:
    builder = Host.create_builder(args)
    builder.services.add_options(PaymentOptions).bind_configuration("Payment").validate_on_start()
    builder.services.add_options(QueueOptions).bind_configuration("Queue").validate_on_start()
    builder.add_hosted_service(Worker)
    return builder


if __name__ == "__main__":
    Host.main(create_builder)
"""

SHOP_SETTINGS = """\
{
  "Payment": {
    "TimeoutSeconds": 2.0
  },
  "Queue": {
    "Capacity": 1000
  }
}
"""

SHOP_PRODUCTION = """\
{
  "Payment": {
    "TimeoutSeconds": 2.5,
    "Url": "https://pay.example"
  },
  "Queue": { "MaxConcurency": 8 }
}
"""

WIRED = """\
from pydantic import BaseModel

from corner_host import BackgroundService, CancellationToken, Host, HostBuilder


class Queue(BaseModel):
    capacity: int = 100


class Payment(BaseModel):
    api_key: str
    url: str


class Worker(BackgroundService):
    async def execute(self, stopping: CancellationToken) -> None: ...


def create_builder(args: list[str]) -> HostBuilder:
    builder = Host.create_builder(args)
    builder.services.add_options(Queue).bind_configuration("Queue").validate_on_start()
    builder.services.add_options(Payment).bind_configuration("Payment").validate_on_start()
    builder.add_hosted_service(Worker)
    return builder
"""

WIRED_SETTINGS = """\
{
  "Payment": {
    "Url": "https://pay.example"
  },
  "Queue": {
    // all at once
    "Capacity": "lots"
  }
}
"""

UNWIRED = """\
from pydantic import BaseModel

from corner_host import BackgroundService, CancellationToken, Host, HostBuilder


class DbSession: ...


class OrderService: ...


class OrderClient: ...


class OrderClientOptions(BaseModel): ...


class Worker(BackgroundService):
    def __init__(self, client: OrderClient) -> None: ...

    async def execute(self, stopping: CancellationToken) -> None: ...


class CacheCleanupService(BackgroundService):
    def __init__(self, session: DbSession) -> None: ...

    async def execute(self, stopping: CancellationToken) -> None: ...


def create_builder(args: list[str]) -> HostBuilder:
    builder = Host.create_builder(args)
    builder.services.add_singleton(OrderService).add_scoped(DbSession)
    builder.services.add_options(OrderClientOptions).bind_configuration("Orders")
    builder.add_hosted_service(Worker)
    builder.add_hosted_service(CacheCleanupService)
    return builder
"""

PAYMENT = """\
import anyio


class PaymentTimeout(Exception): ...


async def pay(attempt: int) -> None:
    if attempt == 1:
        raise PaymentTimeout("gateway did not answer in 0.2 s")
    await anyio.sleep(0.01)


async def hang() -> None:
    await anyio.sleep(60)
"""

ATTEMPTED = """\
import logging

from pydantic import BaseModel

from corner_host import BackgroundService, CancellationToken, Host, HostBuilder, JobClient
from corner_host.jobs import JobContext, RetryPolicy
from corner_host.primitives import Backoff

from .payment import pay


class Order(BaseModel):
    number: int


class OrderProcessing:
    def __init__(self, logger: logging.Logger) -> None:
        self.logger = logger

    async def handle(self, job: Order, context: JobContext) -> None:
        if context.attempt == 1:
            self.logger.info("Order %d accepted", job.number)
        await pay(context.attempt)


class Worker(BackgroundService):
    def __init__(self, jobs: JobClient) -> None:
        self.jobs = jobs

    async def execute(self, stopping: CancellationToken) -> None:
        await self.jobs.enqueue(Order(number=1042))
        await stopping.wait()


def create_builder(args: list[str]) -> HostBuilder:
    builder = Host.create_builder([*args, "--Jobs:Engine=memory"])
    retry = RetryPolicy(max_attempts=3, backoff=Backoff(first=0.2, ceiling=0.2))
    builder.services.add_jobs(builder.configuration)
    builder.services.add_job_handler(Order, OrderProcessing, name="process_order", retry=retry)
    builder.add_hosted_service(Worker)
    return builder
"""

BUSY = """\
import anyio

from corner_host import (
    BackgroundService, BackgroundTaskQueue, CancellationToken, Host, HostApplicationLifetime, HostBuilder
)
from orders.payment import hang


async def process_order(lifetime: HostApplicationLifetime) -> None:
    await lifetime.application_stopping.wait()
    await anyio.sleep(0.5)


async def send_receipt() -> None: ...


class Worker(BackgroundService):
    async def execute(self, stopping: CancellationToken) -> None:
        await stopping.wait()
        await anyio.sleep(0.2)


async def app(scope, receive, send) -> None:
    services = scope["state"]["services"]
    queue = services.get_required_service(BackgroundTaskQueue)
    if scope["path"] == "/stuck":
        await queue.queue_background_work_item(hang, name="process_order")
        for _ in range(2):
            await queue.queue_background_work_item(send_receipt)
        print("under way", flush=True)
    else:
        for _ in range(3):
            await queue.queue_background_work_item(process_order)
        print("under way", flush=True)
        await services.get_required_service(HostApplicationLifetime).application_stopping.wait()
        await anyio.sleep(0.2)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


class Backlog(BackgroundService):
    def __init__(self, queue: BackgroundTaskQueue, lifetime: HostApplicationLifetime) -> None:
        self.queue = queue
        self.lifetime = lifetime

    async def execute(self, stopping: CancellationToken) -> None:
        await self.lifetime.application_started.wait()
        for _ in range(8):
            await self.queue.queue_background_work_item(process_order)
        await anyio.wait_all_tasks_blocked()
        for number in range(1000):
            await self.queue.queue_background_work_item(send_receipt, name=f"receipt {number}")
        print("under way", flush=True)
        await stopping.wait()


def create_rollout(args: list[str]) -> HostBuilder:
    builder = Host.create_builder(args)
    for key, value in (("Capacity", "1000"), ("MaxConcurrency", "8")):
        builder.configuration[f"BackgroundJobs:Queue:{key}"] = value
    builder.services.add_background_jobs(builder.configuration)
    return builder.add_hosted_service(Backlog)


def create_builder(args: list[str]) -> HostBuilder:
    builder = Host.create_builder([*args, "--Server:Port=0"])
    builder.services.add_background_jobs(builder.configuration)
    builder.add_hosted_service(Worker)
    return builder.add_asgi(app)
"""
