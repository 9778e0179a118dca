"""Orders and the queue: full, waiting, cancelled, several at a time, and closures that are queued directly."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import anyio
import anyio.lowlevel
import httpx2
import pytest

from corner_host.background import MetricsService
from corner_host.di import create_instance
from samples.orders_api.pending import PendingOrdersSweep
from samples.orders_api.tables import Order, OrderLine, Status

from .conftest import OpenShop
from .shop import order

SMALL = "--BackgroundJobs:Queue:Capacity=2"


def forgotten() -> Order:
    """An order that was stored, and never queued."""
    line = OrderLine(sku="ROLL", name="Bread roll", quantity=1, price=Decimal("0.55"))
    return Order(
        customer_id="ana", total=line.price, fingerprint="", lines=[line], created_at=datetime(2026, 11, 25, tzinfo=UTC)
    )


async def test_a_full_queue_refuses_before_anything_is_stored(shop: OpenShop) -> None:
    """503 with Retry-After, no order; what was placed before stands, and there is room again later."""
    async with shop(SMALL) as open_:
        async with open_.resting():
            placed = [await open_.placed(order()) for _ in range(2)]
            refused = await open_.post(order())
            closure = await open_.client.post("/do-something")
        for number in placed:
            await open_.told(number)

        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert refused.json()["title"] == "Too many orders wait"
        assert (closure.status_code, closure.headers["retry-after"]) == (503, "5")
        assert [row.id for row in await open_.rows()] == placed
        assert (await open_.post(order())).status_code == 201


async def test_a_full_queue_lets_orders_wait_by_setting(shop: OpenShop) -> None:
    """The order stands, and is answered once it has a place; an order that is sent again meanwhile finds it."""
    async with shop(SMALL, "--OrdersApi:WhenQueueFull=wait") as open_:
        answers: list[int] = []

        async def send() -> None:
            answers.append((await open_.post(order(), "third")).status_code)

        async with anyio.create_task_group() as customers, open_.resting():
            for _ in range(2):
                await open_.placed(order())
            customers.start_soon(send)
            while len(await open_.rows()) < 3:
                await anyio.lowlevel.checkpoint()
            again = await open_.post(order(), "third")
            before = [*answers]
        await open_.told(3)

        assert (again.status_code, again.json()["id"]) == (200, 3)
        assert (before, answers) == ([], [201])


async def test_an_order_is_cancelled_before_it_is_processed_and_not_after(shop: OpenShop) -> None:
    """Cancelled, it takes no stock and nobody is written to; cancelling again is no error. Later is too late."""
    async with shop() as open_:
        stock = await open_.stock("ROLL")
        async with open_.resting():
            number = await open_.placed(order())
            answers = [await open_.client.post(f"/orders/{number}/cancel") for _ in range(2)]
            other = await open_.placed(order())
        await open_.told(other)
        late = await open_.client.post(f"/orders/{other}/cancel")

        assert [(each.status_code, each.json()["status"]) for each in answers] == [(200, "cancelled")] * 2
        assert (late.status_code, late.json()["detail"]) == (409, f"Order {other} is processed already.")
        assert await open_.stock("ROLL") == stock - 1
        assert len(open_.mail) == 1


async def test_cancelling_while_orders_are_processed_has_one_winner_each(shop: OpenShop) -> None:
    """Each order is either processed, and cancelling it was too late, or cancelled, and has taken nothing."""
    async with shop("--BackgroundJobs:Queue:MaxConcurrency=4") as open_:
        stock = await open_.stock("ROLL")
        cancelled: dict[int, int] = {}

        async def change_of_mind() -> None:
            number = await open_.placed(order())
            cancelled[number] = (await open_.client.post(f"/orders/{number}/cancel")).status_code

        async with anyio.create_task_group() as customers:
            for _ in range(24):
                customers.start_soon(change_of_mind)
        for number, status in cancelled.items():
            if status == 409:
                await open_.told(number)
        rows = {row.id: row.status for row in await open_.rows()}

        assert rows == {
            number: Status.CANCELLED if status == 200 else Status.PROCESSED for number, status in cancelled.items()
        }
        assert await open_.stock("ROLL") == stock - Counter(rows.values())[Status.PROCESSED]


async def test_stock_never_falls_below_zero(shop: OpenShop) -> None:
    """Forty orders at once for ten loaves, in both orders of lines: ten are filled, thirty refused, the shelf is empty."""
    async with shop("--BackgroundJobs:Queue:MaxConcurrency=4") as open_:
        await open_.set_stock("BREAD-RYE", 10)
        await open_.set_stock("BREAD-SPELT", 300)
        numbers: list[int] = []

        async def send(number: int) -> None:
            lines = [{"sku": "BREAD-RYE", "quantity": 1}, {"sku": "BREAD-SPELT", "quantity": 2}]
            numbers.append(await open_.placed({"customer_id": "ana", "lines": lines[:: 1 - number % 2 * 2]}))

        async with anyio.create_task_group() as customers:
            for number in range(40):
                customers.start_soon(send, number)
        rows = [await open_.told(number) for number in numbers]

        assert Counter(row.status for row in rows) == {Status.PROCESSED: 10, Status.REFUSED: 30}
        assert (await open_.stock("BREAD-RYE"), await open_.stock("BREAD-SPELT")) == (0, 280)
        assert await open_.points("ana") == 10 * 13
        assert len(open_.mail) == 40
        assert open_.get(MetricsService).snapshot().failed == 0


async def test_every_order_that_was_taken_is_processed_though_the_queue_was_full(shop: OpenShop) -> None:
    """Many at once for two places: who is answered 201 has an order that the sweep finds, who is answered 503 has none."""
    async with shop(SMALL, "--OrdersApi:SweepSeconds=0.05") as open_:
        answers: list[httpx2.Response] = []

        async def send() -> None:
            answers.append(await open_.post(order()))

        async with open_.resting(), anyio.create_task_group() as customers:
            for _ in range(12):
                customers.start_soon(send)
        taken = sorted(answer.json()["id"] for answer in answers if answer.status_code == 201)
        for number in taken:
            await open_.told(number)

        assert {answer.status_code for answer in answers} <= {201, 503}
        assert len(taken) > 2
        assert [row.id for row in await open_.rows()] == taken
        assert len(open_.mail) == len(taken)


async def test_the_sweep_goes_round_and_queues_nothing_twice(shop: OpenShop) -> None:
    """As many as there is room for, the rest the next time; an order that waits already is left alone."""
    async with shop("--BackgroundJobs:Queue:Capacity=3", "--OrdersApi:SweepSeconds=3600") as open_:
        sweep = create_instance(open_.host.services, PendingOrdersSweep)
        async with open_.resting():
            async with open_.sessions() as session, session.begin():
                session.add_all(forgotten() for _ in range(5))
            swept = [await sweep.sweep(), await sweep.sweep(), len(open_.queue)]
        for number in (1, 2, 3):
            await open_.told(number)
        swept.append(await sweep.sweep())
        for number in (4, 5):
            await open_.told(number)

        assert swept == [3, 0, 3, 2]
        assert await sweep.sweep() == 0
        assert len(open_.mail) == 5


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_closure_is_queued_directly(shop: OpenShop) -> None:
    """202 at once; it runs in the background."""
    async with shop() as open_:
        answer = await open_.client.post("/do-something")
        numbers = open_.get(MetricsService)
        while numbers.snapshot().completed < 1:
            await anyio.lowlevel.checkpoint()

        assert (answer.status_code, answer.json()) == (202, {"status": "queued"})
        assert numbers.snapshot().failed == 0
