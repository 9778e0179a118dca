"""The application's three events (section 6)."""

import threading
from functools import partial

import anyio
import anyio.to_thread
import pytest

from corner_host.hosting import Host, HostApplicationLifetime
from tests.hosting.journal import Journal, host_of
from tests.hosting.records import APPLICATION, Records

EVENTS = ["started", "stopping", "stopped"]


def token_of(host: Host, event: str) -> object:
    """The token of one of the three events."""
    return getattr(host.lifetime, f"application_{event}")


async def test_started_is_signalled_by_the_start() -> None:
    """AL-1: not before."""
    host = host_of()
    before = host.lifetime.application_started.is_cancellation_requested
    await host.start()

    assert not before
    assert host.lifetime.application_started.is_cancellation_requested
    assert not host.lifetime.application_stopping.is_cancellation_requested
    await host.aclose()


@pytest.mark.parametrize(("event", "event_id"), list(zip(EVENTS, [6, 7, 8], strict=True)))
async def test_all_callbacks_run_although_they_raise(event: str, event_id: int, records: Records) -> None:
    """AL-2, AL-3: nothing propagates; one CRITICAL record tells all of it."""
    host = host_of()
    ran: list[str] = []

    def fail(name: str) -> None:
        ran.append(name)
        raise RuntimeError(name)

    for name in ("one", "two", "three"):
        token_of(host, event).register(lambda name=name: fail(name))  # type: ignore[attr-defined]
    await host.start()
    await host.stop()

    error = records.error_of(event_id)
    assert ran == ["three", "two", "one"]
    assert records.one(event_id).levelname == "CRITICAL"
    assert records.one(event_id).name == APPLICATION
    assert isinstance(error, ExceptionGroup)
    assert sorted(str(member) for member in error.exceptions) == ["one", "three", "two"]
    await host.aclose()


async def test_events_come_in_order_and_block(journal: Journal) -> None:
    """AL-4, AL-5: a callback is over before anything else goes on."""
    host = host_of(journal.service("a"))

    def slow(event: str) -> None:
        journal.note(f"{event} begins")
        journal.note(f"{event} ends")

    for event in EVENTS:
        token_of(host, event).register(lambda event=event: slow(event))  # type: ignore[attr-defined]
    await host.start()
    await host.stop()

    assert journal.lines == [
        "a start",
        "started begins",
        "started ends",
        "stopping begins",
        "stopping ends",
        "a stop",
        "stopped begins",
        "stopped ends",
    ]
    await host.aclose()


async def test_asking_several_times_asks_once(journal: Journal) -> None:
    """AL-6, AL-9: callbacks run once, later calls do nothing, none raises."""
    host = journal.watch(host_of())
    await host.start()

    for _ in range(3):
        host.lifetime.stop_application()

    assert journal.lines == ["application started", "application stopping"]
    await host.aclose()


async def test_stop_application_never_raises(journal: Journal, records: Records) -> None:
    """AL-9: not even if a callback does."""
    host = host_of()
    host.lifetime.application_stopping.register(lambda: 1 / 0)
    await host.start()

    host.lifetime.stop_application()

    assert records.one(7).levelname == "CRITICAL"
    await host.aclose()


async def test_a_second_thread_waits_for_the_callbacks_of_the_first(journal: Journal) -> None:
    """AL-7: when stop_application returns, in whichever thread, the callbacks have run."""
    host = host_of()
    await host.start()
    entered, release = threading.Event(), threading.Event()

    def callback() -> None:
        entered.set()
        release.wait(10)
        journal.note("callback over")

    host.lifetime.application_stopping.register(callback)

    def second() -> None:
        entered.wait(10)
        host.lifetime.stop_application()
        journal.note("second returned")

    def third() -> None:
        entered.wait(10)
        release.set()

    async with anyio.create_task_group() as tasks:
        for call in (host.lifetime.stop_application, second, third):
            tasks.start_soon(anyio.to_thread.run_sync, call)

    assert journal.lines == ["callback over", "second returned"]
    await host.aclose()


async def test_a_callback_may_ask_again(journal: Journal) -> None:
    """AL-8: no deadlock in the same thread."""
    host = host_of()

    def again() -> None:
        host.lifetime.stop_application()
        journal.note("asked again")

    host.lifetime.application_stopping.register(again)
    await host.start()

    host.lifetime.stop_application()

    assert journal.lines == ["asked again"]
    await host.aclose()


async def test_a_late_callback_runs_at_once(journal: Journal) -> None:
    """AL-11: in the caller."""
    host = host_of()
    await host.start()

    host.lifetime.application_started.register(lambda: journal.note("late"))

    assert journal.lines == ["late"]
    await host.aclose()


async def test_callbacks_run_last_registered_first(journal: Journal) -> None:
    """AL-12: as .NET's tokens do."""
    host = host_of()
    for name in "abc":
        host.lifetime.application_started.register(partial(journal.note, name))
    await host.start()

    assert journal.lines == ["c", "b", "a"]
    await host.aclose()


async def test_the_container_offers_the_lifetime() -> None:
    """AL-13: one singleton, the host's own."""
    host = host_of()

    assert host.services.get_required_service(HostApplicationLifetime) is host.lifetime
    await host.aclose()


@pytest.mark.parametrize("phase", ["before", "running"])
async def test_stop_application_works_from_any_thread(journal: Journal, phase: str) -> None:
    """AL-6, AL-9: from a thread of one's own, while the loop waits."""
    host = host_of(journal.service("a"))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.run_async)
        await host.lifetime.application_started.wait()
        if phase == "running":
            await anyio.wait_all_tasks_blocked()
        thread = threading.Thread(target=host.lifetime.stop_application)
        thread.start()
        await anyio.to_thread.run_sync(thread.join)

    assert journal.lines == ["a start", "a stop"]


async def test_a_callback_of_started_that_raises_does_not_fail_the_start(journal: Journal) -> None:
    """AL-2: services stay up."""
    host = host_of(journal.service("a"))
    host.lifetime.application_started.register(lambda: 1 / 0)

    await host.start()

    assert journal.lines == ["a start"]
    await host.aclose()
