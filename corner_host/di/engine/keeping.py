"""What is made is kept for disposal by the scope, or root, that made it."""

import inspect
from typing import Any, NoReturn

import corner_host.di as door
from corner_host.di.disposal import AsyncGeneratorEnd, Ending, GeneratorEnd, is_awaitable
from corner_host.di.keys import shown
from corner_host.di.sites import ASYNC, PLAIN, Slot

from .context import CLOSED, Context


def keep(context: Context, made: object, *, fresh: bool) -> None:
    """Keep *made* until *context* closes, if it can be closed at all.

    Args:
        context: The provider or scope that made it.
        made: The new object.
        fresh: It comes from a class, so that nobody keeps it yet; a factory may return what is kept already, and
            what the root keeps no scope closes.
    """
    root = context.root_
    ways = root.endings_.of(type(made))
    if not ways.is_needed:
        return
    if not fresh and (id(made) in root.held_ids_ or isinstance(made, Context) or _holds(context, made)):
        return
    if context is root:
        root.held_ids_.add(id(made))
    context.held_.append(ways.held(made))
    if context.plans_ is CLOSED:
        too_late(context)


def keep_generator(context: Context, end: GeneratorEnd | AsyncGeneratorEnd) -> None:
    """Have *end* run when *context* closes."""
    if isinstance(end, GeneratorEnd):
        context.held_.append((end, GeneratorEnd.close))
    else:
        context.held_.append((Ending(end, None, AsyncGeneratorEnd.aclose), Ending.close))


def _holds(context: Context, made: object) -> bool:
    return context is not context.root_ and any(
        (item.item if type(item) is Ending else item) is made for item, _ in context.held_
    )


def settle(context: Context, made: object, slot: Slot) -> None:
    """See to what a factory made: an object to be kept, perhaps, or an awaitable from one that gave none before."""
    endings = context.root_.endings_
    ways = endings.of(type(made))
    if ways.is_awaitable and slot.making is PLAIN and not slot.is_class:
        slot.making = ASYNC
        if inspect.iscoroutine(made):
            made.close()
        raise door.problems.made_asynchronously(
            [], slot.service_type, slot.key, why="its factory returned an awaitable"
        )
    if ways.is_needed:
        if slot.is_tracked:
            keep(context, made, fresh=False)
    elif not ways.is_awaitable and not slot.makes_unhashable:
        endings.harmless.add(type(made))


async def settle_async(context: Context, made: Any, slot: Slot) -> Any:
    """Do as `settle` in a plan that can await: an awaitable from a plain factory is awaited."""
    if slot.making is PLAIN and not slot.is_class and is_awaitable(made):
        made = await made
    settle(context, made, slot)
    return made


def too_late(context: Context) -> NoReturn:
    """Close what was made while *context* was being closed, and say that it is closed.

    What only closes asynchronously is left to the ``aclose()`` that is under way.
    """
    left = [entry for entry in context.held_ if type(entry[0]) is Ending and entry[0].is_only_asynchronous]
    for entry in left:
        context.held_.remove(entry)
    try:
        context.__exit__(None, None, None)
    finally:
        context.held_.extend(left)
    raise disposed(context)


def disposed(context: Context, service_type: Any = None, key: object = None) -> "door.ServiceProviderDisposedError":
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
    return door.ServiceProviderDisposedError(message, service_type=service_type, key=key)
