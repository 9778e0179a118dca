"""The straight line of a plan: what a scope keeps is made one after the other, and no look is taken at what is there.

It is for a scope in which nothing is made yet. Here is what happens where it cannot be followed to its end.
"""

from collections.abc import Callable, Mapping
from typing import Any, final

from corner_host.di.sites import Site

from .context import Context, Plan
from .walk import resolve


@final
class Line:
    """What a plan's straight line has to know besides what it makes.

    Args:
        site: What it makes in the end.
        later: Compiles the plan for a scope in which something is made already.
    """

    __slots__ = ("_later", "_site", "_variables", "places", "plan")

    def __init__(self, site: Site, later: Callable[[], Plan]) -> None:
        self._site = site
        self._later = later
        self._variables: Mapping[object, str] = {}
        self.places: tuple[object, ...] = ()
        """What it fills, in the order of making."""
        self.plan: Plan = self._first
        """The plan for a scope in which something is made already."""

    def fills(self, variables: Mapping[object, str]) -> None:
        """Set which places the line fills, each with the name of the plan's variable."""
        self._variables = variables
        self.places = tuple(variables)

    def _first(self, context: Context) -> Any:
        self.plan = self._later()
        return self.plan(context)

    def reconciled(self, context: Context, objects: tuple[Any, ...]) -> Any:
        """Bring together what the line made with what a constructor had the same scope make behind its back.

        What was there first stays the scope's; what was built on the others is made again.
        """
        cache = context.cache_
        if not any(place in cache for place in self.places):
            cache.update(zip(self.places, objects, strict=True))
            if self._site.place == self.places[-1]:
                return objects[-1]
        return resolve(self._site, context)

    def salvage(self, context: Context, variables: Mapping[str, Any]) -> None:
        """Keep for the scope what was made when something failed: it is not made again."""
        cache = context.cache_
        for place, name in self._variables.items():
            if name in variables:
                cache.setdefault(place, variables[name])
