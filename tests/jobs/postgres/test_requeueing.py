"""Many jobs requeued at once, of which some would collide with others."""

from corner_host.jobs import Dead, Delivery, Done, Failure, JobFilter, JobState, Outcome
from corner_host.jobs.engines.postgres import PostgresEngine
from corner_host.testing.job_bench import JobBench


async def test_a_bulk_requeue_leaves_out_whose_key_is_taken_and_its_dry_run_says_so(url: str, schema: str) -> None:
    """By a job that waits, by one that was put later and has succeeded, or by another of the same that are meant."""

    def burn(delivery: Delivery) -> Outcome:
        return Dead(Failure("OSError", "fire"))

    def work(delivery: Delivery) -> Outcome:
        return Done()

    engine = PostgresEngine(url, schema=schema)
    async with engine.opened():
        bench = JobBench(engine)
        async with bench.worker(burn):
            dead = {}
            for place, key in enumerate(("waits", "succeeded", "twice", "twice", "free", None, None)):
                dead[place] = await bench.put(key=key)
                await bench.ended(dead[place])
        async with bench.worker(work):
            await bench.ended(await bench.put(key="succeeded"))
        await bench.put(key="waits")
        meant = JobFilter(state=JobState.DEAD)
        tried = await engine.records.requeue_all(meant, dry_run=True)
        done = await engine.records.requeue_all(meant)
        left = [place for place, job_id in dead.items() if await bench.state(job_id) is JobState.DEAD]

    assert (tried.count, tried.skipped) == (done.count, done.skipped) == (4, 3)
    assert left == [0, 1, 3]
