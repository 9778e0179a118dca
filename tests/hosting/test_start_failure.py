"""A start that fails: what had started is stopped, and the caller hears why (section 1; H1, H7)."""

import anyio
import pytest

from corner_host.hosting import HostApplicationLifetime
from tests.hosting.journal import Journal, builder_of, failing, host_of
from tests.hosting.records import Records


async def test_a_failing_service_fails_the_start_as_it_is(journal: Journal) -> None:
    """ST-11, CC-7, H7: the very exception, not wrapped; the next service is never started."""
    error = RuntimeError("no database")
    host = host_of(journal.service("a", start=error), journal.service("b"))

    with pytest.raises(RuntimeError) as caught:
        await host.start()

    assert caught.value is error
    assert journal.lines == ["a start"]
    await host.aclose()


async def test_what_had_started_is_stopped_in_reverse(journal: Journal) -> None:
    """H1, ST-12, ST-14: a, b had started when c failed: b, then a, are stopped before the error is raised."""
    host = host_of(
        journal.service("a"), journal.service("b"), journal.service("c", start=ValueError("c")), journal.service("d")
    )

    with pytest.raises(ValueError, match=r"^c$"):
        await host.start()

    assert journal.lines == ["a start", "b start", "c start", "b stop", "a stop"]
    await host.aclose()


async def test_workers_are_stopped_too(journal: Journal) -> None:
    """H1: a background service that had started is asked to stop and awaited."""
    worker = journal.worker("worker")
    host = host_of(worker, journal.service("b", start=worker.entered.wait), journal.service("c", start=OSError("c")))

    with pytest.raises(OSError, match=r"^c$"):
        await host.start()

    assert journal.lines[-3:] == ["c start", "b stop", "worker returned"]
    await host.aclose()


async def test_no_event_fires_when_the_start_fails(journal: Journal) -> None:
    """H1, ST-13, AL-14: none of the three, neither then nor when the host is closed."""
    host = journal.watch(host_of(journal.service("a"), journal.service("b", start=RuntimeError("no"))))

    with pytest.raises(RuntimeError, match="no"):
        await host.start()
    await host.aclose()

    assert journal.lines == ["a start", "b start", "a stop"]


async def test_unwinding_calls_stop_only(journal: Journal) -> None:
    """H1: no stopping or stopped hook, no lifetime stop; only what is needed to undo a start."""
    host = host_of(journal.lifecycle("a"), journal.service("b", start=RuntimeError("no")), lifetime=journal.lifetime())

    with pytest.raises(RuntimeError, match="no"):
        await host.start()

    assert journal.lines == ["lifetime wait_for_start", "a starting", "a start", "b start", "a stop"]
    await host.aclose()


async def test_errors_of_the_unwinding_join_the_group(journal: Journal) -> None:
    """H1, H7: the failure that began it comes first, those of the unwinding follow."""
    first, second = RuntimeError("start"), OSError("stop")
    host = host_of(journal.service("a"), journal.service("b", stop=second), journal.service("c", start=first))

    with pytest.raises(ExceptionGroup) as caught:
        await host.start()

    assert caught.value.exceptions == (first, second)
    assert journal.lines == ["a start", "b start", "c start", "b stop", "a stop"]
    await host.aclose()


async def test_stop_after_a_failed_start_does_nothing(journal: Journal) -> None:
    """H1, H4, ST-15: everything has been undone already."""
    host = journal.watch(host_of(journal.service("a"), journal.service("b", start=RuntimeError("no"))))
    with pytest.raises(RuntimeError, match="no"):
        await host.start()
    before = list(journal.lines)

    await host.stop()

    assert journal.lines == before
    await host.aclose()


async def test_a_failed_start_does_not_dispose_the_host() -> None:
    """ST-5: the container is closed by whoever owns the host, not by the failed start."""
    closed: list[str] = []

    class Pool:
        def close(self) -> None:
            closed.append("pool")

    class Service:
        def __init__(self, pool: Pool) -> None: ...

        async def start(self) -> None:
            raise RuntimeError("no")

        async def stop(self) -> None: ...

    builder = builder_of(Service)
    builder.services.add_singleton(Pool)
    host = builder.build()
    with pytest.raises(RuntimeError, match="no"):
        await host.start()
    after_start = list(closed)
    await host.aclose()

    assert after_start == []
    assert closed == ["pool"]


@pytest.mark.parametrize("step", ["starting", "start", "started"])
async def test_a_failed_phase_is_logged_once(step: str, records: Records, journal: Journal) -> None:
    """ST-16: one error record, id 11, with the exception; "Hosting started" is not written."""
    error = RuntimeError("no")
    host = host_of(journal.lifecycle("a", **{step: error}))

    with pytest.raises(RuntimeError, match="no"):
        await host.start()

    assert records.ids() == [1, 11]
    assert records.error_of(11) is error
    assert records.one(11).levelname == "ERROR"
    await host.aclose()


async def test_a_failing_lifetime_fails_the_start_without_a_record(records: Records, journal: Journal) -> None:
    """ST-9: what the lifetime raises escapes unchanged, no record of id 11, no service is made."""
    error = RuntimeError("lifetime")
    host = host_of(journal.service("a"), lifetime=journal.lifetime(wait_for_start=error))

    with pytest.raises(RuntimeError) as caught:
        await host.start()

    assert caught.value is error
    assert journal.lines == ["lifetime wait_for_start"]
    assert records.ids() == [1]
    await host.aclose()


async def test_one_failure_keeps_its_traceback(journal: Journal) -> None:
    """ST-17, ST-18, H7: alone it is raised as it is, with the frame that raised it."""
    host = host_of(journal.service("a", start=failing(KeyError("a"))))

    with pytest.raises(KeyError) as caught:
        await host.start()

    assert caught.traceback[-1].name == "raises"
    await host.aclose()


async def test_a_service_that_cannot_be_made_fails_the_start(journal: Journal, records: Records) -> None:
    """ST-16, ST-17: its error is raised as it is; nothing is started, nothing needs to be stopped."""

    class Unmade:
        def __init__(self) -> None:
            raise ZeroDivisionError("unmade")

        async def start(self) -> None: ...

        async def stop(self) -> None: ...

    host = host_of(journal.service("a"), Unmade)

    with pytest.raises(ZeroDivisionError, match="unmade"):
        await host.start()

    assert journal.lines == []
    assert records.ids() == [1, 11]
    await host.aclose()


async def test_a_slow_unwinding_is_cut_by_the_shutdown_timeout(journal: Journal) -> None:
    """H1, H2: a service that does not let itself be stopped does not keep a failed start from ending."""
    host = host_of(
        journal.service("a"),
        journal.service("b", stop=anyio.sleep_forever),
        journal.service("c", start=RuntimeError("no")),
        shutdown_timeout=0.05,
    )

    with pytest.raises(ExceptionGroup) as caught:
        await host.start()

    assert isinstance(caught.value.exceptions[0], RuntimeError)
    assert journal.lines == ["a start", "b start", "c start", "b stop", "b stop cancelled", "a stop"]
    await host.aclose()


async def test_async_with_does_not_enter_when_the_start_fails(journal: Journal) -> None:
    """H1, H6: the body never runs, what had started is stopped, the container is closed."""

    class Service:
        def __init__(self, lifetime: HostApplicationLifetime) -> None: ...

        async def start(self) -> None:
            journal.note("start")

        async def stop(self) -> None:
            journal.note("stop")

        async def aclose(self) -> None:
            journal.note("aclose")

    host = builder_of(Service, journal.service("b", start=RuntimeError("no"))).build()

    with pytest.raises(RuntimeError, match="no"):
        async with host:
            journal.note("body")

    assert journal.lines == ["start", "b start", "stop", "aclose"]
