"""The providers of dependency-injector that hold the registrations. The only file that imports that package.

The import is heavy (it takes asyncio and, where they are installed, pydantic and others along), so this module is
loaded when the first provider is needed.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast

from dependency_injector import providers

from corner_host.di.descriptors import declared_result
from corner_host.di.keys import shown_value
from corner_host.di.sites import Slot

Provider = providers.Provider[Any]


def provider_of(slot: Slot) -> Provider:
    """Return the provider that holds *slot*, made when it is first needed."""
    if slot.provider is None:
        slot.provider = _made(slot)
    return cast("Provider", slot.provider)


def provided(slot: Slot) -> Any:
    """Return what the provider of *slot* calls."""
    return cast("Any", provider_of(slot)).provides


def _made(slot: Slot) -> Provider:
    if slot.inner is None and slot.descriptor.has_instance:
        return cast("Provider", providers.Object(slot.descriptor.instance))
    kind: Any = providers.Factory if slot.is_class else providers.Callable
    made: Provider = kind(_without_truth(slot.maker))
    made.disable_async_mode()  # else it would guess from the first result
    return made


def _without_truth(maker: object) -> object:
    """Hide a maker whose truth value is its own affair: dependency-injector asks for it."""
    kind = type(maker)
    return (
        partial(cast("Callable[..., Any]", maker)) if hasattr(kind, "__bool__") or hasattr(kind, "__len__") else maker
    )


def override(slot: Slot, other: Slot) -> None:
    """Let *other* stand in for *slot*."""
    cast("Any", provider_of(slot)).override(provider_of(other))


def end_override(slot: Slot) -> None:
    """Take back the last `override` of *slot*."""
    provider_of(slot).reset_last_overriding()


def providers_of(container: object) -> Iterator[tuple[Any, Callable[[], Any]]]:
    """Iterate over the providers of a container of dependency-injector, each with the type that it makes.

    Raises:
        TypeError: *container* is no instance of such a container.
    """
    # these bring the wiring along, which imports every web framework that is installed: 300 ms with one of them
    from dependency_injector import containers  # noqa: PLC0415

    if not isinstance(container, containers.Container):
        message = (
            f"add_container() takes an instance of a dependency-injector container, not {shown_value(container)}.\n"
            "To fix: call the container's class, as in add_container(Container())."
        )
        raise TypeError(message)
    for provider in container.providers.values():
        if isinstance(provider, providers.Container):
            yield from providers_of(provider.container)
        elif isinstance(provider, providers.Object):
            yield type(provider.provides), provider
        else:
            made = declared_result(getattr(provider, "provides", None))
            if isinstance(made, type) and made not in {object, type(None)}:
                yield made, provider
