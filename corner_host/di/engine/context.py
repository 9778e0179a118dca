"""What the engine keeps in each provider and scope.

`ServiceProvider` derives from it. Names that end in an underscore belong to the engine.
"""

from _thread import RLock  # threading.RLock is a Python function around it, and scopes are made often
from collections.abc import Callable, Coroutine
from typing import Any

Plan = Callable[["Context"], Any]
"""Makes, or finds, one service for a provider or scope."""

AsyncPlan = Callable[["Context"], Coroutine[Any, Any, Any]]

Plans = dict[Any, Plan]
AsyncPlans = dict[Any, AsyncPlan]


class Context:
    """The state of one provider or scope."""

    root_: "Context"
    plans_: Plans
    sequences_: Plans
    async_plans_: AsyncPlans
    cache_: dict[object, Any]
    held_: list[Any]
    held_ids_: set[int]
    claims_: dict[object, Any]
    lock_: Any
    closed_ = False
    may_repeat_ = False

    def fill_(self) -> None:
        """Set what belongs to this context alone."""
        self.cache_ = {}
        self.held_ = []
        self.claims_ = {}
        self.lock_ = RLock()

    @property
    def is_root_(self) -> bool:
        """Whether it is the root provider."""
        return self.root_ is self

    @property
    def name_(self) -> str:
        """What it is called in messages."""
        return "the service provider" if self.is_root_ else "the scope"
