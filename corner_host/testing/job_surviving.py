"""What any job engine survives: workers killed, stopped, standing still or blocked, clocks that differ, a restart.

Asked of engines that other processes can work on as well (``across_processes``).
"""

import signal
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, Final, final

import anyio
import sniffio

from corner_host.jobs import Dead, Failure, JobFilter, JobState

from .job_bench import QUEUE, JobBench
from .job_process import JournalLine, WorkerOrders, read_journal
from .job_suite import JobEngineSuite, equal, until

_PATIENCE_SECONDS: Final = 60.0
_LEASE_SECONDS: Final = 1.0


@final
class _Site:
    """A store, a bench on it, and worker processes with a journal."""

    def __init__(self, bench: JobBench, orders: WorkerOrders) -> None:
        self.bench = bench
        self._orders = orders

    def worker(self, **changed: Any) -> "AbstractContextManager[Popen[bytes]]":
        """Run a worker process while inside."""
        orders = self._orders
        values = {name: getattr(orders, name) for name in orders.__slots__}
        return WorkerOrders(**{**values, **changed}).running()

    def journal(self, what: str) -> list[JournalLine]:
        return [line for line in read_journal(self._orders.journal) if line.what == what]

    async def until(self, what: str, count: int) -> None:
        """Return when so many lines have been written down."""

        async def written() -> bool:
            return len(self.journal(what)) >= count

        await until(written)

    async def all_ended(self, ids: list[str]) -> list[JobState]:
        """Wait for the jobs to end; returns how they did."""
        states: list[JobState] = []
        with anyio.fail_after(_PATIENCE_SECONDS):
            for job_id in ids:
                await self.bench.engine.records.wait_ended(job_id)
                states.append(await self.bench.state(job_id))
        return states


async def _status(process: "Popen[bytes]") -> int:
    async def ended() -> bool:
        return process.poll() is not None

    await until(ended)
    return process.wait()


class JobSurvivingTests(JobEngineSuite):
    """Tests with processes that come and go.

    Attributes:
        keeps_lease_while_blocked: Whether a handler that blocks the event loop keeps its lease; where not, another
            worker may run the job meanwhile.
    """

    keeps_lease_while_blocked: ClassVar[bool] = True

    def nobody_writing(self) -> AbstractContextManager[None]:
        """While inside, no worker is at a point where standing still would hold up all others."""
        return nullcontext()

    @asynccontextmanager
    async def _site(self) -> AsyncGenerator[_Site]:
        factory = self.engine_factory(lease=_LEASE_SECONDS)
        with TemporaryDirectory() as folder:
            orders = WorkerOrders(
                factory=factory, journal=Path(folder) / "journal", backend=sniffio.current_async_library()
            )
            engine = factory()
            async with engine.opened():
                yield _Site(JobBench(engine), orders)

    async def test_a_killed_worker_loses_no_job(self) -> None:
        """kill -9 in the middle: every job ends, and only what was running then runs twice."""
        if not self.across_processes:
            return
        async with self._site() as site:
            ids = [await site.bench.put("slow", payload=b'{"seconds": 0.05}') for _ in range(60)]
            with site.worker() as first:
                await site.until("end", 15)
                first.kill()
                first.wait()
            running = {line.job for line in site.journal("start")} - {line.job for line in site.journal("end")}
            with site.worker():
                states = await site.all_ended(ids)
            starts = Counter(line.job for line in site.journal("start"))

            equal(set(states), {JobState.SUCCEEDED})
            equal(set(starts), set(ids))
            # an end that was written down may not have reached the store any more, for twice as many as ran at once
            again = {job for job, count in starts.items() if count > 1}
            equal(len(again - running) <= 20, wanted=True)

    async def test_sigterm_lets_running_jobs_finish(self) -> None:
        """What runs ends, nothing more begins, and nothing is left as if it ran."""
        if not self.across_processes:
            return
        async with self._site() as site:
            ids = [await site.bench.put("slow", payload=b'{"seconds": 0.3}') for _ in range(30)]
            with site.worker() as process:
                await site.until("start", 5)
                process.send_signal(signal.SIGTERM)
                status = await _status(process)
            states = [await site.bench.state(job_id) for job_id in ids]

            equal(status, 0)
            equal(sorted(line.job for line in site.journal("start")), sorted(line.job for line in site.journal("end")))
            equal(states.count(JobState.SUCCEEDED), len(site.journal("end")))
            equal(set(states), {JobState.SUCCEEDED, JobState.WAITING})

    async def test_a_living_job_outlives_its_lease(self) -> None:
        """It takes more than two leases, and nobody else runs it."""
        if not self.across_processes:
            return
        async with self._site() as site:
            ids = [await site.bench.put("slow", payload=b'{"seconds": 2.2}') for _ in range(2)]
            with site.worker(), site.worker():
                equal(set(await site.all_ended(ids)), {JobState.SUCCEEDED})

            equal(len(site.journal("start")), 2)

    async def test_a_job_that_blocks_the_event_loop_is_not_lost(self) -> None:
        """Blocking for longer than the lease: nobody runs it again meanwhile, where the engine can hold that."""
        if not self.across_processes:
            return
        async with self._site() as site:
            job_id = await site.bench.put("block", payload=b'{"seconds": 2.2}')
            with site.worker(), site.worker():
                equal(await site.all_ended([job_id]), [JobState.SUCCEEDED])

            if self.keeps_lease_while_blocked:
                equal(len(site.journal("start")), 1)

    async def test_a_job_that_kills_its_process_ends_in_the_dead_letters(self) -> None:
        """Attempts are counted when they are claimed, so that poison cannot go round for ever."""
        if not self.across_processes:
            return
        async with self._site() as site:
            job_id = await site.bench.put("poison")
            with anyio.fail_after(_PATIENCE_SECONDS):
                while not (await site.bench.state(job_id)).has_ended:
                    with site.worker() as process:

                        async def either_has_ended(process: "Popen[bytes]" = process) -> bool:
                            return process.poll() is not None or (await site.bench.state(job_id)).has_ended

                        await until(either_has_ended)

            info = await site.bench.info(job_id)
            equal((info.state, info.error_type), (JobState.DEAD, "WorkerLost"))
            equal([line.attempt for line in site.journal("start")], [1, 2, 3])

    async def test_a_cancelled_job_whose_worker_dies_does_not_run_again(self) -> None:
        """It was not wanted any more; only the word of its end is missing."""
        if not (self.across_processes and self.cancel_outlives_worker):
            return
        async with self._site() as site:
            job_id = await site.bench.put("slow", payload=b'{"seconds": 60}')
            with site.worker() as process:
                await site.until("start", 1)
                with self.nobody_writing():
                    process.send_signal(signal.SIGSTOP)
                equal(await site.bench.engine.cancel(job_id), wanted=True)
                process.kill()
            with site.worker():
                equal(await site.all_ended([job_id]), [JobState.CANCELLED])

            equal(len(site.journal("start")), 1)

    async def test_a_worker_that_stood_still_cannot_end_what_it_lost(self) -> None:
        """After its lease another one runs the job; what the first one says when it wakes does not count."""
        if not self.across_processes:
            return
        async with self._site() as site:
            job_id = await site.bench.put("slow", payload=b'{"seconds": 1}')
            with site.worker() as first:
                await site.until("start", 1)
                with self.nobody_writing():
                    first.send_signal(signal.SIGSTOP)
                with site.worker():
                    equal(await site.all_ended([job_id]), [JobState.SUCCEEDED])
                    ended = await site.bench.info(job_id)
                    first.send_signal(signal.SIGCONT)
                    first.send_signal(signal.SIGTERM)
                    equal(await _status(first), 0)

            info = await site.bench.info(job_id)
            equal((info.attempt, info.finished_at), (2, ended.finished_at))

    async def test_two_workers_share_the_work(self) -> None:
        """Each job runs once, whoever claims it."""
        if not self.across_processes:
            return
        async with self._site() as site:
            ids: list[str] = []
            with site.worker(slots=2), site.worker(slots=2), anyio.fail_after(_PATIENCE_SECONDS):
                while len({line.pid for line in site.journal("start")}) < 2:
                    ids += [await site.bench.put("slow", payload=b'{"seconds": 0.02}') for _ in range(10)]
                    await anyio.sleep(0.05)
                equal(set(await site.all_ended(ids)), {JobState.SUCCEEDED})

            equal(sorted(line.job for line in site.journal("start")), sorted(ids))

    async def test_wall_clocks_that_jump_neither_end_nor_prolong_a_lease(self) -> None:
        """One worker lives an hour ahead and one an hour behind: what the first one runs stays its own."""
        if not self.across_processes:
            return
        async with self._site() as site:
            job_id = await site.bench.put("slow", payload=b'{"seconds": 2.2}')
            with site.worker():
                await site.until("start", 1)
                with site.worker(ahead=3600.0), site.worker(ahead=-3600.0):
                    equal(await site.all_ended([job_id]), [JobState.SUCCEEDED])

            equal(len(site.journal("start")), 1)

    async def test_everything_is_there_after_the_engine_was_closed(self) -> None:
        """Waiting, dead and running jobs, pauses: another engine on the same store finds them."""
        if not self.across_processes:
            return
        factory = self.engine_factory(lease=_LEASE_SECONDS)
        engine = factory()
        async with engine.opened():
            bench = JobBench(engine)
            dead = await bench.put("dead")
            async with bench.worker(lambda _: Dead(Failure("OSError", "busy", "shop.py:7"))):
                await bench.ended(dead)
            waiting = await bench.put()
            if engine.capabilities.pausing:
                await engine.queues.pause("other", reason="gateway down")
        engine = factory()
        async with engine.opened():
            bench = JobBench(engine)
            info = await bench.info(dead)
            equal((info.state, info.error, info.error_place), (JobState.DEAD, "busy", "shop.py:7"))
            if engine.capabilities.history:
                equal([line.error_type for line in info.history], ["OSError"])
            if engine.capabilities.pausing:
                equal([pause.reason for pause in await engine.queues.paused()], ["gateway down"])
            async with bench.worker():
                await bench.ended(waiting)

    async def test_a_worker_outlives_a_restart_of_the_server(self) -> None:
        """Jobs put before and after it all end, with the worker that was there before."""
        async with self.on_the_bench(lease=_LEASE_SECONDS) as bench:
            before = [await bench.put() for _ in range(20)]
            async with bench.worker(slots=2):
                await bench.until_delivered(5)
                await self.restart_server()
                after: list[str] = []
                with anyio.fail_after(_PATIENCE_SECONDS):
                    while not after:
                        try:
                            after.append(await bench.put())
                        except Exception:  # noqa: BLE001 - the server comes back
                            await anyio.sleep(0.1)
                await bench.ended(*before, *after)

            if bench.engine.capabilities.listing:
                equal(await bench.engine.records.count(JobFilter(queue=QUEUE, state=JobState.SUCCEEDED)), 21)
