"""What the child says: that its settings have changed, and that it stops."""

import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Final, final

from corner_host.configuration import ConfigurationManager
from corner_host.hosting import Host
from corner_host.primitives import holds_password, is_secret_key, mask

_log = logging.getLogger("corner_host.dev")
_MOST: Final = 5


def announce_reloads(host: Host) -> None:
    """Log each change of the host's settings: which file, which keys, from what to what; secrets masked."""
    assert isinstance(host.configuration, ConfigurationManager)
    host.configuration.on_change(_Announcer(host.configuration).announce)


def announce_stop(host: Host, pipe: int) -> None:
    """Tell the parent by a byte in *pipe* when the host begins to stop."""

    def tell() -> None:
        with suppress(OSError):  # nobody listens any more
            os.write(pipe, b".")

    host.lifetime.application_stopping.register(tell)


@final
class _Announcer:
    def __init__(self, configuration: ConfigurationManager) -> None:
        self._configuration = configuration
        self._before = dict(configuration.as_enumerable())

    def announce(self) -> None:
        before, after = self._before, dict(self._configuration.as_enumerable())
        self._before = after
        changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
        by_file: dict[str, list[str]] = {}
        for key in changed:
            winner = self._configuration.explain(key).winner
            file = Path(winner.file).name if winner is not None and winner.file is not None else "configuration"
            by_file.setdefault(file, []).append(f"{key} {_shown(key, before.get(key))} → {_shown(key, after.get(key))}")
        for file, texts in by_file.items():
            more = f" and {len(texts) - _MOST} more" if len(texts) > _MOST else ""
            _log.info("%s changed: %s%s (reloaded in place)", file, ", ".join(texts[:_MOST]), more)


def _shown(key: str, value: str | None) -> str:
    if value is None:
        return "(not set)"
    return str(mask(value)) if is_secret_key(key) or holds_password(value) else value
