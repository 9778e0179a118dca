"""Processing an order: stock, loyalty points, invoice, mail. Each step may be repeated without being done twice."""

import logging

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from corner_host import BackgroundTaskQueue, Clock

from .events import OrderEvents
from .invoices import InvoiceArchive
from .mail import Notifier
from .products import ProductCatalogue
from .schemas import OrderOut
from .tables import Customer, Order, Product, Status


class OrderProcessingService:
    """Queues the processing of orders. An order that waits or is being processed is not queued again."""

    def __init__(self, queue: BackgroundTaskQueue) -> None:
        self._queue = queue
        self._under_way: set[int] = set()

    @property
    def is_full(self) -> bool:
        """Whether another order would have to wait for a place."""
        return len(self._queue) >= self._queue.capacity

    async def queue_order_processing(self, order_id: int) -> None:
        """Have the order processed; waits while the queue is full."""
        if order_id not in self._under_way:
            self._under_way.add(order_id)
            try:
                await self._queue.queue_background_work_item(self._work, order_id, name=f"order {order_id}")
            except BaseException:
                self._under_way.discard(order_id)
                raise

    def try_queue_order_processing(self, order_id: int) -> bool:
        """Have the order processed if there is a place; False if there is none."""
        if order_id in self._under_way:
            return True
        self._under_way.add(order_id)
        if self._queue.try_queue_background_work_item(self._work, order_id, name=f"order {order_id}"):
            return True
        self._under_way.discard(order_id)
        return False

    async def _work(self, order_id: int, processor: "OrderProcessor") -> None:
        try:
            await processor.process(order_id)
        finally:
            self._under_way.discard(order_id)


class OrderProcessor:
    """Processes one order. Lives in the scope of a work item: its session is nobody else's."""

    def __init__(
        self,
        session: AsyncSession,
        catalogue: ProductCatalogue,
        archive: InvoiceArchive,
        notifier: Notifier,
        events: OrderEvents,
        clock: Clock,
        logger: logging.Logger,
    ) -> None:
        self._session = session
        self._catalogue = catalogue
        self._archive = archive
        self._notifier = notifier
        self._events = events
        self._clock = clock
        self._logger = logger

    async def process(self, order_id: int) -> None:
        """Settle the order if it is not settled, then write to the customer if nobody has."""
        order = await self._settled(order_id)
        if order is None or order.notified_at is not None or order.status is Status.CANCELLED:
            return
        if order.status is Status.PROCESSED:
            await self._archive.file(order)
        await self._notifier.tell(order)
        await self._session.execute(update(Order).where(Order.id == order_id).values(notified_at=self._clock.now()))
        await self._session.commit()
        self._logger.info("Order %d: %s", order_id, order.status)
        await self._show(order_id)

    async def _settled(self, order_id: int) -> Order | None:
        """Take stock and give points, in one transaction that only the first to come gets through."""
        first = await self._session.execute(
            update(Order)
            .where(Order.id == order_id, Order.status == Status.RECEIVED)
            .values(status=Status.PROCESSED, processed_at=self._clock.now())
            .returning(Order.id)
        )
        is_first = first.first() is not None
        order = await self._session.get(Order, order_id)
        if is_first and order is not None:
            short = await self._take_stock(order)
            if short is not None:
                await self._session.rollback()
                await self._refuse(order_id, short)
            else:
                points = int(order.total)
                await self._session.execute(
                    update(Customer).where(Customer.id == order.customer_id).values(points=Customer.points + points)
                )
                await self._session.commit()
            self._catalogue.forget()
            await self._show(order_id)
            order = await self._session.get(Order, order_id, populate_existing=True)
        await self._session.commit()
        return order

    async def _take_stock(self, order: Order) -> str | None:
        """Take each line from the shelf; returns what there is too little of."""
        for line in sorted(
            order.lines, key=lambda each: each.sku
        ):  # in one order for all, lest two wait for each other
            taken = await self._session.execute(
                update(Product)
                .where(Product.sku == line.sku, Product.stock >= line.quantity)
                .values(stock=Product.stock - line.quantity)
                .returning(Product.sku)
            )
            if taken.first() is None:
                return f"too little {line.name} in stock for {line.quantity}"
        return None

    async def _refuse(self, order_id: int, reason: str) -> None:
        await self._session.execute(
            update(Order)
            .where(Order.id == order_id, Order.status == Status.RECEIVED)
            .values(status=Status.REFUSED, reason=reason, processed_at=self._clock.now())
        )
        await self._session.commit()

    async def _show(self, order_id: int) -> None:
        order = await self._session.get(Order, order_id, populate_existing=True)
        if order is not None:
            self._events.tell(OrderOut.of(order))
