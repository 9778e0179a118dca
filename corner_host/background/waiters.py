"""Who waits for the queue: a task, or a thread without an event loop.

A waiter is woken at most once, from any thread, and waking never blocks: the queue does it while it holds its lock.
"""

from threading import Lock, get_ident
from typing import Generic, TypeVar, final

from anyio import NoEventLoopError

from corner_host.primitives import LoopHandle
from corner_host.primitives.wake_up import WakeUp, wake_up

T = TypeVar("T")


@final
class TaskWaiter(Generic[T]):
    """A task that waits, with what it has brought.

    Attributes:
        subject: What it has brought.
        refused: Whether it was woken for nothing.
        is_woken: Whether it goes on, or will as soon as it can.
        thread: Where its event loop runs.
    """

    __slots__ = ("_wake_up", "is_woken", "refused", "subject", "thread")

    def __init__(self, subject: T) -> None:
        self.subject = subject
        self.refused = False
        self.thread = get_ident()
        self.is_woken = False
        self._wake_up: WakeUp | None = None

    def wake(self) -> None:
        """Let the task go on."""
        self.is_woken = True
        if self._wake_up is not None:
            self._wake_up.set()

    async def wait(self) -> None:
        """Return once woken."""
        self._wake_up = own = wake_up()
        if not self.is_woken:  # looked at after it can be woken
            await own.wait()


@final
class ThreadWaiter(Generic[T]):
    """A thread that waits, with what it has brought.

    Raises:
        RuntimeError: An event loop runs in this thread; blocking would stop what it waits for.
    """

    __slots__ = ("_gate", "refused", "subject")

    def __init__(self, subject: T) -> None:
        try:
            LoopHandle.current()
        except NoEventLoopError:
            pass
        else:
            raise RuntimeError(
                "The queue is full, and waiting here would block the event loop that empties it.\n"
                "To fix: await queue_background_work_item(...) in a task; the _from_thread form is for other threads."
            )
        self.subject = subject
        self.refused = False
        self._gate = Lock()
        self._gate.acquire()

    def wake(self) -> None:
        """Let the thread go on."""
        self._gate.release()

    def wait(self) -> None:
        """Return once woken; Ctrl+C gets through."""
        self._gate.acquire()
