"""Products are read through the cache, and the cache is kept clean."""

from collections import Counter

import anyio
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from corner_host import MemoryCache
from samples.orders_api.products import ProductCatalogue

from .conftest import OpenShop
from .shop import Shop, order

CLEANING = [
    "--BackgroundJobs:CacheCleanup:IntervalMinutes=0.002",
    "--BackgroundJobs:CacheCleanup:ExpirationThresholdMinutes=0",
]


def count_reads(open_: Shop) -> Counter[str]:
    """Count, from now on, how often the shelves are read."""
    reads: Counter[str] = Counter()

    def look(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        reads["products"] += statement.startswith("SELECT") and "FROM products ORDER BY" in statement

    event.listen(open_.get(AsyncEngine).sync_engine, "before_cursor_execute", look)
    return reads


async def test_many_who_ask_at_once_cost_one_read(shop: OpenShop) -> None:
    """And the next ones none, until stock changes."""
    async with shop() as open_:
        reads = count_reads(open_)
        seen: list[int] = []

        async def look() -> None:
            seen.append(len((await open_.client.get("/products")).json()))

        async with anyio.create_task_group() as customers:
            for _ in range(20):
                customers.start_soon(look)
        at_once = reads["products"]
        await look()
        later = reads["products"]
        await open_.told(await open_.placed(order("ROLL", 20)))
        products = (await open_.client.get("/products")).json()

        assert (at_once, later, reads["products"]) == (1, 1, 2)
        assert len(set(seen)) == 1
        assert [each for each in products if each["sku"] == "ROLL"] == [
            {"sku": "ROLL", "name": "Bread roll", "price": "0.55", "stock": 4980}
        ]


async def test_the_cleanup_finds_what_has_expired(shop: OpenShop) -> None:
    """Products that nobody asked for again are dropped by `CacheCleanupService`, not only when somebody asks."""
    async with shop("--OrdersApi:ProductCacheSeconds=0.05", *CLEANING) as open_:
        cache = open_.get(MemoryCache)
        await open_.get(ProductCatalogue).all()
        filled = len(cache)
        while len(cache):
            await anyio.sleep(0.02)

        assert filled == 1
