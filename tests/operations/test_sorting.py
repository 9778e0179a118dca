"""The list of jobs in another order, and filters that are kept by name."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from corner_host import JobClient
from corner_host.operations import (
    InvalidRequestError,
    JobQuery,
    NotFoundError,
    Operations,
    SavedFilter,
    UnavailableError,
    job_sorting,
)

from .conftest import ADA, Look
from .naps import Nap, napping


@asynccontextmanager
async def _napped(look: Look, naps: Sequence[float]) -> AsyncGenerator[tuple[Operations, list[str]]]:
    """A host in which jobs have run one after the other, and one is still to run; with their ids, in order."""
    async with look(napping, "--Jobs:MaxConcurrency=1") as operations:
        client = operations.host._workplace.services.get_required_service(JobClient)  # pyright: ignore[reportPrivateUsage]
        ids: list[str] = []
        for nap in naps:
            ids.append((await client.enqueue(Nap(seconds=nap))).id)
            await client.result(ids[-1], timeout=20)
        ids.append((await client.enqueue(Nap(seconds=0), delay=3600)).id)
        yield operations, ids


async def test_jobs_are_listed_by_how_long_they_ran(look: Look) -> None:
    """OV-37: both ways, page by page; what has not run comes last; without an order, the newest first."""
    async with _napped(look, [0.0, 0.2, 0.1]) as (operations, (quick, slow, middling, waits)):
        longest = await operations.jobs.search(JobQuery(sort="-ran", limit=2))
        rest = await operations.jobs.search(JobQuery(sort="-ran", limit=2, cursor=longest.next))
        shortest = await operations.jobs.search(JobQuery(sort="ran"))
        newest = await operations.jobs.search()

    assert [each.id for each in longest.items] == [slow, middling]
    assert [each.id for each in rest.items] == [quick, waits]
    assert [each.id for each in shortest.items] == [quick, middling, slow, waits]
    assert [each.id for each in newest.items] == [waits, middling, slow, quick]
    assert (longest.total, longest.sorted_among, rest.next) == (4, None, None)


async def test_of_very_many_the_newest_are_sorted_and_the_page_says_so(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OV-37: a store has no index for every column, and nobody waits for it to read all."""
    monkeypatch.setattr(job_sorting, "MOST_SORTED", 2)
    async with _napped(look, [0.1, 0.0]) as (operations, (_, quick, waits)):
        page = await operations.jobs.search(JobQuery(sort="ran"))

    assert [each.id for each in page.items] == [quick, waits]
    assert (page.total, page.sorted_among) == (3, 2)


@pytest.mark.parametrize("query", [JobQuery(sort="colour"), JobQuery(sort="ran", cursor="01J"), JobQuery(sort="")])
async def test_an_order_that_is_none_is_refused(look: Look, query: JobQuery) -> None:
    """OV-37: another column, or the cursor of another order."""
    async with look(napping) as operations:
        with pytest.raises(InvalidRequestError):
            await operations.jobs.search(query)


async def test_filters_are_kept_by_name_beyond_a_restart(look: Look, tmp_path: Path) -> None:
    """OV-38: in a file of the user alone; saved again they are replaced; each change is in the audit."""
    async with look() as operations:
        await operations.filters.save("dead today", "state=DEAD&range=24h", by=ADA)
        await operations.filters.save("all", "sort=-ran", by=ADA)
        await operations.filters.save("all", "sort=ran", by=ADA)
    async with look() as operations:
        kept = await operations.filters.list()
        await operations.filters.delete("all", by=ADA)
        left = await operations.filters.list()
        with pytest.raises(NotFoundError):
            await operations.filters.delete("all", by=ADA)
        lines = (await operations.audit.search()).items

    assert kept == (
        SavedFilter(name="all", query="sort=ran"),
        SavedFilter(name="dead today", query="state=DEAD&range=24h"),
    )
    assert [each.name for each in left] == ["dead today"]
    assert (tmp_path / "state" / "filters.json").stat().st_mode & 0o077 == 0
    assert [each.action for each in lines if each.outcome == "done"] == ["filters.delete", *["filters.save"] * 3]


async def test_a_file_of_filters_that_was_damaged_is_not_written_over(look: Look, tmp_path: Path) -> None:
    """OV-38: the page goes on without them; who saves another one is told."""
    file = tmp_path / "state" / "filters.json"
    async with look() as operations:
        await operations.filters.save("all", "sort=-ran", by=ADA)
        file.write_text('{"all": "sort', encoding="utf-8")
        kept = await operations.filters.list()
        with pytest.raises(UnavailableError, match="move it away"):
            await operations.filters.save("other", "a=1", by=ADA)

    assert (kept, file.read_text(encoding="utf-8")) == ((), '{"all": "sort')


@pytest.mark.parametrize(("name", "query"), [("", "a=1"), ("x" * 61, "a=1"), ("a\nb", "a=1"), ("a", ""), ("a", "\0")])
async def test_a_filter_that_cannot_be_is_refused(look: Look, name: str, query: str) -> None:
    """OV-38: no name, no query, too long, or not to be printed."""
    async with look() as operations:
        with pytest.raises(InvalidRequestError):
            await operations.filters.save(name, query, by=ADA)
        kept = await operations.filters.list()

    assert kept == ()
