"""The shop's memory: products, customers and orders in one SQLite file.

A `ShopDatabase` lives as long as its scope: one work item, one connection, closed when the item ends.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from pydantic import TypeAdapter

from .orders import Order
from .pricing import Customer, Product
from .settings import ShopSettings

SCHEMA = """
CREATE TABLE IF NOT EXISTS products (
    sku TEXT PRIMARY KEY, name TEXT NOT NULL, price TEXT NOT NULL, vat TEXT NOT NULL,
    stock INTEGER NOT NULL CHECK (stock >= 0)
) STRICT;
CREATE TABLE IF NOT EXISTS customers (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, points INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'processed', 'refused')),
    reason TEXT, detail TEXT,  -- of a refused order
    receipt TEXT               -- of a processed order
) STRICT;
"""


class ShopDatabase:
    """A connection to the shop's database, in autocommit mode outside of `transaction`."""

    def __init__(self, settings: ShopSettings) -> None:
        # Work runs in worker threads, one after the other, never two at once: hence check_same_thread.
        self.connection = sqlite3.connect(settings.database, isolation_level=None, check_same_thread=False)
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything inside is done, or nothing is."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def receive(self, order: Order) -> None:
        """Remember *order*, unless it is known from an earlier run."""
        self.connection.execute(
            "INSERT INTO orders (id, body) VALUES (?, ?) ON CONFLICT DO NOTHING", (order.id, order.model_dump_json())
        )

    def close(self) -> None:
        """Close the connection; the scope calls this."""
        self.connection.close()


def open_shop(settings: ShopSettings) -> None:
    """Make the outbox and the database, with its products and customers, unless they are there already."""
    settings.outbox.mkdir(parents=True, exist_ok=True)
    products = TypeAdapter(list[Product]).validate_json(settings.products.read_bytes())
    customers = TypeAdapter(list[Customer]).validate_json(settings.customers.read_bytes())
    with closing(ShopDatabase(settings)) as database:
        database.connection.execute("PRAGMA journal_mode = WAL")
        database.connection.executescript(SCHEMA)
        with database.transaction() as connection:
            connection.executemany(
                "INSERT INTO products VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [(item.sku, item.name, str(item.price), str(item.vat), item.stock) for item in products],
            )
            connection.executemany(
                "INSERT INTO customers VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [(one.id, one.name, one.email, one.points) for one in customers],
            )
