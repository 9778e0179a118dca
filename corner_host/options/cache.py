"""The options that a monitor has made, by name."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar, final

T = TypeVar("T")


class OptionsCache(Generic[T]):
    """Keeps the options of a class by name; names have case. Thread-safe.

    A making that failed is kept too, and fails again until the entry is replaced or removed. Register another class for
    ``OptionsCache[X]`` to keep those of X elsewhere; monitors go through these methods.
    """

    def __init__(self) -> None:
        self._entries: dict[str, _Entry[T]] = {}
        self._lock = threading.Lock()

    def get_or_add(self, name: str, create: Callable[[], T]) -> T:
        """Return the options called *name*; if there are none, have them made, once for all threads."""
        entry = self._entries.get(name)
        if entry is None:
            with self._lock:
                entry = self._entries.setdefault(name, _Entry(create))
        return entry.get()

    def get(self, name: str) -> T | None:
        """Return the options called *name* if they were made, and made well."""
        with self._lock:
            entry = self._entries.get(name)
        return None if entry is None else entry.value

    def set(self, name: str, options: T) -> None:
        """Keep *options* under *name*, in place of any others."""
        with self._lock:
            self._entries[name] = _Entry(lambda: options)
        self._entries[name].get()

    def remove(self, name: str) -> bool:
        """Forget the options called *name*; the next reader has them made anew. Returns whether there were any."""
        with self._lock:
            return self._entries.pop(name, None) is not None

    def clear(self) -> None:
        """Forget all of them. Nobody is told."""
        with self._lock:
            self._entries.clear()

    def names(self) -> tuple[str, ...]:
        """Return the names that were asked for."""
        with self._lock:
            return tuple(self._entries)


@final
class _Entry(Generic[T]):
    """A value that is made when it is first asked for; an error is remembered like a value."""

    def __init__(self, create: Callable[[], T]) -> None:
        self._create = create
        self._lock = threading.RLock()
        self._made = False
        self._error: Exception | None = None
        self.value: T | None = None

    def get(self) -> T:
        if not self._made:
            with self._lock:
                self._make()
        if self._error is not None:
            raise self._error.with_traceback(None)
        return self.value  # type: ignore[return-value] # made without an error

    def _make(self) -> None:
        if self._made:  # by another thread, meanwhile
            return
        try:
            self.value = self._create()
        except Exception as error:  # noqa: BLE001 - remembered, and raised to every reader
            self._error = error
        self._made = True
