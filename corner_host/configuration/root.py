"""The configuration as a whole."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

import corner_host.configuration as door

from .configuration import Configuration
from .contracts import ConfigurationProvider
from .snapshot import Snapshot
from .store import Store


class ConfigurationRoot(Configuration):
    """All values of all providers; the provider added last wins, key by key.

    Close it (or leave its ``with`` block) to stop watching files; values can still be read.
    """

    def __init__(self, providers: Sequence[ConfigurationProvider]) -> None:
        """Take over *providers*, already loaded, in order of rising priority."""
        super().__init__(Store(self._follow), None)
        self._spellings = self._store.snapshot.spellings
        self._store.use(providers)

    def __getitem__(self, key: str) -> str | None:
        """The value at *key*, None when it is absent (or null)."""
        try:  # the way of most look-ups, with not one step too many
            return self._spellings[key]
        except KeyError:
            return self._store.snapshot.find(key)

    @property
    def providers(self) -> tuple[ConfigurationProvider, ...]:
        """The providers, in order of rising priority."""
        return self._store.providers

    def reload(self) -> None:
        """Load every provider again, swap the values in one step, and run the callbacks of `on_change`.

        A file that broke or vanished keeps its last good values, and one error record says so.

        Raises:
            ConfigurationStateError: A source, such as a stream, cannot be read again.
        """
        self._store.reload()

    @property
    def reloads(self) -> "door.Reloads":
        """How often the values were loaded again, by `reload` or because a file had changed."""
        return door.Reloads(completed=self._store.completed, failed=self._store.failed)

    def get_debug_view(self, process_value: "Callable[[door.DebugViewContext], str | None] | None" = None) -> str:
        """Return all values as an indented text, each with the provider that won; secrets are masked.

        Args:
            process_value: Returns what is shown in place of a value; nothing else is masked then.

        Example:
            >>> from corner_host.configuration import ConfigurationBuilder
            >>> memory = {"Payment:Url": "https://pay.example", "Payment:ApiKey": "hunter2"}
            >>> print(ConfigurationBuilder().add_in_memory_collection(memory).build().get_debug_view())
            Payment:
              ApiKey=•••••••• (memory)
              Url=https://pay.example (memory)
        """
        return door.debug_view.debug_view(self._store, process_value)

    def explain(self, key: str) -> "door.ConfigurationExplanation":
        """Return what every layer has for *key*, which of them won, and where each value came from.

        Example:
            >>> from corner_host.configuration import ConfigurationBuilder
            >>> builder = ConfigurationBuilder().add_in_memory_collection({"Port": "80"})
            >>> print(builder.add_command_line(["--Port=8080"]).build().explain("Port"))
            Port = 8080
              8080  command line --Port  <- wins
              80    memory
        """
        return door.explain.explain(self._store, key)

    def close(self) -> None:
        """Close the providers: no file is watched any more. Values can still be read and set."""
        self._store.close()

    def _follow(self, snapshot: Snapshot) -> None:
        self._spellings = snapshot.spellings

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        names = ", ".join(provider.name for provider in self.providers)
        return f"<{type(self).__name__} {names}>"
