"""What goes wrong while a host closes what it has made: all of it is told, and nobody waits for ever."""

import anyio
import pytest

from corner_host.hosting import HostStateError, ShutdownTimeoutError
from tests.hosting.journal import Journal, host_of
from tests.hosting.records import Records


class Plain:
    """Starts and stops."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class Leaky(Plain):
    async def aclose(self) -> None:
        raise OSError("cannot close")


class Hanging(Plain):
    async def aclose(self) -> None:
        await anyio.sleep_forever()


class Clumsy(Plain):
    async def stop(self) -> None:
        raise ValueError("cannot stop")


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")

    __repr__ = __str__


class Unspeakable(Plain):
    async def stop(self) -> None:
        raise UnspeakableError


class Misnamed(Plain):
    service_name = 5


async def test_who_closes_a_second_time_does_not_wait_for_ever() -> None:
    """The first call has told what went wrong; the second one returns."""
    host = host_of(Leaky)
    with pytest.raises(OSError, match="cannot close"):
        async with host:
            pass
    with anyio.fail_after(5):
        await host.aclose()

    assert str(host.failure) == "cannot close"
    assert host.exit_status == 1


async def test_what_stopping_raised_is_not_lost_when_closing_raises_too() -> None:
    """H7: both, in a group."""
    with pytest.RaisesGroup(ValueError, OSError):
        async with host_of(Leaky, Clumsy):
            pass


async def test_what_does_not_close_in_time_is_named(journal: Journal, records: Records) -> None:
    """H2: with the line; it is no clean end, the others are closed, and what failed to close before is in the notes."""
    host = host_of(journal.service("a"), Hanging, Leaky, shutdown_timeout=0.05)
    with pytest.raises(ShutdownTimeoutError) as caught:
        async with host:
            pass
    (late,) = caught.value.services

    assert late.name == "Hanging.aclose"
    assert late.file == __file__
    assert "cannot close" in "".join(caught.value.__notes__)
    assert "Hanging.aclose" in records.one(105).getMessage()
    assert host.exit_status == 4


async def test_a_host_that_was_closed_is_not_started() -> None:
    """H4: the message says so."""
    host = host_of(Plain)
    await host.aclose()

    with pytest.raises(HostStateError, match="The host is closed"):
        await host.start()


async def test_an_error_that_cannot_be_printed_spoils_no_report() -> None:
    """H7: it comes out as it is, and is in the report."""
    host = host_of(Unspeakable)
    with pytest.raises(UnspeakableError):
        async with host:
            pass

    assert "Unspeakable failed" in str(host.shutdown_report)


async def test_a_name_that_is_none_is_not_taken() -> None:
    """An attribute of the application that happens to be called so is no name of the service."""
    async with host_of(Misnamed) as host:
        assert host.hosted_services[0].name.endswith(".Misnamed")
