"""Whether a pooler keeps sessions: seen from which process of the server answers, played by connections that are told."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from corner_host.jobs.engines.postgres.pooler import keeps_session


class Pooler:
    """Gives a process of the server to each connection, or to each transaction: the one that was used last."""

    def __init__(self, *, keeps_sessions: bool) -> None:
        self.keeps_sessions = keeps_sessions
        self.processes = [2, 1]

    async def connect(self) -> "Connection":
        return Connection(self)


class Connection:
    """Behaves as asyncpg's behind that pooler."""

    def __init__(self, pooler: Pooler) -> None:
        self._pooler = pooler
        self._process: int | None = None

    def get_server_pid(self) -> int:
        return 77

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[None]:
        self._process = self._process or self._pooler.processes.pop()
        yield
        if not self._pooler.keeps_sessions:
            self._pooler.processes.append(self._process)
            self._process = None

    async def fetchval(self, statement: str) -> int | None:
        return self._process

    async def close(self, *, timeout: float) -> None:
        pass


class Straight(Connection):
    """Is connected to the process that the server has told of."""

    async def fetchval(self, statement: str) -> int:
        return self.get_server_pid()


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_pooler_is_known_by_whom_it_gives_our_process_to(*, keeps: bool) -> None:
    """One that keeps sessions is as good as the server; where it gives them away, notifications would be lost."""
    pooler = Pooler(keeps_sessions=keeps)

    assert await keeps_session(await pooler.connect(), pooler.connect) is keeps


async def test_the_server_itself_is_not_asked_twice() -> None:
    """It serves us with the process that it told of when it was connected to."""

    async def connect() -> Connection:
        raise AssertionError("nobody else is needed")

    assert await keeps_session(Straight(Pooler(keeps_sessions=True)), connect)
