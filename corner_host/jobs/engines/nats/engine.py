"""The engine for several machines on NATS JetStream (server 2.12 or later, asyncio).

All jobs are messages of one work-queue stream. The server leases them, counts how often it gave one out, gives it out
again when its worker is silent, and moves delayed ones at their time; a job's next place is stored before its message is
acknowledged, so that neither a kill -9 nor a lost connection loses it.

What to know when you run the server: by default JetStream waits up to two minutes before it has a disk keep what it
has acknowledged (``sync_interval: 2m``), so that a power failure, though no crash of the server, can lose jobs of that time.
Where that must not be, set ``jetstream { sync_interval: always }`` (puts become several times slower), or run three servers in
different zones and ``Jobs:Nats:Replicas`` 3, or both. A server whose disk was full says so to whoever puts jobs, loses
none, and takes no more until it is restarted, whatever room there is by then (seen with 2.15.1).

Each job that is kept is a subject, which the server holds in memory: where millions end in a day, keep them shortly
(``Jobs:RetentionDays``), or with 0 not at all.

Here one cannot: give priorities (use queues), limit how many of a kind run at once or begin in a time, let a job wait for
another, list jobs that are not dead, join the caller's transaction (``Jobs:Outbox`` does that). Up to about 500 jobs are put
all or none. What a killed worker had is given out again when its lease has run out, not before, also on its own machine. Where
clocks differ, delays do: times are set by the client and kept by the server.

Source: NATS ADR-50 (atomic batches), ADR-51 (scheduled messages), ADR-43 (per-message TTL); Jepsen's report on 2.12.1.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import final

from corner_host.jobs.contracts import Capabilities, Deliver, Duplicate, Enqueued, NewJob, Subscription
from corner_host.jobs.errors import JobEngineError, NotSupportedByEngineError
from corner_host.primitives import CancellationToken, LoopHandle

from .address import Address
from .pump import Pump
from .putting import Putting
from .queues import NatsQueues
from .records import NatsRecords
from .renewing import Renewing
from .schedules import NatsSchedules
from .server import Server
from .subjects import Subjects

_CAPABILITIES = Capabilities(
    engine="nats",
    priority=False,
    concurrency_limit=False,
    rate_limit=False,
    listing=False,
    failures=False,
    children=False,
)


@final
class NatsEngine:
    """Jobs in one stream.

    Args:
        servers: URLs, with user and password if need be; more than one divided by commas.
        stream: The stream's name; applications with different names do not see each other's jobs.
        replicas: How many servers keep each job: 1, 3 or 5.
        credentials: A file with the user's JWT and seed.
        lease: How long a worker may be silent before its jobs are given to others, in seconds, from 1.
        retention: How long ended jobs are kept, in seconds; dead ones are kept until somebody decides. With 0, a job that
            succeeded is forgotten at once, which is quicker; its result cannot be asked for.
    """

    def __init__(
        self,
        servers: str,
        *,
        stream: str = "corner_jobs",
        replicas: int = 1,
        credentials: str | None = None,
        lease: float = 30.0,
        retention: float = 7 * 86_400.0,
    ) -> None:
        self._address = Address(servers=[each.strip() for each in servers.split(",")], credentials=credentials)
        self._capabilities = replace(_CAPABILITIES, store=f"NATS {stream}@{self._address}")
        self._stream = stream
        self._replicas = replicas
        self._lease = lease
        self._retention = retention
        self._server: Server | None = None
        self._pumps: list[Pump] = []

    @property
    def capabilities(self) -> Capabilities:
        """What this engine can do."""
        return self._capabilities

    def opened(self) -> AbstractAsyncContextManager[None]:
        """Connect, and make the stream if it is missing.

        Raises:
            JobEngineUnavailableError: No server can be reached; to be tried again.
            JobEngineError: The loop is none of asyncio's; the server is too old; the stream is another one.
        """
        return self._opened()

    @asynccontextmanager
    async def _opened(self) -> AsyncGenerator[None]:
        if not LoopHandle.current().is_asyncio:
            raise JobEngineError(
                "The engine nats runs on asyncio only, as the client of NATS does, and this host runs on trio.\n"
                "To fix: run the host on asyncio, or set Jobs:Engine to sqlite."
            )
        async with self._address.connected("corner_host jobs", self._changed) as client:
            server = Server(client, self._address, self._stream)
            await server.prepare(self._replicas)
            self._server = server
            try:
                yield
            finally:
                self._server = None

    async def put(self, jobs: Sequence[NewJob], *, transaction: object | None = None) -> Sequence[Enqueued | Duplicate]:
        """Store the jobs; with keys, those that are new."""
        if transaction is not None:
            raise NotSupportedByEngineError(
                "The engine nats cannot join a transaction.\n"
                "To fix: set Jobs:Outbox to the application's SQLite file, or leave transaction out."
            )
        return await Putting(self._open, self._subjects).put(jobs)

    async def run(self, deliver: Deliver, subscription: Subscription, stopping: CancellationToken) -> None:
        """Work for the subscription until *stopping*."""
        server = self._open
        queues = NatsQueues(server, self._lease)
        for queue in subscription.queues:
            await queues.prepare(queue)
        async with Renewing(self._address, self._lease) as renewing:
            pump = Pump(server, queues, renewing, deliver, subscription, stopping, self._retention)
            self._pumps.append(pump)
            try:
                await pump.run()
            finally:
                self._pumps.remove(pump)

    async def cancel(self, job_id: str) -> bool:
        """Cancel what waits, ask what runs to stop."""
        return await self.records.cancel(job_id)

    @property
    def records(self) -> NatsRecords:
        """The stored jobs."""
        return NatsRecords(self._open, self._retention)

    @property
    def queues(self) -> NatsQueues:
        """Which queues are paused."""
        return NatsQueues(self._open, self._lease)

    @property
    def schedules(self) -> NatsSchedules:
        """Up to where each recurring job was put."""
        return NatsSchedules(self._open)

    def _changed(self) -> None:
        for pump in self._pumps:
            pump.connection_changed()

    @property
    def _subjects(self) -> Subjects:
        return Subjects(self._stream)

    @property
    def _open(self) -> Server:
        if self._server is None:
            raise JobEngineError(
                "The connection to NATS is not open: it is while the host runs.\n"
                "To fix: put jobs after the start; services that put jobs are added after add_jobs(), so that they stop first."
            )
        return self._server
