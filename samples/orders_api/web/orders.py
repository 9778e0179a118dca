"""Orders, and the queue itself."""

import logging
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Response
from fastapi.responses import FileResponse

from corner_host import BackgroundTaskQueue, CancellationToken
from corner_host.web.fastapi import Inject
from samples.orders_api.errors import OrderNotFoundError, ShopIsFullError
from samples.orders_api.invoices import InvoiceArchive
from samples.orders_api.orders import OrderService
from samples.orders_api.schemas import OrderIn, OrderOut, OrderStatusOut, Text
from samples.orders_api.settings import OrdersApiSettings
from samples.orders_api.tables import Status

from .problems import problems

NOT_FOUND = problems(HTTPStatus.NOT_FOUND)
OrderId = Annotated[int, Path(ge=1, le=2**31 - 1)]
router = APIRouter()


@router.post(
    "/orders",
    status_code=201,
    responses={
        200: {"model": OrderOut, "description": "It was placed before, with the same key"},
        **problems(HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    },
)
async def place_order(
    order: OrderIn,
    orders: Inject[OrderService],
    response: Response,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")] = None,
) -> OrderOut:
    """Take an order: it is stored when this answers, and processed in the background.

    Send an ``Idempotency-Key`` to be able to send the order again without ordering twice: 200 and the first order then.
    """
    placed, is_new = await orders.place(order, idempotency_key)
    response.status_code = 201 if is_new else 200
    response.headers["location"] = f"/orders/{placed.id}"
    return placed


@router.get("/orders")
async def list_orders(
    orders: Inject[OrderService],
    status: Status | None = None,
    customer_id: Text | None = None,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[OrderOut]:
    """List orders, newest first; ``before`` takes the last id of the page before."""
    return [*await orders.list(status=status, customer_id=customer_id, before=before, limit=limit)]


@router.get("/orders/{order_id}", responses=NOT_FOUND)
async def get_order(order_id: OrderId, orders: Inject[OrderService]) -> OrderOut:
    """Show an order."""
    return await orders.get(order_id)


@router.get("/orders/{order_id}/status", responses=NOT_FOUND)
async def get_status(order_id: OrderId, orders: Inject[OrderService]) -> OrderStatusOut:
    """Tell how far an order is."""
    order = await orders.get(order_id)
    return OrderStatusOut(
        id=order.id, status=order.status, reason=order.reason, customer_was_told=order.notified_at is not None
    )


@router.get("/orders/{order_id}/invoice", response_class=FileResponse, responses=NOT_FOUND)
async def get_invoice(order_id: OrderId, archive: Inject[InvoiceArchive]) -> FileResponse:
    """Give the invoice, once there is one."""
    path = archive.path(order_id)
    if not path.exists():
        raise OrderNotFoundError(f"There is no invoice for order {order_id} (yet).")
    return FileResponse(path, media_type="application/pdf")


@router.post("/orders/{order_id}/cancel", responses=problems(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT))
async def cancel_order(order_id: OrderId, orders: Inject[OrderService]) -> OrderOut:
    """Cancel an order that has not been processed."""
    return await orders.cancel(order_id)


@router.post("/do-something", status_code=202)
async def do_something(queue: Inject[BackgroundTaskQueue], settings: Inject[OrdersApiSettings]) -> dict[str, str]:
    """Queue a closure directly: the shortest way to have something done after the answer.

    It is kept in memory: unlike an order, it dies with the process.
    """

    async def something(token: CancellationToken, logger: logging.Logger) -> None:
        if not await token.sleep(0.1):
            logger.info("Something was done")

    if settings.when_queue_full == "wait":
        await queue.queue_background_work_item(something, name="something")
    elif not queue.try_queue_background_work_item(something, name="something"):
        raise ShopIsFullError("Please try again in a few seconds.")
    return {"status": "queued"}
