"""The shelves, read through a cache: prices change seldom, and every order asks for them."""

from collections.abc import Mapping

from sqlalchemy import select

from corner_host import MemoryCache

from .books import Books
from .database import SessionMaker
from .schemas import ProductOut
from .settings import OrdersApiSettings
from .tables import Product

KEY = "products"


class ProductCatalogue:
    """All products by their SKU."""

    def __init__(self, cache: MemoryCache, books: Books, sessions: SessionMaker, settings: OrdersApiSettings) -> None:
        self._cache = cache
        self._books = books
        self._sessions = sessions
        self._seconds = settings.product_cache_seconds

    async def all(self) -> Mapping[str, ProductOut]:
        """Return the products; read once, however many ask at the same time."""
        found: Mapping[str, ProductOut] = await self._cache.get_or_create_async(
            KEY, self._read, absolute_expiration=self._seconds
        )
        return found

    def forget(self) -> None:
        """Have the shelves looked at again: stock has changed."""
        self._cache.remove(KEY)

    async def _read(self) -> Mapping[str, ProductOut]:
        self._books.look()
        async with self._sessions() as session:
            rows = await session.scalars(select(Product).order_by(Product.sku))
            return {row.sku: ProductOut.model_validate(row, from_attributes=True) for row in rows}
