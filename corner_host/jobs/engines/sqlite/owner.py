"""Who holds a lease, and whether that process still lives.

Leases are measured by the machine's monotonic clock, which all its processes share and nobody sets: a jump of the wall
clock neither ends nor prolongs one. Of another boot, a lease is void.
"""

import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Owner:
    """A worker process, as it signs the jobs that it has claimed."""

    name: str
    host: str
    boot: str
    namespace: str
    pid: int
    pid_started: str

    @classmethod
    def this_process(cls) -> "Owner":
        """Return a new signature of this process."""
        pid, host = os.getpid(), socket.gethostname()
        return cls(f"{host}/{pid}/{token_hex(4)}", host, _boot(), _namespace(), pid, _started(pid))

    def is_dead(self) -> bool:
        """Whether its process is certainly gone: false when that cannot be seen from here."""
        if self.boot != _boot():
            return True
        if self.namespace != _namespace() or self.host != socket.gethostname():
            return False
        return _started(self.pid) != self.pid_started or not _exists(self.pid)


def lease_clock() -> float:
    """Seconds by the clock that leases are measured with."""
    return time.monotonic()


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def _started(pid: int) -> str:
    """When the process began, in ticks since boot: a pid that was given away again has another."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    state, *rest = stat.rpartition(") ")[2].split(" ")
    return "" if state in {"Z", "X"} else rest[18]


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
