"""Log records and levels in the operator's view."""

import logging
from datetime import timedelta

import anyio
import pytest

from corner_host.operations import InvalidRequestError, LogQuery, NotFoundError, Operations
from corner_host.primitives import SystemClock

from .conftest import ADA, Look, until


async def test_the_last_records_are_kept(look: Look) -> None:
    """OV-80: bounded, newest first, with fields, exception and traceback as text; how many are gone is told."""
    async with look(lambda _: None, "--Operations:LogLines=5") as operations:
        for number in range(7):
            logging.getLogger("acme.orders").info("order %d", number, extra={"order": number, "api_key": "s3cret"})
        try:
            raise ValueError("no such order")
        except ValueError:
            logging.getLogger("acme.orders").exception("failed")
        page = await operations.logs.search()

    assert [each.message for each in page.items] == ["failed", "order 6", "order 5", "order 4", "order 3"]
    assert (page.kept, page.capacity) == (5, 5)
    assert page.lost >= 3
    assert page.items[0].exception == "ValueError: no such order"
    assert 'raise ValueError("no such order")' in page.items[0].traceback
    assert dict(page.items[1].fields) == {"order": 6, "api_key": "••••••••"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (LogQuery(logger="acme"), ["three", "two", "one"]),
        (LogQuery(logger="acme.orders"), ["two", "one"]),
        (LogQuery(level="Warning", logger="acme"), ["two"]),
        (LogQuery(text="THREE"), ["three"]),
        (LogQuery(job_id="J1"), ["one"]),
        (LogQuery(logger="acme", limit=1), ["three"]),
        (LogQuery(logger="acme", since=SystemClock().now() + timedelta(hours=1)), []),
        (LogQuery(logger="acme", until=SystemClock().now() - timedelta(hours=1)), []),
        (LogQuery(logger="acm"), []),
    ],
)
async def test_records_are_filtered(look: Look, query: LogQuery, expected: list[str]) -> None:
    """OV-81: by level, logger and those below it, job, text, time; all together."""
    async with look() as operations:
        logging.getLogger("acme.orders").info("one", extra={"job_id": "J1"})
        logging.getLogger("acme.orders").warning("two")
        logging.getLogger("acme.mail").info("three")
        page = await operations.logs.search(query)

    assert [each.message for each in page.items] == expected


async def test_records_are_paged_and_followed(look: Look) -> None:
    """OV-82: ``before`` goes back, ``after`` gives the oldest new ones, and waits for one if there is none."""
    async with look() as operations:
        for number in range(4):
            logging.getLogger("acme").info("%d", number)
        newest = await operations.logs.search(LogQuery(logger="acme", limit=2))
        older = await operations.logs.search(LogQuery(logger="acme", limit=2, before=newest.items[-1].id))
        newer = await operations.logs.search(LogQuery(logger="acme", limit=1, after=older.items[0].id))
        followed: list[str] = []

        async def follow() -> None:
            page = await operations.logs.follow(LogQuery(logger="acme", after=newest.last_id), wait=10)
            followed.extend(each.message for each in page.items)

        async with anyio.create_task_group() as group:
            group.start_soon(follow)
            await anyio.to_thread.run_sync(logging.getLogger("acme").info, "from a thread")

    assert [each.message for each in (*newest.items, *older.items, *newer.items)] == ["3", "2", "1", "0", "2"]
    assert followed == ["from a thread"]


async def test_a_level_is_changed_for_a_time(look: Look) -> None:
    """OV-83: for a logger and those below it, also where a logger has a level of its own; then all is as it was."""
    own = logging.getLogger("acme.orders.own")
    own.setLevel(logging.ERROR)
    try:
        async with look() as operations:
            answer = await operations.logs.set_level("acme.orders", "Debug", duration=0.05, by=ADA, reason="look")
            during = _level(await operations.logs.levels(), "acme.orders")
            own.debug("seen")
            logging.getLogger("acme.orders.payment").debug("seen too")
            logging.getLogger("acme.mail").debug("not seen")
            await until(lambda: not _changes(operations))
            logging.getLogger("acme.orders.payment").debug("not seen either")
            messages = [each.message for each in (await operations.logs.search(LogQuery(logger="acme"))).items]
            restored = own.level
    finally:
        own.setLevel(logging.NOTSET)

    assert (during, messages, restored) == (("Debug", "Information", True), ["seen too", "seen"], logging.ERROR)
    assert answer.message.startswith("acme.orders: Information → Debug until ")


def _level(levels: object, name: str) -> tuple[str, str, bool]:
    (found,) = [each for each in levels if each.logger == name]  # type: ignore[attr-defined]
    return found.level, found.configured, found.is_changed


def _changes(operations: Operations) -> object:
    return operations.logs._levels.changes  # pyright: ignore[reportPrivateUsage]


async def test_a_change_is_taken_back_at_once(look: Look) -> None:
    """OV-84: and once the host has ended, nothing of it is left; what was not changed cannot be taken back."""
    async with look() as operations:
        await operations.logs.set_level("Default", "Debug", duration=None, by=ADA)
        changed = _level(await operations.logs.levels(), "Default")
        await operations.logs.reset_level("default", by=ADA)
        with pytest.raises(NotFoundError, match="no changed level"):
            await operations.logs.reset_level("Default", by=ADA)
        await operations.logs.set_level("acme", "Debug", duration=None, by=ADA)
        root_during = logging.getLogger().level

    assert changed == ("Debug", "Information", True)
    assert (root_during, logging.getLogger().level) == (logging.DEBUG, logging.WARNING)


@pytest.mark.parametrize(
    ("logger", "level"), [("acme", "Loud"), ("", "Debug"), ("a*b*c", "Debug"), ("x" * 301, "Debug")]
)
async def test_a_change_that_makes_no_sense_is_refused(look: Look, logger: str, level: str) -> None:
    """OV-85: and changes nothing."""
    async with look() as operations:
        with pytest.raises(InvalidRequestError):
            await operations.logs.set_level(logger, level, by=ADA)

        assert not _changes(operations)
