"""The ledger against the engine: what became of each job."""

from dataclasses import dataclass, field
from typing import final

from corner_host.jobs import JobClient, JobEventKind, JobInfo, JobState

from .ledger import Story

_TAKEN_OVER = {JobEventKind.WORKER_LOST, JobEventKind.RELEASED}


@final
@dataclass(slots=True)
class Verdict:
    """What is wrong, by job, and what is only worth knowing.

    Attributes:
        jobs: How many jobs the engine had accepted.
        succeeded: How many succeeded, by the engine and by the ledger.
        dead: How many are dead letters.
        lost: Jobs that were accepted, and the engine does not know them, or they never end.
        unreported: Jobs of which the engine says something else than the ledger.
        twice: Jobs that finished more than once.
        unexplained: Those of them without a cause.
        of_lost_answers: Jobs that ran although their put had failed for the caller.
    """

    jobs: int
    succeeded: int = 0
    dead: int = 0
    lost: list[str] = field(default_factory=list[str])
    unreported: list[str] = field(default_factory=list[str])
    twice: list[str] = field(default_factory=list[str])
    unexplained: list[str] = field(default_factory=list[str])
    of_lost_answers: int = 0

    @property
    def is_good(self) -> bool:
        """Whether the engine kept what it promised."""
        return not (self.lost or self.unreported or self.unexplained)

    def __str__(self) -> str:
        lines = [
            f"accepted {self.jobs}, succeeded {self.succeeded}, dead letters {self.dead}",
            f"lost {len(self.lost)}, unreported {len(self.unreported)}",
            f"finished twice {len(self.twice)}, of them without a cause {len(self.unexplained)}",
            f"ran although their put had failed for the caller: {self.of_lost_answers}",
        ]
        for name in ("lost", "unreported", "unexplained"):
            lines += [f"  {name}: {job_id}" for job_id in getattr(self, name)[:10]]
        return "\n".join(lines)


async def judge(story: Story, client: JobClient, *, lease: float) -> Verdict:
    """Ask the engine after each job, and compare."""
    verdict = Verdict(jobs=len(story.put), of_lost_answers=len(set(story.begins) - story.put))
    for job_id in sorted(story.put | set(story.begins)):
        info = await client.get(job_id)
        if info is None or not info.state.has_ended:
            verdict.lost.append(job_id)
            continue
        verdict.succeeded += info.state is JobState.SUCCEEDED
        verdict.dead += info.state is JobState.DEAD
        if not _agree(story, info):
            verdict.unreported.append(job_id)
        if len(story.ends.get(job_id, ())) > 1:
            verdict.twice.append(job_id)
            told = any(event.event in _TAKEN_OVER for event in info.history)
            if not told and not story.explains(job_id, lease=lease):
                verdict.unexplained.append(job_id)
    return verdict


def _agree(story: Story, info: JobInfo) -> bool:
    """Whether what succeeded has finished, and what is dead says why."""
    if info.state is JobState.SUCCEEDED:
        return bool(story.ends.get(info.id))
    return info.state is JobState.DEAD and info.error_type in {"JobFailed", "WorkerLost"}
