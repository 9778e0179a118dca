"""A shop that takes orders until it is killed: each with its job, in one transaction on its own file.

``python -m tests.jobs.outbox.shop_program ORDERS ENGINE``: the files of the shop and of the engine behind the outbox.
"""

import sqlite3
import sys

import anyio

from corner_host.jobs.engines.sqlite import SqliteEngine
from corner_host.jobs.outbox import OutboxEngine
from corner_host.testing.job_bench import new_job


async def main(orders: str, engine: str) -> None:
    """Take orders."""
    outbox = OutboxEngine(SqliteEngine(engine, lease=1.0), orders)
    async with outbox.opened():
        shop = sqlite3.connect(orders, timeout=30)
        shop.execute("CREATE TABLE IF NOT EXISTS orders (job TEXT NOT NULL)")
        while True:
            with shop:
                job = new_job("order")
                shop.execute("INSERT INTO orders VALUES (?)", (job.id,))
                await outbox.put([job], transaction=shop)
            await anyio.sleep(0)


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], sys.argv[2])
