"""What a handler knows about the job it runs."""

import logging
from datetime import datetime
from typing import final

from corner_host.primitives import CancellationToken

from .contracts import Delivery


@final
class JobContext:
    """The job that a handler runs, and what it can do with it meanwhile.

    Attributes:
        id: The job's id.
        attempt: Which attempt this is, from 1.
        key: The unique key it was put with.
        queue: The queue it came from.
        enqueued_at: When it was put; aware, UTC.
        cancellation: Cancelled when somebody cancels the job, or another worker has taken it over. After
            ``Jobs:GraceSeconds`` the handler's task is cancelled as well.
        log: A logger whose records carry ``job_id``, ``job``, ``queue`` and ``attempt``.
    """

    __slots__ = ("_delivery", "attempt", "cancellation", "enqueued_at", "id", "key", "log", "queue")

    def __init__(self, delivery: Delivery, enqueued_at: datetime, log: "logging.LoggerAdapter[logging.Logger]") -> None:
        self.id = delivery.id
        self.attempt = delivery.attempt
        self.key = delivery.key
        self.queue = delivery.queue
        self.enqueued_at = enqueued_at
        self.cancellation: CancellationToken = delivery.cancellation
        self.log = log
        self._delivery = delivery

    async def heartbeat(self) -> None:
        """Say that the job is alive. Most engines renew its lease by themselves; one that cannot relies on this."""
        await self._delivery.heartbeat()

    async def progress(self, fraction: float, note: str = "") -> None:
        """Show how far the job is: from 0 to 1, with a line for a person.

        Raises:
            ValueError: *fraction* is out of range.
        """
        if not 0.0 <= fraction <= 1.0:
            raise ValueError(f"progress must be from 0 to 1, not {fraction!r}")
        await self._delivery.progress(fraction, note)
