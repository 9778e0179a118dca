"""What the engine keeps in each provider and scope.

`ServiceProvider` derives from it. Names that end in an underscore belong to the engine.
"""

from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Final

from corner_host.di.closing import aclose_all, raise_all, refuse_awaitable
from corner_host.di.disposal import Endings, Held

Plan = Callable[["Context"], Any]
"""Makes, or finds, one service for a provider or scope."""

AsyncPlan = Callable[["Context"], Coroutine[Any, Any, Any]]

Plans = dict[Any, Any]
"""Plans by service type, or by service type and key."""

CLOSED: Final[Plans] = {}
"""The table of a closed provider or scope: empty, so that every question takes the long way and is refused there."""


Made = dict[object, Any] | tuple[Any, ...] | None
"""What a scope keeps, by place. None at first; then, as long as one plan has made all of it, a tuple of the plan's `Line`,
which knows the places, and of the objects, which costs a tenth of a dict; at the next question it becomes one."""


class Context:
    """The state of one provider or scope.

    There are no defaults, and no ``__init__``: scopes are made and ended often, and each store counts.
    """

    __slots__ = (
        "__weakref__",
        "async_plans_",
        "being_made_",
        "endings_",
        "engine_",
        "held_",
        "held_ids_",
        "lock_",
        "made_",
        "plans_",
        "root_",
        "scope_tables_",
        "sequences_",
        "watcher_",
    )

    root_: "Context"
    engine_: Any
    """The machinery, set on the root only."""
    scope_tables_: tuple[Plans, Plans, Plans]
    """The tables that scopes are given, set on the root only."""
    plans_: Plans
    sequences_: Plans
    async_plans_: Plans
    made_: Made
    held_: list[Held]
    held_ids_: set[int]
    """The ids of what the root holds, set on the root only."""
    endings_: Endings
    """What is known about types, set on the root only."""
    lock_: Any
    watcher_: Any
    """The walk that makes something for this scope just now, and wants to know who asks it meanwhile."""
    being_made_: dict[object, Any] | None
    """What `claims_` gives, if it was asked for."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what was made here, the last first, whatever fails on the way; see `ServiceProvider.close`."""
        self.plans_ = self.sequences_ = self.async_plans_ = CLOSED
        if self.root_ is self:
            self.forget_()
        failures: list[BaseException] | None = None
        held = self.held_
        while held:
            item, close = held.pop()
            try:
                result = close(item)
                if result is not None:
                    refuse_awaitable(result, item, self)
            except BaseException as failure:  # noqa: BLE001 - raised below, once the rest is closed
                failures = [failure] if failures is None else [*failures, failure]
        if failures is not None:
            raise_all(failures, self)

    def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Coroutine[Any, Any, None]:
        """Close what was made here asynchronously; see `ServiceProvider.aclose`."""
        # no ``async def``: a coroutine around the one that closes would only cost
        self.plans_ = self.sequences_ = self.async_plans_ = CLOSED
        if self.root_ is self:
            self.forget_()
        held, self.held_ = self.held_, []  # a second call, while this one waits, finds nothing to close beside it
        return aclose_all(held, self, cancelled=error is not None and not isinstance(error, Exception))

    def forget_(self) -> None:
        """Let go of all plans and of what the root keeps."""
        self.made_ = {}
        self.engine_.forget()

    @property
    def closed_(self) -> bool:
        """Whether it is closed."""
        return self.plans_ is CLOSED

    @property
    def cache_(self) -> dict[object, Any]:
        """What is made and kept here, by place."""
        made = self.made_
        if type(made) is dict:
            return made
        with self.lock_:
            made = self.made_
            if type(made) is not dict:
                self.made_ = made = {} if made is None else dict(zip(made[0].places, made[1:], strict=True))
            return made

    @property
    def claims_(self) -> dict[object, Any]:
        """What is being made for it, where others may wait for that."""
        found = self.being_made_
        if found is None:
            with self.lock_:
                found = self.being_made_ = {} if self.being_made_ is None else self.being_made_
        return found

    @property
    def name_(self) -> str:
        """What it is called in messages."""
        return "the service provider" if self.root_ is self else "the scope"
