"""Callers that put at the same time share a statement: a commit costs a flush of the disk, however much it holds."""

from collections.abc import Sequence
from typing import Final, final

import anyio

from corner_host.jobs.contracts import Duplicate, Enqueued, NewJob

from .pool import Pool
from .putting import put_alone
from .statements import Statements
from .trouble import AnswerLostError

_MOST_JOBS: Final = 1000


@final
class _Ticket:
    """One caller's jobs, and what became of them."""

    __slots__ = ("answers", "error", "jobs", "now")

    def __init__(self, jobs: Sequence[NewJob], now: float) -> None:
        self.jobs = jobs
        self.now = now
        self.answers: Sequence[Enqueued | Duplicate] = ()
        self.error: Exception | None = None


@final
class SharedPuts:
    """Puts jobs without keys and parents, one statement at a time; who comes meanwhile shares the next one."""

    def __init__(self, pool: Pool, statements: Statements) -> None:
        self._pool = pool
        self._statements = statements
        self._waiting: list[_Ticket] = []
        self._turn = anyio.Lock(fast_acquire=True)

    async def put(self, jobs: Sequence[NewJob], now: float) -> Sequence[Enqueued | Duplicate]:
        """Store the jobs, all or none; *now* is in epoch seconds.

        Raises:
            JobEngineError: The server is away, or refused these jobs.
        """
        ticket = _Ticket(jobs, now)
        self._waiting.append(ticket)
        try:
            async with self._turn:
                if ticket in self._waiting:
                    with anyio.CancelScope(shield=True):  # others wait for it, too
                        await self._store(self._next())
        finally:
            if ticket in self._waiting:  # cancelled before its turn
                self._waiting.remove(ticket)
        if ticket.error is not None:
            raise ticket.error
        return ticket.answers

    def _next(self) -> Sequence[_Ticket]:
        count, jobs = 0, 0
        for ticket in self._waiting:
            jobs += len(ticket.jobs)
            if count and jobs > _MOST_JOBS:
                break
            count += 1
        taken, self._waiting = self._waiting[:count], self._waiting[count:]
        return taken

    async def _store(self, tickets: Sequence[_Ticket]) -> None:
        try:
            jobs = [job for ticket in tickets for job in ticket.jobs]
            answers = await put_alone(self._pool, self._statements, jobs, tickets[0].now)
        except Exception as error:  # noqa: BLE001 - handed to the caller whose jobs they were
            if len(tickets) == 1 or isinstance(error, AnswerLostError):  # they may be stored, all of them
                for ticket in tickets:
                    ticket.error = error
                return
            for ticket in tickets:
                await self._store([ticket])
            return
        for ticket in tickets:
            ticket.answers, answers = answers[: len(ticket.jobs)], answers[len(ticket.jobs) :]
