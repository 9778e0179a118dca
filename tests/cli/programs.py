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
