"""An order that is sent twice is placed once."""

from collections import Counter

import anyio
import pytest

from .conftest import OpenShop
from .shop import order


async def test_the_same_key_and_order_give_the_first_order_again(shop: OpenShop) -> None:
    """201 the first time and 200 from then on, with what has become of the order."""
    async with shop() as open_:
        first = await open_.post(order(), "key-1")
        await open_.told(first.json()["id"])
        again = await open_.post(order(), "key-1")

        assert (first.status_code, again.status_code) == (201, 200)
        assert (again.json()["id"], again.json()["status"]) == (first.json()["id"], "processed")
        assert again.headers["location"] == first.headers["location"]
        assert len(await open_.rows()) == len(open_.mail) == 1


async def test_the_same_key_for_another_order_is_a_conflict(shop: OpenShop) -> None:
    """409, and the first order stands."""
    async with shop() as open_:
        await open_.post(order(quantity=1), "key-1")
        other = await open_.post(order(quantity=2), "key-1")

        assert (other.status_code, other.json()["title"]) == (409, "Idempotency-Key was used for another order")
        assert [row.lines[0].quantity for row in await open_.rows()] == [1]


async def test_thirty_at_once_with_one_key_place_one_order(shop: OpenShop) -> None:
    """One of them gets 201, the others 200 and the same order; stock is taken once."""
    async with shop("--Jobs:MaxConcurrency=4") as open_:
        before = await open_.stock("ROLL")
        answers = []

        async def send() -> None:
            answers.append(await open_.post(order(quantity=7), "one-key"))

        async with anyio.create_task_group() as customers:
            for _ in range(30):
                customers.start_soon(send)
        (row,) = await open_.rows()
        await open_.told(row.id)

        assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 29}
        assert {answer.json()["id"] for answer in answers} == {row.id}
        assert await open_.stock("ROLL") == before - 7


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 201])
async def test_a_key_that_is_none_is_refused(shop: OpenShop, key: str) -> None:
    """Only visible ASCII counts, and not without end."""
    async with shop() as open_:
        answer = await open_.client.post("/orders", json=order(), headers=[(b"idempotency-key", key.encode())])

        assert answer.status_code == 422
        assert await open_.rows() == []
