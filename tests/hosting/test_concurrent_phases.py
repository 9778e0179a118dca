"""Starting and stopping concurrently (section 10)."""

import anyio
import anyio.lowlevel
import pytest

from corner_host.hosting import Host, HostBuilderSettings, HostedService, StartupTimeoutError
from tests.hosting.journal import Journal, after, builder_of, failing, host_of, leaves

STARTING = {"services_start_concurrently": True}
STOPPING = {"services_stop_concurrently": True}


@pytest.mark.parametrize("step", ["starting", "start", "started"])
async def test_heads_run_in_order_and_the_rest_overlaps(journal: Journal, step: str) -> None:
    """CC-1, CC-2: what comes before the first suspension runs one by one; each is released on its own."""
    gates = {name: anyio.Event() for name in "abc"}

    def wait(name: str) -> object:
        async def action() -> None:
            await gates[name].wait()
            journal.note(f"{name} is through")

        return action

    host = host_of(*(journal.lifecycle(name, **{step: wait(name)}) for name in "abc"), **STARTING)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.start)
        await anyio.wait_all_tasks_blocked()
        entered = [line for line in journal.lines if line.endswith(f" {step}")]
        for name in "bca":
            gates[name].set()
            await anyio.wait_all_tasks_blocked()

    assert entered == [f"{name} {step}" for name in "abc"]
    assert [line for line in journal.lines if "through" in line] == [
        "b is through",
        "c is through",
        "a is through",
    ]
    assert host.lifetime.application_started.is_cancellation_requested
    await host.aclose()


async def test_the_others_of_the_phase_run_to_their_end_when_one_fails(journal: Journal) -> None:
    """CC-4, LC-1, H1: then the start ends before the next phase, and what had started is stopped."""
    gate = anyio.Event()

    async def slow() -> None:
        await gate.wait()
        journal.note("slow is through")

    host = host_of(
        journal.lifecycle("slow", start=slow), journal.lifecycle("bad", start=RuntimeError("bad")), **STARTING
    )
    async with anyio.create_task_group() as tasks:

        async def open_gate() -> None:
            await anyio.wait_all_tasks_blocked()
            gate.set()

        tasks.start_soon(open_gate)
        with pytest.raises(RuntimeError, match=r"^bad$"):
            await host.start()

    assert journal.lines == [
        "slow starting",
        "bad starting",
        "slow start",
        "bad start",
        "slow is through",
        "slow stop",
    ]
    await host.aclose()


@pytest.mark.parametrize("count", [1, 2, 3])
async def test_failures_of_a_concurrent_start_are_all_raised(journal: Journal, count: int) -> None:
    """CC-5, ST-17, H7: one as it is, several in a group, in the order of registration."""
    errors = [RuntimeError(str(number)) for number in range(count)]
    host = host_of(*(journal.service(str(error), start=error) for error in errors), journal.service("ok"), **STARTING)

    with pytest.raises(Exception) as caught:  # noqa: PT011 - one error or a group
        await host.start()

    assert leaves(caught.value) == errors
    assert isinstance(caught.value, ExceptionGroup) == (count > 1)
    assert journal.lines[-2:] == ["ok start", "ok stop"]
    await host.aclose()


async def test_a_failure_at_once_does_not_keep_the_next_from_starting(journal: Journal) -> None:
    """CC-6: collected, and the iteration goes on."""
    host = host_of(journal.service("a", start=ValueError("a")), journal.service("b"), **STARTING)

    with pytest.raises(ValueError, match=r"^a$"):
        await host.start()

    assert journal.lines == ["a start", "b start", "b stop"]
    await host.aclose()


async def test_no_failure_and_no_cancellation_is_lost(journal: Journal) -> None:
    """CC-8, CC-9, CC-10, H3: the failure and the timeout that cut the others are both raised."""
    host = host_of(
        journal.service("bad", start=failing(RuntimeError("bad"))),
        journal.service("slow", start=anyio.sleep_forever),
        startup_timeout=1.0,  # long enough for the failure to come first on a busy machine
        **STARTING,
    )

    with pytest.raises(ExceptionGroup) as caught:
        await host.start()

    assert {type(error) for error in caught.value.exceptions} == {RuntimeError, StartupTimeoutError}
    assert journal.lines == ["bad start", "slow start", "slow start cancelled"]
    await host.aclose()


@pytest.mark.parametrize("step", ["stopping", "stop", "stopped"])
async def test_a_concurrent_stop_runs_heads_in_reverse(journal: Journal, step: str) -> None:
    """CC-11: reverse order up to the first suspension, then each on its own; the phase is a barrier."""
    gates = {name: anyio.Event() for name in "abc"}

    def wait(name: str) -> object:
        async def action() -> None:
            await gates[name].wait()
            journal.note(f"{name} is through")

        return action

    host = host_of(*(journal.lifecycle(name, **{step: wait(name)}) for name in "abc"), **STOPPING)
    await host.start()
    journal.lines.clear()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(host.stop)
        await anyio.wait_all_tasks_blocked()
        entered = journal.lines[-3:]
        for name in "bca":
            gates[name].set()
            await anyio.wait_all_tasks_blocked()

    at = journal.lines.index(f"a {step}")
    assert entered == [f"{name} {step}" for name in "cba"]
    assert journal.lines[at + 1 : at + 4] == ["b is through", "c is through", "a is through"]
    await host.aclose()


@pytest.mark.parametrize("count", [1, 4, 10])
@pytest.mark.parametrize("start", ["True", "False"])
@pytest.mark.parametrize("stop", ["True", "False"])
async def test_starts_are_first_in_first_out_and_stops_last_in_first_out(
    journal: Journal, count: int, start: str, stop: str
) -> None:
    """CC-12, CC-13, HO-5, ST-3, SP-2, AH-7: with any combination of the two flags, given by configuration."""
    settings = HostBuilderSettings(args=[f"--servicesStartConcurrently={start}", f"--servicesStopConcurrently={stop}"])
    builder = Host.create_empty_builder(settings)
    for number in range(count):
        builder.services.add_singleton(HostedService, instance=journal.service(str(number)))
    async with builder.build():
        pass

    forwards = [f"{number} start" for number in range(count)]
    backwards = [f"{number} stop" for number in reversed(range(count))]
    assert journal.lines == forwards + backwards


async def test_failures_of_a_concurrent_stop_are_all_raised(journal: Journal) -> None:
    """CC-14, SP-4, H7: everybody stops, and the group has all of it."""
    errors = [RuntimeError("a"), RuntimeError("c")]
    host = host_of(
        journal.service("a", stop=errors[0]),
        journal.service("b"),
        journal.service("c", stop=failing(errors[1])),
        **STOPPING,
    )
    await host.start()
    journal.lines.clear()

    with pytest.raises(ExceptionGroup) as caught:
        await host.stop()

    assert set(caught.value.exceptions) == set(errors)
    assert journal.lines == ["c stop", "b stop", "a stop"]
    await host.aclose()


async def test_a_failed_concurrent_start_unwinds_in_reverse_of_completion(journal: Journal) -> None:
    """H1: who came up last goes down first, whatever the order of registration."""
    gates = {name: anyio.Event() for name in "abc"}
    bad = anyio.Event()
    host = host_of(
        *(journal.service(name, start=gates[name].wait) for name in "abc"),
        journal.service("bad", start=after(bad, RuntimeError("bad"))),
        **STARTING,
    )

    async with anyio.create_task_group() as tasks:

        async def open_gates() -> None:
            for name in "bca":
                await anyio.wait_all_tasks_blocked()
                gates[name].set()
            await anyio.wait_all_tasks_blocked()
            bad.set()

        tasks.start_soon(open_gates)
        with pytest.raises(RuntimeError, match=r"^bad$"):
            await host.start()

    assert journal.lines[-3:] == ["a stop", "c stop", "b stop"]
    await host.aclose()


async def test_a_worker_is_watched_from_its_own_start_on(journal: Journal) -> None:
    """CC-15, EX-17: its fault is noticed although the phase is not over."""
    gate, error = anyio.Event(), RuntimeError("worker")
    builder = builder_of(
        journal.worker("worker", after(gate, error)), journal.service("slow", start=anyio.sleep_forever), **STARTING
    )
    host = builder.build()

    async with anyio.create_task_group() as tasks:

        async def open_gate() -> None:
            await anyio.wait_all_tasks_blocked()
            gate.set()

        tasks.start_soon(open_gate)
        with pytest.raises(RuntimeError) as caught:
            await host.run_async()

    assert caught.value is error
    assert "slow start cancelled" in journal.lines
