"""Jobs that are put together, some of them to run after others of them: in which order they are stored. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .contracts import Duplicate, Enqueued, NewJob
from .errors import JobNotFoundError


def in_generations(jobs: Sequence[NewJob]) -> Sequence[Sequence[NewJob]]:
    """Return *jobs* in groups: whoever runs after another of them comes in a later group than that one.

    Raises:
        JobNotFoundError: Some wait for each other, and so would for ever.
    """
    if all(job.parent is None for job in jobs):
        return [jobs]
    generations: list[list[NewJob]] = []
    left = list(jobs)
    while left:
        ids = {job.id for job in left}
        generation = [job for job in left if job.parent not in ids]
        if not generation:
            names = ", ".join(job.name for job in left)
            raise JobNotFoundError(
                f"These jobs are each to run after another one of them: {names}. Nothing was stored."
            )
        generations.append(generation)
        left = [job for job in left if job.parent in ids]
    return generations


def parents_elsewhere(jobs: Sequence[NewJob]) -> set[str]:
    """Return the ids of the jobs that some of *jobs* are to run after, and that are none of them."""
    parents = {job.parent for job in jobs if job.parent is not None}
    return parents - {job.id for job in jobs} if parents else parents


def with_its_parent(job: NewJob, answers: Mapping[str, Enqueued | Duplicate]) -> NewJob:
    """Return *job* to run after the job that its parent became: of one that was a duplicate, the one that has its key.

    Example:
        >>> child = NewJob(id="2", name="mail", queue="default", payload=b"", parent="1")
        >>> with_its_parent(child, {"1": Duplicate("0")}).parent
        '0'
    """
    parent = None if job.parent is None else answers.get(job.parent)
    return job if parent is None or parent.id == job.parent else replace(job, parent=parent.id)
