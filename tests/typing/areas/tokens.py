"""Programs with tokens and clocks that must pass both checkers; never run."""

from datetime import UTC, datetime, timedelta
from typing import assert_type

import anyio

from corner_host import CancellationToken, CancellationTokenSource, Clock, OperationCancelledError
from corner_host.primitives import Backoff, CancellationTokenRegistration, CornerHostError, SystemClock


class StoppedClock:
    def now(self) -> datetime:
        return datetime(2024, 5, 17, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float, /) -> None:
        await anyio.sleep(0)


async def waiting(token: CancellationToken) -> None:
    assert_type(token.is_cancellation_requested, bool)
    token.throw_if_cancellation_requested()
    await token.wait()
    assert_type(await token.sleep(1), bool)
    assert_type(await token.sleep(timedelta(seconds=1)), bool)
    async for tick in token.every(timedelta(minutes=1), immediately=True):
        assert_type(tick, int)
    with token.cancel_scope() as scope:
        assert_type(scope, anyio.CancelScope)
    with token.register(lambda: print("stop")) as registration:
        assert_type(registration, CancellationTokenRegistration)
    token.register(scope.cancel).unregister()


def cancelling(request: CancellationToken) -> CancellationToken:
    with CancellationTokenSource.linked(request, CancellationToken.none()) as source:
        source.cancel_after(timedelta(seconds=5))
        source.cancel_after(2.5)
        source.cancel()
        assert_type(source.token, CancellationToken)
    return source.token


async def telling_the_time(clock: Clock) -> None:
    assert_type(clock.now(), datetime)
    assert_type(clock.monotonic(), float)
    await clock.sleep(0.5)
    await SystemClock().sleep(timedelta(seconds=1))


async def standing_in() -> None:
    await telling_the_time(StoppedClock())
    await telling_the_time(SystemClock())


def failing() -> float:
    try:
        return Backoff(first=timedelta(seconds=1), ceiling=60).longest(failures=3)
    except OperationCancelledError as error:
        assert_type(error, OperationCancelledError)
        raise
    except CornerHostError as error:
        raise RuntimeError from error
