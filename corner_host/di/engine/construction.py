"""Who is making what, in this thread or task.

A factory may ask its provider for anything, itself included. The chain of what is under construction is kept in a context
variable, so that it belongs to one thread or task and those it starts; an entry that is done no longer counts, so that a
provider which is kept and used later finds no cycle.
"""

from contextvars import ContextVar
from typing import Any, final

from corner_host.di import problems
from corner_host.di.graph import step_of, way_to
from corner_host.di.render import Step
from corner_host.di.sites import Call, Site

_current: ContextVar["Construction | None"] = ContextVar("corner_host_construction", default=None)


@final
class Construction:
    """One call of a maker that can get back to the container."""

    __slots__ = ("_token", "is_active", "outer", "requested", "site", "walk")

    def __init__(self, requested: Site, site: Call, walk: Any) -> None:
        self.requested = requested
        self.site = site
        self.walk = walk
        self.is_active = True
        self.outer: Construction | None = None

    def __enter__(self) -> None:
        outer = _current.get()
        slot = self.site.slot
        entry = outer
        while entry is not None:
            if entry.is_active and entry.site.slot is slot:
                raise problems.circular(
                    [*steps_to(outer), *way_to(self.requested, self.site)],
                    slot.service_type,
                    slot.key,
                    through_factory=True,
                )
            entry = entry.outer
        self.outer = outer
        self._token = _current.set(self)

    def __exit__(self, *_: object) -> None:
        self.is_active = False
        _current.reset(self._token)


def current() -> Construction | None:
    """Return what this thread or task is making, innermost."""
    return _current.get()


def refuse_if_under_way(requested: Site, site: Site) -> None:
    """Raise the cycle's error if this thread or task is in the middle of making *site*."""
    outer = entry = _current.get()
    while entry is not None:
        if entry.is_active and entry.site.place is site.place:
            raise problems.circular(
                [*steps_to(outer), *way_to(requested, site)], site.service_type, site.key, through_factory=True
            )
        entry = entry.outer


def steps_to(construction: Construction | None) -> list[Step]:
    """Return the path to what is being made, from the first service asked for."""
    steps: list[Step] = []
    while construction is not None:
        if construction.is_active:
            steps = [*way_to(construction.requested, construction.site), step_of(construction.site), *steps]
        construction = construction.outer
    return steps
