"""What operators may ask of any job engine: search, counts, failure groups, bulk changes, pauses, history."""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

import anyio

from corner_host.jobs import (
    Again,
    Dead,
    Delivery,
    Done,
    Failure,
    JobEventKind,
    JobFilter,
    JobState,
    NotSupportedByEngineError,
    Outcome,
    QueueDepth,
    RateLimit,
)

from .job_bench import QUEUE, JobBench, new_job
from .job_suite import JobEngineSuite, equal, until

_FIRE: Final = Failure("OSError", "the printer is on fire", "shop.py:7", "Traceback ...")
_LATE: Final = Failure("TimeoutError", "no answer", "shop.py:9", "Traceback ...")


def _by_name(delivery: Delivery) -> Outcome:
    match delivery.name:
        case "fire":
            return Dead(_FIRE)
        case "late":
            return Dead(_LATE)
        case "flaky" if delivery.attempt == 1:
            return Again(0.0, _LATE)
        case _:
            return Done()


async def _work_through(bench: JobBench, *ids: str) -> None:
    async with bench.worker(_by_name):
        await bench.ended(*ids)


class JobOperatingTests(JobEngineSuite):
    """Tests of the operator's half of the port."""

    async def test_jobs_are_found_by_whatever_is_known_of_them(self) -> None:
        """By name, queue, key, text, time and error; what is counted is what is listed, up to the limit."""
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.listing:
                return
            records = bench.engine.records
            keyed = await bench.put("mail", key="order:7" if bench.engine.capabilities.unique_key else None)
            texted = await bench.put("mail", payload=b'{"to": "Ana@example.org", "share": "100%"}')
            elsewhere = await bench.put("mail", queue="other")
            dead = await bench.put("fire")
            await _work_through(bench, dead, keyed, texted)
            now = datetime.now(UTC)
            wanted: list[tuple[JobFilter, list[str]]] = [
                (JobFilter(name="fire"), [dead]),
                (JobFilter(queue="other"), [elsewhere]),
                (JobFilter(text="ana@EXAMPLE"), [texted]),
                (JobFilter(text="100%"), [texted]),
                (JobFilter(text="1_0%"), []),
                (JobFilter(text=dead), [dead]),
                (JobFilter(error="printer"), [dead]),
                (JobFilter(error_type="OSError", error_place="shop.py:7"), [dead]),
                (JobFilter(error_type="OSErr"), []),
                (JobFilter(state=JobState.SUCCEEDED), [texted, keyed]),
                (JobFilter(since=now - timedelta(hours=1)), [dead, elsewhere, texted, keyed]),
                (JobFilter(since=now + timedelta(hours=1)), []),
                (JobFilter(until=now - timedelta(hours=1)), []),
            ]
            if bench.engine.capabilities.unique_key:
                wanted += [(JobFilter(key="order:7"), [keyed]), (JobFilter(text="ORDER:7"), [keyed])]
            for each, ids in wanted:
                equal((each, [info.id for info in await records.list(each)]), (each, ids))
                equal((each, await records.count(each)), (each, len(ids)))
            equal(await records.count(JobFilter(), most=2), 2)

    async def test_jobs_are_counted_by_queue_name_and_state(self) -> None:
        """What there is none of is not listed."""
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.listing:
                return
            ended = [await bench.put("work") for _ in range(3)]
            await bench.put("work", queue="other")
            await _work_through(bench, *ended)
            counts = {(each.queue, each.name, each.state): each.count for each in await bench.engine.records.counts()}

            equal(counts, {(QUEUE, "work", JobState.SUCCEEDED): 3, ("other", "work", JobState.WAITING): 1})

    async def test_failed_attempts_are_grouped_by_error_and_place(self) -> None:
        """The largest group first, with how many jobs, when, and a job to look at; also of jobs that succeeded later."""
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.failures:
                return
            ids = [await bench.put(name) for name in ("fire", "late", "flaky", "work")]
            await _work_through(bench, *ids)
            late, fire = await bench.engine.records.failures()

            equal((late.error_type, late.error_place, late.message), ("TimeoutError", "shop.py:9", "no answer"))
            equal((late.count, late.jobs, list(late.names)), (2, 2, ["flaky", "late"]))
            equal((fire.count, fire.sample), (1, ids[0]))
            equal(late.first_seen <= late.last_seen, wanted=True)
            tomorrow = datetime.now(UTC) + timedelta(days=1)
            equal(list(await bench.engine.records.failures(since=tomorrow)), [])
            equal(len(await bench.engine.records.failures(limit=1)), 1)

    async def test_the_history_tells_each_attempt(self) -> None:
        """What, when, by whom, with which error; and what was done by hand."""
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.history:
                return
            job_id = await bench.put("flaky")
            await _work_through(bench, job_id)
            failed, succeeded = (await bench.info(job_id)).history

            equal((failed.event, failed.attempt), (JobEventKind.FAILED, 1))
            equal((failed.error_type, failed.error, failed.error_place), ("TimeoutError", "no answer", "shop.py:9"))
            equal((succeeded.event, succeeded.attempt, succeeded.error), (JobEventKind.SUCCEEDED, 2, None))
            for line in (failed, succeeded):
                equal(line.started_at is not None and line.started_at <= line.at and bool(line.worker), wanted=True)

    async def test_what_runs_is_shown_with_its_worker_and_progress(self) -> None:
        """Who runs it, since when, how far it is."""
        release = anyio.Event()
        async with self.on_the_bench() as bench:
            job_id = await bench.put()
            async with bench.worker(hold=lambda _: release):
                await bench.until_delivered()
                await bench.delivered[0].progress(0.5, "half of it")
                info = await bench.info(job_id)
                release.set()
                await bench.ended(job_id)

            equal((info.state, bool(info.worker), info.started_at is not None), (JobState.RUNNING, True, True))
            if bench.engine.capabilities.progress:
                equal((info.progress, info.progress_note), (0.5, "half of it"))

    async def test_the_dead_are_requeued_all_at_once(self) -> None:
        """A dry run changes nothing; of those meant, only the dead and cancelled ones run again."""
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.dead_letters:
                return
            records = bench.engine.records
            ids = [await bench.put(name) for name in ("fire", "fire", "late", "work")]
            await _work_through(bench, *ids)
            meant = JobFilter(state=JobState.DEAD, error_type="OSError")
            answer = await records.requeue_all(meant, dry_run=True)
            equal((answer.count, answer.skipped, answer.oldest is None), (2, 0, False))
            equal(await bench.state(ids[0]), JobState.DEAD)
            equal((await records.requeue_all(meant)).count, 2)
            async with bench.worker():
                await bench.ended(*ids)

            states = [await bench.state(each) for each in ids]
            equal(states, [JobState.SUCCEEDED, JobState.SUCCEEDED, JobState.DEAD, JobState.SUCCEEDED])
            equal((await records.requeue_all(meant)).count, 0)

    async def test_requeued_jobs_can_be_spread(self) -> None:
        """With a rate they become due one after the other."""
        async with self.on_the_bench() as bench:
            if not (bench.engine.capabilities.dead_letters and bench.engine.capabilities.delay):
                return
            ids = [await bench.put("fire") for _ in range(3)]
            await _work_through(bench, *ids)
            await bench.engine.records.requeue_all(JobFilter(state=JobState.DEAD), per_second=0.01)

            states = sorted([await bench.state(each) for each in ids])
            equal(states, [JobState.SCHEDULED, JobState.SCHEDULED, JobState.WAITING])

    async def test_all_that_match_are_cancelled_or_deleted(self) -> None:
        """What has ended is not cancelled, and what runs is not deleted; what is deleted is gone."""
        release = anyio.Event()
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.listing:
                return
            records = bench.engine.records
            held = await bench.put("held")
            async with bench.worker(hold=lambda _: release):
                await bench.until_delivered()
                waiting = [await bench.put("waiting", queue="other") for _ in range(3)]
                equal((await records.cancel_all(JobFilter(name="waiting"), dry_run=True)).count, 3)
                equal((await records.cancel_all(JobFilter(name="waiting"))).count, 3)
                equal(await bench.state(waiting[0]), JobState.CANCELLED)
                equal(await records.delete(held), wanted=False)
                equal(await records.delete(waiting[0]), wanted=True)
                equal((await records.delete_all(JobFilter())).count, 2)
                equal([await records.get(each) for each in waiting], [None] * 3)
                release.set()
                await bench.ended(held)
            equal(await bench.state(held), JobState.SUCCEEDED)
            equal(await records.delete("nobody"), wanted=False)

    async def test_a_paused_queue_accepts_jobs_and_gives_none(self) -> None:
        """Other queues go on; it goes on when it is resumed."""
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.pausing:
                return
            queues = bench.engine.queues
            await queues.pause(QUEUE, reason="gateway down")
            (pause,) = await queues.paused()
            equal((pause.queue, pause.until, pause.reason), (QUEUE, None, "gateway down"))
            paused = await bench.put()
            other = await bench.put(queue="other")
            async with bench.worker(queues=[QUEUE, "other"]):
                await bench.ended(other)
                equal([each.id for each in bench.delivered], [other])
                equal(await queues.resume(QUEUE), wanted=True)
                equal(await queues.resume(QUEUE), wanted=False)
                await bench.ended(paused)

            equal(list(await queues.paused()), [])

    async def test_a_pause_ends_at_its_time(self) -> None:
        """Nobody needs to come back."""
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.pausing:
                return
            await bench.engine.queues.pause(QUEUE)
            job_id = await bench.put()
            async with bench.worker():
                await bench.engine.queues.pause(QUEUE, until=datetime.now(UTC) + timedelta(seconds=0.3))
                await bench.ended(job_id)

            equal(list(await bench.engine.queues.paused()), [])

    async def test_a_queue_tells_how_many_wait_and_how_many_run(self) -> None:
        """Over all workers; neither those that are due later, nor those of other queues."""
        async with self.on_the_bench() as bench:
            queues = bench.engine.queues
            release = anyio.Event()
            ids = [await bench.put() for _ in range(3)]
            await bench.put(queue="elsewhere")
            await bench.put(run_at=time.time() + 1000)
            before = await queues.depth(QUEUE)
            async with bench.worker(slots=1, hold=lambda _: release):
                await bench.until_delivered()
                during = await queues.depth(QUEUE)
                release.set()
                await bench.ended(*ids)

                async def all_are_gone() -> bool:
                    return await queues.depth(QUEUE) == QueueDepth(queue=QUEUE, waiting=0, running=0)

                await until(all_are_gone)

            equal((before.waiting, before.running, during.waiting, during.running), (3, 0, 2, 1))

    async def test_no_more_begin_in_a_time_than_the_rate_allows(self) -> None:
        """What is over it waits in the store, not in a worker; other kinds go on."""
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.rate_limit:
                return
            limited = [await bench.put("limited") for _ in range(4)]
            free = [await bench.put("free") for _ in range(4)]
            async with bench.worker(slots=3, rates={"limited": RateLimit(2, 60)}):
                await bench.ended(*free)

                async def two_have_ended() -> bool:
                    return sum([(await bench.state(each)).has_ended for each in limited]) == 2

                await until(two_have_ended)
                states = [await bench.state(each) for each in limited]

            equal(states.count(JobState.WAITING), 2)

    async def test_a_rate_lets_the_rest_follow_in_time(self) -> None:
        """Nobody needs to wake the worker."""
        async with self.on_the_bench() as bench:
            if not bench.engine.capabilities.rate_limit:
                return
            ids = [await bench.put("limited") for _ in range(3)]
            async with bench.worker(rates={"limited": RateLimit(1, 0.2)}):
                await bench.ended(*ids)

            equal(len(bench.delivered), 3)

    async def test_what_the_engine_cannot_do_is_refused_in_words(self) -> None:
        """Never an empty answer that could be taken for one."""
        async with self.on_the_bench() as bench:
            can, engine = bench.engine.capabilities, bench.engine
            job = new_job()
            for able, ask in (
                (can.listing, lambda: engine.records.list(JobFilter(state=JobState.WAITING))),
                (can.listing, engine.records.counts),
                (can.failures, engine.records.failures),
                (can.pausing, engine.queues.paused),
                (can.recurring, engine.schedules.list),
                (bool(can.transactions), lambda: engine.put([job], transaction=object())),
            ):
                if able:
                    continue
                try:
                    await ask()
                except NotSupportedByEngineError as error:
                    equal(len(str(error)) > 20, wanted=True)
                else:
                    raise AssertionError(f"{can.engine} says that it cannot, and did")
