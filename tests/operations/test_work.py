"""Queues, jobs, failures and schedules in the operator's view."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import anyio
import pytest
from pydantic import BaseModel

from corner_host import BackgroundTaskQueue, HostBuilder, JobClient
from corner_host.jobs import JobControl, JobEngineError, RetryPolicy
from corner_host.operations import (
    InvalidRequestError,
    JobQuery,
    NotFoundError,
    Operations,
    UnavailableError,
    host,
)
from corner_host.operations.sampling import take_sample

from .conftest import ADA, Look


class Order(BaseModel):
    """A payload."""

    number: int
    api_key: str = "s3cret"


class Gate:
    """Holds handlers until it is opened."""

    def __init__(self) -> None:
        self.opened = anyio.Event()
        self.entered = 0


async def handle(job: Order, gate: Gate) -> None:
    """Fail for 13, wait for the gate from 100 on, else succeed."""
    if job.number == 13:
        raise ConnectionError("gateway did not answer")
    if job.number >= 100:
        gate.entered += 1
        await gate.opened.wait()


def _configure(builder: HostBuilder) -> None:
    builder.services.add_singleton(Gate)
    builder.services.add_background_jobs(builder.configuration)
    builder.services.add_jobs(builder.configuration)
    builder.services.add_job_handler(Order, handle, name="order", queue="orders", retry=RetryPolicy(max_attempts=1))


@asynccontextmanager
async def _looking(look: Look, *arguments: str) -> AsyncGenerator[tuple[Operations, JobClient, Gate]]:
    async with look(_configure, *arguments) as operations:
        services = operations.host._workplace.services  # pyright: ignore[reportPrivateUsage]
        gate = services.get_required_service(Gate)
        try:
            yield operations, services.get_required_service(JobClient), gate
        finally:
            gate.opened.set()


async def _put(client: JobClient, *numbers: int) -> list[str]:
    return [each.id for each in await client.enqueue_many([Order(number=number) for number in numbers])]


async def _ended(client: JobClient, ids: Sequence[str]) -> None:
    with anyio.fail_after(20):
        for each in ids:
            while (info := await client.get(each)) is None or not info.state.has_ended:
                await anyio.sleep(0.005)


async def test_both_kinds_of_queue_are_listed(look: Look) -> None:
    """OV-40: the queue in memory and the queues of jobs, each with what waits, runs and died."""
    async with _looking(look) as (operations, client, _):
        await _ended(client, await _put(client, 1, 2, 13))
        memory, orders = await operations.queues.list()

    assert (memory.name, memory.kind, memory.capacity) == ("background", "memory", 100)
    assert (orders.name, orders.kind, orders.completed, orders.dead) == ("orders", "jobs", 2, 1)
    assert orders.wait_p50 is not None
    assert orders.wait_p95 is not None
    assert 0.0 <= orders.wait_p50 <= orders.wait_p95


@pytest.mark.parametrize("name", ["background", "orders"])
async def test_a_queue_is_paused_for_a_time_and_resumed(look: Look, name: str) -> None:
    """OV-41: begun is nothing new until then; the reason is shown; the audit has both lines."""
    async with _looking(look) as (operations, _, __):
        paused = await operations.queues.pause(name, duration=900, by=ADA, reason="gateway down")
        during = await operations.queues.get(name)
        resumed = await operations.queues.resume(name, by=ADA)
        after = await operations.queues.get(name)
        lines = (await operations.audit.search()).items

    assert paused.until is not None
    assert paused.message.startswith(f"{name} paused until {paused.until:%H:%M:%S}")
    assert (during.is_paused, during.pause_reason, after.is_paused) == (True, "gateway down", False)
    assert (resumed.count, [each.action for each in lines]) == (1, ["queue.resume", "queue.pause"])


async def test_what_waits_is_thrown_away(look: Look) -> None:
    """OV-42: a purge counts, and leaves what runs."""
    async with _looking(look) as (operations, client, _):
        queue = operations.host._workplace.services.get_required_service(BackgroundTaskQueue)  # pyright: ignore[reportPrivateUsage]
        for name in ("background", "orders"):
            await operations.queues.pause(name, by=ADA)
        await queue.queue_background_work_item(print, "never")
        await _put(client, 1, 2)
        memory = await operations.queues.purge("background", by=ADA)
        orders = await operations.queues.purge("orders", by=ADA)
        left = [each.depth for each in await operations.queues.list()]

    assert (memory.count, orders.count, left) == (1, 2, [0, 0])


async def test_what_is_next_is_shown_in_order(look: Look) -> None:
    """OV-40: with the id that logs and reports call it by; of durable jobs, the list of jobs has that."""
    async with _looking(look) as (operations, _, __):
        queue = operations.host._workplace.services.get_required_service(BackgroundTaskQueue)  # pyright: ignore[reportPrivateUsage]
        await operations.queues.pause("background", by=ADA)
        for name, priority in (("first", 0), ("second", 0), ("urgent", 5)):
            await queue.queue_background_work_item(print, name, name=name, priority=priority)
        found = await operations.queues.waiting("background", limit=2)
        with pytest.raises(UnavailableError, match="state WAITING, queue orders"):
            await operations.queues.waiting("orders")
        with pytest.raises(InvalidRequestError, match="from 1 to"):
            await operations.queues.waiting("background", limit=0)

    assert [(each.name, each.priority) for each in found] == [("urgent", 5), ("first", 0)]
    assert len({each.id for each in found}) == 2
    assert all(len(each.arguments) == 8 for each in found)


async def test_the_concurrency_of_the_queue_in_memory_is_changed(look: Look) -> None:
    """OV-43: until the host ends; that of jobs is a setting, and the answer says so."""
    async with _looking(look) as (operations, _, __):
        await operations.queues.set_concurrency("background", 4, by=ADA)
        found = await operations.queues.get("background")
        with pytest.raises(UnavailableError, match="Jobs:MaxConcurrency"):
            await operations.queues.set_concurrency("orders", 4, by=ADA)
        with pytest.raises(InvalidRequestError, match="from 1 to"):
            await operations.queues.set_concurrency("background", 0, by=ADA)

    assert found.concurrency == 4


async def test_what_runs_is_shown_with_the_line_where_it_waits(look: Look) -> None:
    """OV-44: work items of the queue in memory, and jobs with attempt and worker; the longest first."""
    async with _looking(look) as (operations, client, gate):
        queue = operations.host._workplace.services.get_required_service(BackgroundTaskQueue)  # pyright: ignore[reportPrivateUsage]

        async def wait_for_gate() -> None:
            gate.entered += 1
            await gate.opened.wait()

        await queue.queue_background_work_item(wait_for_gate)
        await _put(client, 100)
        with anyio.fail_after(10):
            while gate.entered < 2:
                await anyio.sleep(0.005)
        running = {each.kind: each for each in await operations.jobs.running()}

    assert (running["jobs"].name, running["jobs"].attempt, running["jobs"].queue) == ("order", 1, "orders")
    places = [running[kind].waiting_at for kind in ("memory", "jobs")]
    assert [None if place is None else place.code for place in places] == ["await gate.opened.wait()"] * 2


async def test_a_running_work_item_is_cancelled(look: Look) -> None:
    """OV-45: by the id that the list shows; another id is unknown."""
    async with _looking(look) as (operations, _, gate):
        queue = operations.host._workplace.services.get_required_service(BackgroundTaskQueue)  # pyright: ignore[reportPrivateUsage]

        async def wait_for_gate() -> None:
            gate.entered += 1
            await gate.opened.wait()

        await queue.queue_background_work_item(wait_for_gate)
        with anyio.fail_after(10):
            while not gate.entered:
                await anyio.sleep(0.005)
        (item,) = await operations.jobs.running()
        await operations.jobs.cancel_item(item.id, by=ADA)
        with anyio.fail_after(10):
            await queue.join()
        with pytest.raises(NotFoundError, match="no running work item"):
            await operations.jobs.cancel_item(item.id, by=ADA)
        found = await operations.queues.get("background")

    assert (found.cancelled, found.completed) == (1, 0)


async def test_jobs_are_found_by_many_values_at_once(look: Look) -> None:
    """OV-46: several states together, newest first, with a total; text looks into payloads."""
    async with _looking(look) as (operations, client, _):
        await _ended(client, await _put(client, 1, 13, 2))
        both = await operations.jobs.search(JobQuery(states=("DEAD", "SUCCEEDED")))
        dead = await operations.jobs.search(JobQuery(states=("DEAD",), error="gateway"))
        by_text = await operations.jobs.search(JobQuery(text='"number":2'))
        by_id = await operations.jobs.search(JobQuery(ids=(dead.items[0].id, "nothing")))
        by_worker = [
            (await operations.jobs.search(JobQuery(worker=each))).total for each in (dead.items[0].worker, "nobody")
        ]

    assert (both.total, [each.id for each in both.items]) == (3, sorted((each.id for each in both.items), reverse=True))
    assert (dead.items[0].error_type, dead.items[0].error) == ("ConnectionError", "gateway did not answer")
    assert dead.items[0].error_place.partition(":")[0].endswith("test_work.py")
    assert [len(each.items) for each in (by_text, by_id)] == [1, 1]
    assert by_worker == [3, 0]


@pytest.mark.parametrize(
    "query",
    [
        JobQuery(states=("SLEEPING",)),
        JobQuery(limit=201),
        JobQuery(text="x" * 1001),
        JobQuery(since=datetime(2026, 1, 1)),  # noqa: DTZ001 - that is what is wrong with it
        JobQuery(states=("DEAD",), names=tuple("abcde"), queues=tuple("abcdef")),
    ],
)
async def test_a_query_that_makes_no_sense_is_refused(look: Look, query: JobQuery) -> None:
    """OV-47: the error names the field."""
    async with _looking(look) as (operations, _, __):
        with pytest.raises(InvalidRequestError):
            await operations.jobs.search(query)


async def test_dead_jobs_run_again_one_or_all(look: Look) -> None:
    """OV-48: a dry run counts with the oldest and newest; an action on ids tells what could not be."""
    async with _looking(look) as (operations, client, _):
        ids = await _put(client, 13, 13, 1)
        await _ended(client, ids)
        query = JobQuery(names=("order",), states=("DEAD",), error_type="ConnectionError")
        tried = await operations.jobs.requeue(query, by=ADA, dry_run=True)
        done = await operations.jobs.requeue(query, by=ADA, rate=1000.0)
        one = await operations.jobs.requeue(JobQuery(ids=(ids[2], "nothing")), by=ADA)
        with pytest.raises(NotFoundError, match="no job 'nothing'"):
            await operations.jobs.requeue(JobQuery(ids=("nothing",)), by=ADA)

    assert (tried.count, tried.is_dry_run, tried.oldest is not None) == (2, True, True)
    assert (done.count, done.message) == (2, "requeued 2 jobs at 1000/s, within 1 s")
    assert one.errors == (f"Job {ids[2]} is SUCCEEDED and cannot be requeued.", "There is no job nothing.")


async def test_jobs_are_cancelled_and_deleted(look: Look) -> None:
    """OV-49: cancelled are those that have not ended, deleted those that do not run."""
    async with _looking(look) as (operations, client, _):
        await operations.queues.pause("orders", by=ADA)
        ids = await _put(client, 1, 2, 3)
        one = await operations.jobs.cancel(JobQuery(ids=(ids[0],)), by=ADA)
        rest = await operations.jobs.cancel(JobQuery(names=("order",)), by=ADA)
        gone = await operations.jobs.delete(JobQuery(states=("CANCELLED",)), by=ADA)
        left = await operations.jobs.search()

    assert (one.count, rest.count, gone.count, left.items) == (1, 2, 3, ())


async def test_a_job_is_shown_in_detail(look: Look) -> None:
    """OV-50: payload without its secrets, history from the beginning, traceback, siblings, what can be done."""
    async with _looking(look) as (operations, client, _):
        first = await client.enqueue(Order(number=13), key="k")
        await _ended(client, [first.id])
        second = await client.enqueue(Order(number=1), key="k")
        await _ended(client, [second.id])
        detail = await operations.jobs.get(first.id)
        with pytest.raises(NotFoundError):
            await operations.jobs.get("nothing")

    assert detail.payload == {"number": 13, "api_key": "••••••••"}
    assert [each.event for each in detail.history] == ["ENQUEUED", "DIED"]
    assert 'raise ConnectionError("gateway did not answer")' in detail.traceback
    assert [each.id for each in detail.siblings] == [second.id]
    assert (detail.can_requeue, detail.can_cancel, detail.can_delete) == (True, False, True)
    assert detail.handler.endswith("test_work.handle")
    assert any(first.id == each.job_id for each in detail.logs)


async def test_failures_of_all_sources_are_grouped(look: Look) -> None:
    """OV-30: one error or many, with the place; a group of jobs is requeued, and muted for a time."""
    async with _looking(look) as (operations, client, _):
        queue = operations.host._workplace.services.get_required_service(BackgroundTaskQueue)  # pyright: ignore[reportPrivateUsage]

        async def fail() -> None:
            raise LookupError("no such mail")

        for _ in range(3):
            await queue.queue_background_work_item(fail)
        with anyio.fail_after(10):
            await queue.join()
        await _ended(client, await _put(client, 13, 13))
        groups = {each.source: each for each in await operations.failures.list()}
        muted = await operations.failures.mute(groups["jobs"].id, duration=60, by=ADA)
        failing = [each.source for each in (await operations.host.status()).failing]
        again = await operations.failures.requeue(groups["jobs"].id, by=ADA, dry_run=True)
        with pytest.raises(UnavailableError, match="only durable jobs"):
            await operations.failures.requeue(groups["memory"].id, by=ADA)

    assert (groups["memory"].count, groups["memory"].error_type, groups["memory"].queue) == (
        3,
        "LookupError",
        "background",
    )
    assert (groups["jobs"].count, groups["jobs"].jobs, groups["jobs"].can_requeue) == (2, 2, True)
    assert all(each.place.partition(":")[0].endswith("test_work.py") for each in groups.values())
    assert (muted.count, failing, again.count) == (1, ["memory"], 2)


async def test_facets_count_what_the_other_choices_leave(look: Look) -> None:
    """OV-51: a facet ignores its own choice, so that another value can be picked."""
    async with _looking(look) as (operations, client, _):
        await _ended(client, await _put(client, 1, 2, 13))
        facets = await operations.jobs.facets(JobQuery(states=("DEAD",)))

    assert {each.value: each.count for each in facets.states} == {"SUCCEEDED": 2, "DEAD": 1}
    assert [(each.value, each.count) for each in facets.names] == [("order", 1)]
    assert [(each.value, each.count) for each in facets.error_types] == [("ConnectionError", 1)]


async def test_a_host_without_work_answers_with_nothing(look: Look) -> None:
    """OV-52: no queues, no jobs, no failures; an action says that there are none."""
    async with look() as operations:
        answers = [
            await operations.queues.list(),
            (await operations.jobs.search()).items,
            await operations.jobs.running(),
            await operations.failures.list(since=datetime(2026, 1, 1, tzinfo=UTC)),
            await operations.schedules.list(),
            await operations.caches.list(),
        ]
        with pytest.raises(UnavailableError, match="no durable jobs"):
            await operations.jobs.requeue(JobQuery(), by=ADA)

    assert answers == [()] * 6


@pytest.mark.parametrize("is_silent", [False, True])
async def test_a_store_that_is_away_leaves_a_gap(look: Look, monkeypatch: pytest.MonkeyPatch, is_silent: bool) -> None:
    """OV-53: status is needed most when something is down; it says what could not be answered, and answers the rest."""

    async def fail(*_: object, **__: object) -> None:
        if is_silent:
            await anyio.sleep_forever()
        raise JobEngineError("The database does not answer.")

    monkeypatch.setattr(host, "_PATIENCE_SECONDS", 0.05)
    async with _looking(look) as (operations, _, __):
        control = operations.host._workplace.services.get_required_service(JobControl)  # pyright: ignore[reportPrivateUsage]
        for question in ("counts", "failures", "schedules", "paused_queues"):
            monkeypatch.setattr(type(control), question, fail)
        status = await operations.host.status()

    why = "no answer within 0.05 s" if is_silent else "JobEngineError: The database does not answer."
    assert status.gaps == tuple(f"{part}: {why}" for part in ("queues", "failures", "schedules"))
    assert (status.phase, len(status.services) > 0) == ("running", True)
    assert [each.name for each in status.queues] == ["background"]


async def test_numbers_are_sampled_although_a_store_is_away(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    """OV-106: what can be told is kept; what the store raised is raised."""

    async def fail(_: object) -> None:
        raise JobEngineError("The database does not answer.")

    monkeypatch.setattr(JobControl, "counts", fail)
    async with _looking(look) as (operations, _, __):
        workplace = operations.host._workplace  # pyright: ignore[reportPrivateUsage]
        with pytest.raises(JobEngineError):
            await take_sample(workplace)
        kept = {each.name for each in workplace.samples.series((), since=0)}

    assert "depth:background" in kept
    assert "depth:orders" not in kept
