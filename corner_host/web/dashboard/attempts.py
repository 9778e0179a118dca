"""How often one may try to sign in. Pure: the time is passed in.

A token cannot be guessed; this keeps a guesser from costing anything. It is counted by address alone, so that nobody keeps
others out by guessing.
"""

from collections import OrderedDict, deque
from typing import Final, final

PER_CLIENT: Final = 10
"""So many wrong tokens a client has within `WINDOW`."""
WINDOW: Final = 60.0
"""Seconds."""
_MOST_CLIENTS: Final = 1000


@final
class Attempts:
    """Counts wrong tokens, by client.

    Example:
        >>> attempts = Attempts()
        >>> for second in range(10): attempts.failed("10.0.0.7", now=second)
        >>> attempts.wait("10.0.0.7", now=10), attempts.wait("10.0.0.8", now=10)
        (50.0, 0.0)
    """

    def __init__(self) -> None:
        self._clients: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, client: str, *, now: float) -> float:
        """Return how many seconds *client* must wait before it may try; 0 for none."""
        own: deque[float] = self._clients.get(client, deque())
        return max(0.0, own[0] + WINDOW - now) if len(own) == PER_CLIENT else 0.0

    def failed(self, client: str, *, now: float) -> None:
        """Count a wrong token."""
        self._clients.setdefault(client, deque(maxlen=PER_CLIENT)).append(now)
        self._clients.move_to_end(client)
        if len(self._clients) > _MOST_CLIENTS:
            self._clients.popitem(last=False)
