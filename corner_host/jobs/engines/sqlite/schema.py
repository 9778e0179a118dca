"""The tables of the SQLite store, and opening a file as one.

``corner_jobs`` has a row a job; partial indexes keep claiming quick however many finished rows are kept.
``corner_job_workers`` has a row a living worker process: *it* holds the lease, so that renewing costs one row however many
jobs run. ``corner_job_history`` is only ever appended to. ``corner_job_queues`` has the paused queues, and
``corner_job_starts`` when jobs under a rate limit began, by the clock of the leases.
"""

import contextlib
import os
import re
import sqlite3
from enum import IntEnum
from pathlib import Path
from typing import Final

from corner_host.jobs.errors import JobEngineError, JobEngineUnavailableError

MEMORY: Final = ":memory:"
_NETWORK_FILE_SYSTEMS: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "glusterfs"}
)
_OCTAL: Final = re.compile(r"\\([0-7]{3})")
_BUSY_MILLISECONDS: Final = 10_000
_ANOTHER: Final = "Move it away (a new one is made), or set Jobs:ConnectionString to another file."
_ROOM: Final = "Make room, or let Jobs:ConnectionString name a file elsewhere."
_RIGHTS: Final = (
    "Give this user the right to write the file and its folder (SQLite puts its journal beside it), or let"
    " Jobs:ConnectionString name another file."
)
_VERSION: Final = 1
"""Of the tables; a file that was made by another one is refused rather than misread."""


class Row(IntEnum):
    """The state of a job as it is stored. What is at most `RUNNING` is alive."""

    WAITING = 0
    SCHEDULED = 1
    RUNNING = 2
    SUCCEEDED = 3
    DEAD = 4
    CANCELLED = 5


SCHEMA: Final = f"""
CREATE TABLE IF NOT EXISTS corner_job_schema AS SELECT {_VERSION} AS version;
CREATE TABLE IF NOT EXISTS corner_jobs (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, queue TEXT NOT NULL, state INTEGER NOT NULL, priority INTEGER NOT NULL,
    run_at REAL NOT NULL, enqueued_at REAL NOT NULL, key TEXT, payload BLOB NOT NULL, attempt INTEGER NOT NULL DEFAULT 0,
    owner TEXT, started_at REAL, finished_at REAL,
    error_type TEXT, error TEXT, error_place TEXT, traceback TEXT, result BLOB,
    cancel INTEGER NOT NULL DEFAULT 0, progress REAL, progress_note TEXT NOT NULL DEFAULT '',
    trace TEXT, parent TEXT, run_on TEXT NOT NULL DEFAULT 'success'
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS corner_jobs_ready ON corner_jobs (queue, priority DESC, id) WHERE state = 0;
CREATE INDEX IF NOT EXISTS corner_jobs_due ON corner_jobs (run_at) WHERE state = 1;
CREATE INDEX IF NOT EXISTS corner_jobs_running ON corner_jobs (owner) WHERE state = 2;
CREATE UNIQUE INDEX IF NOT EXISTS corner_jobs_key ON corner_jobs (name, key) WHERE key IS NOT NULL AND state <= 2;
CREATE INDEX IF NOT EXISTS corner_jobs_ended ON corner_jobs (finished_at) WHERE state >= 3;
CREATE INDEX IF NOT EXISTS corner_jobs_dead ON corner_jobs (error_type, error_place) WHERE state = 4;
CREATE INDEX IF NOT EXISTS corner_jobs_children ON corner_jobs (parent) WHERE parent IS NOT NULL AND state = 1;
CREATE TABLE IF NOT EXISTS corner_job_workers (
    owner TEXT PRIMARY KEY, host TEXT NOT NULL, boot TEXT NOT NULL, namespace TEXT NOT NULL, pid INTEGER NOT NULL,
    pid_started TEXT NOT NULL, lease REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS corner_job_history (
    job TEXT NOT NULL, at REAL NOT NULL, event TEXT NOT NULL, attempt INTEGER NOT NULL, started_at REAL, worker TEXT,
    error_type TEXT, error TEXT, error_place TEXT, detail TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS corner_job_history_job ON corner_job_history (job);
CREATE INDEX IF NOT EXISTS corner_job_history_errors ON corner_job_history (error_type, error_place, at, job)
    WHERE error_type IS NOT NULL;
CREATE TABLE IF NOT EXISTS corner_job_schedules (
    id TEXT PRIMARY KEY, spec TEXT NOT NULL, last REAL NOT NULL, paused INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS corner_job_queues (
    queue TEXT PRIMARY KEY, since REAL NOT NULL, until REAL, reason TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS corner_job_starts (name TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS corner_job_starts_name ON corner_job_starts (name, at);
"""


def connect(path: str, *, synchronous: str) -> sqlite3.Connection:
    """Open *path* (or ``:memory:``) and make the tables if they are missing.

    A new file is its owner's alone (0600), and so is what SQLite puts beside it; one that is there keeps its mode. The
    connection is in autocommit mode and may be used from any one thread at a time.

    Raises:
        JobEngineError: The file cannot be used; the message says why.
        JobEngineUnavailableError: Another process has it locked; to be tried again.
    """
    if path != MEMORY:
        _refuse_what_is_no_file(Path(path))
        _refuse_network_file_systems(Path(path))
        with contextlib.suppress(OSError):  # it is there, or SQLite says what is wrong
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))  # payloads are nobody else's business
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
        try:
            connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {synchronous}")
            connection.executescript(SCHEMA)
            _check_version(connection, path)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise JobEngineUnavailableError(f"{Path(path).absolute()} is locked by another process.") from error
        raise _explain(path, error) from error
    return connection


def _check_version(connection: sqlite3.Connection, path: str) -> None:
    (version,) = connection.execute("SELECT version FROM corner_job_schema").fetchone()
    if version != _VERSION:
        raise JobEngineError(
            f"The job tables in {Path(path).absolute()} are of version {version}; this corner_host reads {_VERSION}.\n"
            "To fix: run the corner_host that made them, or let Jobs:ConnectionString name another file."
        )


def _explain(path: str, error: sqlite3.Error) -> JobEngineError:
    where = Path(path).absolute()
    text = str(error)
    for reason, what, fix in (
        ("not a database", "is not a SQLite database, or is damaged", _ANOTHER),
        ("malformed", "is not a SQLite database, or is damaged", _ANOTHER),
        ("readonly", "cannot be written", _RIGHTS),
        ("read-only", "cannot be written", _RIGHTS),
        ("unable to open", "cannot be opened", _why_not_opened(where)),
        ("full", "cannot be used: there is no room on its disk", _ROOM),
    ):
        if reason in text:
            return JobEngineError(f"{where} {what}: {text}.\n{fix}")
    return JobEngineError(f"{where} cannot be used as a job store: {text}.")


def _why_not_opened(where: Path) -> str:
    folder = where.parent
    if not folder.is_dir():
        return f"There is no folder {folder}: make it, or let Jobs:ConnectionString name a file elsewhere."
    if hasattr(os, "statvfs") and os.statvfs(folder).f_flag & os.ST_RDONLY:  # not on Windows
        return f"{folder} lies on a file system that is mounted read-only; Jobs:ConnectionString names the file."
    return f"May this user write in {folder}? Jobs:ConnectionString names the file."


def _refuse_what_is_no_file(path: Path) -> None:
    if path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "no regular file"
        raise JobEngineError(
            f"{path.absolute()} cannot be opened: it is {what}.\n"
            "Let Jobs:ConnectionString name a file, which is made when missing."
        )


def _refuse_network_file_systems(path: Path) -> None:
    """SQLite's locks do not hold there, so two machines would run the same job."""
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    point, kind = file_system_of(path.resolve().parent, mounts)
    if kind in _NETWORK_FILE_SYSTEMS:
        raise JobEngineError(
            f"{path.absolute()} lies on a network file system ({kind} at {point}), where SQLite's locks do not hold.\n"
            "Put the file on a local disk, or set Jobs:Engine to postgres or nats."
        )


def file_system_of(folder: Path, mounts: str) -> tuple[str, str]:
    r"""Return where the file system of *folder* is mounted, and its kind, by the text of ``/proc/self/mounts``.

    Example:
        >>> mounts = "\n".join(["/dev/sda / ext4 rw 0 0", r"nas:/x /srv/my\040data nfs4 rw 0 0"])
        >>> file_system_of(Path("/srv/my data/a"), mounts), file_system_of(Path("/srv"), mounts)
        (('/srv/my data', 'nfs4'), ('/', 'ext4'))
    """
    best, kind = "/", ""
    for line in mounts.splitlines():
        _, escaped, file_system, *_ = [*line.split(" "), "", "", ""]
        point = _OCTAL.sub(lambda match: chr(int(match[1], 8)), escaped)
        if folder.is_relative_to(point or "-") and len(point) >= len(best):
            best, kind = point, file_system
    return best, kind
