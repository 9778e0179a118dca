"""Loading the configuration again because a signal asks for it, and telling what has changed."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, final

from corner_host.configuration import Configuration, ConfigurationRoot
from corner_host.primitives import holds_password, is_secret_key, mask

from . import log

_MOST: Final = 5
"""How many changes of a file are told one by one."""


@final
class Reloading:
    """Loads a configuration again whenever it is asked to, in a thread; when asked meanwhile, once more.

    What cannot be loaded keeps its last good values, and is told by an error.

    Args:
        configuration: The host's.
        begins: Called in the thread before each time.
        ends: Called after it, whatever it came to.
    """

    def __init__(
        self,
        configuration: Configuration,
        begins: "Callable[[], object]" = lambda: None,
        ends: "Callable[[], object]" = lambda: None,
    ) -> None:
        self._configuration = configuration
        self._begins = begins
        self._ends = ends
        self._lock = threading.Lock()
        self._is_wanted = self._is_busy = False

    def ask(self) -> None:
        """Have it loaded again; returns at once."""
        with self._lock:
            self._is_wanted = True
            if self._is_busy:
                return
            self._is_busy = True
        threading.Thread(target=self._work, name="corner_host reload", daemon=True).start()

    def _work(self) -> None:
        while self._is_wanted_again():
            try:
                self._begins()
                try:
                    self._load()
                finally:
                    self._ends()
            except Exception as error:  # noqa: BLE001 - what a source or a callback of the application's raises
                log.RELOAD_FAILED(error)

    def _is_wanted_again(self) -> bool:
        with self._lock:
            self._is_busy, self._is_wanted = self._is_wanted, False
            return self._is_busy

    def _load(self) -> None:
        configuration = self._configuration
        if not isinstance(configuration, ConfigurationRoot):
            raise TypeError(f"{configuration!r}, which was registered as Configuration, cannot be loaded again.")
        before, failed = dict(configuration.as_enumerable()), configuration.reloads.failed
        try:
            configuration.reload()
        finally:
            changes = told_changes(configuration, before)
            failed = configuration.reloads.failed - failed
            kept = (
                f"; {failed} source{'s keep their' if failed > 1 else ' keeps its'} last good values" if failed else ""
            )
            log.RELOADED(
                changes=f"{'; '.join(changes)} (reloaded in place)" if changes else "no setting has changed", kept=kept
            )


def told_changes(configuration: ConfigurationRoot, before: Mapping[str, str | None]) -> list[str]:
    """Say for each source which of its settings are others than *before*, from what to what; secrets are masked."""
    after = dict(configuration.as_enumerable())
    by_source: dict[str, list[str]] = {}
    for key in {**before, **after}:
        if before.get(key) != after.get(key):
            winner = configuration.explain(key).winner
            source = Path(winner.file).name if winner is not None and winner.file is not None else "configuration"
            text = f"{key} {_shown(key, before.get(key))} → {_shown(key, after.get(key))}"
            by_source.setdefault(source, []).append(text)
    return [
        f"{source} changed: {', '.join(texts[:_MOST])}{f' and {len(texts) - _MOST} more' if len(texts) > _MOST else ''}"
        for source, texts in by_source.items()
    ]


def _shown(key: str, value: str | None) -> str:
    if value is None:
        return "(not set)"
    return str(mask(value)) if is_secret_key(key) or holds_password(value) else value
