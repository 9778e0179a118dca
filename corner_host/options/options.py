"""Options that never change, and options as they are in one scope."""

import threading
from typing import Generic, TypeVar, cast, final

from .factory import OptionsFactory

T = TypeVar("T")
V = TypeVar("V")


class Options(Generic[T]):
    """The default-named options of a class: made when first read, the same ever after, even when the configuration changes.

    Example:
        >>> from dataclasses import dataclass
        >>> @dataclass
        ... class MailOptions:
        ...     port: int = 25
        >>> Options.of(MailOptions(port=587)).value.port
        587
    """

    def __init__(self, factory: OptionsFactory[T]) -> None:
        self._factory: OptionsFactory[T] | None = factory
        self._lock = threading.RLock()
        self._value: T | None = None

    @staticmethod
    def of(value: V) -> "Options[V]":
        """Return ready options, as a test hands them to a constructor."""
        options = cast("Options[V]", object.__new__(Options))
        options._factory = None
        options._lock = threading.RLock()
        options._value = value
        return options

    @property
    def value(self) -> T:
        """The options.

        Raises:
            OptionsValidationError: They are not valid. The next reading tries again.
        """
        value = self._value
        return self._made() if value is None else value

    def _made(self) -> T:
        with self._lock:
            if self._value is not None:  # another thread was quicker
                return self._value
            return self.settle(cast("OptionsFactory[T]", self._factory).create(""))

    def settle(self, value: T) -> T:
        """Take *value*, unless there is one already; returns the one that counts. Startup validation does this."""
        with self._lock:
            if self._value is None:
                self._value = value
            return self._value


@final
class OptionsSnapshot(Generic[T]):
    """The options of a class as they are for the length of a scope: made once for each name.

    A scope that is opened after the configuration has changed sees the new values.
    """

    def __init__(self, factory: OptionsFactory[T]) -> None:
        self._factory = factory
        self._lock = threading.RLock()
        self._values: dict[str, T] = {}

    @property
    def value(self) -> T:
        """The default-named options."""
        return self.get("")

    def get(self, name: str) -> T:
        """Return the options called *name*.

        Raises:
            OptionsValidationError: They are not valid.
        """
        with self._lock:
            if name not in self._values:
                self._values[name] = self._factory.create(name)
            return self._values[name]
