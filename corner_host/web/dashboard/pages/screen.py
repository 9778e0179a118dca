"""What a screen is, and the order of the screens in the navigation."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, final

from corner_host.web.dashboard.visit import Visit

MOST_ROWS: Final = 200
"""No list is longer."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A page.

    Args:
        name: Its address.
        title: In English; templates translate it.
        load: Asks the host, and returns what the template needs.
        is_live: Whether the block ``live`` of its template is kept up to date.
        below: The screen that it belongs to, for the navigation.
        key: The letter that goes there after ``g``.
    """

    name: str
    title: str
    load: Callable[[Visit], Awaitable[Mapping[str, Any]]]
    is_live: bool = True
    below: str = ""
    key: str = ""

    @property
    def template(self) -> str:
        """The file of its template."""
        return f"{self.name or 'overview'}.html"


async def nothing(visit: Visit) -> Mapping[str, Any]:  # noqa: ARG001 - every screen's shape
    """Return nothing more than every page has."""
    return {}
