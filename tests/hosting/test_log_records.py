"""The host's log records (section 21)."""

import logging
from typing import Any

import anyio
import pytest

from corner_host.hosting import BackgroundServiceExceptionBehavior
from tests.hosting.journal import Journal, after, host_of
from tests.hosting.records import APPLICATION, HOST, Records


async def test_a_clean_life_is_four_records(journal: Journal, records: Records) -> None:
    """LG-1: ids 1, 2, 3, 4, once each, from the host's category."""
    async with host_of(journal.worker("worker"), journal.lifecycle("a")):
        pass

    written = [record for record in records.of(HOST) if vars(record)["event_id"] < 100]
    assert [(vars(r)["event_id"], vars(r)["event_name"], r.levelname, r.getMessage()) for r in written] == [
        (1, "Starting", "DEBUG", "Hosting starting"),
        (2, "Started", "DEBUG", "Hosting started"),
        (3, "Stopping", "DEBUG", "Hosting stopping"),
        (4, "Stopped", "DEBUG", "Hosting stopped"),
    ]


async def test_the_record_of_a_failed_stop(journal: Journal, records: Records) -> None:
    """LG-7, SP-9: id 5, at DEBUG only."""
    host = host_of(journal.service("a", stop=RuntimeError("a")))
    await host.start()
    with pytest.raises(RuntimeError, match=r"^a$"):
        await host.stop()

    record = records.one(5)
    assert (record.name, record.levelname) == (HOST, "DEBUG")
    assert (vars(record)["event_name"], record.getMessage()) == ("StoppedWithException", "Hosting shutdown exception")
    await host.aclose()


@pytest.mark.parametrize(
    ("behaviour", "ids"),
    [(BackgroundServiceExceptionBehavior.IGNORE, [9]), (BackgroundServiceExceptionBehavior.STOP_HOST, [9, 10])],
)
async def test_the_records_of_a_fault(
    journal: Journal, records: Records, behaviour: BackgroundServiceExceptionBehavior, ids: list[int]
) -> None:
    """LG-2: id 9, and id 10 if it stops the host; both name the service."""
    gate = anyio.Event()
    host = host_of(
        journal.worker("worker", after(gate, RuntimeError("no"))), background_service_exception_behavior=behaviour
    )
    await host.start()
    gate.set()
    await anyio.wait_all_tasks_blocked()

    assert [number for number in records.ids() if number in {9, 10}] == ids
    assert records.one(9).getMessage().startswith("BackgroundService failed")
    assert "JournalWorker" in records.one(9).getMessage()
    assert vars(records.one(9))["event_name"] == "BackgroundServiceFaulted"
    for record in records.with_id(10):
        assert record.getMessage().startswith(
            "The HostOptions.BackgroundServiceExceptionBehavior is configured to StopHost"
        )
        assert vars(record)["event_name"] == "BackgroundServiceStoppingHost"
    if ids == [9]:
        await host.stop()
    else:
        with pytest.raises(RuntimeError, match=r"^no$"):
            await host.stop()
    await host.aclose()


async def test_the_record_of_a_failed_start(journal: Journal, records: Records) -> None:
    """ST-16: id 11."""
    host = host_of(journal.service("a", start=RuntimeError("a")))
    with pytest.raises(RuntimeError, match=r"^a$"):
        await host.start()

    record = records.one(11)
    assert (record.name, record.levelname) == (HOST, "ERROR")
    assert (vars(record)["event_name"], record.getMessage()) == (
        "HostedServiceStartupFaulted",
        "Hosting failed to start",
    )
    await host.aclose()


@pytest.mark.parametrize(
    ("event", "event_id", "name", "message"),
    [
        ("started", 6, "ApplicationStartupException", "An error occurred starting the application"),
        ("stopping", 7, "ApplicationStoppingException", "An error occurred stopping the application"),
        ("stopped", 8, "ApplicationStoppedException", "An error occurred stopping the application"),
    ],
)
async def test_the_records_of_failing_callbacks(
    event: str, event_id: int, name: str, message: str, records: Records
) -> None:
    """AL-3: ids 6, 7, 8, CRITICAL, from the category of the application's lifetime."""
    host = host_of()
    getattr(host.lifetime, f"application_{event}").register(lambda: 1 / 0)
    async with host:
        pass

    record = records.one(event_id)
    assert (record.name, record.levelname, record.getMessage()) == (APPLICATION, "CRITICAL", message)
    assert vars(record)["event_name"] == name


async def test_records_point_at_the_host_and_not_at_its_helper(records: Records) -> None:
    """LG-1: the line of a record is where it was written, not inside a common function."""
    async with host_of():
        pass

    places = {(record.filename, record.lineno) for record in records.of(HOST)}
    assert len(places) > 1


async def test_nothing_is_logged_below_the_level(journal: Journal, caplog: pytest.LogCaptureFixture) -> None:
    """LG-1: at INFO the four are not there."""
    caplog.set_level(logging.INFO)
    async with host_of(journal.service("a")):
        pass

    seen: list[Any] = [vars(record).get("event_id") for record in caplog.records if record.name == HOST]
    assert not {1, 2, 3, 4} & set(seen)
