"""What the shop takes for an order, and what it makes of one. Pure."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.console_host.orders import Order, Reason, RefusedError, parse_order
from samples.console_host.pricing import Customer, Product, price_order

DATA = Path(__file__).parents[3] / "samples" / "console_host" / "data"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EMIL = Customer(id="C-1", name="Emil", email="emil@example.org", points=10)
SHELF = {
    "RYE": Product(sku="RYE", name="Rye bread", price=Decimal("3.90"), vat=Decimal(7), stock=5),
    "PILS": Product(sku="PILS", name="Pils", price=Decimal("1.19"), vat=Decimal(19), stock=50),
}
GOOD: dict[str, Any] = {
    "id": "2026-1",
    "customer": "C-1",
    "placed_at": "2026-03-02T08:00:00+01:00",
    "lines": [{"sku": "RYE", "quantity": 2}],
}


def order(*lines: tuple[str, int], **changes: Any) -> Order:
    """An order for *lines*."""
    asked = [{"sku": sku, "quantity": quantity} for sku, quantity in lines]
    return parse_order(json.dumps({**GOOD, "lines": asked, **changes}))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"lines": []}, Reason.MALFORMED),
        ({"lines": [{"sku": "RYE"}]}, Reason.MALFORMED),
        ({"lines": [{"sku": "RYE", "quantity": 0}]}, Reason.BAD_QUANTITY),
        ({"lines": [{"sku": "RYE", "quantity": -2}]}, Reason.BAD_QUANTITY),
        ({"lines": [{"sku": "RYE", "quantity": 0.5}]}, Reason.BAD_QUANTITY),
        ({"lines": [{"sku": "RYE", "quantity": "three"}]}, Reason.BAD_QUANTITY),
        ({"lines": [{"sku": "RYE", "quantity": 100_000}]}, Reason.BAD_QUANTITY),
        ({"id": "../../shop"}, Reason.MALFORMED),
        ({"id": None}, Reason.MALFORMED),
        ({"placed_at": "yesterday"}, Reason.MALFORMED),
        ({"delivery": "throw"}, Reason.MALFORMED),
        ({"discount": 50}, Reason.MALFORMED),
    ],
)
def test_a_wrong_order_is_refused_with_its_reason(changes: dict[str, Any], reason: Reason) -> None:
    """What cannot be an order never reaches the till, and the refusal says why."""
    with pytest.raises(RefusedError) as refused:
        parse_order(json.dumps({**GOOD, **changes}))

    assert refused.value.reason is reason
    assert refused.value.detail


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_an_order_or_refused(line: bytes) -> None:
    """No line of the file, whatever is in it, raises anything but a refusal."""
    with suppress(RefusedError):
        parse_order(line)


def test_a_receipt_adds_up() -> None:
    """Total, contained VAT by rate, and one point for each full euro on top of the old ones."""
    receipt = price_order(order(("RYE", 2), ("PILS", 3)), EMIL, SHELF, NOON)

    assert receipt.total == Decimal("11.37")
    assert receipt.vat == {"7 %": Decimal("0.51"), "19 %": Decimal("0.57")}
    assert (receipt.points_earned, receipt.customer.points) == (11, 21)


@pytest.mark.parametrize(("pils", "fee"), [(20, True), (22, False)])
def test_delivery_is_free_from_a_certain_sum(pils: int, fee: bool) -> None:
    """Bringing small orders costs something, large ones nothing."""
    receipt = price_order(order(("PILS", pils), delivery="bring"), EMIL, SHELF, NOON)

    assert any(line.name == "Delivery" for line in receipt.lines) is fee


def test_an_unknown_product_is_refused() -> None:
    """A product that is not on the shelf is named in the refusal."""
    with pytest.raises(RefusedError) as refused:
        price_order(order(("RYE", 1), ("BRIOCHE", 1)), EMIL, SHELF, NOON)

    assert (refused.value.reason, refused.value.detail) == (Reason.UNKNOWN_PRODUCT, "there is no BRIOCHE")


def test_two_lines_of_one_product_count_together() -> None:
    """Stock is held against the sum of an order's lines, not against each of them."""
    with pytest.raises(RefusedError) as refused:
        price_order(order(("RYE", 3), ("PILS", 1), ("RYE", 3)), EMIL, SHELF, NOON)

    assert (refused.value.reason, refused.value.detail) == (Reason.OUT_OF_STOCK, "6 of Rye bread asked for, 5 left")


@given(st.lists(st.tuples(st.sampled_from(["RYE", "PILS"]), st.integers(1, 3)), min_size=1, max_size=4))
def test_money_stays_exact(lines: list[tuple[str, int]]) -> None:
    """The total is the sum of the lines to the cent, whatever was bought."""
    shelf = {sku: product.model_copy(update={"stock": 99}) for sku, product in SHELF.items()}

    receipt = price_order(order(*lines), EMIL, shelf, NOON)

    assert receipt.total == sum(line.amount for line in receipt.lines)
    assert receipt.total.as_tuple().exponent == -2
    assert all(0 <= vat < receipt.total for vat in receipt.vat.values())


def test_the_file_that_ships_is_large_and_varied() -> None:
    """At least 200 orders, with every kind of fault that is found by reading."""
    lines = [line for line in (DATA / "orders.jsonl").read_bytes().split(b"\n") if line.strip()]
    orders: list[Order] = []
    reasons: set[Reason] = set()
    for line in lines:
        try:
            orders.append(parse_order(line))
        except RefusedError as refused:
            reasons.add(refused.reason)

    assert len(lines) >= 200
    assert reasons == {Reason.MALFORMED, Reason.BAD_QUANTITY}
    assert len({one.id for one in orders}) < len(orders), "some come twice"
    assert len({one.customer for one in orders}) > 25
    assert len({line.sku for one in orders for line in one.lines}) > 40
