"""``sys.exit`` and cancellations that are nobody's, wherever they come from."""

import asyncio
import sys

import anyio
import pytest

from corner_host.hosting import Host
from corner_host.primitives import CancellationToken, OperationCancelledError


async def idle(stopping: CancellationToken) -> None:
    """Run until the host stops."""
    await stopping.wait()


async def test_exit_in_a_callback_stops_the_host_first() -> None:
    """AL-2: everything that was started is stopped, then the status counts."""
    host = Host.create_empty_builder().add_hosted_service(idle).build()
    host.lifetime.application_started.register(lambda: sys.exit(5))

    with pytest.raises(SystemExit) as caught:
        await host.run_async()

    assert caught.value.code == 5
    assert host.lifetime.application_stopped.is_cancellation_requested


@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_exit_in_a_task_group_of_a_service_counts() -> None:
    """CL-9: the group around it does not hide it; asyncio leaves the loop by itself."""

    async def leave() -> None:
        sys.exit(6)

    async def work() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(leave)

    with pytest.raises(SystemExit) as caught:
        await Host.create_empty_builder().add_hosted_service(work).build().run_async()

    assert caught.value.code == 6


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_cancellation_that_is_nobodys_is_a_failure_with_a_name() -> None:
    """EX-14, H8: what somebody else cancelled must not look like the caller's own cancellation."""

    async def work() -> None:
        future = asyncio.get_running_loop().create_future()
        future.cancel()
        await future

    with pytest.raises(OperationCancelledError, match="somebody else") as caught:
        await Host.create_empty_builder().add_hosted_service(work).build().run_async()

    assert isinstance(caught.value.__cause__, asyncio.CancelledError)


async def test_a_start_that_leaves_a_task_group_open_is_named() -> None:
    """Bad input: the start fails with the culprit's name."""

    class Open:
        async def start(self) -> None:
            await anyio.create_task_group().__aenter__()

        async def stop(self) -> None: ...

    host = Host.create_empty_builder().add_hosted_service(idle).add_hosted_service(Open).build()
    with pytest.raises(BaseException) as caught, anyio.fail_after(10):  # noqa: PT011 - its notes are the test
        await host.start()
    await host.aclose()

    assert any("Open.start()" in note for note in notes(caught.value))


def notes(error: BaseException) -> list[str]:
    """Return the notes of *error* and of all that is in it."""
    members = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return [*getattr(error, "__notes__", ()), *(note for each in members for note in notes(each))]
