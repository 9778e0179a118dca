"""What became of claimed jobs, written down, if they are still the worker's: many at once, while others are claimed."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final, NamedTuple, final

import anyio
import anyio.lowlevel

from corner_host.jobs.contracts import Again, Cancelled, Dead, Done, Failure, Outcome, Released
from corner_host.jobs.history import detail_of, failure_in
from corner_host.primitives import Backoff

from .database import Database, let_go
from .pool import Row
from .putting import free_children
from .statements import Statements
from .trouble import TROUBLE
from .worker import Worker

_log = logging.getLogger("corner_host.jobs.postgres")
_LONGEST_DELAY: Final = 31_536_000_000.0
_MOST_AT_ONCE: Final = 250
_LAST_SECONDS: Final = 2.0
"""For what is being written when the worker is cancelled."""
_BACKOFF: Final = Backoff(first=0.5, ceiling=10.0)


class Settlement(NamedTuple):
    """What became of a claimed job; *number* is pgqueuer's id. A tuple, since one is made for each job."""

    number: int
    id: str
    attempt: int
    outcome: Outcome


@final
class Settler:
    """Writes down what one worker's jobs came to.

    Args:
        database: Where.
        statements: The statements.
        worker: The worker.
        written: Called when some were written down, with whether there is more to claim by that.
    """

    def __init__(
        self, database: Database, statements: Statements, worker: Worker, written: Callable[[bool], None]
    ) -> None:
        self._database = database
        self._statements = statements
        self._worker = worker
        self._written = written
        self._pending: list[Settlement] = []
        self._woken = anyio.Event()
        self._hurried = anyio.Event()
        self._closed = False
        self._writing = anyio.CancelScope()
        self._connection: Any = None
        self._failures = 0
        self._freed = False

    def __len__(self) -> int:
        """Return how many are not written down yet."""
        return len(self._pending)

    def held(self) -> list[tuple[int, int]]:
        """Return which jobs (number and attempt) are not written down yet; from any thread."""
        return [(done.number, done.attempt) for done in list(self._pending)]

    def add(self, settlement: Settlement) -> None:
        """Have it written down soon."""
        self._pending.append(settlement)
        self._woken.set()

    def close(self) -> None:
        """Have `run` return when all is written down."""
        self._closed = True
        self._woken.set()
        self.hurry()

    def hurry(self) -> None:
        """Have what could not be written tried again at once: the server is there, or there is no more time."""
        self._hurried.set()

    async def run(self) -> None:
        """Write until closed; what cannot be written is kept, and tried again. Cancelled, a write has a little time left."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._limit_when_cancelled)
            await self._write_all()
            group.cancel_scope.cancel()

    async def _limit_when_cancelled(self) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            self._writing.deadline = anyio.current_time() + _LAST_SECONDS

    async def _write_all(self) -> None:
        while self._pending or not self._closed:
            if not self._pending:
                self._woken = anyio.Event()
                await self._woken.wait()
                continue
            await anyio.lowlevel.checkpoint_if_cancelled()
            try:
                with anyio.CancelScope(shield=True) as self._writing:
                    await self.write()
            except TROUBLE as error:
                await self.hang_up()
                self._failures += 1
                wait = _BACKOFF.longest(failures=self._failures)
                explained = self._database.explain(error)
                _log.warning(
                    "%s What %d jobs came to is kept, and told in %.1f s.", explained, len(self._pending), wait
                )
                self._hurried = anyio.Event()
                with anyio.move_on_after(wait):
                    await self._hurried.wait()

    async def write(self) -> None:
        """Write down what there is, in a transaction for jobs that ended and one for jobs that go on."""
        settlements = self._next()
        self._freed = False
        ended = [done for done in settlements if isinstance(done.outcome, (Done, Dead, Cancelled))]
        going = [done for done in settlements if isinstance(done.outcome, (Again, Released))]
        kept: set[tuple[int, int]] = set()
        if ended:
            kept |= await self._end(ended)
        if going:
            kept |= await self._put_back(going)
        del self._pending[: len(settlements)]
        lost = [done for done in settlements if (done.number, done.attempt) not in kept]
        if lost:
            await self._report(lost)
        self._failures = 0
        self._written(bool(going) or self._freed)

    def _next(self) -> Sequence[Settlement]:
        """Return what is written down together: no number twice, as it stands there where a worker took over its own job."""
        numbers: set[int] = set()
        for done in self._pending[:_MOST_AT_ONCE]:
            if done.number in numbers:
                break
            numbers.add(done.number)
        return self._pending[: len(numbers)]

    async def hang_up(self) -> None:
        """Let go of the connection; the next `write` makes another one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await let_go(connection)

    async def _fetch(self, statement: str, *values: object) -> Sequence[Row]:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._database.connect()
        rows: Sequence[Row] = await self._connection.fetch(statement, *values)
        return rows

    async def _end(self, ended: Sequence[Settlement]) -> set[tuple[int, int]]:
        rows = await self._fetch(
            self._statements.end, self._worker.id, [done.number for done in ended], [done.attempt for done in ended],
            [_state(done.outcome) for done in ended], [_result(done.outcome) for done in ended],
            [_failure(done.outcome) for done in ended], self._worker.name,
        )  # fmt: skip
        self._freed = bool(rows) and rows[0]["children"]
        if self._freed:
            await free_children(self._fetch, self._statements, [done.id for done in ended])
        return {(row["id"], row["attempts"]) for row in rows}

    async def _put_back(self, going: Sequence[Settlement]) -> set[tuple[int, int]]:
        rows = await self._fetch(
            self._statements.again, self._worker.id, [done.number for done in going], [done.attempt for done in going],
            [_delay(done.outcome) for done in going], [_failure(done.outcome) for done in going],
            [isinstance(done.outcome, Released) for done in going], [detail_of(done.outcome) for done in going],
            self._worker.name,
        )  # fmt: skip
        released = [done.number for done in going if isinstance(done.outcome, Released)]
        if released:
            unwanted = await self._fetch(self._statements.end_unwanted, released)
            if unwanted:
                await free_children(self._fetch, self._statements, [row["id"] for row in unwanted])
        return {(row["id"], row["attempts"]) for row in rows}

    async def _report(self, lost: Sequence[Settlement]) -> None:
        """Say what came too late: the lease ran out, and whoever has the job now decides."""
        rows = await self._fetch(self._statements.ended_by, [done.id for done in lost], self._worker.name)
        ours = {row["id"] for row in rows}  # written before a connection broke off, and told twice
        for done in lost:
            if done.id not in ours:
                _log.warning(
                    "Attempt %d of job %s ended after its lease was lost; its outcome (%s) does not count.",
                    done.attempt, done.id, type(done.outcome).__name__,
                )  # fmt: skip


def _state(outcome: Outcome) -> str:
    if isinstance(outcome, Done):
        return "SUCCEEDED"
    return "DEAD" if isinstance(outcome, Dead) else "CANCELLED"


def _result(outcome: Outcome) -> bytes | None:
    return outcome.result if isinstance(outcome, Done) else None


def _failure(outcome: Outcome) -> str | None:
    failure = failure_in(outcome)
    return None if failure is None else _as_json(failure)


def _as_json(failure: Failure) -> str:
    """Return it as JSON; PostgreSQL's text has no place for the character NUL."""
    return json.dumps({name: text.replace("\0", "\ufffd") for name, text in asdict(failure).items()})


def _delay(outcome: Outcome) -> timedelta:
    return (
        timedelta(seconds=min(outcome.delay, _LONGEST_DELAY))
        if isinstance(outcome, (Again, Released))
        else timedelta(0)
    )
