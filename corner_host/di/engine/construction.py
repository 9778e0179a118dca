"""Who is making what, in this thread or task.

A factory may ask its provider for anything, itself included. The chain of what is under construction is kept in a context
variable, so that it belongs to one thread or task and those it starts; an entry that is done no longer counts, so that a
provider which is kept and used later finds no cycle.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from contextvars import ContextVar, Token
from typing import Any, Final, final

import corner_host.di as door
from corner_host.di.lifetimes import ServiceLifetime
from corner_host.di.sites import Call, Site, Step

from .context import Context

_current: ContextVar["Construction | None"] = ContextVar("corner_host_construction", default=None)

Place = tuple[object, Context]
"""What is made, and for whom: the same service in another scope is another object."""


@final
class Construction:
    """One call of a maker that can get back to the container.

    Args:
        requested: What was asked for.
        context: Who was asked.
        site: What is being made on the way to it.
        walk: The walk that is on this way; None if it is a compiled plan.
    """

    __slots__ = ("_context", "_requested", "_site", "_token", "is_active", "outer", "walk")

    def __init__(self, requested: Site, context: Context, site: Call, walk: Any) -> None:
        self._requested = requested
        self._context = context
        self._site = site
        self.walk = walk
        self.is_active = True
        self.outer: Construction | None = None
        self._token: Token[Construction | None] | None = None

    def __enter__(self) -> None:
        self.outer = _current.get()
        self._token = _current.set(self)

    def __exit__(self, *_: object) -> None:
        self.is_active = False
        if self._token is not None:
            with suppress(ValueError):  # a coroutine that is collected in another context than it ran in
                _current.reset(self._token)

    def way(self) -> list[Site]:
        """Return the sites from the requested one to the one being made."""
        return [*door.ways.way_to(self._requested, self._site), self._site]

    def places(self) -> Iterator[Place]:
        """Iterate over what is under construction on this way, and for whom."""
        context = self._context
        for site in self.way():
            if site.lifetime is ServiceLifetime.SINGLETON:
                context = context.root_
            yield site.place, context

    @property
    def steps(self) -> list[Step]:
        """The way, as it is shown."""
        return steps_along(self.way())


def steps_along(sites: list[Site]) -> list[Step]:
    """Return how the sites of a way are shown."""
    return [door.ways.step_of(site) for site in sites]


def current() -> Construction | None:
    """Return what this thread or task is making, innermost."""
    return _current.get()


def is_constructing() -> bool:
    """Tell whether this thread or task is in the middle of making something."""
    entry = _current.get()
    while entry is not None and not entry.is_active:
        entry = entry.outer
    return entry is not None


def chain() -> list[Construction]:
    """Return what this thread or task is making, outermost first."""
    found: list[Construction] = []
    entry = _current.get()
    while entry is not None:
        if entry.is_active:
            found.append(entry)
        entry = entry.outer
    return found[::-1]


@final
class UnderWay:
    """What this thread or task is in the middle of making."""

    __slots__ = ("_places", "_times")

    def __init__(self, places: list[Place]) -> None:
        self._places = frozenset(places)
        self._times = Counter(place for place, _ in places)

    def holds(self, place: object, context: Context) -> bool:
        """Tell whether making *place* for *context* would be a cycle.

        The same service in another scope is another object; but one that opens scope after scope to ask for itself
        does not end.
        """
        return (place, context) in self._places or self._times[place] >= MOST_SCOPES


MOST_SCOPES: Final = 16
"""How many scopes, opened one inside of the other, may be making the same service."""


def under_way() -> UnderWay | None:
    """Return what this thread or task is making, if anything."""
    entries = chain()
    return UnderWay([place for entry in entries for place in entry.places()]) if entries else None


def hidden_cycle(requested: Site, site: Site) -> Exception:
    """Return the error for *site*, met again on the way to *requested* while it is under construction."""
    steps = [step for entry in chain() for step in entry.steps]
    return door.problems.circular(
        [*steps, *steps_along(door.ways.way_to(requested, site))], site.service_type, site.key, through_factory=True
    )
