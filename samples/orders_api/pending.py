"""The sweep: orders that were stored and never processed, or whose customer was never told.

They are left behind by a full queue, a process that was killed, or a mail server that was down for longer than one work
item waits.
"""

import logging

from sqlalchemy import or_, select

from corner_host import BackgroundService, CancellationToken

from .database import SessionMaker
from .processing import OrderProcessingService
from .settings import OrdersApiSettings
from .tables import Order, Status

_AT_ONCE = 50


class PendingOrdersSweep(BackgroundService):
    """Looks for orders that are left behind, at the start and then once a period, and queues them."""

    def __init__(
        self,
        sessions: SessionMaker,
        processing: OrderProcessingService,
        settings: OrdersApiSettings,
        logger: logging.Logger,
    ) -> None:
        self._sessions = sessions
        self._processing = processing
        self._period = settings.sweep_seconds
        self._after = 0
        self._logger = logger

    async def execute(self, stopping: CancellationToken) -> None:
        """Sweep until the host stops; a database that is away for a while is tried again."""
        async for _ in stopping.every(self._period, immediately=True):
            try:
                await self.sweep()
            except Exception:
                self._logger.exception("The sweep for pending orders failed; it is tried again in %g s", self._period)

    async def sweep(self) -> int:
        """Queue what is left behind, as far as there is room; returns how many.

        Some at a time, going on where the last sweep ended, so that orders which fail each time hold up no others.
        """
        unsettled = Order.status == Status.RECEIVED
        untold = Order.status.in_([Status.PROCESSED, Status.REFUSED]) & Order.notified_at.is_(None)
        query = (
            select(Order.id).where(or_(unsettled, untold), Order.id > self._after).order_by(Order.id).limit(_AT_ONCE)
        )
        async with self._sessions() as session:
            pending = list(await session.scalars(query))
        queued = 0
        for order_id in pending:
            if not self._processing.try_queue_order_processing(order_id):
                return queued
            self._after = order_id
            queued += 1
        if len(pending) < _AT_ONCE:
            self._after = 0
        return queued
