"""What is wrong with a job: a clear error, or a dead letter with the reason; never a hot loop."""

from pathlib import Path
from typing import Any, Final

import anyio
import pytest
from pydantic import BaseModel, field_validator

from corner_host import HostBuilder
from corner_host.jobs import JobContext, JobDeadError, JobEventKind, JobPayloadError, JobState
from corner_host.jobs.engines.sqlite.writer import Writer
from tests.jobs.harness import JobBench, shop
from tests.jobs.hosted import AT_ONCE, Receipt, handler, jobs, put

MEBIBYTE: Final = 1_048_576


class Brittle(BaseModel):
    number: int

    @field_validator("number")
    @classmethod
    def not_thirteen(cls, number: int) -> int:
        if number == 13:
            raise KeyError("a validator may raise anything")
        return number


class Mute(Exception):
    """An exception that cannot say what it is."""

    def __str__(self) -> str:
        raise ValueError("no words")


def writer_of(bench: JobBench) -> Writer:
    engine: Any = bench.engine
    writer: Writer = engine._open
    return writer


@pytest.mark.parametrize(
    "broken",
    [
        OSError("\udce9 from a file name, and \0"),
        OSError("x" * 50_000_000),
        Mute(),
        RecursionError("maximum recursion depth exceeded"),
    ],
    ids=["not unicode", "50 MB", "mute", "recursion"],
)
async def test_any_error_can_be_kept_with_its_job(broken: Exception) -> None:
    """Whatever its message is, the job dies with it, and the worker goes on."""

    async def work(job: Receipt) -> int:
        if job.order == 1:
            raise broken
        return job.order

    async with jobs(handler(work)) as client:
        bad, good = await put(client, 1), await put(client, 2)
        with pytest.raises(JobDeadError):
            await client.result(bad)
        info = await client.get(bad)

        assert await client.result(good) == 2
        assert info is not None
        assert info.error is not None
        assert len(info.error) < 3000
        assert info.error_type == type(broken).__qualname__


@pytest.mark.parametrize(
    ("result", "reason"), [("x" * 2 * MEBIBYTE, "bytes"), (object(), "cannot be written as JSON")], ids=["large", "odd"]
)
async def test_a_result_that_cannot_be_kept_is_told_and_not_tried_again(result: object, reason: str) -> None:
    """The work was done: doing it again would not help."""

    async def work(job: Receipt) -> object:
        return result

    async with jobs(handler(work)) as client:
        job_id = await put(client)
        with pytest.raises(JobDeadError, match=f"it ran, but.*{reason}"):
            await client.result(job_id)
        info = await client.get(job_id)

    assert info is not None
    assert info.attempt == 1


async def test_a_note_on_progress_is_cut_to_a_line() -> None:
    """Fifty megabytes of it are not for a person."""
    noted = anyio.Event()

    async def work(job: Receipt, context: JobContext) -> None:
        await context.progress(0.5, "x\udce9" * 1_000_000)
        noted.set()

    async with jobs(handler(work)) as client:
        job_id = await put(client)
        await client.result(job_id)
        info = await client.get(job_id)

    assert info is not None
    assert 500 <= len(info.progress_note) < 4000


@pytest.mark.parametrize("payload", [b"", b"[", b"\xff\xfe", b'{"order": "many"}', b'{"number": 7}', b"x" * 5_000_000])
async def test_a_stored_payload_that_does_not_fit_is_a_dead_letter_with_the_reason(
    payload: bytes, tmp_path: Path
) -> None:
    """A deploy renamed a field, or another program wrote nonsense: dead at the first attempt, and still shown."""
    path = tmp_path / "jobs.db"
    async with shop(path) as bench:
        job_id = await bench.put("Receipt", payload=payload, trace="no json")

    async def work(job: Receipt) -> None: ...

    async with jobs(handler(work), "--Jobs:Engine=sqlite", f"--Jobs:ConnectionString={path}") as client:
        with pytest.raises(JobDeadError, match="JobPayloadError"):
            await client.result(job_id)
        (dead,) = await client.dead_letters(error="does not fit")

    assert (dead.id, dead.attempt) == (job_id, 1)


async def test_a_validator_that_fails_in_its_own_way_costs_its_job_only() -> None:
    """What pydantic lets through is a failure like any other."""

    async def work(job: Brittle) -> int:
        return job.number

    def configure(builder: HostBuilder) -> None:
        builder.services.add_job_handler(Brittle, work, retry=AT_ONCE)

    async with jobs(configure) as client:
        bad = await client.enqueue(Brittle.model_construct(number=13))
        good = await client.enqueue(Brittle(number=2))
        with pytest.raises(JobDeadError, match="KeyError"):
            await client.result(bad.id)

        assert await client.result(good.id) == 2


async def test_an_unknown_name_is_given_back_while_a_deploy_may_be_on_its_way(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Uncounted, and not at once: the version that knows it has all its attempts."""
    path = tmp_path / "jobs.db"
    async with shop(path) as bench:
        job_id = await bench.put("Brand new")

    async def work(job: Receipt) -> None: ...

    arguments = ("--Jobs:Engine=sqlite", f"--Jobs:ConnectionString={path}", "--Logging:LogLevel:Default=Warning")
    async with jobs(handler(work), *arguments) as client:
        while (info := await client.get(job_id)) is None or not info.history:
            await anyio.sleep(0.01)

    assert (info.state, info.attempt, info.error_type) == (JobState.SCHEDULED, 0, None)
    assert info.history[0].event is JobEventKind.RELEASED
    assert info.history[0].detail.startswith("it has no handler here; again in ")
    assert "Brand new has no handler here, and is given back for another version; next in" in caplog.text


async def test_an_unknown_name_is_tried_again_and_then_dead(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """One that nobody knows after a while ends in the dead letters with its name."""
    path = tmp_path / "jobs.db"
    async with shop(path) as bench:
        job_id = await bench.put("Renamed")
        await writer_of(bench).execute(
            lambda connection: connection.execute("UPDATE corner_jobs SET attempt = 3, enqueued_at = 0")
        )

    async def work(job: Receipt) -> None: ...

    arguments = ("--Jobs:Engine=sqlite", f"--Jobs:ConnectionString={path}", "--Logging:LogLevel:Default=Warning")
    async with jobs(handler(work), *arguments) as client:
        while (info := await client.get(job_id)) is None or info.attempt < 4 or info.state is JobState.RUNNING:
            await anyio.sleep(0.01)

    assert (info.state, info.error_type) == (JobState.SCHEDULED, "JobNotFoundError")
    assert "Renamed failed, attempt 4 of 5" in caplog.text


@pytest.mark.parametrize(
    "how",
    [{"key": "k" * 10_000}, {"key": ""}, {"key": "a\0b"}, {"key": "\udce9"}, {"queue": "q" * 10_000}, {"queue": ""}],
)
async def test_keys_and_queues_are_short_text(how: dict[str, str]) -> None:
    """A mistake is told when the job is put, and shows what is wrong in few words."""

    async def work(job: Receipt) -> None: ...

    async with jobs(handler(work)) as client:
        with pytest.raises(JobPayloadError) as caught:
            await client.enqueue(Receipt(order=7), **how)  # type: ignore[arg-type]  # the tests know the keywords

    assert len(str(caught.value)) < 200
