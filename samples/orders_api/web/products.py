"""Products, read through the cache."""

from fastapi import APIRouter

from corner_host.web.fastapi import Inject
from samples.orders_api.products import ProductCatalogue
from samples.orders_api.schemas import ProductOut

router = APIRouter()


@router.get("/products")
async def list_products(catalogue: Inject[ProductCatalogue]) -> list[ProductOut]:
    """List what can be ordered."""
    return [*(await catalogue.all()).values()]
