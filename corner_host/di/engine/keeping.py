"""What is made is kept for disposal by the scope, or root, that made it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from corner_host.di.disposal import close_all, disposal_of
from corner_host.di.errors import ServiceProviderDisposedError
from corner_host.di.keys import shown
from corner_host.di.problems import made_asynchronously
from corner_host.di.sites import Making, Slot

from .context import Context


def keep(context: Context, made: object, *, fresh: bool) -> None:
    """Keep *made* until *context* closes, if it can be closed at all.

    Args:
        context: The provider or scope that made it.
        made: The new object.
        fresh: It comes from a class, so that nobody keeps it yet; a factory may return what is kept already, and
            what the root keeps no scope closes.
    """
    if not disposal_of(type(made)).is_needed:
        return
    root = context.root_
    if not fresh and (id(made) in root.held_ids_ or isinstance(made, Context) or _holds(context, made)):
        return
    if context is root:
        root.held_ids_.add(id(made))
    context.held_.append(made)
    if context.closed_:
        too_late(context)


def salvage(context: Context, kept: Sequence[tuple[object, str]], variables: Mapping[str, Any]) -> None:
    """Keep for the scope what a plan had made when something failed: it is not made again."""
    cache = context.cache_
    for place, name in kept:
        if name in variables:
            cache.setdefault(place, variables[name])


def settle(context: Context, made: object, slot: Slot) -> None:
    """See to what a factory made: an object to be kept, perhaps, or an awaitable from one that gave none before."""
    ways = disposal_of(type(made))
    if ways.is_awaitable and slot.making is Making.PLAIN and not slot.is_class:
        slot.making = Making.ASYNC
        close = getattr(made, "close", None)
        if close is not None:
            close()
        raise made_asynchronously([], slot.service_type, slot.key, why="its factory returned an awaitable")
    if ways.is_needed:
        if slot.is_tracked:
            keep(context, made, fresh=False)
    elif not ways.is_awaitable:
        PLAIN_TYPES.add(type(made))


PLAIN_TYPES: Final[set[type]] = set()
"""Types whose objects need no disposal and no await; plans look here first."""


def _holds(context: Context, made: object) -> bool:
    return any(item is made for item in context.held_) if context is not context.root_ else False


def too_late(context: Context) -> None:
    """Close what was made while *context* was being closed, and say that it is closed."""
    close_all(context.held_, context)
    raise disposed(context)


def disposed(context: Context, service_type: Any = None, key: object = None) -> ServiceProviderDisposedError:
    """Return the error for a question to a closed provider or scope."""
    closed = context if context.closed_ else context.root_
    name = closed.name_.capitalize()
    if service_type is None:
        what = f"{name} is closed; nothing can be resolved from it any more."
    else:
        what = f"{shown(service_type, key)} cannot be resolved: {closed.name_} is closed."
    message = (
        f"{what}\n"
        "To fix: resolve what is needed before it is closed, or create a new scope from a provider that is open."
    )
    return ServiceProviderDisposedError(message, service_type=service_type, key=key)
