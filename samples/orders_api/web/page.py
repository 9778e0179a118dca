"""The page that shows orders as they come and go, and the stream of events that it lives on."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final, Literal

import anyio
from fastapi import APIRouter
from fastapi.responses import FileResponse, StreamingResponse

from corner_host.web.fastapi import Inject
from samples.orders_api.events import OrderEvents

STATIC: Final = Path(__file__).parent / "static"
HEADERS: Final = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}
_SILENCE_SECONDS: Final = 15.0
router = APIRouter(include_in_schema=False)


@router.get("/")
async def page() -> FileResponse:
    """The page."""
    return FileResponse(STATIC / "page.html", headers=HEADERS)


@router.get("/static/{name}")
async def static(name: Literal["page.css", "page.js", "icon.svg"]) -> FileResponse:
    """What the page needs."""
    return FileResponse(STATIC / name, headers=HEADERS)


@router.get("/events")
async def events(board: Inject[OrderEvents]) -> StreamingResponse:
    """Every change of an order, as server-sent events; ends when the host stops."""

    async def stream() -> AsyncIterator[str]:
        async with board.watch() as changes:
            yield "retry: 1000\n\n"
            while True:
                text = ": nothing new\n\n"  # so that proxies do not take silence for an end
                with anyio.move_on_after(_SILENCE_SECONDS):
                    try:
                        order = await changes.receive()
                    except anyio.EndOfStream:
                        return
                    text = f"event: order\nid: {order.id}\ndata: {order.model_dump_json()}\n\n"
                yield text

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"cache-control": "no-store"})
