"""A small application, as a user's tests would find it."""

import logging

from pydantic import BaseModel

from corner_host import BackgroundService, BackgroundTaskQueue, CancellationToken, Clock, Host, HostBuilder


class GreeterOptions(BaseModel):
    seconds: float = 1.0


class Mailer:
    async def send(self, text: str) -> None:
        raise ConnectionError(text)


class Greeter(BackgroundService):
    def __init__(self, options: GreeterOptions, clock: Clock, logger: logging.Logger) -> None:
        self.options = options
        self.clock = clock
        self.logger = logger

    async def execute(self, stopping: CancellationToken) -> None:
        async for _ in stopping.every(self.options.seconds, immediately=True):
            self.logger.info("Good morning at %s", self.clock.now().time(), extra={"till": 3})


async def send_receipt(order: int, mailer: Mailer) -> str:
    await mailer.send(f"receipt {order}")
    return f"sent {order}"


class Orders:
    def __init__(self, queue: BackgroundTaskQueue) -> None:
        self.queue = queue

    async def place(self, order: int) -> None:
        await self.queue.queue_background_work_item(send_receipt, order)


def create_builder(args: list[str]) -> HostBuilder:
    builder = Host.create_builder(args)
    builder.services.add_options(GreeterOptions).bind_configuration("Greeter")
    builder.services.add_background_jobs(builder.configuration)
    builder.services.add_singleton(Mailer)
    builder.services.add_singleton(Orders)
    return builder.add_hosted_service(Greeter)
