"""The till: one transaction for each order, once."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from samples.console_host.checkout import Checkout
from samples.console_host.database import ShopDatabase, open_shop
from samples.console_host.orders import Reason, RefusedError, parse_order
from samples.console_host.pricing import Receipt
from samples.console_host.settings import ShopSettings

from .shop import State
from .test_orders import GOOD


class Noon:
    """A clock that stands still."""

    def now(self) -> datetime:
        return datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float, /) -> None:
        return None


@pytest.fixture
def settings(tmp_path: Path) -> ShopSettings:
    """A shop with one product and one customer."""
    (tmp_path / "orders.jsonl").touch()
    product = {"sku": "RYE", "name": "Rye bread", "price": "3.90", "vat": "7", "stock": 5}
    (tmp_path / "products.json").write_text(json.dumps([product]))
    customer = {"id": "C-1", "name": "Emil", "email": "emil@example.org", "points": 10}
    (tmp_path / "customers.json").write_text(json.dumps([customer]))
    settings = ShopSettings(
        orders=tmp_path / "orders.jsonl",
        products=tmp_path / "products.json",
        customers=tmp_path / "customers.json",
        outbox=tmp_path / "outbox",
    )
    open_shop(settings)
    return settings


@pytest.fixture
def database(settings: ShopSettings) -> Iterator[ShopDatabase]:
    """A connection to it, with one order for two loaves."""
    with closing(ShopDatabase(settings)) as database:
        database.receive(parse_order(json.dumps(GOOD)))
        yield database


def test_an_order_moves_stock_points_and_state_once(settings: ShopSettings, database: ShopDatabase) -> None:
    """Settling again gives the same receipt, and nothing moves."""
    checkout = Checkout(database, Noon())

    first, second = checkout.settle("2026-1"), checkout.settle("2026-1")

    assert isinstance(first.outcome, Receipt)
    assert (first.earlier, second.earlier) == (False, True)
    assert second.outcome == first.outcome
    assert State.of(settings.outbox) == State({"RYE": 3}, {"C-1": 17}, {"2026-1": ("processed", None)})


def test_a_refusal_is_remembered_and_moves_nothing(settings: ShopSettings, database: ShopDatabase) -> None:
    """The same order is refused for the same reason at the next run, whatever is on the shelf by then."""
    database.receive(parse_order(json.dumps({**GOOD, "id": "2", "lines": [{"sku": "RYE", "quantity": 6}]})))
    checkout = Checkout(database, Noon())

    first = checkout.settle("2")
    database.connection.execute("UPDATE products SET stock = 99")
    second = checkout.settle("2")

    assert isinstance(first.outcome, RefusedError)
    assert isinstance(second.outcome, RefusedError)
    assert first.outcome.reason is second.outcome.reason is Reason.OUT_OF_STOCK
    assert first.outcome.detail == second.outcome.detail
    assert State.of(settings.outbox).points == {"C-1": 10}


def test_an_unknown_customer_is_refused(database: ShopDatabase) -> None:
    """Nobody gets the points of somebody else."""
    database.receive(parse_order(json.dumps({**GOOD, "id": "3", "customer": "C-9"})))

    outcome = Checkout(database, Noon()).settle("3").outcome

    assert isinstance(outcome, RefusedError)
    assert outcome.reason is Reason.UNKNOWN_CUSTOMER


def test_what_breaks_in_between_leaves_nothing_behind(settings: ShopSettings, database: ShopDatabase) -> None:
    """Stock that was taken in the transaction is on the shelf again when the rest of it fails."""
    database.connection.execute(
        "CREATE TRIGGER broken BEFORE UPDATE ON customers BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    )
    before = State.of(settings.outbox)

    with pytest.raises(Exception, match="the disk is full"):
        Checkout(database, Noon()).settle("2026-1")

    assert State.of(settings.outbox) == before


def test_opening_again_keeps_what_is_there(settings: ShopSettings, database: ShopDatabase) -> None:
    """The files fill an empty shop; they do not fill the shelf again."""
    Checkout(database, Noon()).settle("2026-1")
    before = State.of(settings.outbox)

    open_shop(settings)

    assert State.of(settings.outbox) == before
