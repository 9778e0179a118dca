"""What is done to the workers and to the engine, drawn by a seed."""

import signal
from collections.abc import Awaitable, Callable
from random import Random
from typing import final

import anyio
from anyio import to_thread

from .crew import Crew
from .ledger import Ledger
from .places import Place


@final
class Faults:
    """Makes faults, one after the other.

    Args:
        crew: The workers.
        place: The engine.
        ledger: Where each is written down, from its begin to its end.
        seed: Equal ones draw equal faults.
        lease: The workers' lease in seconds.
    """

    def __init__(self, crew: Crew, place: Place, ledger: Ledger, *, seed: int, lease: float) -> None:
        self._crew = crew
        self._place = place
        self._ledger = ledger
        self._random = Random(seed)
        self._lease = lease
        self.made: dict[str, int] = {}

    async def run(self, *, seconds: float) -> None:
        """Make all kinds of fault once, and then go on until *seconds* are over."""
        kinds: dict[str, Callable[[], Awaitable[None]]] = {
            "kill -9": self._kill,
            "SIGTERM": self._terminate,
            "SIGSTOP": self._stand_still,
            "full disk": self._fill_disk,
        }
        if self._place.has_server:
            kinds |= {"engine restarted": self._restart, "engine killed": self._kill_engine}
        else:
            kinds["all killed at once"] = self._kill_all
        order = self._random.sample(sorted(kinds), len(kinds))
        until = anyio.current_time() + seconds
        while order or anyio.current_time() < until:
            kind = order.pop() if order else self._random.choice(sorted(kinds))
            self.made[kind] = self.made.get(kind, 0) + 1
            await kinds[kind]()
            self._crew.tend()
            await anyio.sleep(self._random.uniform(0.2, 1.2))

    async def _kill(self) -> None:
        pid = self._someone()
        self._ledger.note("fault", "kill", pid)
        self._crew.send(pid, signal.SIGKILL)
        await anyio.sleep(0.1)

    async def _kill_all(self) -> None:
        for pid in self._crew.pids:
            self._ledger.note("fault", "kill", pid)
            self._crew.send(pid, signal.SIGKILL)
        await anyio.sleep(0.1)

    async def _terminate(self) -> None:
        pid = self._someone()
        self._ledger.note("fault", "SIGTERM", pid)
        self._crew.send(pid, signal.SIGTERM)
        await anyio.sleep(0.5)

    async def _stand_still(self) -> None:
        pid = self._someone()
        self._ledger.note("fault", "SIGSTOP", pid)
        self._crew.send(pid, signal.SIGSTOP)
        await anyio.sleep(self._random.uniform(0.1, 2.0) * self._lease)
        self._crew.send(pid, signal.SIGCONT)
        self._ledger.note("over", "SIGSTOP", pid)

    async def _fill_disk(self) -> None:
        disk, place = self._place.disk, self._place
        writers = place.writers(self._crew.pids)
        self._ledger.note("fault", "disk", 0)
        if not await to_thread.run_sync(lambda: disk.fill(writers)):
            made, what = self.made, "full disk (not allowed here)"
            made[what] = made.get(what, 0) + made.pop("full disk")
        await anyio.sleep(self._random.uniform(0.3, 1.5))
        await to_thread.run_sync(lambda: disk.free(writers))
        await to_thread.run_sync(place.recover)
        self._ledger.note("over", "disk", 0)

    async def _restart(self) -> None:
        await self._without_engine(kill=False)

    async def _kill_engine(self) -> None:
        await self._without_engine(kill=True)

    async def _without_engine(self, *, kill: bool) -> None:
        self._ledger.note("fault", "engine", 0)
        await to_thread.run_sync(lambda: self._place.stop(kill=kill))
        await anyio.sleep(self._random.uniform(0.1, 1.5))
        await to_thread.run_sync(self._place.start)
        self._ledger.note("over", "engine", 0)

    def _someone(self) -> int:
        return self._random.choice(self._crew.pids)
