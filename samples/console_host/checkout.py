"""The till: stock, loyalty points and the order's state change together, in one transaction, once."""

from dataclasses import dataclass
from sqlite3 import Connection

from corner_host import Clock

from .database import ShopDatabase
from .orders import Order, Reason, RefusedError
from .pricing import Customer, Product, Receipt, price_order


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of an order: a receipt, or the refusal; *earlier* if it had been settled before."""

    outcome: Receipt | RefusedError
    earlier: bool


class Checkout:
    """Settles orders. Lives in a scope, as its database does."""

    def __init__(self, database: ShopDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def settle(self, order_id: str) -> Settlement:
        """Settle the order, or say how it was settled before: settling twice changes nothing.

        Blocks while SQLite writes; call it in a worker thread.
        """
        with self._database.transaction() as connection:
            row = connection.execute("SELECT * FROM orders WHERE id = ?", (order_id,)).fetchone()
            if row["state"] == "processed":
                return Settlement(Receipt.model_validate_json(row["receipt"]), earlier=True)
            if row["state"] == "refused":
                return Settlement(RefusedError(Reason(row["reason"]), row["detail"]), earlier=True)
            try:
                receipt = self._sell(connection, Order.model_validate_json(row["body"]))
            except RefusedError as refused:
                connection.execute(
                    "UPDATE orders SET state = 'refused', reason = ?, detail = ? WHERE id = ?",
                    (refused.reason, refused.detail, order_id),
                )
                return Settlement(refused, earlier=False)
            connection.execute(
                "UPDATE orders SET state = 'processed', receipt = ? WHERE id = ?",
                (receipt.model_dump_json(), order_id),
            )
            return Settlement(receipt, earlier=False)

    def _sell(self, connection: Connection, order: Order) -> Receipt:
        found = connection.execute("SELECT * FROM customers WHERE id = ?", (order.customer,)).fetchone()
        if found is None:
            raise RefusedError(Reason.UNKNOWN_CUSTOMER, f"nobody is {order.customer}")
        shelf = connection.execute("SELECT * FROM products")
        catalogue = {row["sku"]: Product.model_validate(dict(row)) for row in shelf}

        receipt = price_order(order, Customer.model_validate(dict(found)), catalogue, self._clock.now())

        connection.executemany(
            "UPDATE products SET stock = stock - ? WHERE sku = ?", [(line.quantity, line.sku) for line in order.lines]
        )
        connection.execute("UPDATE customers SET points = ? WHERE id = ?", (receipt.customer.points, order.customer))
        return receipt
