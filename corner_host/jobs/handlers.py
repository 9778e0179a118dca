"""Handlers as the container makes them: one bound handler for each job, in the job's scope.

A handler is registered with its services as its parameters, so that the container checks them when it is built and
compiles them when they are used; what belongs to the job itself is given when it is called.
"""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, cast, final, get_type_hints

from corner_host.di import AsyncFactoryError, ServiceCollection, ServiceProvider, stand_in
from corner_host.primitives import CancellationToken

from .context import JobContext


@final
class BoundHandler:
    """A handler with its services; called with the job and its context."""

    __slots__ = ("run",)

    def __init__(self, run: Callable[[Any, JobContext], Awaitable[Any]]) -> None:
        self.run = run


def register_handler(
    services: ServiceCollection, name: str, payload: type[Any], handler: type[Any] | Callable[..., Any]
) -> None:
    """Register what makes the handler of the jobs called *name*."""
    if isinstance(handler, type):
        services.try_add_scoped(handler)
        services.add_scoped(BoundHandler, factory=_of_class(handler), key=name)
    else:
        services.add_scoped(BoundHandler, factory=_of_function(handler, payload), key=name)


async def handler_of(provider: ServiceProvider, name: str) -> BoundHandler:
    """Return the handler from *provider*'s scope; asynchronous factories behind it are awaited."""
    try:
        return provider.get_required_service(BoundHandler, key=name)
    except AsyncFactoryError:
        return await provider.get_required_service_async(BoundHandler, key=name)


def _of_class(handler: type[Any]) -> Callable[..., BoundHandler]:
    def make(made: Any) -> BoundHandler:
        return BoundHandler(made.handle)

    described = cast("Any", make)
    described.__annotations__ = {"made": handler, "return": BoundHandler}
    return make


def _of_function(function: Callable[..., Any], payload: type[Any]) -> Callable[..., BoundHandler]:
    signature = inspect.signature(function)
    roles = _roles(function, signature, payload)
    jobs = [name for name, role in roles.items() if role is payload]
    contexts = [name for name, role in roles.items() if role is JobContext]
    tokens = [name for name, role in roles.items() if role is CancellationToken]

    def make(**services: Any) -> BoundHandler:
        def run(job: Any, context: JobContext) -> Awaitable[Any]:
            for name in jobs:
                services[name] = job
            for name in contexts:
                services[name] = context
            for name in tokens:
                services[name] = context.cancellation
            return cast("Awaitable[Any]", function(**services))

        return BoundHandler(run)

    services_only = [each for name, each in signature.parameters.items() if name not in roles]
    return stand_in(make, function, services_only, returns=BoundHandler)


def _roles(function: Callable[..., Any], signature: inspect.Signature, payload: type[Any]) -> dict[str, Any]:
    """Return the parameters that belong to the job: its payload, its context, its token.

    Where none is annotated with the payload's class, the first one without an annotation gets it; where none is annotated
    with `JobContext`, the next one gets that, as in ``handle(self, job, context)``.
    """
    hints = _hints(function)
    roles = {
        name: role
        for name in signature.parameters
        for role in (payload, JobContext, CancellationToken)
        if hints.get(name) == role or hints.get(name) == role.__name__
    }
    bare = (name for name, each in signature.parameters.items() if each.annotation is each.empty)
    for role in (payload, JobContext):
        if role not in roles.values() and (name := next(bare, None)) is not None:
            roles[name] = role
    return roles


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return get_type_hints(inspect.unwrap(function))
    except Exception:  # noqa: BLE001 - one of them cannot be evaluated; the container says which, and why
        return dict(getattr(inspect.unwrap(function), "__annotations__", {}))
