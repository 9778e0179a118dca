"""Providers of another container, taken over by ``add_container``."""

from collections.abc import Callable
from typing import Any, final


@final
class ForeignProvider:
    """Calls a provider that belongs to somebody else, each time anew: what it keeps and how it is overridden is its own."""

    __slots__ = ("_provider",)

    def __init__(self, provider: Callable[[], Any]) -> None:
        self._provider = provider

    def __call__(self) -> Any:
        """Call the provider."""
        return self._provider()

    def __repr__(self) -> str:
        return repr(self._provider)
