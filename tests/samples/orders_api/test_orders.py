"""What the API answers, route by route, and to what nobody should send."""

import json
from typing import Any

import pytest

from samples.orders_api.tables import Status

from .conftest import OpenShop
from .shop import order

WRONG: dict[str, Any] = {
    "no lines": {"customer_id": "ana", "lines": []},
    "too many lines": {"customer_id": "ana", "lines": [{"sku": "ROLL", "quantity": 1}] * 51},
    "no quantity": {"customer_id": "ana", "lines": [{"sku": "ROLL"}]},
    "nothing": order(quantity=0),
    "less than nothing": order(quantity=-1),
    "a thousand and one": order(quantity=1001),
    "more than any database holds": order(quantity=10**30),
    "half a roll": {"customer_id": "ana", "lines": [{"sku": "ROLL", "quantity": 1.5}]},
    "a number as text": {"customer_id": "ana", "lines": [{"sku": "ROLL", "quantity": "1"}]},
    "not a number": {"customer_id": "ana", "lines": [{"sku": "ROLL", "quantity": float("nan")}]},
    "half a character": order(sku="\ud800"),
    "a zero byte": order(sku="\x00"),
    "a field too many": {**order(), "total": "0.01"},
    "an unknown product": order(sku="GOLD"),
    "an unknown customer": order(customer="nobody"),
    "a list": [],
    "nil": None,
}


async def test_an_order_is_taken_processed_and_told(shop: OpenShop) -> None:
    """201 and a place to look; then stock, points, an invoice and one message."""
    async with shop() as open_:
        stock = await open_.stock("ROLL")
        answer = await open_.post(order("ROLL", 20))
        number = answer.json()["id"]
        processed = await open_.told(number)
        invoice = await open_.client.get(f"/orders/{number}/invoice")
        status = await open_.client.get(f"/orders/{number}/status")
        (message,) = open_.mail

        assert (answer.status_code, answer.headers["location"]) == (201, f"/orders/{number}")
        assert (answer.json()["status"], answer.json()["total"]) == ("received", "11.00")
        assert processed.status is Status.PROCESSED
        assert await open_.stock("ROLL") == stock - 20
        assert await open_.points("ana") == 11
        assert (invoice.headers["content-type"], invoice.content[:5]) == ("application/pdf", b"%PDF-")
        assert status.json() == {"id": number, "status": "processed", "reason": None, "customer_was_told": True}
        assert (message["To"], message["Message-ID"]) == ("ana@example.com", f"<order-{number}@corner-shop.example>")
        assert [part.get_content_type() for part in message.walk()][-1] == "application/pdf"


async def test_an_order_for_more_than_there_is_is_refused_and_the_customer_told(shop: OpenShop) -> None:
    """Nothing leaves the shelf, not even the lines that could have been filled."""
    async with shop() as open_:
        await open_.set_stock("BREAD-RYE", 3)
        before = await open_.stock("ROLL")
        lines = [{"sku": "ROLL", "quantity": 5}, {"sku": "BREAD-RYE", "quantity": 4}]
        number = await open_.placed({"customer_id": "ana", "lines": lines})
        refused = await open_.told(number)
        (message,) = open_.mail
        invoice = await open_.client.get(f"/orders/{number}/invoice")

        assert (refused.status, refused.reason) == (Status.REFUSED, "too little Rye bread in stock for 4")
        assert (await open_.stock("ROLL"), await open_.stock("BREAD-RYE"), await open_.points("ana")) == (before, 3, 0)
        assert message["Subject"] == f"Your order {number} cannot be filled"
        assert (invoice.status_code, invoice.json()["title"]) == (404, "No such order")


async def test_orders_are_listed_by_pages_and_filters(shop: OpenShop) -> None:
    """Newest first; the last number of a page is where the next begins."""
    async with shop() as open_:
        numbers = [await open_.placed(order(customer=name)) for name in ("ana", "ben", "ana", "ben", "ana")]
        for number in numbers:
            await open_.told(number)

        async def listed(**query: str | int) -> list[int]:
            return [each["id"] for each in (await open_.client.get("/orders", params=query)).json()]

        first = await listed(limit=2)
        assert first == numbers[:2:-1]
        assert await listed(limit=2, before=first[-1]) == numbers[2:0:-1]
        assert await listed(customer_id="ben") == [numbers[3], numbers[1]]
        assert await listed(status="received") == []
        assert await listed(status="processed", customer_id="ana", before=numbers[4]) == [numbers[2], numbers[0]]
        assert (await open_.client.get("/orders", params={"customer_id": "a\x00"})).status_code == 422
        assert (await open_.client.get("/orders", params={"limit": 100_000})).status_code == 422


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_what_cannot_be_ordered_is_refused_and_nothing_is_kept(shop: OpenShop, what: str) -> None:
    """422, a problem that a person can read, and an empty order book."""
    async with shop() as open_:
        answer = await open_.client.post(
            "/orders", content=json.dumps(WRONG[what]), headers={"content-type": "application/json"}
        )

        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]
        assert await open_.rows() == []


async def test_an_unknown_customer_and_product_are_named(shop: OpenShop) -> None:
    """The answer says who or what is not there."""
    async with shop() as open_:
        product = (await open_.post(order(sku="GOLD"))).json()
        customer = (await open_.post(order(customer="nobody"))).json()

        assert (product["title"], product["detail"]) == (
            "Unknown product",
            "There is no GOLD. GET /products lists what there is.",
        )
        assert (customer["title"], customer["detail"]) == ("Unknown customer", "There is no customer nobody.")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("streamed", [False, True], ids=["with its length", "in chunks"])
async def test_ten_megabytes_are_refused(shop: OpenShop, *, streamed: bool) -> None:
    """413, said as all refusals are, whether the length was told or not; and the shop goes on."""

    async def chunks() -> Any:
        for _ in range(160):
            yield b"x" * 65_536

    async with shop() as open_:
        content = chunks() if streamed else b"x" * 10_485_760
        answer = await open_.client.post("/orders", content=content, headers={"content-type": "application/json"})

        assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
        assert answer.json()["detail"] == "The body may have 262,144 bytes."
        assert (await open_.post(order())).status_code == 201


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", None])
async def test_anything_but_json_is_refused(shop: OpenShop, kind: str | None) -> None:
    """A JSON body that is called something else is none: browsers send such things from foreign pages."""
    async with shop() as open_:
        headers = {} if kind is None else {"content-type": kind}
        answer = await open_.client.post("/orders", content=json.dumps(order()), headers=headers)

        assert answer.status_code in {415, 422}
        assert answer.headers["content-type"] == "application/problem+json"
        assert await open_.rows() == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/orders/1", 404), ("GET", "/orders/1/status", 404), ("GET", "/orders/1/invoice", 404),
        ("POST", "/orders/1/cancel", 404), ("GET", "/orders/0", 422), ("GET", "/orders/one", 422),
        ("GET", f"/orders/{10**30}", 422), ("DELETE", "/orders/1", 405), ("GET", "/nowhere", 404),
        ("GET", "/static/..%2Fpage.py", 404), ("GET", "/static/page.py", 422),
    ],
)  # fmt: skip
async def test_what_is_not_there_is_said(shop: OpenShop, method: str, path: str, status: int) -> None:
    """Always as a problem."""
    async with shop() as open_:
        answer = await open_.client.request(method, path)

        assert (answer.status_code, answer.json()["status"]) == (status, status)
