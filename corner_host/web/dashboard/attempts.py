"""How often one may try to sign in. Pure: the time is passed in.

This keeps a guesser from costing anything, and from finding a token that somebody made up. It is counted by address
alone, so that nobody keeps others out by guessing; and who comes from a guesser's address with the right one, of the
length that nobody guesses, does not wait.
"""

from collections import OrderedDict, deque
from typing import Final, final

from .keyring import Keyring

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

    def user_of(self, token: str, keys: Keyring, client: str, *, now: float) -> tuple[str | None, float]:
        """Return whose *token* it is, if anybody's, and how many seconds *client* must wait before that counts; 0.0 for none.

        A wrong one is counted.
        """
        wait, user = self.wait(client, now=now), keys.user_of(token)
        if user is None and not wait:
            self.failed(client, now=now)
        return user, 0.0 if user is not None and keys.is_long(token) else wait

    def failed(self, client: str, *, now: float) -> None:
        """Count a wrong token."""
        self._clients.setdefault(client, deque(maxlen=PER_CLIENT)).append(now)
        self._clients.move_to_end(client)
        if len(self._clients) > _MOST_CLIENTS:
            self._clients.popitem(last=False)
