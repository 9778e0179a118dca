"""The background queue in a test's hands: the real pipeline, one item after the other."""

from typing import final

from corner_host.background import BackgroundTaskQueue, QueueClosedError, QueuedHostedService, QueueOptions
from corner_host.di import ServiceProvider
from corner_host.hosting import HostedService
from corner_host.primitives import CornerHostError


@final
class NothingQueuedError(CornerHostError, AssertionError):
    """A test wants the next item run, and nothing is queued."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing is queued.\nTo fix: look whether the item was queued at all, or whether it ran already."
        )


@final
class QueueDriver:
    """Runs what is queued where a test says so.

    With ``BackgroundJobs:EnableBackgroundJobs`` false nothing drains the queue but this; else the host drains it, and
    `drain` waits for that.

    Args:
        queue: The host's.
        provider: The host's services; each item gets a scope of its own.
    """

    def __init__(self, queue: BackgroundTaskQueue, provider: ServiceProvider) -> None:
        self._queue = queue
        self._provider = provider

    def __len__(self) -> int:
        """Return how many items wait."""
        return len(self._queue)

    def __bool__(self) -> bool:
        """A driver is there, whatever is queued."""
        return True

    async def run_next(self) -> object:
        """Run the item that is next, and return what it returns.

        Raises:
            NothingQueuedError: Nothing is queued.
            BaseException: What the item raised; it is counted as failed all the same.
        """
        if not len(self._queue):
            raise NothingQueuedError
        try:
            item = await self._queue.dequeue()
        except QueueClosedError:
            raise NothingQueuedError from None
        return await item.run(self._provider)

    async def drain(self) -> None:
        """Return once nothing waits and nothing runs; what nobody drains is run here, to its end or to its error."""
        while len(self._queue) and not self._is_drained_by_the_host():
            await self.run_next()
        await self._queue.join()

    def _is_drained_by_the_host(self) -> bool:
        services = [
            each for each in self._provider.get_services(HostedService) if isinstance(each, QueuedHostedService)
        ]
        options = self._provider.get_service(QueueOptions)
        return bool(services) and (options is None or options.enabled)
