"""One value in the cache: how it is described, and when it ends.

`CacheEntry` is what factories and ``with`` blocks fill in. It is checked and closed when it is stored, and measures its
own age from then on; the cache's lock guards that.
"""

from datetime import datetime
from typing import Any, Final, final

from corner_host.primitives import CancellationToken, CancellationTokenRegistration, Clock, Duration, name_of, seconds

from .contracts import CacheItemPriority, EvictionCallback, Expiration
from .errors import CacheEntryError


@final
class Missing:
    """The type of `MISSING`."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()
"""No value; None is one."""


@final
class CacheEntry:
    """A value and the rules by which it leaves the cache.

    All attributes may be set until the entry is stored: at the end of ``with cache.create_entry(...)``, or when the
    factory that got it has returned.

    Attributes:
        key: What the value is found by.
        value: The value; `MISSING` until one is set.
        absolute_expiration: When it ends: in seconds, as a ``timedelta`` or an aware ``datetime``; None: never.
        sliding_expiration: After how long without a hit it ends, in seconds or as a ``timedelta``; None: never.
        size: Its share of the cache's size limit, at least 0, in a unit of your own.
        priority: How willingly it makes room for others.
        expiration_token: Ends it when cancelled.
        on_evicted: Called when it has left, with key, value and reason.
    """

    __slots__ = (
        "_closed", "_date", "_deadline", "_registration", "_sliding", "_used_at", "absolute_expiration",
        "expiration_token", "key", "last_use", "on_evicted", "priority", "size", "sliding_expiration", "value",
    )  # fmt: skip

    def __init__(
        self,
        key: Any,
        value: Any = MISSING,
        *,
        absolute_expiration: Expiration | None = None,
        sliding_expiration: Duration | None = None,
        size: int | None = None,
        priority: CacheItemPriority = CacheItemPriority.NORMAL,
        expiration_token: CancellationToken | None = None,
        on_evicted: EvictionCallback | None = None,
    ) -> None:
        self._closed = False
        self.key = key
        self.value = value
        self.absolute_expiration = absolute_expiration
        self.sliding_expiration = sliding_expiration
        self.size = size
        self.priority = priority
        self.expiration_token = expiration_token
        self.on_evicted = on_evicted

    def __setattr__(self, name: str, value: object) -> None:
        if name in _OPEN and self._closed:
            raise CacheEntryError(f"The entry {self.key!r} is stored: {name} cannot be set any more.", key=self.key)
        object.__setattr__(self, name, value)

    def store(self, clock: Clock) -> None:
        """Check what was set and start to age.

        Raises:
            ValueError: A value is out of range; the message names it.
            TypeError: A value is of the wrong type.
        """
        if self.size is not None and self.size < 0:
            raise ValueError(f"size must be at least 0, not {self.size!r}")
        if self.on_evicted is not None and not callable(self.on_evicted):
            raise TypeError(f"on_evicted must be callable, not {name_of(type(self.on_evicted))}")
        now = clock.monotonic()
        self._deadline: float | None = None
        self._date: datetime | None = None
        self._sliding: float | None = None
        if isinstance(self.absolute_expiration, datetime):
            if self.absolute_expiration.utcoffset() is None:
                raise ValueError(f"absolute_expiration must be an aware datetime, not {self.absolute_expiration!r}")
            self._date = self.absolute_expiration
        elif self.absolute_expiration is not None:
            self._deadline = now + seconds(self.absolute_expiration, "absolute_expiration", above=0.0)
        if self.sliding_expiration is not None:
            self._sliding = seconds(self.sliding_expiration, "sliding_expiration", above=0.0)
        self._used_at = now
        self._registration: CancellationTokenRegistration | None = None
        self.last_use = 0
        self._closed = True

    def watch(self, registration: CancellationTokenRegistration) -> None:
        """Keep the registration at the expiration token until the entry leaves."""
        self._registration = registration

    def release(self) -> None:
        """Let go of the expiration token."""
        if self._registration is not None:
            self._registration.unregister()

    def use(self, clock: Clock, number: int) -> None:
        """Be hit: sliding expiration starts again; *number* counts all hits of the cache."""
        self.last_use = number
        if self._sliding is not None:
            self._used_at = clock.monotonic()

    def expired_for(self, clock: Clock) -> float | None:
        """Return how long ago this ended, in seconds; None when it has not."""
        ages: list[float] = []
        if self._date is not None:
            ages.append((clock.now() - self._date).total_seconds())
        if self._deadline is not None or self._sliding is not None:
            now = clock.monotonic()
            if self._deadline is not None:
                ages.append(now - self._deadline)
            if self._sliding is not None:
                ages.append(now - self._used_at - self._sliding)
        age = max(ages, default=-1.0)
        return age if age >= 0 else None


_OPEN = frozenset({
    "key", "value", "absolute_expiration", "sliding_expiration", "size", "priority", "expiration_token", "on_evicted",
})  # fmt: skip
