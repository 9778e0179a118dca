"""What parent and child tell each other: how the dashboard is entered, that the host stops, that it begins again.

The parent hands each child a variable, which the child takes away at once, and one end of a pair of sockets. A byte from the
child says that it stops; a byte to it, that another child follows.
"""

import json
import os
import select
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Final, Self, final

DASHBOARD_PORT: Final = 5080
_CHILD: Final = "CORNER_HOST_DEV_CHILD"
_BYTE: Final = b"."


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Inheritance:
    """What a child gets from its parent.

    Args:
        header: What stands above the story of the first start.
        token: Signs in to the dashboard, with every child alike: a page that is open stays so.
        port: Where the dashboard is, if the settings do not say: the same for every child.
        follows: Whether it takes the place of another child.
        socket: The descriptor of its end; None where none can be handed down, as on Windows.
    """

    header: str
    token: str
    port: int = DASHBOARD_PORT
    follows: bool = False
    socket: int | None = None

    def environment(self) -> dict[str, str]:
        """Return the environment to start the child in."""
        return {**os.environ, _CHILD: json.dumps(asdict(self))}

    @classmethod
    def take(cls) -> Self | None:
        """Return what this process has been handed; None if it is nobody's child."""
        text = os.environ.pop(_CHILD, None)
        return None if text is None else cls(**json.loads(text))


@final
class Line:
    """One end of the pair of sockets."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def say(self) -> None:
        """Send a byte."""
        with suppress(OSError):  # nobody listens any more
            self._end.send(_BYTE)

    def has_heard(self) -> bool:
        """Tell whether a byte has come."""
        with suppress(OSError):
            return bool(select.select([self._end], [], [], 0)[0]) and self._end.recv(1) == _BYTE
        return False

    def hears_or_ends(self, seconds: float) -> bool:
        """Tell whether a byte comes, or the other side ends, within so many *seconds*."""
        return bool(select.select([self._end], [], [], seconds)[0])

    def close(self) -> None:
        """Hang up."""
        self._end.close()


def is_free(port: int) -> bool:
    """Tell whether nobody listens at *port* of this machine."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def port_for_dashboard() -> int:
    """Return the usual port; where that is taken, one that is free."""
    if is_free(DASHBOARD_PORT):
        return DASHBOARD_PORT
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])
