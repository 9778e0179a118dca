"""What a line of a job's history says of an attempt that has ended, the same on every engine. Pure."""

from collections.abc import Mapping
from typing import Final

from .contracts import Again, Cancelled, Dead, Done, Failure, Outcome, Released
from .info import JobEventKind

EVENTS: Final[Mapping[type[Outcome], JobEventKind]] = {
    Done: JobEventKind.SUCCEEDED,
    Again: JobEventKind.FAILED,
    Dead: JobEventKind.DIED,
    Cancelled: JobEventKind.CANCELLED,
    Released: JobEventKind.RELEASED,
}
"""What each outcome is."""


def failure_in(outcome: Outcome) -> Failure | None:
    """Return what the attempt failed with; None where it did not."""
    return outcome.failure if isinstance(outcome, Again | Dead) else None


def detail_of(outcome: Outcome) -> str:
    """Return what else there is to say, for a person.

    Example:
        >>> detail_of(Again(2.5)), detail_of(Done())
        ('again in 2.5 s', '')
    """
    return f"again in {outcome.delay:.1f} s" if isinstance(outcome, Again) else ""
