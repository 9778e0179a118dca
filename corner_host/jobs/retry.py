"""When a failed job runs again.

Pure decisions: no clock, no store, no logging; ``dispatch`` asks this module. Durations are float seconds. A handler that
wants to decide by hand raises `RetryLater` or `JobFailed`.

Not here: lost workers (the engine counts attempts when it claims), cron times (``schedule``).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import random
from typing import Any, Final, final

from corner_host.primitives import Backoff, CornerHostError, Duration
from corner_host.primitives import seconds as as_seconds

from .contracts import Again, Dead, Failure, Released

_DEPLOY_SECONDS: Final = 3_600.0
"""For so long, versions of a program that know a job may run beside others that do not."""
_LONGEST_SECONDS: Final = 30.0


@final
class RetryLater(CornerHostError, RuntimeError):  # noqa: N818 - a decision of the handler, not an error
    """Raised by a handler: run this job again after a while.

    The attempt counts, so that a job cannot put itself off for ever.

    Args:
        seconds: How long to wait; float seconds or a ``timedelta``, at least 0.
        reason: What to show meanwhile.

    Attributes:
        delay: The same in float seconds.
    """

    def __init__(self, seconds: Duration, reason: str = "") -> None:
        self.delay = as_seconds(seconds, "RetryLater")
        self.reason = reason
        super().__init__(reason or f"to be run again in {self.delay:g} s")


@final
class JobFailed(CornerHostError, RuntimeError):  # noqa: N818 - a decision of the handler
    """Raised by a handler: this job will never succeed; put it into the dead letters at once.

    Args:
        reason: What an operator should read.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Which failures of a handler are tried again, how often, and after how long.

    Args:
        max_attempts: How often a job is started at most, from 1; 1 means never again.
        backoff: How long to wait in between.
        retry_on: Kinds of error that are tried again.
        give_up_on: Kinds of error that are not, although they are in *retry_on*.

    Raises:
        ValueError: *max_attempts* is below 1.
        TypeError: A kind of error is none.

    Example:
        >>> policy = RetryPolicy(max_attempts=2, give_up_on=(PermissionError,))
        >>> policy.tries_again(OSError("busy"), attempt=1), policy.tries_again(PermissionError(), attempt=1)
        (True, False)
    """

    max_attempts: int = 5
    backoff: Backoff = field(default_factory=lambda: Backoff(first=2.0, ceiling=600.0))
    retry_on: tuple[type[Exception], ...] = (Exception,)
    give_up_on: tuple[type[Exception], ...] = ()

    def __post_init__(self) -> None:
        if self.max_attempts < 1:
            raise ValueError(f"RetryPolicy.max_attempts must be at least 1, not {self.max_attempts!r}")
        for name in ("retry_on", "give_up_on"):
            given: Any = getattr(self, name)
            kinds = (given,) if isinstance(given, type) else tuple(given)
            if not all(isinstance(kind, type) and issubclass(kind, Exception) for kind in kinds):
                raise TypeError(f"RetryPolicy.{name} takes classes of exceptions, not {given!r}")
            object.__setattr__(self, name, kinds)

    def tries_again(self, error: Exception, *, attempt: int) -> bool:
        """Whether a job whose attempt number *attempt* (from 1) failed with *error* runs again."""
        if isinstance(error, JobFailed) or attempt >= self.max_attempts:
            return False
        if isinstance(error, RetryLater):
            return True
        return isinstance(error, self.retry_on) and not isinstance(error, self.give_up_on)

    def decide(
        self, error: Exception, failure: Failure, *, attempt: int, draw: Callable[[], float] = random
    ) -> Again | Dead:
        """Return what becomes of a job whose attempt number *attempt* failed with *error*."""
        if not self.tries_again(error, attempt=attempt):
            return Dead(failure)
        if isinstance(error, RetryLater):
            return Again(error.delay, failure)
        return Again(self.backoff.delay(failures=attempt, draw=draw), failure)


def for_another_version(age: float, *, draw: Callable[[], float] = random) -> Released | None:
    """Return how a job without a handler, put *age* seconds ago, is given back to those that may have one.

    None when it has waited for that long enough.

    Example:
        >>> for_another_version(40.0, draw=lambda: 0.5)
        Released(delay=10.0, reason='it has no handler here; again in 10.0 s')
    """
    if age > _DEPLOY_SECONDS:
        return None
    delay = min(_LONGEST_SECONDS, max(1.0, age / 4)) * (0.5 + draw())
    return Released(delay, f"it has no handler here; again in {delay:.1f} s")
