"""Orders and the queue: full, waiting, cancelled, several at a time, and closures that are queued directly."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import anyio
import anyio.lowlevel
import pytest
from sqlalchemy import text

from corner_host.background import MetricsService
from corner_host.di import create_instance
from corner_host.jobs import JobControl
from samples.orders_api.pending import PendingOrdersSweep
from samples.orders_api.tables import Order, OrderLine, Status

from .conftest import OpenShop
from .shop import order

REFUSING = "BEGIN SELECT RAISE(ABORT, 'no room for jobs'); END"
SMALL = "--OrdersApi:MaxWaitingOrders=2"


def forgotten() -> Order:
    """An order that was stored, and never queued."""
    line = OrderLine(sku="ROLL", name="Bread roll", quantity=1, price=Decimal("0.55"))
    return Order(
        customer_id="ana", total=line.price, fingerprint="", lines=[line], created_at=datetime(2026, 11, 25, tzinfo=UTC)
    )


async def test_too_many_waiting_orders_are_refused_before_anything_is_stored(shop: OpenShop) -> None:
    """503 with Retry-After, no order; what was placed before stands, and there is room again later."""
    async with shop(SMALL) as open_:
        async with open_.resting():
            placed = [await open_.placed(order()) for _ in range(2)]
            refused = await open_.post(order())
        for number in placed:
            await open_.told(number)

        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert refused.json()["title"] == "Too many orders wait"
        assert [row.id for row in await open_.rows()] == placed
        assert (await open_.post(order())).status_code == 201


async def test_too_many_waiting_orders_wait_by_setting(shop: OpenShop) -> None:
    """The request is held, nothing is stored, and it is answered once there is room."""
    async with shop(SMALL, "--OrdersApi:WhenQueueFull=wait") as open_:
        answers: list[int] = []

        async def send() -> None:
            answers.append((await open_.post(order(), "third")).status_code)

        async with anyio.create_task_group() as customers, open_.resting():
            for _ in range(2):
                await open_.placed(order())
            customers.start_soon(send)
            await anyio.sleep(0.2)  # more than it takes to look for room
            before, stored = [*answers], len(await open_.rows())
        await open_.told(3)

        assert (before, stored, answers) == ([], 2, [201])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_full_queue_in_memory_refuses_or_waits_by_setting(shop: OpenShop) -> None:
    """Closures have a queue of their own: 503 with Retry-After, or the request is held until there is a place."""
    one = "--BackgroundJobs:Queue:Capacity=1"
    async with shop(one) as open_, open_.idling():
        answers = [await open_.client.post("/do-something") for _ in range(2)]
    async with shop(one, "--OrdersApi:WhenQueueFull=wait") as open_:
        held: list[int] = []

        async def send() -> None:
            held.append((await open_.client.post("/do-something")).status_code)

        async with anyio.create_task_group() as customers, open_.idling():
            await send()
            customers.start_soon(send)
            await anyio.sleep(0.2)  # more than an answer takes
            before = [*held]

    assert [each.status_code for each in answers] == [202, 503]
    assert answers[1].headers["retry-after"] == "5"
    assert (before, held) == ([202], [202, 202])


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
    async with shop("--Jobs:MaxConcurrency=4") as open_:
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
    async with shop("--Jobs:MaxConcurrency=4") as open_:
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
        assert await open_.failed_attempts() == 0


async def test_an_order_and_its_job_are_stored_together(shop: OpenShop) -> None:
    """Each order that waits has one job, and no job is there without its order."""
    async with shop() as open_, open_.resting():
        numbers = [await open_.placed(order()) for _ in range(3)]
        refused = await open_.post(order(customer="nobody"))
        jobs = await open_.get(JobControl).list()
        rows = await open_.rows()

    assert refused.status_code == 422
    assert sorted(job.payload["order_id"] for job in jobs) == [row.id for row in rows] == numbers
    assert all(row.queued_at is not None for row in rows)


async def test_an_order_whose_job_cannot_be_stored_stands_and_is_swept_up(shop: OpenShop) -> None:
    """It is answered 201 and logged; the sweep queues it once jobs can be stored again, and once only."""
    async with shop("--OrdersApi:SweepSeconds=3600") as open_:
        sweep = create_instance(open_.host.services, PendingOrdersSweep)
        number = await open_.placed(order())
        async with open_.sessions() as session, session.begin():
            session.add_all(forgotten() for _ in range(2))
        swept = [await sweep.sweep(), await sweep.sweep()]
        for each in (number, number + 1, number + 2):
            await open_.told(each)

        assert swept == [2, 0]
        assert len(open_.mail) == 3


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_what_keeps_a_job_from_being_stored_does_not_lose_the_order(shop: OpenShop) -> None:
    """The database refuses the job: the order is answered 201, and left for the sweep."""
    async with shop("--OrdersApi:SweepSeconds=3600") as open_:
        async with open_.sessions() as session, session.begin():
            await session.execute(text(f"CREATE TRIGGER full BEFORE INSERT ON corner_jobs {REFUSING}"))
        number = await open_.placed(order())
        stored = await open_.row(number)
        async with open_.sessions() as session, session.begin():
            await session.execute(text("DROP TRIGGER full"))
        swept = await create_instance(open_.host.services, PendingOrdersSweep).sweep()
        await open_.told(number)

    assert (stored.status, stored.queued_at) == (Status.RECEIVED, None)
    assert swept == 1


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
