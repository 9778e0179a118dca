"""A job that is run again as a new one, its arguments as they were or edited."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from pydantic import BaseModel

from corner_host import HostBuilder, JobClient
from corner_host.jobs import JobControl
from corner_host.operations import (
    ActionRefusedError,
    InvalidRequestError,
    JobDetail,
    NotFoundError,
    Operations,
    UnavailableError,
)
from corner_host.operations.unmasking import unmasked
from corner_host.primitives import MASK

from .conftest import ADA, Look


class Card(BaseModel):
    """Has a secret."""

    api_key: str = "s3cret"


class Order(BaseModel):
    """A payload."""

    number: int
    card: Card = Card()


async def handle(job: Order) -> str:
    """Succeed, and give away what it got."""
    return f"{job.number} with {len(job.card.api_key)}"


def _configure(builder: HostBuilder) -> None:
    builder.services.add_jobs(builder.configuration)
    builder.services.add_job_handler(Order, handle, name="order", queue="orders")


def _deep(levels: int) -> object:
    found: object = 1
    for _ in range(levels):
        found = [found]
    return {"number": found}


@asynccontextmanager
async def _ended(
    look: Look, *arguments: str, environment: str = "Development"
) -> AsyncGenerator[tuple[Operations, JobClient, str]]:
    """A host in which a job has ended."""
    async with look(_configure, *arguments, environment=environment) as operations:
        client = operations.host._workplace.services.get_required_service(JobClient)  # pyright: ignore[reportPrivateUsage]
        put = await client.enqueue(Order(number=1), key="order-1", priority=3)
        await client.result(put.id, timeout=20)
        yield operations, client, put.id


async def _the_new_one(operations: Operations, client: JobClient, old: str) -> JobDetail:
    (follower,) = (await operations.jobs.get(old)).followers
    await client.result(follower.id, timeout=20)
    return await operations.jobs.get(follower.id)


async def test_it_runs_with_other_arguments_and_is_linked_to_the_old_one(look: Look) -> None:
    """OV-36: the model checks them, the secret that nobody saw is as it was, and both jobs lead to one another."""
    async with _ended(look) as (operations, client, old):
        shown = (await operations.jobs.get(old)).payload
        answer = await operations.jobs.run_again(old, payload={**shown, "number": 2}, by=ADA, reason="INC-412")
        new = await _the_new_one(operations, client, old)
        control = operations.host._workplace.services.get_required_service(JobControl)  # pyright: ignore[reportPrivateUsage]
        stored = await control.get(new.job.id)
        (line,) = (await operations.audit.search()).items

    assert shown == {"number": 1, "card": {"api_key": MASK}}
    assert (answer.count, answer.message) == (1, f"put job {new.job.id}, with other arguments (number)")
    assert stored is not None
    assert stored.payload == {"number": 2, "card": {"api_key": "s3cret"}}
    assert (new.job.queue, new.job.key, new.job.priority, new.parent) == ("orders", "order-1", 3, old)
    assert (new.history[0].event, new.history[0].detail) == ("ENQUEUED", f"after {old}")
    assert new.result == "2 with 6"
    assert (line.action, line.target, line.reason, "s3cret" in line.detail) == ("jobs.again", old, "INC-412", False)


async def test_outside_development_it_runs_as_it_was(look: Look) -> None:
    """OV-36: other arguments are refused there, unless the settings allow them."""
    async with _ended(look, environment="Production") as (operations, client, old):
        detail = await operations.jobs.get(old)
        with pytest.raises(ActionRefusedError, match="AllowEditedJobs"):
            await operations.jobs.run_again(old, payload={"number": 2}, by=ADA)
        await operations.jobs.run_again(old, payload=detail.payload, by=ADA)
        new = await _the_new_one(operations, client, old)
    async with _ended(look, "--Operations:AllowEditedJobs=true", environment="Production") as (operations, _, old):
        allowed = await operations.jobs.run_again(old, payload={"number": 2}, by=ADA)

    assert (detail.can_run_again, detail.can_edit) == (True, False)
    assert new.result == "1 with 6"
    assert allowed.count == 1


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        ({"number": "many"}, "number: Input should be a valid integer"),
        ({}, "number: Field required"),
        ({"number": MASK}, "payload.number is a mask, and nothing is masked there"),
        ([1], "does not fit"),
        (_deep(100_000), "too many levels"),
    ],
    ids=["type", "missing", "mask", "list", "deep"],
)
async def test_arguments_that_do_not_fit_are_refused(look: Look, payload: object, told: str) -> None:
    """OV-36: before anything is stored, with each field."""
    async with _ended(look) as (operations, _, old):
        with pytest.raises(InvalidRequestError, match=told):
            await operations.jobs.run_again(old, payload=payload, by=ADA)
        page = await operations.jobs.search()

    assert page.total == 1


async def test_what_has_not_ended_and_what_is_not_there_is_refused(look: Look) -> None:
    """OV-36: a job that is still to run, and none."""
    async with _ended(look) as (operations, client, _):
        waits = await client.enqueue(Order(number=5), delay=3600)
        with pytest.raises(UnavailableError, match="is SCHEDULED: cancel it first"):
            await operations.jobs.run_again(waits.id, by=ADA)
        with pytest.raises(NotFoundError):
            await operations.jobs.run_again("nothing", by=ADA)


def test_a_mask_stands_for_what_is_at_its_place_alone() -> None:
    """A secret does not wander to another field, and lists keep theirs by their place."""
    stored = {"keys": [{"token": "a"}, {"token": "b"}], "note": "x"}

    assert unmasked({"keys": [{"token": MASK}, {"token": "c"}], "note": "y"}, stored) == {
        "keys": [{"token": "a"}, {"token": "c"}],
        "note": "y",
    }
    with pytest.raises(InvalidRequestError, match=r"payload.note"):
        unmasked({"note": MASK}, stored)
    with pytest.raises(InvalidRequestError, match=r"payload.password"):
        unmasked({"password": MASK}, stored)
