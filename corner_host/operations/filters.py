"""``operations.filters``: filters of the list of jobs, kept by name for all who operate the application."""

from collections.abc import Callable
from typing import Final, final

import anyio.to_thread

from .choices import FILTER, FILTER_NAME, LONGEST_FILTER, LONGEST_FILTER_NAME
from .contracts import ActionResult, Actor, SavedFilter
from .errors import InvalidRequestError, NotFoundError, UnavailableError
from .workplace import Workplace

_MOST: Final = 50


@final
class FilterOperations:
    """Filters with a name; they survive restarts."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def list(self) -> tuple[SavedFilter, ...]:
        """Return all, by name."""
        found = await anyio.to_thread.run_sync(self._workplace.filters.read)
        return tuple(SavedFilter(name=name, query=found[name]) for name in sorted(found, key=str.casefold))

    async def save(self, name: str, query: str, *, by: Actor, reason: str = "") -> ActionResult:
        """Keep a filter; one of the same name is replaced.

        Args:
            name: Up to 60 characters.
            query: As the address of the page has it, such as ``state=DEAD&range=24h``.
            by: Who.
            reason: Why.

        Raises:
            InvalidRequestError: Name or query is empty, too long, or has what cannot be printed; or there are too many.
            UnavailableError: The file cannot be written, or was damaged.
        """
        if len(name) > LONGEST_FILTER_NAME or not FILTER_NAME.fullmatch(name):
            told = f"name must have 1 to {LONGEST_FILTER_NAME} characters, on one line."
            raise InvalidRequestError(told, field="name")
        if len(query) > LONGEST_FILTER or not FILTER.fullmatch(query):
            raise InvalidRequestError(f"query must have 1 to {LONGEST_FILTER} characters: what filters.", field="query")

        def save(filters: dict[str, str]) -> None:
            if name not in filters and len(filters) >= _MOST:
                raise InvalidRequestError(f"There are {_MOST} filters already; delete one first.", field="name")
            filters[name] = query

        return await self._change("save", name, save, f"{name}: {query}", by, reason)

    async def delete(self, name: str, *, by: Actor, reason: str = "") -> ActionResult:
        """Forget a filter.

        Raises:
            NotFoundError: There is none of this name.
            UnavailableError: As for `save`.
        """

        def delete(filters: dict[str, str]) -> None:
            if filters.pop(name, None) is None:
                raise NotFoundError("saved filter", name, tuple(filters))

        return await self._change("delete", name, delete, f"{name} deleted", by, reason)

    async def _change(
        self, verb: str, name: str, change: Callable[[dict[str, str]], None], said: str, by: Actor, reason: str
    ) -> ActionResult:
        async def do() -> ActionResult:
            try:
                await anyio.to_thread.run_sync(self._workplace.filters.change, change)
            except OSError as error:
                raise UnavailableError(f"The filters cannot be written: {error}") from None
            return ActionResult(action=f"filters.{verb}", target=name, message=said, count=1)

        return await self._workplace.actions.perform(f"filters.{verb}", name, do, by=by, reason=reason)
