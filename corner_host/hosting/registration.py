"""``services.add_hosted_service(...)``."""

import inspect
from collections.abc import Callable
from typing import Any, Final, get_origin

import corner_host.di
import corner_host.hosting as door
from corner_host.di import ServiceCollection, ServiceDescriptor, ServiceLifetime
from corner_host.primitives import name_of

from .contracts import HostedService

_SHAPED: Final = "corner_host.hosting: runs in the background"


def add_hosted_service(
    services: ServiceCollection, service: Any, *, factory: Callable[..., Any] | None = None
) -> ServiceCollection:
    """Have the host start and stop a service; the same class or function twice counts once.

    Args:
        services: The registrations.
        service: A class with ``start`` and ``stop``, or only with ``execute``, built by the container once; an ``async
            def`` whose parameters are injected (a `CancellationToken` gets the stopping token), run in the background while
            the host runs; or a ready object, which the container does not dispose of.
        factory: Makes the service; its parameters are injected. *service* is then the class that it makes.

    Returns:
        The collection.

    Raises:
        RegistrationError: *service* is none of these.

    Example:
        >>> async def greet() -> None:
        ...     print("hello")
        >>> len(ServiceCollection().add_hosted_service(greet).add_hosted_service(greet))
        1
    """
    kind = get_origin(service) or service
    if factory is not None:
        if kind is HostedService or not isinstance(kind, type):
            raise corner_host.di.RegistrationError(
                f"{name_of(service)} does not tell what the factory makes.\n"
                "To fix: name the class, as in add_hosted_service(Worker, factory=make_worker)."
            )
    elif isinstance(kind, type) and _only_executes(kind):
        if not _is_added(services, service):
            services.add_singleton(service, key=_SHAPED)
            services.add_singleton(HostedService, factory=door.function_service.shaped_factory_for(service, _SHAPED))
        return services
    elif isinstance(kind, type):
        _refuse_if_no_service(kind, name_of(service))
    elif _is_asynchronous(service):
        if not _is_added(services, service):
            services.add_singleton(HostedService, factory=door.function_service.factory_for(service))
        return services
    else:
        _refuse_if_no_service(service, name_of(service if callable(service) else type(service)))
        return services.add_singleton(HostedService, instance=service)
    source = corner_host.di.provenance.calling_line() if services.keeps_sources else None
    services.try_add_enumerable(
        ServiceDescriptor(HostedService, service, factory=factory, lifetime=ServiceLifetime.SINGLETON, source=source)
    )
    return services


def _is_added(services: ServiceCollection, hosted: Any) -> bool:
    return any(getattr(each.factory, "hosted", None) == hosted for each in services)


def _only_executes(cls: type) -> bool:
    return inspect.iscoroutinefunction(getattr(cls, "execute", None)) and not (
        hasattr(cls, "start") or hasattr(cls, "stop")
    )


def _is_asynchronous(thing: Any) -> bool:
    if inspect.iscoroutinefunction(thing):
        return True
    return callable(thing) and inspect.iscoroutinefunction(getattr(thing, "__call__", None))  # noqa: B004 - asks for its kind


def _refuse_if_no_service(thing: Any, name: str) -> None:
    if not (callable(getattr(thing, "start", None)) and callable(getattr(thing, "stop", None))):
        raise corner_host.di.RegistrationError(
            f"{name} is no hosted service: it has no start() and stop().\n"
            "To fix: derive it from BackgroundService, give it both, or add an async def function."
        )
