"""What the tests for job engines stand on: an engine of a store that is new for each test."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import anyio
import anyio.lowlevel

from corner_host.jobs import JobEngine

from .job_bench import JobBench


def equal(found: Any, wanted: Any) -> None:
    """Fail unless they are equal; says what was found, also where nobody rewrites assertions."""
    if found != wanted:
        raise AssertionError(f"found {found!r}, should be {wanted!r}")


async def until(seen: Callable[[], Awaitable[bool]], *, seconds: float = 60.0) -> None:
    """Return once *seen* says so; it is asked again and again.

    Raises:
        TimeoutError: It has not, within *seconds*.
    """
    with anyio.fail_after(seconds):
        while True:
            if await seen():
                return
            await anyio.sleep(0.01)


class JobEngineSuite(ABC):
    """Derive from `JobEngineConformance`, and say how an engine is made.

    Attributes:
        across_processes: Whether another process that calls the factory works on the same store.
        cancel_outlives_worker: Whether a job that was cancelled while it ran stays so when its worker gives it back, or is
            lost, before it has ended; where not, it runs again.
        backends: What the engine runs on, of ``asyncio`` and ``trio``.
    """

    across_processes: ClassVar[bool] = True
    cancel_outlives_worker: ClassVar[bool] = False
    backends: ClassVar[tuple[str, ...]] = ("asyncio", "trio")

    @abstractmethod
    def engine_factory(self, *, lease: float) -> Callable[[], JobEngine]:
        """Make a store that is empty, and return what makes engines on it.

        Called once or more in a test. What is returned must be picklable, as a ``functools.partial`` of a class or of a
        function of a module is: other processes of the test call it as well.

        Args:
            lease: How long a worker may be silent before its jobs are given to others, in seconds.
        """

    async def restart_server(self) -> None:
        """Stop the server behind the engine and start it again, with its data; nothing where there is no server."""
        await anyio.lowlevel.checkpoint()

    @asynccontextmanager
    async def on_the_bench(self, *, lease: float = 30.0) -> AsyncGenerator[JobBench]:
        """Open an engine on a new store."""
        engine = self.engine_factory(lease=lease)()
        async with engine.opened():
            yield JobBench(engine)
