"""What really happened: a file that all processes append a line to, on another disk than the engine's store.

A line is written by one system call, so that it is there whole or not at all, whatever is killed.
"""

import os
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Line:
    """One event. *what* is put, begin, end, fault or over; *who* a job's id or a fault's name; *pid* 0 for the engine."""

    what: str
    at: float
    who: str
    pid: int


@final
class Ledger:
    """Append-only.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def note(self, what: str, who: str, pid: int | None = None) -> None:
        """Write a line; by default of this process."""
        line = f"{what} {time.monotonic():.4f} {who} {os.getpid() if pid is None else pid}\n"
        os.write(self._file, line.encode())

    def read(self) -> list[Line]:
        """Return all lines, in the order in which they were written."""
        rows = [row.split() for row in self._path.read_text(encoding="utf-8").splitlines()]
        return [Line(what, float(at), who, int(pid)) for what, at, who, pid in rows]


@final
class Story:
    """A ledger, told by job.

    Attributes:
        put: The jobs that the engine said it had stored.
        begins: When each job was begun, and by whom.
        ends: When each was finished, and by whom.
        faults: From when to when something was wrong: its name, and the process, 0 for the engine.
    """

    def __init__(self, lines: list[Line]) -> None:
        self.put = {line.who for line in lines if line.what == "put"}
        self.begins: dict[str, list[Line]] = defaultdict(list)
        self.ends: dict[str, list[Line]] = defaultdict(list)
        self.faults: list[tuple[str, int, float, float]] = []
        open_faults: dict[tuple[str, int], float] = {}
        for line in lines:
            match line.what:
                case "begin":
                    self.begins[line.who].append(line)
                case "end":
                    self.ends[line.who].append(line)
                case "fault":
                    open_faults[line.who, line.pid] = line.at
                case "over":
                    self.faults.append((line.who, line.pid, open_faults.pop((line.who, line.pid)), line.at))
                case _:
                    pass
        self.faults += [(name, pid, at, float("inf")) for (name, pid), at in open_faults.items()]

    def explains(self, job_id: str, *, lease: float) -> bool:
        """Whether each end of the job but the last happened near a fault of its process or of the engine."""
        begins, ends = self.begins[job_id], sorted(self.ends[job_id], key=lambda line: line.at)
        return all(
            any(
                fault_pid in {0, end.pid} and since <= end.at + 3 * lease and until >= begin - lease
                for _, fault_pid, since, until in self.faults
            )
            for end in ends[:-1]
            for begin in [max(line.at for line in begins if line.pid == end.pid and line.at <= end.at)]
        )
