"""Services in FastAPI's routes: ``orders: Inject[OrderService]``. Extra ``web`` with FastAPI installed.

``Inject[T]`` is ``Annotated[T, Depends(...)]``: FastAPI's own means, no decorator, nothing in the OpenAPI document, and
type checkers see ``T`` (in the stub beside this file).

    @app.post("/orders")
    async def create(order: OrderIn, orders: Inject[OrderService]) -> OrderOut: ...

In tests, ``host.services.override(T, instance)`` works, and ``app.dependency_overrides[injected(T)]`` as well.
"""

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import HTTPConnection

from .injected import SERVICE_ATTRIBUTE
from .scopes import services_of


@cache
def injected(service: Any) -> Callable[..., Any]:
    """Return the dependency behind ``Inject[service]``: always the same one, to be used as key of ``dependency_overrides``."""

    async def service_of_request(connection: HTTPConnection) -> Any:
        return await services_of(connection.scope).get_required_service_async(service)

    setattr(service_of_request, SERVICE_ATTRIBUTE, service)
    return service_of_request


class Inject:
    """``Inject[T]``: the service T from the scope of the request or WebSocket connection."""

    def __class_getitem__(cls, service: Any) -> Any:
        return Annotated[service, Depends(injected(service))]
