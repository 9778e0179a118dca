"""Ending many objects: in the reverse of the order in which they were finished, whatever fails on the way.

One that fails does not keep the rest open: all are closed, then a single error is raised as it is, several as a group.
"""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

import anyio

import corner_host.di as door
from corner_host.primitives import name_of

from .disposal import AsyncGeneratorEnd, Ending, Held, is_awaitable

SHIELDED_SECONDS: Final = 30.0
"""How long each object has for closing after its caller was cancelled."""


class Owner(Protocol):
    """Who holds objects until it ends."""

    held_: list[Held]

    @property
    def name_(self) -> str:
        """What it is called in messages."""
        ...


async def aclose_all(held: list[Held], owner: Owner, *, cancelled: bool = False) -> None:
    """Close everything in *held*, last first, one after the other; asynchronously where an object can.

    What the owner comes to hold meanwhile, because it was being made when the closing began, is closed at the end.

    A cancellation of the caller cuts short the closing that it meets. The others are closed nevertheless, each shielded
    for up to `SHIELDED_SECONDS`; then the cancellation goes on. Generators are not shielded: they may have cancel scopes
    of their own open, which have to be left from inside.

    Args:
        held: What to close; it is emptied.
        owner: Who held it.
        cancelled: The caller is leaving by a cancellation already: shield from the start.
    """
    failures: list[BaseException] | None = None
    while held:
        item, close = held.pop()
        try:
            if close is not Ending.close:
                result: Any = close(item)
                if result is not None and is_awaitable(result):
                    await result
            elif cancelled and not isinstance(item.item, AsyncGeneratorEnd):
                await _shielded(item.asynchronous, item.item, owner)
            else:
                await item.asynchronous(item.item)
        except BaseException as error:  # noqa: BLE001 - raised below, once the rest is closed
            failures = [error] if failures is None else [*failures, error]
            cancelled = cancelled or not isinstance(error, Exception)
        if not held and owner.held_ is not held:
            held, owner.held_ = owner.held_, held
    if failures is not None:
        raise_all(failures, owner)


async def _shielded(close: Callable[[Any], Awaitable[object]], item: object, owner: Owner) -> None:
    with anyio.move_on_after(SHIELDED_SECONDS, shield=True) as scope:
        await close(item)
    if scope.cancelled_caught:
        message = f"{name_of(type(item))} was not closed {SHIELDED_SECONDS:g} s after {owner.name_} was cancelled."
        raise TimeoutError(message)


def refuse_awaitable(result: object, item: Any, owner: Owner) -> None:
    """Raise if closing *item* by a plain call gave *result*: nothing closed it, or not yet."""
    if type(result) is Ending:
        _raise_only_async(result.item, owner)
    if type(item) is Ending:
        item = item.item
    if inspect.iscoroutine(result):
        result.close()
        _raise_only_async(item, owner)
    if is_awaitable(result):
        _raise_only_async(item, owner)


def _raise_only_async(item: object, owner: Owner) -> object:
    what = repr(item) if isinstance(item, AsyncGeneratorEnd) else name_of(type(item))
    message = (
        f"{what} only closes asynchronously, and {owner.name_} that holds it was closed by a plain call.\n"
        "To fix: use 'async with', or 'await aclose()'."
    )
    raise door.AsyncDisposalError(message, service_type=type(item))


def raise_all(failures: list[BaseException], owner: Owner) -> None:
    """Raise a single failure as it is, several as a group; an interruption goes before all errors."""
    interruptions = [error for error in failures if not isinstance(error, Exception)]
    errors = [error for error in failures if isinstance(error, Exception)]
    if interruptions:
        for error in errors:
            interruptions[0].add_note(f"While {owner.name_} was being closed, this failed too: {error!r}")
        raise interruptions[0]
    if len(errors) == 1:
        raise errors[0]
    message = f"{len(errors)} objects failed while {owner.name_} was being closed"
    raise ExceptionGroup(message, errors)
