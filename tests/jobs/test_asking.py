"""Asking after jobs: their state, lists of them, the dead ones; also while somebody holds the database."""

import sqlite3
from contextlib import closing
from pathlib import Path

import anyio
import pytest
from pydantic import BaseModel

from corner_host import JobClient
from corner_host.jobs import Enqueued, JobDeadError, JobFailed, JobState
from tests.jobs.hosted import Receipt, handler, jobs, put


class Letter(BaseModel):
    text: str = ""


async def fail(job: Letter) -> None:
    raise JobFailed("no such address")


async def send(job: Receipt) -> None: ...


async def put_dead(client: JobClient, **how: str) -> str:
    answer = await client.enqueue(Letter(), **how)  # type: ignore[arg-type]  # the tests know the keywords
    with pytest.raises(JobDeadError):
        await client.result(answer.id)
    return answer.id


async def test_a_state_is_its_name() -> None:
    """A state is compared and given as a member or as text."""
    async with jobs(handler(send), "--Jobs:WorkerEnabled=false") as client:
        job_id = await put(client)
        info = await client.get(id=job_id)

        assert info is not None
        assert info.state is JobState.WAITING
        assert info.state == "WAITING"
        assert [each.id for each in await client.list(state=JobState("WAITING"))] == [job_id]
        assert await client.list(state=JobState.DEAD) == []


async def test_jobs_are_listed_by_everything_that_tells_them_apart() -> None:
    """By name, queue, key and part of the error; newest first, page by page."""
    async with jobs(
        lambda builder: builder.services.add_job_handler(Letter, fail, queue="mail").add_job_handler(Receipt, send)
    ) as client:
        older = await put_dead(client, key="a")
        newer = await put_dead(client, key="b")
        await put(client, delay=3600, key="a")

        assert [each.id for each in await client.list(name="Letter")] == [newer, older]
        assert [each.id for each in await client.list(queue="mail", key="a")] == [older]
        assert [each.id for each in await client.list(error="no such", limit=1)] == [newer]
        assert [each.id for each in await client.list(name="Letter", before=newer)] == [older]
        assert [each.id for each in await client.dead_letters(queue="mail", key="b")] == [newer]
        assert [each.id for each in await client.dead_letters(name="Letter", error="address")] == [newer, older]
        assert await client.dead_letters(queue="default") == []


async def test_a_list_has_at_least_one_place() -> None:
    """A limit below 1 is a mistake."""
    async with jobs(handler(send)) as client:
        with pytest.raises(ValueError, match="limit"):
            await client.list(limit=0)


async def test_jobs_can_be_asked_after_while_a_transaction_holds_the_database(tmp_path: Path) -> None:
    """Reading waits for nobody's write lock; what is not committed yet is not seen."""
    path = tmp_path / "shop.db"
    async with jobs(
        handler(send), "--Jobs:Engine=sqlite", f"--Jobs:ConnectionString={path}", "--Jobs:WorkerEnabled=false"
    ) as client:
        stored = await put(client)
        with closing(sqlite3.connect(path)) as connection:
            put_inside = await client.enqueue(Receipt(order=2), transaction=connection)
            with anyio.fail_after(5):
                seen = [await client.get(each) for each in (stored, put_inside.id)]
                listed = await client.list()
            connection.commit()

        assert isinstance(put_inside, Enqueued)
        assert [info and info.id for info in seen] == [stored, None]
        assert [info.id for info in listed] == [stored]
        assert len(await client.list()) == 2


async def test_a_path_may_be_given_as_a_url(tmp_path: Path) -> None:
    """``sqlite:///path`` names the file, as SQLAlchemy does."""
    path = tmp_path / "shop.db"
    async with jobs(handler(send), "--Jobs:Engine=sqlite", f"--Jobs:ConnectionString=sqlite:///{path}") as client:
        await put(client)

    assert path.exists()


async def test_the_result_of_an_ended_job_takes_no_time() -> None:
    """A time limit of nothing is enough for a job that has ended, and says so of one that has not."""

    async def answer(job: Receipt) -> int:
        return job.order

    async with jobs(handler(answer)) as client:
        ended, later = await put(client), await put(client, delay=3600)
        await client.result(ended)

        assert await client.result(ended, timeout=0) == 7
        with pytest.raises(TimeoutError, match=f"{later} has not ended within 0 s"):
            await client.result(later, timeout=0)
