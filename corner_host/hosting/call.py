"""One hook of one service that is called in a `Stage`, and what became of it."""

from collections.abc import Awaitable, Callable
from typing import Any, final

import corner_host.hosting as door


@final
class Call:
    """One hook of one service, and what became of it.

    Attributes:
        name: Whose hook it is.
        hook: Which hook it is.
        member: The service as the host knows it.
        seconds: How long it took, or has taken.
        error: What it raised.
        was_cut: It was still running when the stage was cut, or had to be cancelled later.
        was_cancelled: It ended by its cancellation.
        was_abandoned: It did not heed its cancellation.
        place: Where it waited when the stage was cut, if it still ran then.
        work: The coroutine, while it runs.
    """

    __slots__ = (
        "began",
        "error",
        "function",
        "hook",
        "is_slow",
        "member",
        "name",
        "place",
        "seconds",
        "was_abandoned",
        "was_cancelled",
        "was_cut",
        "work",
    )

    def __init__(
        self, name: str, function: Callable[[], Awaitable[object]], *, hook: str = "", member: object = None
    ) -> None:
        self.name = name
        self.hook = hook
        self.function = function
        self.member = member
        self.began = 0.0
        self.seconds = 0.0
        self.error: BaseException | None = None
        self.was_cut = False
        self.was_abandoned = False
        self.was_cancelled = False
        self.is_slow = False
        self.place: door.Place | None = None
        self.work: Any = None

    @property
    def succeeded(self) -> bool:
        """Whether it ran to its end."""
        return self.error is None and not self.was_cancelled and not self.was_abandoned
