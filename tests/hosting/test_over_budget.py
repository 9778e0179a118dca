"""What is cut when a budget is spent, beside the services themselves (section 11; H2, H3)."""

import anyio
import anyio.lowlevel
import pytest
from pydantic import BaseModel

from corner_host.hosting import Host, ShutdownTimeoutError, StartupTimeoutError
from tests.hosting.journal import Journal, builder_of, host_of


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
