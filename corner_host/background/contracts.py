"""The words that the queue's users need: what work is, and how a queue ends."""

from collections.abc import Callable
from enum import Enum
from typing import Any, Final, TypeAlias

Work: TypeAlias = Callable[..., Any]
"""What is queued: an ``async def`` function, or anything that is called like one. A plain function runs in a thread."""

QUEUE: Final = "background"
"""What the queue is called in metrics and traces."""


class ShutdownMode(Enum):
    """What happens to queued work when the host stops. What does not run is logged by name and id, and counted.

    Nothing is kept for the next run: work that must be is for ``corner_host.jobs``.
    """

    DRAIN = "Drain"
    """Everything queued is run, within the host's shutdown timeout."""

    FINISH = "Finish"
    """What runs is finished; what waits is not run. Settings may call it ``Abandon``, too."""

    CANCEL = "Cancel"
    """What runs is cancelled; what waits is not run."""

    @classmethod
    def _missing_(cls, value: object) -> "ShutdownMode | None":
        """Accept the names in any case, as settings have none."""
        folded = str(value).casefold()
        if folded == "abandon":
            return cls.FINISH
        return next((mode for mode in cls if mode.value.casefold() == folded), None)
