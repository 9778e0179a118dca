"""Lifecycle services: the hooks around start and stop (section 9)."""

import anyio.lowlevel
import pytest

from tests.hosting.journal import Journal, builder_of, failing, host_of

FLAGS = pytest.mark.parametrize("concurrently", [False, True], ids=["one by one", "concurrently"])


def concurrent(concurrently: bool) -> dict[str, bool]:
    """Both flags."""
    return {"services_start_concurrently": concurrently, "services_stop_concurrently": concurrently}


@FLAGS
@pytest.mark.parametrize("late", [False, True], ids=["at once", "after an await"])
@pytest.mark.parametrize(
    ("step", "seen"),
    [
        ("starting", ["a starting"]),
        ("start", ["a starting", "a start"]),
        ("started", ["a starting", "a start", "a started", "a stop"]),
    ],
)
async def test_a_failing_phase_is_the_last(
    journal: Journal, step: str, seen: list[str], concurrently: bool, late: bool
) -> None:
    """LC-2, LC-3, LC-4, LC-5, H1: the later phases never come; a service whose start completed is stopped."""
    error = RuntimeError(step)
    action = failing(error) if late else error
    host = journal.watch(host_of(journal.lifecycle("a", **{step: action}), **concurrent(concurrently)))

    with pytest.raises(RuntimeError) as caught:
        await host.start()

    assert caught.value is error
    assert journal.lines == seen
    await host.aclose()


async def test_plain_services_skip_the_hooks(journal: Journal) -> None:
    """LC-6: mixed with lifecycle services, in the order of registration."""
    async with host_of(journal.service("plain"), journal.lifecycle("full")):
        pass

    assert journal.lines == [
        "full starting",
        "plain start",
        "full start",
        "full started",
        "full stopping",
        "full stop",
        "plain stop",
        "full stopped",
    ]


@FLAGS
async def test_failures_of_a_stop_phase_do_not_end_the_stop(journal: Journal, concurrently: bool) -> None:
    """LC-8, SP-4: the next phases run for the same service and for the others."""
    host = host_of(
        journal.lifecycle("a"), journal.lifecycle("b", stopping=RuntimeError("b")), **concurrent(concurrently)
    )
    await host.start()
    journal.lines.clear()

    with pytest.raises(RuntimeError, match=r"^b$"):
        await host.stop()

    assert journal.lines == ["b stopping", "a stopping", "b stop", "a stop", "b stopped", "a stopped"]
    await host.aclose()


async def test_the_hooks_see_the_events_at_the_right_time(journal: Journal) -> None:
    """LC-9: stopping before application_stopping; stop after it; stopped before application_stopped."""

    def look(step: str) -> object:
        async def note() -> None:
            events = ("started", "stopping", "stopped")
            fired = [e for e in events if getattr(host.lifetime, f"application_{e}").is_cancellation_requested]
            journal.note(f"{step}: {', '.join(fired) or 'none'}")

        return note

    steps = ("starting", "start", "started", "stopping", "stop", "stopped")
    host = host_of(journal.lifecycle("a", **{step: look(step) for step in steps}))
    async with host:
        pass

    assert [line for line in journal.lines if ":" in line] == [
        "starting: none",
        "start: none",
        "started: none",
        "stopping: started",
        "stop: started, stopping",
        "stopped: started, stopping",
    ]


async def test_a_class_added_twice_is_called_once(journal: Journal) -> None:
    """LC-11, AH-1: hooks included."""

    class Service:
        async def starting(self) -> None:
            journal.note("starting")

        async def start(self) -> None:
            journal.note("start")

        async def stop(self) -> None:
            journal.note("stop")

    async with builder_of(Service, Service).build():
        pass

    assert journal.lines == ["starting", "start", "stop"]


@pytest.mark.parametrize("missing", ["starting", "started", "stopping", "stopped"])
async def test_hooks_may_be_left_out(journal: Journal, missing: str) -> None:
    """LC-6: a service has the hooks that it has, no base class needed."""
    steps = ["starting", "start", "started", "stopping", "stop", "stopped"]

    def hook(step: str) -> object:
        async def note(_: object) -> None:
            journal.note(step)

        return note

    present = [step for step in steps if step != missing]
    service = type("Service", (), {step: hook(step) for step in present})
    async with builder_of(service).build():
        pass

    assert journal.lines == present


async def test_an_attribute_is_not_a_hook(journal: Journal) -> None:
    """LC-6: a flag that happens to be called `started` is left alone."""

    class Service:
        started = True
        stopped: bool = False

        async def start(self) -> None:
            journal.note("start")

        async def stop(self) -> None:
            journal.note("stop")

    async with builder_of(Service).build():
        pass

    assert journal.lines == ["start", "stop"]


@FLAGS
async def test_each_phase_is_over_before_the_next(journal: Journal, concurrently: bool) -> None:
    """LC-1, LC-7, CC-3: all starting, all start, all started; the slow one holds up the phase."""

    async def slow() -> None:
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
        journal.note("slow is through")

    steps = ("starting", "start", "started", "stopping", "stop", "stopped")
    host = host_of(
        journal.lifecycle("slow", **dict.fromkeys(steps, slow)), journal.lifecycle("quick"), **concurrent(concurrently)
    )
    async with host:
        pass

    phases = [set(journal.lines[first : first + 3]) for first in range(0, 18, 3)]
    assert phases == [{f"slow {step}", "slow is through", f"quick {step}"} for step in steps]
