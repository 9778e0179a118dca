"""Work that goes on while the host runs."""

from abc import ABC, abstractmethod
from typing import ClassVar

import anyio

from corner_host.primitives import CancellationToken

from .contracts import BackgroundServiceCompletionBehavior, BackgroundServiceExceptionBehavior, BackgroundServiceState
from .execution import Execution, begin


class BackgroundService(ABC):
    """A hosted service with one long-running method.

    ``execute`` runs in a task of its own from the start of the service on, and never holds up the start of the host. It
    is asked to stop through its token, and should end then; what has not ended when the budget of the stop is spent is
    cancelled. What it raises stops the host, unless `HostOptions` or the class says otherwise.

    A subclass needs not call ``super().__init__()``. One that overrides ``start`` or ``stop`` calls the one here too.

    Attributes:
        exception_behavior: What happens when ``execute`` raises; None: as `HostOptions` say.
        completion_behavior: What happens when ``execute`` returns while the host runs; None: as `HostOptions` say.
        can_restart: Whether an operator may have ``execute`` stopped and run again while the host runs; None: if the class
            leaves ``start`` and ``stop`` as they are.

    Example:
        >>> class Worker(BackgroundService):
        ...     async def execute(self, stopping: CancellationToken) -> None:
        ...         print("working")
        ...         await stopping.wait()
        >>> async def main() -> None:
        ...     worker = Worker()
        ...     await worker.start()
        ...     await worker.stop()
        ...     print(worker.state)
        >>> anyio.run(main)
        working
        BackgroundServiceState.COMPLETED

    Source: Microsoft.Extensions.Hosting.BackgroundService of .NET 11.
    """

    exception_behavior: ClassVar[BackgroundServiceExceptionBehavior | None] = None
    completion_behavior: ClassVar[BackgroundServiceCompletionBehavior | None] = None
    can_restart: ClassVar[bool | None] = None
    _execution: Execution | None = None

    @abstractmethod
    async def execute(self, stopping: CancellationToken) -> None:
        """Do the work, and return when *stopping* is cancelled.

        It always runs once the service has been started, even if it is stopped right away: then *stopping* is cancelled
        already.
        """

    async def start(self) -> None:
        """Begin ``execute`` in a task of its own. Returns at once."""
        execution = Execution(self, self.execute)
        object.__setattr__(self, "_execution", execution)  # also where the class is a frozen dataclass
        try:
            await anyio.lowlevel.checkpoint_if_cancelled()
        except BaseException:
            execution.never_begin()
            raise
        begin.get()(execution)

    async def stop(self) -> None:
        """Ask ``execute`` to stop, and return once it has ended. What it raised is not raised here.

        If this call is cancelled, ``execute`` is cancelled too.

        Raises:
            ExceptionGroup: Callbacks registered at the stopping token raised; ``execute`` has ended nevertheless.
        """
        if self._execution is not None:
            await self._execution.stop()

    def close(self) -> None:
        """Ask ``execute`` to stop, and do not wait for it; the container calls this at the end."""
        if self._execution is not None:
            self._execution.ask_to_stop()

    @property
    def state(self) -> BackgroundServiceState:
        """Where the service is in its life."""
        return BackgroundServiceState.CREATED if self._execution is None else self._execution.state

    @property
    def exception(self) -> BaseException | None:
        """What ``execute`` raised the last time it failed; None if it never did."""
        return None if self._execution is None else self._execution.exception

    @property
    def restarts(self) -> int:
        """How often ``execute`` was run again."""
        return 0 if self._execution is None else self._execution.restarts
