"""The process is killed, or asked to stop, between an order and its processing: nothing that was answered 201 is lost."""

import random
import signal
from collections import Counter
from typing import Any

import anyio
import httpx2
import pytest

from .process import PostOffice, ShopProcess, post_office, start_shop
from .shop import order

QUICKLY = "--OrdersApi:RetryCeilingSeconds=0.2"
CLIENTS, ORDERS_EACH = 50, 8


async def stock_of(shop: ShopProcess) -> dict[str, int]:
    """What is on the shelves."""
    return {each["sku"]: each["stock"] for each in (await shop.client.get("/products")).json()}


def expected_mail(orders: list[dict[str, Any]]) -> list[str]:
    """The Message-ID of each order."""
    return sorted(f"<order-{each['id']}@corner-shop.example>" for each in orders)


async def test_orders_survive_a_killed_process(settings: list[str]) -> None:
    """kill -9 with one order under way and the others waiting: after a restart each is processed, and told, once."""
    async with post_office() as (office, mail):
        office.opens = anyio.Event()
        async with start_shop(*settings, *mail, QUICKLY) as shop:
            before = await stock_of(shop)
            taken = [(await shop.client.post("/orders", json=order("ROLL", 2))).json()["id"] for _ in range(12)]
            await office.handed_in.wait()
            status = await shop.end(signal.SIGKILL)
        accepted_by_then = office.ids
        office.opens.set()
        async with start_shop(*settings, *mail, QUICKLY) as shop:
            orders = await shop.until_all_are_told(office, len(taken))
            after = await stock_of(shop)
            status_of_stop = await shop.end(signal.SIGTERM)

    assert (status, status_of_stop, accepted_by_then) == (-signal.SIGKILL, 0, [])
    assert sorted(each["id"] for each in orders) == taken
    assert {each["status"] for each in orders} == {"processed"}
    assert before["ROLL"] - after["ROLL"] == 2 * len(taken)
    assert sorted(set(office.ids)) == expected_mail(orders)
    assert max(Counter(office.ids).values()) <= 2  # the one under way may have been accepted from the dying process


@pytest.mark.once
@pytest.mark.timeout(300)
async def test_fifty_clients_and_a_stop_in_the_middle_lose_nothing(settings: list[str]) -> None:
    """Every order that was answered stands, and is processed and told once; what was not answered is sent again.

    Until the stop there is no answer but 201. A client that lost its connection sends the same order with the same key
    to the restarted shop, which tells whether it had it.
    """
    many = [QUICKLY, "--Jobs:MaxConcurrency=4"]
    many.append("--Logging:LogLevel:corner_host.web.access=Warning")
    answered: dict[str, int] = {}
    statuses: Counter[int] = Counter()
    unanswered: list[str] = []
    stopping = anyio.Event()
    quantities = {f"{client}-{number}": random.Random(client * 100 + number).randint(1, 3)
                  for client in range(CLIENTS) for number in range(ORDERS_EACH)}  # fmt: skip

    async def customer(shop: ShopProcess, keys: list[str]) -> None:
        for key in keys:
            try:
                answer = await shop.client.post(
                    "/orders", json=order("ROLL", quantities[key]), headers={"idempotency-key": key}
                )
            except httpx2.TransportError:
                assert stopping.is_set()
                unanswered.append(key)
            else:
                statuses[answer.status_code] += 1
                if answer.status_code in {200, 201}:
                    answered[key] = answer.json()["id"]
                else:
                    assert stopping.is_set(), answer.text
                    unanswered.append(key)

    async def stop_in_the_middle(shop: ShopProcess) -> None:
        while len(answered) < CLIENTS * ORDERS_EACH // 2:
            await anyio.sleep(0.02)
        stopping.set()
        assert await shop.end(signal.SIGTERM) == 0, shop.said

    async with post_office() as (office, mail):
        async with start_shop(*settings, *mail, *many) as shop:
            before = await stock_of(shop)
            async with anyio.create_task_group() as town:
                for client in range(CLIENTS):
                    town.start_soon(customer, shop, [key for key in quantities if key.startswith(f"{client}-")])
                town.start_soon(stop_in_the_middle, shop)
            first_run = dict(answered)
        async with start_shop(*settings, *mail, *many) as shop:
            async with anyio.create_task_group() as town:
                for client in range(CLIENTS):
                    town.start_soon(customer, shop, unanswered[client::CLIENTS])
            orders = await shop.until_all_are_told(office, len(quantities))
            after = await stock_of(shop)

    assert_all_is_well(orders, answered, office)
    assert set(statuses) <= {200, 201, 503}
    assert first_run.items() <= answered.items()
    assert len(first_run) >= len(quantities) // 2
    assert before["ROLL"] - after["ROLL"] == sum(quantities.values())


def assert_all_is_well(orders: list[dict[str, Any]], answered: dict[str, int], office: PostOffice) -> None:
    """One order a key, each processed, each told once."""
    assert sorted(each["id"] for each in orders) == sorted(answered.values())
    assert {each["status"] for each in orders} == {"processed"}
    assert sorted(office.ids) == expected_mail(orders)
