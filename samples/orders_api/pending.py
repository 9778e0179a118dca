"""The sweep: orders that were stored, and whose job could not be."""

import logging

from sqlalchemy import select

from corner_host import BackgroundService, CancellationToken

from .books import Books, is_away, reason
from .database import SessionMaker
from .processing import OrderProcessingService
from .settings import OrdersApiSettings
from .tables import Order, Status

_AT_ONCE = 50


class PendingOrdersSweep(BackgroundService):
    """Looks for orders that are left behind, at the start and then once a period, and queues them.

    An order whose job was put is the job's matter from then on: it is tried again, and in the end a dead letter.
    """

    def __init__(
        self,
        books: Books,
        sessions: SessionMaker,
        processing: OrderProcessingService,
        settings: OrdersApiSettings,
        logger: logging.Logger,
    ) -> None:
        self._books = books
        self._sessions = sessions
        self._processing = processing
        self._period = settings.sweep_seconds
        self._logger = logger

    async def execute(self, stopping: CancellationToken) -> None:
        """Sweep until the host stops; a database that is away for a while is tried again."""
        with stopping.cancel_scope():
            await self._books.opened()
        async for _ in stopping.every(self._period, immediately=True):
            try:
                await self.sweep()
            except Exception as error:
                self._logger.error(
                    "The sweep for pending orders failed; it is tried again in %g s: %s", self._period, reason(error),
                    exc_info=None if is_away(error) else error,
                )  # fmt: skip

    async def sweep(self) -> int:
        """Queue what is left behind, some at a time; returns how many."""
        left_behind = (Order.status == Status.RECEIVED) & Order.queued_at.is_(None)
        async with self._sessions() as session, session.begin():
            orders = list(await session.scalars(select(Order).where(left_behind).order_by(Order.id).limit(_AT_ONCE)))
            for order in orders:
                await self._processing.queue_order_processing(order, session)
        return sum(order.queued_at is not None for order in orders)
