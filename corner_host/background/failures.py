"""The last items that failed, kept for whoever asks. What an error held in its frames is not kept alive."""

from collections import deque
from datetime import UTC, datetime
from traceback import TracebackException
from typing import final

from corner_host.hosting import Place
from corner_host.hosting.waiting_at import raised_at

from .views import FailedItem, short_name

MOST = 200
"""How many are kept."""


@final
class Failures:
    """A ring of failures; noting one is cheap, since text is made of it only when it is read."""

    def __init__(self) -> None:
        self._kept: deque[_Kept] = deque(maxlen=MOST)

    def note(self, name: str, job: str, error: BaseException, seconds: float) -> str:
        """Keep that an item raised *error* after so many *seconds*; returns what a person is told."""
        kept = _Kept(name, job, error, seconds)
        self._kept.append(kept)
        return kept.told()

    def latest(self, limit: int) -> tuple[FailedItem, ...]:
        """Return the last ones, the newest first."""
        kept = list(self._kept)
        return tuple(each.item() for each in reversed(kept[-limit:] if limit > 0 else []))


class _Kept:
    __slots__ = ("_error", "_job", "_kind", "_name", "_place", "_seconds", "_when")

    def __init__(self, name: str, job: str, error: BaseException, seconds: float) -> None:
        self._name = name
        self._job = job
        self._kind = type(error).__qualname__
        self._error = TracebackException.from_exception(error, lookup_lines=False, compact=True)
        self._place: Place = raised_at(error)
        self._seconds = seconds
        self._when = datetime.now(UTC)

    def told(self) -> str:
        place = f" ({self._place.near})" if self._place.file else ""
        message = str(self._error)
        what = f"{self._kind}: {message}" if message else self._kind
        return f"{short_name(self._name, self._job)} failed after {self._seconds:.2f} s\n{what}{place}"

    def item(self) -> FailedItem:
        return FailedItem(
            name=self._name,
            job=self._job,
            error_type=self._kind,
            message=str(self._error),
            place=self._place,
            traceback="".join(self._error.format()),
            failed_at=self._when,
            seconds=self._seconds,
        )
