"""The FastAPI application."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from corner_host import Configuration
from samples.orders_api.errors import BooksAreClosedError, ShopError

from . import orders, page, products
from .body_limit import BodyLimit
from .problems import answer, problems


def create_app(configuration: Configuration) -> FastAPI:
    """Return the application; what it needs from services comes with each request. Each refusal is a `Problem`."""
    limit = configuration.get_value("OrdersApi:MaxBodyBytes", int, 262_144)
    app = FastAPI(
        title="The Corner Shop",
        version="1.0",
        strict_content_type=True,
        responses=problems(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE),
    )
    app.add_middleware(BodyLimit, limit=limit)
    app.include_router(orders.router)
    app.include_router(products.router)
    app.include_router(page.router)
    app.add_exception_handler(ShopError, _shop_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(DBAPIError, _database_error)
    app.add_exception_handler(PoolTimeoutError, _database_is_away)
    app.add_exception_handler(OSError, _database_is_away)  # what asyncpg raises when the server is away
    return app


async def _shop_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ShopError)
    headers = {} if error.retry_after is None else {"retry-after": str(error.retry_after)}
    return answer(error.status, error.title, str(error), headers)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    """Say what is wrong, and where; without what was sent, which need not even be text."""
    assert isinstance(error, RequestValidationError)
    faults = (f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
    detail = "; ".join(faults).encode("utf-8", "backslashreplace").decode()
    return answer(422, "The request is not as it should be", detail)


async def _http_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return answer(error.status_code, HTTPStatus(error.status_code).phrase, error.detail, dict(error.headers or {}))


async def _database_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DBAPIError)
    if not (error.connection_invalidated or isinstance(error, OperationalError)):
        raise error
    return await _database_is_away(request, error)


async def _database_is_away(request: Request, _error: Exception) -> JSONResponse:
    return await _shop_error(request, BooksAreClosedError("Please try again in a moment."))
