"""An operator sees one list: the jobs of the engine, and those that have not reached it."""

from pathlib import Path

import anyio
import pytest

from corner_host.jobs import Dead, Failure, JobFilter, JobState
from tests.jobs.outbox.test_outbox import Shop

HEADERS = '{"enqueued-by": "POST /orders"}'
DEAD = JobFilter(state=JobState.DEAD)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


async def test_what_the_engine_never_took_is_listed_among_its_dead_letters(shop: Shop) -> None:
    """In order, under its own queue, page by page, and whatever it is searched by."""
    async with shop.engine.opened():
        refused = await shop.order("too large", payload=b'{"order": 7}', queue="mail", key="order:7", trace=HEADERS)
        await shop.engine.records.wait_ended(refused.id)
        died = await shop.bench.put()
        async with shop.bench.worker(lambda _: Dead(Failure("OSError", "no route"))):
            await shop.bench.ended(died)
        records = shop.engine.records
        listed = await records.list(DEAD)
        pages = [*await records.list(DEAD, limit=1), *await records.list(DEAD, limit=1, before=died)]
        filters = [
            JobFilter(name="too large"), JobFilter(queue="mail"), JobFilter(queue="corner_host outbox"),
            JobFilter(key="order:7"), JobFilter(text='"ORDER": 7'), JobFilter(error="too large"),
        ]  # fmt: skip
        found = [[each.id for each in await records.list(wanted)] for wanted in filters]
        missed = await records.list(JobFilter(text="nowhere"))
        counted = await records.count(DEAD)
        kinds = {group.error_type for group in await records.failures()}

    assert [(each.id, each.queue) for each in listed] == [(died, "default"), (refused.id, "mail")]
    assert (listed[1].enqueued_by, listed[1].trace) == ("POST /orders", None)
    assert [each.id for each in pages] == [died, refused.id]
    assert found == [[refused.id]] * len(filters)
    assert (list(missed), counted, kinds) == ([], 2, {"JobPayloadError", "OSError"})


async def test_what_is_meant_by_a_filter_is_put_right_wherever_it_lies(shop: Shop) -> None:
    """Requeued, it is tried again, and dies again; deleted, it is gone. A dry run only counts."""
    async with shop.engine.opened():
        refused = [(await shop.order("too large")).id for _ in range(2)]
        for each in refused:
            await shop.engine.records.wait_ended(each)
        records = shop.engine.records
        asked = await records.requeue_all(DEAD, dry_run=True)
        requeued = await records.requeue_all(DEAD)
        for each in refused:
            await records.wait_ended(each)
        again = await records.count(DEAD)
        deleted = await records.delete_all(DEAD)
        left = await records.list(JobFilter())

    assert (asked.count, requeued.count, again, deleted.count, list(left)) == (2, 2, 2, 2, [])
    assert asked.oldest is not None


async def test_a_job_on_its_way_is_listed_once(shop: Shop) -> None:
    """Though for a moment it is both in the outbox and in the engine."""
    async with shop.engine.opened():
        shop.remote.loses_answers = 1
        arrived = await shop.order()
        while not shop.remote.puts:
            await anyio.sleep(0.001)
        listed = await shop.engine.records.list(JobFilter(state=JobState.WAITING))

    assert [each.id for each in listed] == [arrived.id]
