"""Processing one order in the background."""

import logging

from anyio import to_thread

from corner_host import BackgroundTaskQueue, Clock

from .checkout import Checkout
from .ledger import Ledger
from .orders import RefusedError
from .paperwork import Paperwork
from .settings import ShopSettings

logger = logging.getLogger(__name__)


class OrderProcessingService:
    """What the rest of the shop calls: it queues the work and returns."""

    def __init__(self, queue: BackgroundTaskQueue, ledger: Ledger) -> None:
        self._queue = queue
        self._ledger = ledger

    async def queue_order_processing(self, order_id: str) -> None:
        """Queue the order; waits while the queue is full."""
        self._ledger.take(order_id)
        await self._queue.queue_background_work_item(process_order, order_id, name=f"order {order_id}")


async def process_order(
    order_id: str, checkout: Checkout, paperwork: Paperwork, ledger: Ledger, settings: ShopSettings, clock: Clock
) -> None:
    """The work item. All but the id comes from a scope of its own, which closes the database afterwards.

    Order:
        1. One transaction settles the order: stock, points, receipt; or the refusal.
        2. The papers are written. A crash before this is made good by the next run, which finds the receipt.
    """
    try:
        settlement = await to_thread.run_sync(checkout.settle, order_id)
        outcome = settlement.outcome
        if not isinstance(outcome, RefusedError):
            await to_thread.run_sync(paperwork.file, outcome)
    except Exception as error:
        ledger.fail(order_id, error)
        raise
    ledger.settle(order_id, settlement)
    if settlement.earlier:
        logger.debug("Order %s was settled in an earlier run", order_id)
        return
    if isinstance(outcome, RefusedError):
        logger.info("Order %s refused: %s, %s", order_id, outcome.reason, outcome.detail)
    else:
        logger.info("Order %s processed: %s EUR, %d points", order_id, outcome.total, outcome.points_earned)
    await clock.sleep(settings.seconds_per_order)
