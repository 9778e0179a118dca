"""Who does what a program does at this moment: a route, a job, a schedule. Kept with a job, so that one can ask who put it.

    with originating("POST /orders"):
        await jobs.enqueue(SendReceipt(order_id=7))  # its JobInfo.enqueued_by is "POST /orders"

It holds for the task that says it, and for the tasks and worker threads that this one starts inside. Jobs, schedules,
hosted services and requests say it by themselves.
"""

from collections.abc import Callable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Final, TypeAlias, final

MOST_CHARACTERS: Final = 200
"""Of an origin; what is longer is cut."""

Origin: TypeAlias = str | Callable[[], str | None]
"""A name, or what returns one: asked only when somebody wants to know, as a route is not known before the request is routed."""

_origin: Final[ContextVar[Origin | None]] = ContextVar("corner_host.origin", default=None)


@final
class originating:  # noqa: N801 - reads as a verb where it is used; quicker than a generator
    """From here to the end of the block, *what* is the origin of what is done."""

    __slots__ = ("_before", "_what")

    def __init__(self, what: Origin) -> None:
        self._what = what

    def __enter__(self) -> None:
        self._before: Token[Origin | None] = _origin.set(self._what)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _origin.reset(self._before)


def originate(what: Origin) -> None:
    """From here to the end of the running task, and in what it starts, *what* is the origin of what is done."""
    _origin.set(what)


def current_origin() -> str | None:
    """Return who does what is done here, in at most 200 characters; None where nobody has said it.

    Where it is said by a function that raises, it is None: not to know who puts a job must not keep it from being put.

    Example:
        >>> with originating(lambda: "GET /"):
        ...     current_origin()
        'GET /'
    """
    what = _origin.get()
    if callable(what):
        try:
            what = what()
        except Exception:  # noqa: BLE001 - see above
            return None
    return what[:MOST_CHARACTERS] if what else None
