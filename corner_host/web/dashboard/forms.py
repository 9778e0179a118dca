"""What a page's form sends: a short text, as browsers send it by default. Needs no package for uploads: there are none."""

from contextlib import aclosing
from http import HTTPStatus
from typing import Final

import anyio
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request

MOST_BYTES: Final = 65_536
SECONDS: Final = 10.0
"""For all of the form to come."""
_KIND: Final = "application/x-www-form-urlencoded"


async def form_of(request: Request) -> QueryParams:
    """Return the fields of a form.

    Raises:
        HTTPException: It is no such form, too long, or takes too long.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _KIND:
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"A form is sent as {_KIND}.")
    body = bytearray()
    try:
        with anyio.fail_after(SECONDS):
            async with aclosing(request.stream()) as parts:
                async for part in parts:
                    body += part
                    if len(body) > MOST_BYTES:
                        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The form is too long.")
    except TimeoutError:
        raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, "The form did not come to its end.") from None
    return QueryParams(bytes(body))
