"""The thread that keeps the leases: it says "in progress" to the server for each job that runs.

It has a loop and a connection of its own, so that a handler which blocks the application's loop keeps its lease. A
process that stands still as a whole loses it, as it should.
"""

import logging
import threading
import time
from dataclasses import dataclass, field
from typing import Final, final

import anyio
from anyio import to_thread
from nats.errors import Error as NatsError

from corner_host.jobs.errors import JobEngineError
from corner_host.primitives import LoopHandle

from .address import Address

_log = logging.getLogger("corner_host.jobs.nats")
_IN_PROGRESS: Final = b"+WPI"
_FLUSH_SECONDS: Final = 2


@final
@dataclass(slots=True)
class Lease:
    """What the server has lent to this process. *reply* is where it is told about the job, *since* by the monotonic clock."""

    reply: str
    since: float = field(default_factory=time.monotonic)

    def renew(self, newer: "Lease") -> None:
        """Take over what the server has lent anew."""
        self.reply, self.since = newer.reply, newer.since


@final
class Renewing:
    """Keeps leases while inside ``async with``.

    Args:
        address: The servers.
        lease: After how many seconds of silence the server gives a job to another worker.
    """

    def __init__(self, address: Address, lease: float) -> None:
        self._address = address
        self._lease = lease
        self._leases: dict[int, Lease] = {}
        self._lock = threading.Lock()
        self._loop: LoopHandle | None = None
        self._stop: anyio.Event | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._work, name="corner_host job leases", daemon=True)

    async def __aenter__(self) -> "Renewing":
        self._thread.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        with self._lock:
            self._stopped = True
            if self._loop is not None and self._stop is not None:
                self._loop.post(self._stop.set)
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(self._thread.join)

    def hold(self, sequence: int, lease: Lease) -> None:
        """Keep this lease."""
        with self._lock:
            self._leases[sequence] = lease

    def let_go(self, sequence: int, lease: Lease) -> None:
        """Keep it no longer; a later one of the same message is left alone."""
        with self._lock:
            if self._leases.get(sequence) is lease:
                del self._leases[sequence]

    @property
    def lease(self) -> float:
        """After how many seconds of silence the server gives a job to another worker."""
        return self._lease

    def is_lost(self, lease: Lease) -> bool:
        """Whether the server may have given the job to another worker."""
        return time.monotonic() - lease.since > self._lease

    def _work(self) -> None:
        try:
            anyio.run(self._renew, backend="asyncio")
        except Exception:  # noqa: BLE001 - told; the jobs go on
            _log.exception("Leases are not renewed any more; jobs longer than %.0f s will run twice.", self._lease)

    async def _renew(self) -> None:
        stop = anyio.Event()
        with self._lock:
            self._loop, self._stop = LoopHandle.current(), stop
            if self._stopped:
                return
        async with anyio.create_task_group() as group:

            async def stop_when_told() -> None:
                await stop.wait()
                group.cancel_scope.cancel()

            group.start_soon(stop_when_told)
            while True:
                try:
                    await self._renew_connected()
                except JobEngineError:
                    await anyio.sleep(min(1.0, self._lease / 4))  # the application's own connection tells of it

    async def _renew_connected(self) -> None:
        async with self._address.connected("corner_host job leases") as client:
            while True:
                await anyio.sleep(self._lease / 4)
                with self._lock:
                    leases = list(self._leases.values())
                now = time.monotonic()
                try:
                    for lease in leases:
                        await client.publish(lease.reply, _IN_PROGRESS)
                    if leases:
                        await client.flush(_FLUSH_SECONDS)
                except (NatsError, OSError, TimeoutError):
                    continue  # the connection comes back by itself, and tells when it is lost
                for lease in leases:
                    lease.since = now
