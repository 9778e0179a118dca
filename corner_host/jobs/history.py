"""What a line of a job's history says of an attempt that has ended, the same on every engine. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from .contracts import Again, Cancelled, Dead, Done, Failure, Outcome, Released
from .info import JobEvent, JobEventKind, JobInfo, JobState

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
    if isinstance(outcome, Released):
        return outcome.reason
    return f"again in {outcome.delay:.1f} s" if isinstance(outcome, Again) else ""


def with_its_success(info: JobInfo, history: Sequence[JobEvent]) -> Sequence[JobEvent]:
    """Return *history* with the line of a job's success, which is not stored, since it can be read off the job."""
    if info.state is not JobState.SUCCEEDED or info.finished_at is None:
        return history
    success = JobEvent(
        at=info.finished_at,
        event=JobEventKind.SUCCEEDED,
        attempt=info.attempt,
        started_at=info.started_at,
        worker=info.worker,
    )
    return [*history, success]
