"""How any job engine works through its jobs: order, keys, delays, retries, limits, cancellation, stop, schedules."""

import math
import time
from typing import Final

import anyio

from corner_host.jobs import (
    Again,
    Dead,
    Delivery,
    Done,
    Duplicate,
    Enqueued,
    Failure,
    JobEventKind,
    JobFilter,
    JobState,
    Outcome,
    Released,
    Schedule,
)

from .job_bench import JobBench, new_job
from .job_suite import JobEngineSuite, equal, until

_FAILURE: Final = Failure("OSError", "the printer is on fire", "shop.py:7", "Traceback ...")
_FAR_AWAY: Final = 9e9


async def _is_back(bench: JobBench, job_id: str) -> bool:
    return await bench.state(job_id) is JobState.SCHEDULED


class JobWorkingTests(JobEngineSuite):
    """Tests of the worker's half of the port, in one process."""

    async def test_a_job_put_is_delivered_and_ends_with_its_result(self) -> None:
        """A job's life from put to success, with its data."""
        async with self.on_the_bench() as bench:
            headers = '{"tenant": "7", "enqueued-by": "POST /orders"}'
            job_id = await bench.put(payload=b'{"order": 7}', trace=headers)
            async with bench.worker(lambda _: Done(b'{"total": 3}')):
                await bench.ended(job_id)

            (delivery,) = bench.delivered
            equal(
                (delivery.id, delivery.name, delivery.payload, delivery.attempt), (job_id, "work", b'{"order": 7}', 1)
            )
            info = await bench.info(job_id)
            equal((info.state, info.attempt, info.payload), (JobState.SUCCEEDED, 1, {"order": 7}))
            equal((info.trace, info.enqueued_by), ({"tenant": "7"}, "POST /orders"))
            equal(delivery.trace, headers)
            if bench.engine.capabilities.results:
                equal(info.result, {"total": 3})

    async def test_an_unknown_job_is_none(self) -> None:
        """Asking after it is no error; nothing can be done with it."""
        async with self.on_the_bench() as bench:
            equal(await bench.engine.records.get("nobody"), None)
            equal(await bench.engine.records.wait_ended("nobody"), None)
            equal(await bench.engine.records.requeue("nobody"), wanted=False)
            equal(await bench.engine.cancel("nobody"), wanted=False)

    async def test_many_jobs_are_answered_in_order(self) -> None:
        """One answer each, in the order in which they were put."""
        async with self.on_the_bench() as bench:
            new = [new_job(name) for name in "abc"]

            equal(list(await bench.engine.put(new)), [Enqueued(job.id) for job in new])
            equal(list(await bench.engine.put([])), [])

    async def test_jobs_run_in_order_of_arrival(self) -> None:
        """A single slot shows it."""
        async with self.on_the_bench() as bench:
            ids = [await bench.put(name) for name in "abcd"]
            async with bench.worker(slots=1):
                await bench.ended(*ids)

            equal([delivery.name for delivery in bench.delivered], list("abcd"))

    async def test_the_highest_priority_runs_first(self) -> None:
        """Priority before age; equals in order of arrival."""
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.priority:
                return
            wanted = (("b", 0), ("c", 0), ("a", 5), ("d", -1))
            ids = [await bench.put(name, priority=priority) for name, priority in wanted]
            async with bench.worker(slots=1):
                await bench.ended(*ids)

            equal([delivery.name for delivery in bench.delivered], list("abcd"))

    async def test_a_key_is_taken_while_its_job_waits_or_runs(self) -> None:
        """The answer to a second put is the first one's id; another kind of job may have the key, and so may a later one."""
        release = anyio.Event()
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.unique_key:
                return
            first = await bench.put(key="nightly")
            equal(await bench.put_again(key="nightly"), Duplicate(first))
            async with bench.worker(hold=lambda _: release):
                await bench.until_delivered()
                equal(await bench.put_again(key="nightly"), Duplicate(first))
                await bench.put("other", key="nightly")
                release.set()
                await bench.ended(first)

            await bench.put(key="nightly")

    async def test_a_delayed_job_is_scheduled_until_its_time(self) -> None:
        """It is not delivered early, and becomes ready by itself."""
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.delay:
                return
            far = await bench.put(run_at=_FAR_AWAY)
            soon = await bench.put(run_at=time.time() + 0.2)
            equal(await bench.state(soon), JobState.SCHEDULED)
            async with bench.worker():
                await bench.ended(soon)

            equal([delivery.id for delivery in bench.delivered], [soon])
            equal(await bench.state(far), JobState.SCHEDULED)

    async def test_a_failed_attempt_is_tried_again_and_counted(self) -> None:
        """The next attempt has the next number; success clears the error."""

        def outcome(delivery: Delivery) -> Outcome:
            return Again(0.0, _FAILURE) if delivery.attempt == 1 else Done()

        async with self.on_the_bench() as bench:
            job_id = await bench.put()
            async with bench.worker(outcome):
                await bench.ended(job_id)

            equal([delivery.attempt for delivery in bench.delivered], [1, 2])
            info = await bench.info(job_id)
            equal((info.state, info.attempt, info.error), (JobState.SUCCEEDED, 2, None))

    async def test_a_job_that_is_given_back_for_a_while_waits_uncounted(self) -> None:
        """As where a worker has no handler for it, and another one has."""
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.delay:
                return
            job_id = await bench.put()
            async with bench.worker(lambda _: Released(1.0, "later") if len(bench.delivered) == 1 else Done()):
                await bench.until_delivered()
                await until(lambda: _is_back(bench, job_id))
                equal((await bench.info(job_id)).attempt, 0)
                await bench.ended(job_id)

            equal([delivery.attempt for delivery in bench.delivered], [1, 1])
            if bench.engine.capabilities.history:
                info = await bench.info(job_id)
                equal([line.detail for line in info.history if line.event is JobEventKind.RELEASED], ["later"])

    async def test_a_dead_job_stays_until_it_is_requeued(self) -> None:
        """Its error is kept; requeueing counts its attempts anew, once."""
        async with self.on_the_bench() as bench:
            job_id = await bench.put()
            async with bench.worker(lambda _: Dead(_FAILURE) if len(bench.delivered) == 1 else Done()):
                await bench.ended(job_id)
                info = await bench.info(job_id)
                equal((info.state, info.error_type), (JobState.DEAD, "OSError"))
                equal(await bench.engine.records.requeue(job_id), wanted=True)
                await bench.ended(job_id)

            equal((await bench.info(job_id)).attempt, 1)
            equal(await bench.engine.records.requeue(job_id), wanted=False)

    async def test_jobs_are_listed_newest_first(self) -> None:
        """Page by page, and by what tells them apart."""
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.listing:
                return
            ids = [await bench.put(name) for name in "abcde"]
            list_jobs = bench.engine.records.list
            page = await list_jobs(JobFilter(), limit=2)
            rest = await list_jobs(JobFilter(), before=page[-1].id)

            equal([info.id for info in [*page, *rest]], ids[::-1])
            equal([info.id for info in await list_jobs(JobFilter(name="c", state=JobState.WAITING))], [ids[2]])
            equal(list(await list_jobs(JobFilter(state=JobState.DEAD))), [])

    async def test_a_waiting_job_is_cancelled_at_once(self) -> None:
        """It is never delivered; a second cancel finds nothing to do."""
        async with self.on_the_bench() as bench:
            job_id, other = await bench.put(), await bench.put()
            equal(await bench.engine.cancel(job_id), wanted=True)
            equal(await bench.engine.cancel(job_id), wanted=False)
            equal(await bench.state(job_id), JobState.CANCELLED)
            async with bench.worker():
                await bench.ended(other)

            equal([delivery.id for delivery in bench.delivered], [other])

    async def test_cancelling_a_running_job_cancels_its_token(self) -> None:
        """The delivery learns of it through its token; what it then answers counts."""
        never = anyio.Event()
        async with self.on_the_bench() as bench:
            job_id = await bench.put()
            async with bench.worker(hold=lambda _: never):
                await bench.until_delivered()
                equal(await bench.engine.cancel(job_id), wanted=True)
                with anyio.fail_after(10):
                    await bench.delivered[0].cancellation.wait()
                never.set()
                await bench.ended(job_id)

    async def test_a_cancelled_worker_gives_its_jobs_back_uncounted(self) -> None:
        """Cancellation is never taken for an end: the job waits again, and this attempt did not count."""
        never = anyio.Event()
        async with self.on_the_bench() as bench:
            job_id = await bench.put()

            async def work() -> None:
                async with bench.worker(hold=lambda _: never):
                    await never.wait()

            async with anyio.create_task_group() as group:
                group.start_soon(work)
                await bench.until_delivered()
                group.cancel_scope.cancel()

            info = await bench.info(job_id)
            equal((info.state, info.attempt), (JobState.WAITING, 0))

    async def test_a_job_that_is_given_back_after_its_cancel_does_not_run_again(self) -> None:
        """Somebody cancelled it while it ran, and its worker stopped before it ended."""
        if not self.cancel_outlives_worker:
            return
        never = anyio.Event()
        async with self.on_the_bench() as bench:
            job_id = await bench.put()

            async def work() -> None:
                async with bench.worker(hold=lambda _: never):
                    await never.wait()

            async with anyio.create_task_group() as group:
                group.start_soon(work)
                await bench.until_delivered()
                equal(await bench.engine.cancel(job_id), wanted=True)
                group.cancel_scope.cancel()

            equal(await bench.state(job_id), JobState.CANCELLED)

    async def test_a_stopping_worker_finishes_what_runs_and_claims_no_more(self) -> None:
        """A graceful stop loses nothing and starts nothing."""
        release = anyio.Event()
        async with self.on_the_bench() as bench:
            first, second = await bench.put(), await bench.put()
            async with bench.worker(slots=1, hold=lambda _: release) as stopping:
                await bench.until_delivered()
                stopping.cancel()
                release.set()

            equal((await bench.state(first), await bench.state(second)), (JobState.SUCCEEDED, JobState.WAITING))

    async def test_no_more_than_the_limit_of_a_kind_run_at_once(self) -> None:
        """Other kinds go on meanwhile."""
        release = anyio.Event()
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.concurrency_limit:
                return
            slow = [await bench.put("slow") for _ in range(3)]
            quick = [await bench.put("quick") for _ in range(3)]
            async with bench.worker(limits={"slow": 1}, hold=lambda each: release if each.name == "slow" else None):
                await bench.ended(*quick)
                states = [await bench.state(each) for each in slow]
                release.set()
                await bench.ended(*slow)

            equal(states.count(JobState.RUNNING), 1)

    async def test_a_schedule_is_moved_forward_by_one_only(self) -> None:
        """Who moves it puts its jobs, in one step; whoever comes later puts nothing."""
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.recurring:
                return
            schedules = bench.engine.schedules
            await schedules.add(Schedule(id="nightly", spec="every 60 s", last=60.0))
            await schedules.add(Schedule(id="nightly", spec="every 60 s", last=90.0))
            (stored,) = await schedules.list()
            job = new_job()
            equal(stored.last, 60.0)
            equal(await schedules.advance(stored, 120.0, [job]), wanted=True)
            equal(await schedules.advance(stored, 120.0, [new_job()]), wanted=False)
            equal(await bench.state(job.id), JobState.WAITING)

    async def test_a_pause_of_a_schedule_is_stored_with_its_end(self) -> None:
        """Whoever looks sees that it is over; who had looked before it began puts nothing."""
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.recurring:
                return
            schedules = bench.engine.schedules
            await schedules.add(Schedule(id="nightly", spec="every 60 s", last=60.0))
            (before,) = await schedules.list()
            equal(await schedules.pause("nightly"), wanted=True)
            equal(await schedules.pause("nobody"), wanted=False)
            equal(await schedules.advance(before, 120.0, [new_job()]), wanted=False)
            (paused,) = await schedules.list()
            equal((paused.last, paused.paused_until, paused.is_paused(1e12)), (60.0, math.inf, True))

            equal(await schedules.pause("nightly", until=150.5), wanted=True)
            await schedules.add(Schedule(id="nightly", spec="every 60 s", last=90.0))
            (paused,) = await schedules.list()
            equal((paused.is_paused(150.0), paused.is_paused(151.0)), (True, False))
            equal(await schedules.advance(paused, 180.0, [new_job()]), wanted=True)
            equal(await schedules.resume("nightly"), wanted=True)
            (resumed,) = await schedules.list()
            equal((resumed.last, resumed.paused_until), (180.0, None))
