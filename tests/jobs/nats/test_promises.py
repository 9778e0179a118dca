"""What only the NATS engine promises: who is let in, whose stream it is, which job counts."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import nats
import pytest
from anyio import to_thread

from corner_host.jobs import (
    Dead,
    Delivery,
    Done,
    Duplicate,
    Failure,
    JobEngineError,
    JobFilter,
    JobPayloadError,
    JobState,
    NotSupportedByEngineError,
    Outcome,
)
from corner_host.jobs.engines.nats import NatsEngine
from corner_host.jobs.engines.nats.subjects import Subjects
from corner_host.jobs.errors import JobEngineUnavailableError
from corner_host.jobs.identifiers import new_job_id
from corner_host.testing.job_bench import JobBench, new_job
from tests.jobs.nats.server import NatsServer

_FAILURE = Failure("OSError", "busy", "shop.py:7", "Traceback ...")


@asynccontextmanager
async def bench_on(server: NatsServer, **settings: object) -> AsyncGenerator[JobBench]:
    engine = NatsEngine(server.url, stream=f"jobs{new_job_id()}", **settings)  # type: ignore[arg-type]
    async with engine.opened():
        yield JobBench(engine)


def stream_of(bench: JobBench) -> str:
    return str(bench.engine._stream)  # type: ignore[attr-defined]


async def store(server: NatsServer, subject: str, data: bytes) -> None:
    client = await nats.connect(server.url)
    await client.request(subject, data)
    await client.close()


async def test_many_jobs_are_put_all_or_none_and_in_order(shared_server: NatsServer) -> None:
    """Also more than fit into one batch of the server."""
    async with bench_on(shared_server) as bench:
        jobs = [new_job(key=str(number)) for number in range(1_200)]
        answers = await bench.engine.put(jobs)
        again = await bench.engine.put([new_job(key="1199"), new_job(key="new")])

    assert [answer.id for answer in answers] == [job.id for job in jobs]
    assert again[0] == Duplicate(jobs[-1].id)


async def test_of_two_jobs_with_one_key_in_one_call_the_first_is_stored(shared_server: NatsServer) -> None:
    """The second is its duplicate."""
    async with bench_on(shared_server) as bench:
        first, second = new_job(key="nightly"), new_job(key="nightly")

        assert (await bench.engine.put([first, second]))[1] == Duplicate(first.id)


async def test_of_many_that_put_a_key_at_a_time_one_stores_it(shared_server: NatsServer) -> None:
    """The others are told which."""
    async with bench_on(shared_server) as bench:
        answers: list[object] = []

        async def put() -> None:
            answers.append(await bench.put_again(key="nightly"))

        async with anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(put)

    assert len({getattr(answer, "id", None) for answer in answers}) == 1
    assert sum(isinstance(answer, Duplicate) for answer in answers) == 19


async def test_a_key_left_behind_by_a_killed_worker_is_taken_over(shared_server: NatsServer) -> None:
    """Its job has ended, and nobody will free it."""
    async with bench_on(shared_server) as bench:
        first = await bench.put(key="nightly")
        async with bench.worker():
            await bench.ended(first)
        await store(shared_server, Subjects(stream_of(bench)).key("work", "nightly"), first.encode())

        assert await bench.put(key="nightly") != first


async def test_names_of_any_kind_are_kept(shared_server: NatsServer) -> None:
    """Queues, names and keys with dots, stars, spaces and other alphabets."""
    queue, name, key = "mail.out *", "Übung > 7", "schlüssel." * 50
    async with bench_on(shared_server) as bench:
        job_id = await bench.put(name, queue=queue, key=key)
        async with bench.worker(lambda _: Dead(_FAILURE), queues=[queue]):
            await bench.ended(job_id)
        info = await bench.info(job_id)
        (dead,) = await bench.engine.records.list(JobFilter(state=JobState.DEAD, queue=queue, name=name))

    assert (info.queue, info.name, info.key) == (queue, name, key)
    assert dead.id == job_id


async def test_dead_letters_are_found_counted_and_deleted(shared_server: NatsServer) -> None:
    """By what is known of them, page by page; others cannot be listed, and it is said."""

    def outcome(delivery: Delivery) -> Outcome:
        return Done() if delivery.name == "good" else Dead(Failure("OSError", delivery.name, "shop.py:7"))

    async with bench_on(shared_server) as bench:
        ids = [await bench.put(name, payload=b'{"to": "Ana"}') for name in ("a", "b", "c", "good")]
        async with bench.worker(outcome):
            await bench.ended(*ids)
        records = bench.engine.records
        page = await records.list(JobFilter(state=JobState.DEAD), limit=2)
        rest = await records.list(JobFilter(state=JobState.DEAD), before=page[-1].id)
        found = [
            [each.id for each in await records.list(wanted)]
            for wanted in (
                JobFilter(state=JobState.DEAD, error="b"),
                JobFilter(state=JobState.DEAD, error_type="OSError", error_place="shop.py:7", name="c"),
                JobFilter(state=JobState.DEAD, text="ANA", queue="other"),
            )
        ]
        count = await records.count(JobFilter(state=JobState.DEAD))
        deleted = await records.delete_all(JobFilter(state=JobState.DEAD, name="a"))
        left = await records.count(JobFilter(state=JobState.DEAD, text="ana"))
        with pytest.raises(NotSupportedByEngineError, match="lists the dead ones"):
            await records.list(JobFilter(state=JobState.WAITING))

    assert [each.id for each in [*page, *rest]] == ids[2::-1]
    assert found == [[ids[1]], [ids[2]], []]
    assert (count, deleted.count, left) == (3, 1, 2)


async def test_a_dead_job_can_die_again_after_it_was_requeued(shared_server: NatsServer) -> None:
    """And its key is its own meanwhile."""
    async with bench_on(shared_server) as bench:
        job_id = await bench.put(key="nightly")
        async with bench.worker(lambda _: Dead(_FAILURE)):
            await bench.ended(job_id)
            assert await bench.engine.records.requeue(job_id)
            await bench.until_delivered(2)
            await bench.ended(job_id)
        other = await bench.put(key="nightly")
        again = await bench.engine.records.requeue(job_id)
        info = await bench.info(job_id)

    assert (info.state, [line.event for line in info.history]) == (JobState.DEAD, ["DIED", "REQUEUED", "DIED"])
    assert other != job_id
    assert not again


async def test_a_message_larger_than_the_server_takes_is_refused(shared_server: NatsServer) -> None:
    """With an error at once, not after a while."""
    async with bench_on(shared_server) as bench:
        with anyio.fail_after(10), pytest.raises(JobPayloadError, match="raise max_payload"):
            await bench.put(payload=json.dumps("x" * 1_000_000).encode())


async def test_a_result_larger_than_the_server_takes_makes_the_job_dead(shared_server: NatsServer) -> None:
    """It says so, and holds up nobody."""
    async with bench_on(shared_server) as bench:
        large = await bench.put("large", payload=json.dumps("x" * 900_000).encode())
        small = await bench.put("small")
        async with bench.worker(lambda each: Done(b'"' + b"y" * (100_000 if each.name == "large" else 10) + b'"')):
            await bench.ended(large, small)
        info = await bench.info(large)

        assert (info.state, info.error_type) == (JobState.DEAD, "JobPayloadError")
        assert await bench.state(small) == JobState.SUCCEEDED


async def test_without_retention_a_job_that_succeeded_is_forgotten_and_a_dead_one_is_not(
    shared_server: NatsServer,
) -> None:
    """A key is free again all the same."""
    async with bench_on(shared_server, retention=0.0) as bench:
        keyed = await bench.put("good", key="nightly")
        good, bad = await bench.put("good"), await bench.put("bad")
        async with bench.worker(lambda each: Dead(_FAILURE) if each.name == "bad" else Done()):
            await bench.ended(keyed, good, bad)

        assert await bench.engine.records.get(good) is None
        assert await bench.state(bad) is JobState.DEAD
        assert await bench.put("good", key="nightly") != keyed


async def test_several_queues_share_the_slots(shared_server: NatsServer) -> None:
    """One that is full does not keep the others waiting, and may take all slots when they are empty."""
    async with bench_on(shared_server) as bench:
        many = [await bench.put("many") for _ in range(300)]
        async with bench.worker(queues=["default", "a", "b", "c"], slots=3):
            few = [await bench.put(queue=queue) for queue in "abc"]
            await bench.ended(*few, *many)

    assert len(bench.delivered) == 303


async def test_a_consumer_that_somebody_deleted_is_made_again(shared_server: NatsServer) -> None:
    """The worker goes on by itself."""
    async with bench_on(shared_server) as bench, bench.worker():
        await bench.ended(await bench.put())
        client = await nats.connect(shared_server.url)
        await client.request(f"$JS.API.CONSUMER.DELETE.{stream_of(bench)}.work-default")
        await client.close()

        await bench.ended(await bench.put())


async def test_a_stream_that_is_not_for_jobs_is_left_alone(shared_server: NatsServer) -> None:
    """The message says what to change."""
    client = await nats.connect(shared_server.url)
    await client.jetstream().add_stream(name="orders", subjects=["orders.>"])  # pyright: ignore[reportUnknownMemberType]
    await client.close()

    with pytest.raises(JobEngineError, match=r"The stream orders .* is not one for jobs"):
        async with NatsEngine(shared_server.url, stream="orders").opened():
            pass


async def test_a_server_that_is_down_is_unavailable_and_named_without_its_secrets(tmp_path: Path) -> None:
    """The host then waits for it."""
    port = NatsServer(tmp_path).port  # free, and nobody there

    with pytest.raises(JobEngineUnavailableError) as caught:
        async with NatsEngine(f"nats://shop:hunter2@127.0.0.1:{port}").opened():
            pass
    assert f"127.0.0.1:{port} cannot be reached" in str(caught.value)
    assert "hunter2" not in str(caught.value)


async def test_a_wrong_password_is_told_at_once_and_not_shown(tmp_path: Path) -> None:
    """Waiting would not help."""
    with NatsServer(tmp_path, "--user", "shop", "--pass", "right") as server:
        with pytest.raises(JobEngineError, match="does not let this application in") as caught:
            async with NatsEngine(server.url.replace("//", "//shop:hunter2@")).opened():
                pass
        async with NatsEngine(server.url.replace("//", "//shop:right@")).opened():
            pass

    assert not isinstance(caught.value, JobEngineUnavailableError)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_trio_is_refused_in_words(anyio_backend: str) -> None:
    """Not by an error from the depths of asyncio."""
    with pytest.raises(JobEngineError, match="runs on asyncio only"):
        async with NatsEngine("nats://127.0.0.1:1").opened():
            pass


async def test_what_is_put_while_the_server_is_away_is_stored_once_or_refused(server: NatsServer) -> None:
    """A put waits for the server for a while; whether it was stored is asked before it is tried again."""
    async with bench_on(server) as bench:
        await bench.put("before")
        await to_thread.run_sync(server.stop)
        async with anyio.create_task_group() as group:
            ids: list[str] = []

            async def put() -> None:
                ids.append(await bench.put("meanwhile"))

            group.start_soon(put)
            await anyio.sleep(0.3)
            await to_thread.run_sync(server.start)
        async with bench.worker():
            await bench.ended(*ids)

    assert sorted(delivery.name for delivery in bench.delivered) == ["before", "meanwhile"]


async def test_a_server_killed_in_the_middle_loses_no_job(server: NatsServer) -> None:
    """kill -9 of nats-server: what it had acknowledged is there again."""
    async with bench_on(server, lease=1.0) as bench:
        ids = [each.id for each in await bench.engine.put([new_job() for _ in range(300)])]
        async with bench.worker(slots=5):
            await bench.until_delivered(50)
            await to_thread.run_sync(lambda: server.stop(kill=True))
            await to_thread.run_sync(server.start)
            await bench.ended(*ids)
        states = [await bench.state(each) for each in ids]

    assert set(states) == {JobState.SUCCEEDED}
