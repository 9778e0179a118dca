"""What is cut when a budget is spent, beside the services themselves (section 11; H2, H3)."""

import re
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from pydantic import BaseModel

from corner_host.hosting import (
    BackgroundService,
    Host,
    Place,
    ShutdownTimeoutError,
    StartupTimeoutError,
    WorkInFlight,
)
from corner_host.primitives import CancellationToken
from tests.hosting.journal import Journal, builder_of, host_of
from tests.hosting.records import Records


async def test_clean_up_of_the_cancelled_is_given_its_grace(journal: Journal) -> None:
    """H2: shielded clean-up after the cancellation runs; nothing is abandoned."""

    async def stop() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.lowlevel.checkpoint()
                journal.note("flushed")

    host = host_of(journal.service("a", stop=stop), shutdown_timeout=0.05)
    await host.start()

    with pytest.raises(ShutdownTimeoutError):
        await host.stop()

    assert journal.lines == ["a start", "a stop", "flushed", "a stop cancelled"]
    await host.aclose()


async def test_a_failure_of_the_clean_up_is_not_lost(journal: Journal) -> None:
    """H2, H7: what a cancelled service raises instead joins the timeout."""

    async def stop() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            raise OSError("flush")

    host = host_of(journal.service("a", stop=stop), shutdown_timeout=0.05)
    await host.start()

    with pytest.raises(ExceptionGroup) as caught:
        await host.stop()

    assert {type(error) for error in caught.value.exceptions} == {OSError, ShutdownTimeoutError}
    await host.aclose()


async def test_a_lifetime_over_budget_is_cut(journal: Journal) -> None:
    """TO-10, H2: the lifetime's stop is within the budget, too."""
    host = host_of(lifetime=journal.lifetime(stop=anyio.sleep_forever), shutdown_timeout=0.05)
    await host.start()

    with pytest.raises(ShutdownTimeoutError):
        await host.stop()

    assert journal.lines[-1] == "lifetime stop cancelled"
    await host.aclose()


async def test_a_lifetime_that_does_not_let_the_host_start_is_cut(journal: Journal) -> None:
    """TO-9, H3: the lifetime's wait is within the budget of the start."""
    host = host_of(
        journal.service("a"), lifetime=journal.lifetime(wait_for_start=anyio.sleep_forever), startup_timeout=0.05
    )

    with pytest.raises(StartupTimeoutError):
        await host.start()

    assert journal.lines == ["lifetime wait_for_start", "lifetime wait_for_start cancelled"]
    await host.aclose()


async def test_a_validator_that_hangs_is_cut(journal: Journal) -> None:
    """TO-9, H3: start-up validation is within the budget of the start."""

    class Mail(BaseModel):
        port: int = 25

    async def hang(_: Mail) -> bool:
        await anyio.sleep_forever()
        return True

    builder = builder_of(journal.service("a"), startup_timeout=0.05)
    builder.services.add_options(Mail).validate(hang, "no").validate_on_start()
    host: Host = builder.build()

    with pytest.raises(StartupTimeoutError):
        await host.start()

    assert journal.lines == []
    await host.aclose()


class Till:
    """Holds work that does not end."""

    def work_in_flight(self) -> list[WorkInFlight]:
        here = Place(str(Path.cwd() / "orders" / "payment.py"), 41)
        return [
            WorkInFlight("request", "POST /orders", seconds=0.5),
            WorkInFlight("job", "process_order", "01J9", seconds=24.8, place=here),
            WorkInFlight("job", "send_receipt"),
            WorkInFlight("job", "send_receipt"),
        ]

    async def start(self) -> None: ...

    async def stop(self) -> None:
        await anyio.sleep_forever()


async def test_what_a_deadline_costs_is_told_by_name(records: Records) -> None:
    """H2: work, not the service that holds it; what runs is cancelled, what waits is abandoned."""
    host = host_of(Till(), shutdown_timeout=0.05)
    await host.start()
    with pytest.raises(ShutdownTimeoutError):
        await host.stop()
    await host.aclose()

    assert records.one(105).getMessage().splitlines() == [
        "Deadline (0.1 s) passed: 1 request and 1 job cancelled, 2 jobs abandoned",
        "  cancelled  POST /orders            running 0.5 s",
        "  cancelled  process_order     01J9  running 24.8 s  at orders/payment.py:41",
        "  abandoned  send_receipt (2)        never started",
    ]
    assert vars(records.one(107))["console_message"] == ""


@pytest.mark.parametrize("environment", ["Development", "Production"])
async def test_a_service_that_fails_to_tell_does_not_stop_the_stop(
    environment: str, journal: Journal, records: Records
) -> None:
    """H2: the others are still stopped, and it is named when the time is up."""

    class Broken(Till):
        def work_in_flight(self) -> list[WorkInFlight]:
            raise LookupError("the list is gone")

    builder = builder_of(journal.service("a"), Broken(), shutdown_timeout=0.05)
    builder.environment.environment_name = environment
    host = builder.build()
    await host.start()
    with pytest.raises(ShutdownTimeoutError):
        await host.stop()
    await host.aclose()

    failed = [each for each in records.of("corner_host.host") if each.getMessage().endswith("what it has in flight")]
    assert journal.lines == ["a start", "a stop"]
    assert failed
    assert "  cancelled  Broken" in records.one(105).getMessage()


def test_a_place_is_told_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """H2: as short as it can be; in full where there is no such directory any more."""
    monkeypatch.chdir(tmp_path)
    inside, outside = Place(str(tmp_path / "payment.py"), 41), Place("/opt/shop/payment.py", 7)
    near = [inside.near, outside.near, Place().near]
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    assert near == ["payment.py:41", "/opt/shop/payment.py:7", ""]
    assert inside.near == f"{tmp_path}/payment.py:41"
    monkeypatch.chdir(tmp_path)


async def test_services_that_a_deadline_cuts_are_told_with_their_lines(journal: Journal, records: Records) -> None:
    """H2: those that were stopping, and those that were not even asked to."""

    async def work(_: CancellationToken) -> None:
        await anyio.sleep_forever()

    worker = journal.worker("a", work)
    host = host_of(worker, journal.service("b", stop=anyio.sleep_forever), shutdown_timeout=0.05)
    await host.start()
    await worker.entered.wait()
    with pytest.raises(ShutdownTimeoutError):
        await host.stop()
    await host.aclose()

    first, *rest = records.one(105).getMessage().splitlines()
    assert first == "Deadline (0.1 s) passed: 2 services cancelled"
    assert rest[0].startswith("  cancelled  JournalService  stopping 0.")
    assert rest[1].startswith("  cancelled  JournalWorker   not asked to stop")
    assert all(re.search(r"at tests/hosting/\w+\.py:\d+$", line) for line in rest)


async def test_no_more_is_told_than_anybody_reads(records: Records) -> None:
    """Twenty names; of the others, how many there are."""

    class Store(Till):
        def work_in_flight(self) -> list[WorkInFlight]:
            return [WorkInFlight("job", f"job {number}") for number in range(1234)]

    host = host_of(Store(), shutdown_timeout=0.05)
    await host.start()
    with pytest.raises(ShutdownTimeoutError):
        await host.stop()
    await host.aclose()

    first, *rest = records.one(105).getMessage().splitlines()
    assert first == "Deadline (0.1 s) passed: 1,234 jobs abandoned"
    assert (len(rest), rest[-1]) == (21, "  and 1,214 more")


async def test_who_used_up_the_time_is_told_from_those_whose_turn_came_too_late() -> None:
    """H2: the error names the guilty with their lines, and the others in one."""

    class Late(BackgroundService):
        async def execute(self, stopping: CancellationToken) -> None:
            await stopping.wait()

    class Guilty(Late):
        async def stop(self) -> None:
            await anyio.sleep_forever()

    host = host_of(*(Late() for _ in range(7)), Guilty(), shutdown_timeout=0.05)
    await host.start()
    with pytest.raises(ShutdownTimeoutError) as caught:
        await host.stop()
    await host.aclose()
    lines = str(caught.value).splitlines()

    assert [line for line in lines if "Guilty waited" in line and __file__ in line] == [lines[1]]
    assert lines[2].startswith("  no time was left for ")
    assert lines[2].endswith("Late and 2 more")
    assert lines[3].startswith("To fix")
