"""Processing an order: stock, loyalty points, invoice, mail. Each step may be repeated without being done twice."""

import logging

import anyio
from pydantic import BaseModel
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from corner_host import Clock, JobClient
from corner_host.jobs import JobContext, RetryPolicy
from corner_host.primitives import Backoff

from .events import OrderEvents
from .invoices import InvoiceArchive
from .mail import Notifier
from .products import ProductCatalogue
from .schemas import OrderOut
from .settings import OrdersApiSettings
from .tables import Customer, Order, Product, Status

_LOOK_SECONDS = 0.05


class ProcessOrder(BaseModel):
    """The job of processing an order."""

    order_id: int


def retry_policy(attempts: int, ceiling: float) -> RetryPolicy:
    """Return how often and how soon a job that failed is tried again; *ceiling* in seconds."""
    return RetryPolicy(max_attempts=attempts, backoff=Backoff(first=min(0.5, ceiling), ceiling=ceiling))


class OrderProcessingService:
    """Queues the processing of orders as durable jobs, each in the transaction that stores the order."""

    def __init__(
        self,
        jobs: JobClient,
        settings: OrdersApiSettings,
        clock: Clock,
        logger: logging.Logger,
    ) -> None:
        self._jobs = jobs
        self._most = settings.max_waiting_orders
        self._clock = clock
        self._logger = logger

    async def is_full(self, session: AsyncSession) -> bool:
        """Whether as many orders wait as may."""
        waiting = await session.scalar(select(func.count()).where(Order.status == Status.RECEIVED))
        return (waiting or 0) >= self._most

    async def wait_for_room(self, session: AsyncSession) -> None:
        """Return once fewer orders wait than may; another process may make the room."""
        while await self.is_full(session):
            await session.rollback()  # and give the connection to those who make it
            await anyio.sleep(_LOOK_SECONDS)

    async def queue_order_processing(self, order: Order, session: AsyncSession) -> None:
        """Have a stored order processed once *session* commits: order and job come into the world together.

        Where the job cannot be put, the order stands, and the sweep finds it.
        """
        try:
            async with session.begin_nested():
                job = ProcessOrder(order_id=order.id)
                await self._jobs.enqueue(job, key=f"order {order.id}", transaction=session)
                order.queued_at = self._clock.now()
        except Exception:
            self._logger.exception("Order %d stands, but could not be queued; the sweep will find it", order.id)


class OrderProcessor:
    """Handles the job of processing one order. Lives in the job's own scope: its session is nobody else's."""

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

    async def handle(self, job: ProcessOrder, _context: JobContext) -> None:
        """Settle the order if it is not settled, then write to the customer if nobody has."""
        order_id = job.order_id
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
