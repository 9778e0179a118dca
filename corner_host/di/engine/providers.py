"""The providers of dependency-injector that hold the registrations. The only file that imports that package.

The import is heavy (it takes asyncio and, where they are installed, pydantic and others along), so this module is
imported when the first service is made.
"""

import inspect
from typing import Any, cast

from dependency_injector import containers, providers

from corner_host.di.sites import Slot

Provider = providers.Provider[Any]


def provider_of(slot: Slot) -> Provider:
    """Return the provider that holds *slot*, made when it is first needed."""
    found = slot.provider
    if found is None:
        if slot.inner is None and slot.descriptor.has_instance:
            found = providers.Object(slot.descriptor.instance)
        else:
            found = providers.Factory(slot.maker) if slot.is_class else providers.Callable(slot.maker)
            found.disable_async_mode()  # else it would guess from the first result
        slot.provider = found
    return cast("Provider", found)


def override(slot: Slot, other: Slot) -> None:
    """Let *other* stand in for *slot*."""
    provider_of(slot).override(provider_of(other))


def end_override(slot: Slot) -> None:
    """Take back the last `override` of *slot*."""
    provider_of(slot).reset_last_overriding()


def is_container(thing: object) -> bool:
    """Tell whether *thing* is a container of dependency-injector, as an instance or as a class."""
    return isinstance(thing, containers.Container) or (
        inspect.isclass(thing) and issubclass(thing, containers.DeclarativeContainer)
    )
