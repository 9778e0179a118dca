"""What the tests of configuration share."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from corner_host.configuration import Configuration, ConfigurationBuilder, ConfigurationRoot, KeyValueProvider


def root_of(*layers: Mapping[str, str | None]) -> ConfigurationRoot:
    """A root with one in-memory source for each layer."""
    builder = ConfigurationBuilder()
    for layer in layers:
        builder.add_in_memory_collection(layer)
    return builder.build()


def json_of(*texts: str) -> ConfigurationRoot:
    """A root with one JSON source for each text."""
    builder = ConfigurationBuilder()
    for text in texts:
        builder.add_json_stream(text)
    return builder.build()


def names(configuration: Configuration) -> list[str]:
    """The names of the children, in order."""
    return [child.key for child in configuration.get_children()]


def values(configuration: Configuration) -> dict[str, str | None]:
    """All keys that have a value."""
    return {key: value for key, value in configuration.as_enumerable() if value is not None}


def loaded(source: Any) -> ConfigurationRoot:
    """A root with one source."""
    return ConfigurationBuilder().add(source).build()


def failing() -> None:
    """A callback of an application that is wrong."""
    raise KeyError("failing")


class Planets(KeyValueProvider):
    """A source of an application, which counts what is done to it."""

    def __init__(self, values: Mapping[str, str | None] | None = None, *, name: str = "planets") -> None:
        super().__init__(name)
        self.values = dict(values or {})
        self.loads = 0
        self.closes = 0
        self.error: Exception | None = None

    def build(self, builder: object) -> "Planets":
        return self

    def load(self) -> None:
        self.loads += 1
        if self.error is not None:
            raise self.error
        self.replace(self.values)

    def changed(self) -> None:
        """Load and say so, as a source does that notices changes by itself."""
        self.load()
        for callback in self.reload_callbacks:
            callback()

    def close(self) -> None:
        self.closes += 1


class Awaited:
    """Waits until something that another thread brings about is true; looks again at each event."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self.events = 0

    def __call__(self) -> None:
        """Count an event; to be used as a callback."""
        with self._condition:
            self.events += 1
            self._condition.notify_all()

    def until(self, reached: Callable[[], bool], seconds: float = 20.0) -> bool:
        """Wait until *reached*."""
        with self._condition:
            return self._condition.wait_for(reached, seconds)
