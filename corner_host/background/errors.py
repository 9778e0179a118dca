"""What the queue refuses, and what runs out of time."""

from corner_host.primitives import CornerHostError


class QueueClosedError(CornerHostError, RuntimeError):
    """Work was offered to a queue that takes no more, or asked of one that has none left.

    Attributes:
        name: The name of the refused work item; None when an item was asked for.
    """

    def __init__(self, name: str | None = None) -> None:
        what = "The queue is closed and empty." if name is None else f"The queue is closed: {name!r} was not queued."
        super().__init__(
            f"{what}\n"
            "Why: it closes when its host stops, so that what is queued can be finished.\n"
            "To fix: queue work before the host stops, or do without it when application_stopping is set."
        )
        self.name = name


class WorkItemTimeoutError(CornerHostError, TimeoutError):
    """A work item ran longer than its timeout and was cancelled.

    Attributes:
        name: The item's name.
        timeout: Its limit, in seconds.
    """

    def __init__(self, name: str, timeout: float) -> None:
        super().__init__(
            f"Work item {name!r} was cancelled after {timeout:g} s.\n"
            "To fix: give it more time (timeout=..., or BackgroundJobs:Queue:ItemTimeoutSeconds), or let it wait less."
        )
        self.name = name
        self.timeout = timeout
