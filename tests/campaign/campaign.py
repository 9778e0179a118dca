"""One campaign: jobs are put, workers work, faults are made; then all is left to end, and judged."""

import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final, final

import anyio
from anyio import to_thread

from corner_host import JobClient
from corner_host.jobs import JobEngineError

from .crew import Crew
from .faults import Faults
from .ledger import Ledger, Story
from .places import PLACES, Disk
from .verdict import Verdict, judge
from .worker import Poison, Work, create_builder

_LOOK_SECONDS: Final = 0.25
_POISONED: Final = 3


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done.

    Args:
        engine: Which engine.
        jobs: How many jobs.
        seconds: How long faults are made.
        seed: Which ones.
        lease: The workers' lease, in seconds.
        patience: How long the jobs may take to end after the last fault, in seconds.
    """

    engine: str
    jobs: int
    seconds: float
    seed: int
    lease: float = 3.0
    patience: float = 180.0


@final
@dataclass(frozen=True, slots=True)
class Report:
    """What came of it."""

    plan: Plan
    verdict: Verdict
    faults: dict[str, int]
    refused: int
    never_put: int
    exits: list[int]
    seconds: float
    disk: str

    @property
    def is_good(self) -> bool:
        """Whether all jobs could be put in the end, and none was lost."""
        return self.verdict.is_good and not self.never_put

    def __str__(self) -> str:
        made = ", ".join(f"{count} x {kind}" for kind, count in sorted(self.faults.items()))
        return (
            f"{self.plan.engine}: {self.plan.jobs} jobs, {self.seconds:.0f} s, seed {self.plan.seed}, disk: {self.disk}\n"
            f"faults: {made}; worker processes that ended: {len(self.exits)}\n"
            f"puts that failed for the caller, and were made anew: {self.refused}, never: {self.never_put}\n{self.verdict}"
        )


async def run(plan: Plan) -> Report:
    """Carry out *plan*."""
    place_type = PLACES[plan.engine]
    with tempfile.TemporaryDirectory(prefix="ledger-") as name, Disk.mounted(place_type.megabytes) as disk:
        folder, began = Path(name), anyio.current_time()
        ledger = Ledger(folder / "ledger")
        place = place_type(disk)
        place.start()
        try:
            settings = [*place.settings, f"--Jobs:LeaseSeconds={plan.lease}", "--Jobs:GraceSeconds=2"]
            settings += ["--Logging:LogLevel:Default=Warning", "--HostOptions:ShutdownTimeout=10"]
            builder = create_builder(folder / "ledger", [*settings, "--Jobs:WorkerEnabled=false"])
            async with builder.build() as host:
                client = host.services.get_required_service(JobClient)
                with Crew(ledger, [str(folder / "ledger"), *settings], folder / "log") as crew:
                    faults = Faults(crew, place, ledger, seed=plan.seed, lease=plan.lease)
                    putting = _Putting(client, ledger, plan)
                    async with anyio.create_task_group() as group:
                        group.start_soon(putting.run)
                        await faults.run(seconds=plan.seconds)
                        group.cancel_scope.deadline = anyio.current_time() + plan.patience
                    await _all_ended(client, ledger, crew, plan.patience)
                    verdict = await judge(Story(ledger.read()), client, lease=plan.lease)
                if not verdict.is_good:
                    logging.getLogger("campaign").error((folder / "log").read_text(errors="replace")[-20_000:])
        finally:
            await to_thread.run_sync(lambda: place.stop(kill=True))
        kind = "tmpfs" if disk.is_mounted else "limit on file sizes"
        seconds = anyio.current_time() - began
        return Report(plan, verdict, faults.made, putting.refused, putting.left, crew.exits, seconds, kind)


@final
class _Putting:
    """Puts the jobs of a plan, over the time in which faults are made; one that fails is put anew, as another job."""

    def __init__(self, client: JobClient, ledger: Ledger, plan: Plan) -> None:
        self._client = client
        self._ledger = ledger
        self._plan = plan
        self.refused = 0
        self.left = plan.jobs

    async def run(self) -> None:
        payloads = self._payloads()
        size = max(1, len(payloads) // 100)
        for start in range(0, len(payloads), size):
            left = payloads[start : start + size]
            while left:
                try:
                    answers = (
                        await self._client.enqueue_many(left)
                        if len(left) > 1
                        else [await self._client.enqueue(left[0])]
                    )
                except JobEngineError:
                    self.refused += len(left)
                    await anyio.sleep(0.1)
                else:
                    for answer in answers:
                        self._ledger.note("put", answer.id)
                    self.left -= len(left)
                    left = []
            await anyio.sleep(self._plan.seconds * 0.8 * size / len(payloads))

    def _payloads(self) -> list[object]:
        random = Random(self._plan.seed)
        kinds = random.choices(["good", "flaky", "doomed"], [96, 3, 1], k=self._plan.jobs - _POISONED)
        payloads: list[object] = [Work(kind=kind, milliseconds=random.randrange(1, 60)) for kind in kinds]
        for _ in range(_POISONED):
            payloads.insert(random.randrange(len(payloads)), Poison())
        return payloads


async def _all_ended(client: JobClient, ledger: Ledger, crew: Crew, patience: float) -> None:
    """Return when all jobs have ended, or *patience* is over."""
    left: set[str] | None = None
    with anyio.move_on_after(patience):
        while left is None or left:
            crew.tend()
            story = Story(ledger.read())
            known = story.put | set(story.begins)
            for job_id in sorted(known if left is None else left):
                left = known if left is None else left
                info = await client.get(job_id)
                if info is not None and info.state.has_ended:
                    left = left - {job_id}
            left = left or set()
            await anyio.sleep(_LOOK_SECONDS)
