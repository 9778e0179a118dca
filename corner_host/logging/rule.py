"""One filter rule; which of many decides is in ``rules``. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LogRule:
    """What one provider lets through of some categories.

    Args:
        provider: The provider's name, in any case; None for all of them.
        category: Text that the category begins with, in any case, with at most one ``*``; None for all of them.
        level: The lowest level that passes; None leaves it to the predicate alone.
        predicate: Called with provider, category and level; the record passes when it returns True.

    Raises:
        ValueError: The category has two ``*``.
    """

    provider: str | None = None
    category: str | None = None
    level: int | None = None
    predicate: Callable[[str, str, int], bool] | None = None

    def __post_init__(self) -> None:
        if self.category is not None and self.category.count("*") > 1:
            raise ValueError(f"the category {self.category!r} has more than one '*'")

    def covers(self, category: str) -> bool:
        """Tell whether the rule applies to *category*, which is given in lower case."""
        if self.category is None:
            return True
        prefix, _, suffix = self.category.lower().partition("*")
        return category.startswith(prefix) and category.endswith(suffix)
