"""What routes ask for, told to the container, so that a missing service is found when the host is built.

Knows FastAPI's routes by shape: ``routes``, ``effective_route_contexts``, ``dependant``, ``dependencies``.
"""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

from corner_host.di import ServiceCollection, ServiceProvider
from corner_host.primitives import name_of

from .errors import ServerStartError
from .injected import SERVICE_ATTRIBUTE


@final
@dataclass(frozen=True)
class RouteServices:
    """Stands for the services that one route takes; never made, only checked."""

    route: str


def check_routes(services: ServiceCollection, app: Any) -> None:
    """Register, for each route of *app* that takes services, something that needs the same ones."""
    for route, name in _routes(app):
        if wanted := _services(route.dependant):
            services.add_transient(RouteServices, factory=_maker(route, name, wanted), key=name)


def refuse_missing_services(provider: ServiceProvider, app: Any) -> None:
    """Where the container was not checked when it was built, look at least whether everything is registered.

    Raises:
        ServerStartError: A route takes a service that is not there; all of them are named.
    """
    missing = [
        f"  {name} takes {name_of(service)}"
        for route, name in _routes(app)
        for service in _services(route.dependant)
        if not provider.is_service(service)
    ]
    if missing:
        raise ServerStartError(
            "Routes take services that are not registered:\n" + "\n".join(missing) + "\n"
            "To fix: register them before build(), as in services.add_scoped(...)."
        )


def _routes(app: Any, prefix: str = "") -> Iterator[tuple[Any, str]]:
    for route in getattr(app, "routes", ()):
        for each in _effective(route):
            path = prefix + str(getattr(each, "path", ""))
            if hasattr(each, "dependant"):
                yield each, path
            else:
                yield from _routes(getattr(each, "app", None), path)


def _effective(route: Any) -> list[Any]:
    """Return what *route* stands for: itself, or all of a router, which FastAPI includes as a whole."""
    if not hasattr(route, "effective_route_contexts"):
        return [route]
    return [getattr(each, "starlette_route", None) or each for each in route.effective_route_contexts()]


def _services(dependant: Any) -> list[Any]:
    """Return the services that a route takes itself or through its dependencies, each once."""
    found = [getattr(dependant.call, SERVICE_ATTRIBUTE)] if hasattr(dependant.call, SERVICE_ATTRIBUTE) else []
    for each in dependant.dependencies:
        found.extend(_services(each))
    return list(dict.fromkeys(found))


def _maker(route: Any, name: str, wanted: list[Any]) -> Any:
    def make(**_services: Any) -> RouteServices:
        return RouteServices(name)

    described: Any = make
    endpoint = getattr(route, "endpoint", make)
    described.__module__ = getattr(endpoint, "__module__", __name__)
    described.__qualname__ = f"{getattr(endpoint, '__qualname__', 'route')} (route {name})"
    described.__signature__ = inspect.Signature(
        [
            inspect.Parameter(f"service_{index}", inspect.Parameter.KEYWORD_ONLY, annotation=service)
            for index, service in enumerate(wanted)
        ],
        return_annotation=RouteServices,
    )
    return described
