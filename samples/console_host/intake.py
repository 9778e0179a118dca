"""Reading the orders: the hosted service that keeps the shop busy and closes it when everything is done."""

import logging
from typing import Annotated

from anyio import to_thread

from corner_host import (
    BackgroundService,
    BackgroundTaskQueue,
    CancellationToken,
    FromConfiguration,
    HostApplicationLifetime,
)
from corner_host.di import ServiceScopeFactory

from .database import ShopDatabase, open_shop
from .ledger import Ledger
from .orders import Order, Reason, RefusedError, parse_order
from .processing import OrderProcessingService
from .settings import ShopSettings


class OrderIntake(BackgroundService):
    """Takes the orders from the file, one line each, and hands them to `OrderProcessingService`."""

    def __init__(
        self,
        settings: ShopSettings,
        processing: OrderProcessingService,
        queue: BackgroundTaskQueue,
        ledger: Ledger,
        scopes: ServiceScopeFactory,
        lifetime: HostApplicationLifetime,
        logger: logging.Logger,
        *,
        enabled: Annotated[bool, FromConfiguration("BackgroundJobs:EnableBackgroundJobs")] = True,
    ) -> None:
        self._settings = settings
        self._processing = processing
        self._queue = queue
        self._ledger = ledger
        self._scopes = scopes
        self._lifetime = lifetime
        self._logger = logger
        self._enabled = enabled

    async def execute(self, stopping: CancellationToken) -> None:
        """Work through the file, wait until all is done, and end the program. Stops in between when asked to."""
        await to_thread.run_sync(open_shop, self._settings)
        text = await to_thread.run_sync(self._settings.orders.read_bytes)
        lines = [(number, line) for number, line in enumerate(text.split(b"\n"), start=1) if line.strip()]
        self._ledger.open(len(lines))
        self._logger.info("%d orders came in with %s", len(lines), self._settings.orders)
        if self._enabled:
            with stopping.cancel_scope():
                await self._work_through(lines)
                await self._queue.join()
        else:
            self._ledger.remark = "background jobs are switched off"
            self._logger.warning("Background jobs are switched off: no order is processed")
        self._lifetime.stop_application()

    async def _work_through(self, lines: list[tuple[int, bytes]]) -> None:
        seen: set[str] = set()
        for number, line in lines:
            try:
                order = parse_order(line)
                if order.id in seen:
                    raise RefusedError(Reason.DUPLICATE, f"{order.id} came before")
            except RefusedError as refused:
                self._ledger.turn_away(number, refused)
                self._logger.info("Line %d refused: %s, %s", number, refused.reason, refused.detail)
                continue
            seen.add(order.id)
            await self._receive(order)
            await self._processing.queue_order_processing(order.id)

    async def _receive(self, order: Order) -> None:
        """Note the order down. This service is a singleton: for a scoped service it opens a scope of its own."""
        async with self._scopes.create_scope() as scope:
            database = scope.service_provider.get_required_service(ShopDatabase)
            await to_thread.run_sync(database.receive, order)
