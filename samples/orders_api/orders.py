"""What can be done with orders, without HTTP."""

import hashlib
from collections.abc import Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from corner_host import Clock

from .errors import (
    KeyReusedError,
    OrderNotFoundError,
    ShopIsFullError,
    TooLateError,
    UnknownCustomerError,
    UnknownProductError,
)
from .events import OrderEvents
from .processing import OrderProcessingService
from .products import ProductCatalogue
from .schemas import OrderIn, OrderOut, ProductOut
from .settings import OrdersApiSettings
from .tables import Customer, Order, OrderLine, Status


class OrderService:
    """Takes, shows and cancels orders. Lives in a request's scope, as its session does."""

    def __init__(
        self,
        session: AsyncSession,
        catalogue: ProductCatalogue,
        processing: OrderProcessingService,
        events: OrderEvents,
        clock: Clock,
        settings: OrdersApiSettings,
    ) -> None:
        self._session = session
        self._catalogue = catalogue
        self._processing = processing
        self._events = events
        self._clock = clock
        self._waits = settings.when_queue_full == "wait"

    async def place(self, wanted: OrderIn, key: str | None) -> tuple[OrderOut, bool]:
        """Store an order and the job of processing it, in one transaction: what is answered 201 is processed.

        Returns:
            The order, and whether it is new: the same key and order give the first one again.
        """
        fingerprint = hashlib.sha256(wanted.model_dump_json().encode()).hexdigest()
        products = await self._catalogue.all()  # before the session has a connection: nobody may wait for a second one
        if key is not None and (known := await self._by_key(key)) is not None:
            return self._same(known, fingerprint), False
        if self._waits:
            await self._processing.wait_for_room(self._session)
        elif await self._processing.is_full(self._session):
            raise ShopIsFullError("Please try again in a few seconds.")
        order = self._priced(wanted, products, key, fingerprint)
        try:
            self._session.add(order)
            await self._session.flush()
            await self._processing.queue_order_processing(order, self._session)
            await self._session.commit()
        except IntegrityError:
            await self._session.rollback()
            if key is not None and (known := await self._by_key(key)) is not None:
                return self._same(known, fingerprint), False
            if await self._session.get(Customer, wanted.customer_id) is None:
                raise UnknownCustomerError(f"There is no customer {wanted.customer_id}.") from None
            raise
        placed = await self.get(order.id)
        self._events.tell(placed)
        return placed, True

    async def get(self, order_id: int) -> OrderOut:
        """Return the order."""
        order = await self._session.get(Order, order_id)
        if order is None:
            raise OrderNotFoundError(f"There is no order {order_id}.")
        return OrderOut.of(order)

    async def list(
        self, *, status: Status | None, customer_id: str | None, before: int | None, limit: int
    ) -> Sequence[OrderOut]:
        """Return orders, newest first; *before* is the last id of the page before."""
        query = select(Order).order_by(Order.id.desc()).limit(limit)
        if status is not None:
            query = query.where(Order.status == status)
        if customer_id is not None:
            query = query.where(Order.customer_id == customer_id)
        if before is not None:
            query = query.where(Order.id < before)
        return [OrderOut.of(order) for order in await self._session.scalars(query)]

    async def cancel(self, order_id: int) -> OrderOut:
        """Cancel an order that has not been settled; cancelling twice is no error."""
        changed = await self._session.execute(
            update(Order)
            .where(Order.id == order_id, Order.status == Status.RECEIVED)
            .values(status=Status.CANCELLED, processed_at=self._clock.now())
            .returning(Order.id)
        )
        was_changed = changed.first() is not None
        await self._session.commit()
        order = await self.get(order_id)
        if was_changed:
            self._events.tell(order)
        elif order.status is not Status.CANCELLED:
            raise TooLateError(f"Order {order_id} is {order.status} already.")
        return order

    def _priced(self, wanted: OrderIn, products: Mapping[str, ProductOut], key: str | None, fingerprint: str) -> Order:
        unknown = sorted({line.sku for line in wanted.lines} - products.keys())
        if unknown:
            raise UnknownProductError(f"There is no {', '.join(unknown)}. GET /products lists what there is.")
        lines = [
            OrderLine(
                sku=line.sku, name=products[line.sku].name, quantity=line.quantity, price=products[line.sku].price
            )
            for line in wanted.lines
        ]
        total = sum((line.quantity * line.price for line in lines), start=lines[0].price * 0)
        return Order(
            customer_id=wanted.customer_id,
            total=total,
            idempotency_key=key,
            fingerprint=fingerprint,
            created_at=self._clock.now(),
            lines=lines,
        )

    async def _by_key(self, key: str) -> Order | None:
        found: Order | None = await self._session.scalar(select(Order).where(Order.idempotency_key == key))
        return found

    def _same(self, known: Order, fingerprint: str) -> OrderOut:
        if known.fingerprint != fingerprint:
            raise KeyReusedError("Use a new Idempotency-Key for a new order, and the same one only to send it again.")
        return OrderOut.of(known)
