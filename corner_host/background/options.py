"""How the queue's service works, as plain values. What text becomes these: ``settings``."""

from dataclasses import dataclass
from typing import final

from corner_host.primitives import Duration, seconds

from .contracts import ShutdownMode


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class QueueOptions:
    """How `QueuedHostedService` works.

    Args:
        enabled: Whether it works at all; without it the queue fills up.
        max_concurrency: How many items may run at the same time; at least 1.
        item_timeout: How long an item without a timeout of its own may run, in seconds or as a ``timedelta``, above 0.
            None: for ever.
        shutdown_mode: What becomes of queued work when the host stops.

    Raises:
        ValueError: A value is out of range; the message names it.
    """

    enabled: bool = True
    max_concurrency: int = 1
    item_timeout: Duration | None = None
    shutdown_mode: ShutdownMode = ShutdownMode.DRAIN

    def __post_init__(self) -> None:
        if self.max_concurrency < 1:
            raise ValueError(f"max_concurrency must be at least 1, not {self.max_concurrency!r}")
        if self.item_timeout is not None:
            seconds(self.item_timeout, "item_timeout", above=0.0)
