"""What other programs may do to the stream of jobs: write nonsense to it, take its messages, delete it."""

import json
import logging

import anyio
import nats
import pytest

from corner_host.jobs import JobEventKind, JobState, Schedule
from corner_host.jobs.errors import JobEngineUnavailableError
from tests.jobs.nats.server import NatsServer
from tests.jobs.nats.test_promises import bench_on, store, stream_of

_TIMES = {"enqueued_at": 0, "run_at": 0}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"what is this?",
        json.dumps({"id": None, "name": "work", "queue": "default", **_TIMES}).encode(),
        json.dumps({"id": "stray", "name": "work", "queue": "default", "enqueued_at": "soon", "run_at": 0}).encode(),
        json.dumps({"id": "another one", "name": "work", "queue": "elsewhere", **_TIMES}).encode(),
    ],
)
async def test_what_is_no_job_is_a_dead_letter_with_the_reason(shared_server: NatsServer, data: bytes) -> None:
    """It is told, holds up nobody, and is not tried again."""
    async with bench_on(shared_server) as bench:
        await store(shared_server, f"{stream_of(bench)}.work.default.work.stray", data)
        good = await bench.put()
        async with bench.worker():
            await bench.ended("stray", good)
        info = await bench.info("stray")

    assert (info.state, info.error_type, info.attempt) == (JobState.DEAD, "JobPayloadError", 1)
    assert [each.id for each in bench.delivered] == [good]


async def test_nonsense_among_schedules_and_pauses_is_left_out(shared_server: NatsServer) -> None:
    """The others work; a schedule of that name takes its place."""
    async with bench_on(shared_server) as bench:
        for place in ("schedule.nightly", "pause.default"):
            await store(shared_server, f"{stream_of(bench)}.{place}", b"what?")
        schedules, queues = bench.engine.schedules, bench.engine.queues
        nothing = [*await schedules.list(), *await queues.paused()]
        unknown = [await schedules.pause("nightly"), await queues.resume("default")]
        await schedules.add(Schedule(id="nightly", spec="every 60 s", last=60.0))

        assert (nothing, unknown) == ([], [False, False])
        assert [each.id for each in await schedules.list()] == ["nightly"]


async def test_each_attempt_that_was_lost_is_a_line_of_the_history(shared_server: NatsServer) -> None:
    """Though nobody lived to write it: the next attempt does."""
    async with bench_on(shared_server, lease=1.0) as bench:
        job_id = await bench.put()
        await bench.engine.queues.depth("default")  # makes what gives out the jobs
        client = await nats.connect(shared_server.url)
        taken = await client.subscribe(inbox := client.new_inbox())
        for _ in range(2):
            ask = f"$JS.API.CONSUMER.MSG.NEXT.{stream_of(bench)}.work-default"
            await client.publish(ask, b'{"batch": 1, "expires": 9000000000}', reply=inbox)
            await taken.next_msg(timeout=10)
        await client.close()
        async with bench.worker():
            await bench.ended(job_id)
        history = (await bench.info(job_id)).history

    lost = JobEventKind.WORKER_LOST
    assert [(each.event, each.attempt) for each in history] == [(lost, 1), (lost, 2), (JobEventKind.SUCCEEDED, 3)]


async def test_a_stream_that_somebody_deleted_is_told_of_and_not_taken_for_an_empty_one(
    shared_server: NatsServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever looks is told, as the health check does; the worker says so, less and less often."""
    caplog.set_level(logging.WARNING)
    async with bench_on(shared_server) as bench, bench.worker():
        await bench.ended(await bench.put())
        client = await nats.connect(shared_server.url)
        await client.jetstream().delete_stream(stream_of(bench))
        await client.close()
        with anyio.fail_after(20):
            while caplog.text.count("No jobs can be asked for") < 2:
                await anyio.sleep(0.02)

        with pytest.raises(JobEngineUnavailableError, match=r"has no stream.*\nTo fix: "):
            await bench.engine.records.get("health")
        assert "It is tried again in 1.0 s" in caplog.text
