"""The shop in this process, its customers, and its books."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Any, TypeVar

import anyio
import httpx2
from sqlalchemy import select, update

from corner_host import BackgroundTaskQueue, Host
from corner_host.hosting import HostedService
from corner_host.jobs import JobControl, JobFilter, JobInfo, JobState
from corner_host.web import WebAppService
from samples.orders_api.database import SessionMaker
from samples.orders_api.events import OrderEvents
from samples.orders_api.mail import Mailbox
from samples.orders_api.program import create_builder
from samples.orders_api.tables import Customer, Order, Product, Status

T = TypeVar("T")
LIMIT = 40.0


def order(sku: str = "ROLL", quantity: int = 1, customer: str = "ana") -> dict[str, Any]:
    """An order of one line, as JSON."""
    return {"customer_id": customer, "lines": [{"sku": sku, "quantity": quantity}]}


@dataclass
class Shop:
    """A shop that is open, and a client at its door."""

    host: Host
    client: httpx2.AsyncClient
    url: str

    def get(self, service: type[T]) -> T:
        """One of the shop's own services."""
        return self.host.services.get_required_service(service)

    async def post(self, wanted: Any, key: str | None = None) -> httpx2.Response:
        """Place an order."""
        return await self.client.post("/orders", json=wanted, headers={} if key is None else {"idempotency-key": key})

    async def placed(self, wanted: Any) -> int:
        """Place an order that is taken; returns its number."""
        answer = await self.post(wanted)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    async def until(self, order_id: int, holds: Callable[[Order], bool]) -> Order:
        """Watch an order until something holds of it."""
        async with self.get(OrderEvents).watch() as changes:
            while not holds(found := await self.row(order_id)):
                await changes.receive()
        return found

    async def told(self, order_id: int) -> Order:
        """Watch an order until its customer was told."""
        return await self.until(order_id, lambda each: each.notified_at is not None)

    async def row(self, order_id: int) -> Order:
        """An order as it is in the books."""
        async with self.sessions() as session:
            return await session.get_one(Order, order_id)

    async def rows(self) -> list[Order]:
        """All orders in the books."""
        async with self.sessions() as session:
            return [*await session.scalars(select(Order).order_by(Order.id))]

    async def stock(self, sku: str) -> int:
        """What is on the shelf."""
        async with self.sessions() as session:
            return (await session.get_one(Product, sku)).stock

    async def set_stock(self, sku: str, stock: int) -> None:
        """Fill a shelf."""
        async with self.sessions() as session, session.begin():
            await session.execute(update(Product).where(Product.sku == sku).values(stock=stock))

    async def points(self, customer: str) -> int:
        """A customer's loyalty."""
        async with self.sessions() as session:
            return (await session.get_one(Customer, customer)).points

    @property
    def sessions(self) -> SessionMaker:
        """The way to the books."""
        return self.get(SessionMaker)

    @property
    def queue(self) -> BackgroundTaskQueue:
        """What waits."""
        return self.get(BackgroundTaskQueue)

    @property
    def mail(self) -> list[Message]:
        """What customers got."""
        return [message_from_bytes(each) for each in self.get(Mailbox).messages]

    @asynccontextmanager
    async def resting(self) -> AsyncGenerator[None]:
        """Process no orders while inside, so that they wait."""
        control = self.get(JobControl)
        await control.pause_queue("orders")
        try:
            yield
        finally:
            await control.resume_queue("orders")

    @asynccontextmanager
    async def idling(self) -> AsyncGenerator[None]:
        """Keep the one worker of the queue in memory busy while inside."""
        began, ends = anyio.Event(), anyio.Event()

        async def idle() -> None:
            began.set()
            await ends.wait()

        await self.queue.queue_background_work_item(idle)
        await began.wait()
        try:
            yield
        finally:
            ends.set()

    async def dead_letters(self, count: int) -> list[JobInfo]:
        """The jobs that wait for a person, once there are *count*."""
        control, dead = self.get(JobControl), JobFilter(state=JobState.DEAD)
        while await control.count(dead) < count:
            await anyio.sleep(0.01)
        return [*await control.list(dead)]

    async def failed_attempts(self) -> int:
        """How many attempts at processing an order have failed so far."""
        return sum(group.count for group in await self.get(JobControl).failures())


@asynccontextmanager
async def open_shop(*settings: str) -> AsyncGenerator[Shop]:
    """Open the shop; at the end it closes, within a time."""
    builder = create_builder(["--Logging:LogLevel:Default=None", *settings])
    with anyio.fail_after(LIMIT):
        async with builder.build() as host:
            (service,) = [each for each in host.services.get_services(HostedService) if isinstance(each, WebAppService)]
            (url,) = service.addresses()
            async with httpx2.AsyncClient(base_url=url, timeout=LIMIT) as client:
                yield Shop(host, client, url)


def summary(rows: list[Order]) -> dict[Status, int]:
    """How many orders there are of each kind."""
    return {status: count for status in Status if (count := sum(row.status is status for row in rows))}
