"""What a handler knows about the job it runs."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, final

from corner_host.primitives import CancellationToken

from .contracts import Delivery
from .text import storable

_MOST_NOTE: Final = 500


@final
class JobContext:
    """The job that a handler runs, and what it can do with it meanwhile.

    Attributes:
        id: The job's id.
        attempt: Which attempt this is, from 1.
        key: The unique key it was put with.
        queue: The queue it came from.
        cancellation: Cancelled when somebody cancels the job, or another worker has taken it over. After
            ``Jobs:GraceSeconds`` the handler's task is cancelled as well.
    """

    __slots__ = ("_delivery", "_logger_name", "attempt", "cancellation", "id", "key", "queue")

    def __init__(self, delivery: Delivery, logger_name: str) -> None:
        self.id = delivery.id
        self.attempt = delivery.attempt
        self.key = delivery.key
        self.queue = delivery.queue
        self.cancellation: CancellationToken = delivery.cancellation
        self._delivery = delivery
        self._logger_name = logger_name

    @property
    def enqueued_at(self) -> datetime:
        """When the job was put; aware, UTC."""
        return datetime.fromtimestamp(self._delivery.enqueued_at, UTC)

    @property
    def headers(self) -> Mapping[str, str]:
        """What travels with the job beside its payload: those of the trace it was put in, and what middleware added."""
        return self._delivery.headers

    @property
    def log(self) -> "logging.LoggerAdapter[logging.Logger]":
        """A logger named after the handler, whose records carry ``job_id``, ``job``, ``queue`` and ``attempt``."""
        return logging.LoggerAdapter(logging.getLogger(self._logger_name), extra_of(self._delivery))

    async def heartbeat(self) -> None:
        """Say that the job is alive. Most engines renew its lease by themselves; one that cannot relies on this."""
        await self._delivery.heartbeat()

    async def progress(self, fraction: float, note: str = "") -> None:
        """Show how far the job is: from 0 to 1, with a line for a person, of which the first 500 characters are kept.

        Raises:
            ValueError: *fraction* is out of range.
        """
        if not 0.0 <= fraction <= 1.0:
            raise ValueError(f"progress must be from 0 to 1, not {fraction!r}")
        await self._delivery.progress(fraction, storable(note[:_MOST_NOTE]))


def extra_of(delivery: Delivery) -> dict[str, object]:
    """Return what log records about a job carry."""
    return {"job_id": delivery.id, "job": delivery.name, "queue": delivery.queue, "attempt": delivery.attempt}
