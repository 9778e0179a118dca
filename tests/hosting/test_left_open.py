"""A task group or cancel scope that a service enters and does not leave where it entered it, as anyio demands.

It breaks the task group that holds everything; the culprit is named, and the others are stopped nevertheless.
"""

from typing import Any

import anyio
import pytest

from corner_host.hosting import BackgroundService
from corner_host.primitives import CancellationToken
from tests.hosting.journal import Journal, host_of


class Spawning:
    """Enters a task group when it starts, and leaves it when it stops: the mistake that many make."""

    async def start(self) -> None:
        self.tasks = await anyio.create_task_group().__aenter__()
        self.tasks.start_soon(anyio.sleep_forever)

    async def stop(self) -> None:
        self.tasks.cancel_scope.cancel()
        await self.tasks.__aexit__(None, None, None)


class Limited:
    """Likewise with a cancel scope."""

    async def start(self) -> None:
        self.scope = anyio.move_on_after(100)
        self.scope.__enter__()

    async def stop(self) -> None:
        self.scope.__exit__(None, None, None)


class Working(BackgroundService):
    """Leaves a task group open when its work ends."""

    async def execute(self, stopping: CancellationToken) -> None:
        self.tasks = await anyio.create_task_group().__aenter__()


class Stopping:
    """Leaves a cancel scope open when it stops."""

    async def start(self) -> None: ...

    async def stop(self) -> None:
        self.scope = anyio.move_on_after(100)
        self.scope.__enter__()


def notes(error: BaseException) -> str:
    """The notes of an error and of its members."""
    members: tuple[Any, ...] = getattr(error, "exceptions", ())
    return "\n".join([*getattr(error, "__notes__", ()), *map(notes, members)])


@pytest.mark.parametrize(
    ("kind", "hook", "lines"),
    [
        (Spawning, "start", ["a start", "a stop"]),
        (Limited, "start", ["a start", "a stop"]),
        (Working, "execute", ["a start", "b start", "b stop", "a stop"]),
        (Stopping, "stop", ["a start", "b start", "b stop", "a stop"]),
    ],
)
async def test_the_culprit_is_named_and_nobody_loses_their_clean_up(
    journal: Journal, kind: type, hook: str, lines: list[str]
) -> None:
    """H1, H7: what had started is stopped, once, in bounded time."""
    host = host_of(journal.service("a"), kind, journal.service("b"))
    if hook == "stop":
        host.lifetime.application_started.register(host.lifetime.stop_application)
    with anyio.fail_after(20), pytest.raises(BaseExceptionGroup) as caught:
        await host.run_async()

    assert journal.lines == lines
    assert f"{kind.__name__}.{hook}()" in notes(caught.value)
    assert host.exit_status == (3 if hook == "start" else 1)
    assert hook == "start" or host.lifetime.application_stopped.is_cancellation_requested
