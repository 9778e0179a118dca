"""Watching files and directories for changes. Needs the extra ``reload``.

One thread serves all watched files of the process; it starts with the first and ends with the last. The operating system
tells of changes (through watchfiles), nothing is polled. What is watched are the directories around a file, so that a file
may appear, vanish, be replaced by its editor, or be a link that a container platform turns round; whether *the file*
changed is told by its status.

Order of a change:
    1. Some watched directory changes, and the status of a file differs from that of its last load.
    2. The thread waits until no file has changed for 100 ms (for 2 s at most), so that half-written files are rare.
    3. All files that changed are loaded.
    4. The callbacks of those that could be loaded run, each once, however many files it is for.
"""

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic
from typing import Any, Final, final

from .contracts import Registration
from .errors import ConfigurationDependencyError, ConfigurationError

try:
    # the public generator cannot tell when it has begun to watch, so a change right after build() could be lost
    from watchfiles._rust_notify import (
        RustNotify,  # pyright: ignore[reportPrivateImportUsage]
        WatchfilesRustInternalError,  # pyright: ignore[reportPrivateImportUsage]
    )
except ImportError as error:
    raise ConfigurationDependencyError("Reloading on change", "watchfiles", "reload") from error

QUIET: Final = 0.1
LONGEST_WAIT: Final = 2.0

_LOGGER: Final = logging.getLogger("corner_host.configuration")


@final
class _Watched:
    """One watched path.

    Args:
        path: A file or a directory; need not exist.
        refresh: Loads it, and tells whether there are new values.
        callbacks: Gives the callbacks to run after that.
    """

    def __init__(
        self, path: Path, refresh: Callable[[], bool], callbacks: Callable[[], Iterable[Callable[[], object]]]
    ) -> None:
        self.path = path
        self.refresh = refresh
        self.callbacks = callbacks
        self.status = _status(path)


@final
class _Either:
    """Set when one of two events is."""

    def __init__(self, one: threading.Event, other: threading.Event) -> None:
        self._one = one
        self._other = other

    def is_set(self) -> bool:
        return self._one.is_set() or self._other.is_set()


@final
class _Watcher:
    """The thread and what it watches."""

    def __init__(self) -> None:
        self.watched: list[_Watched] = []
        self._directories: frozenset[str] = frozenset()
        self._next: RustNotify | None = None
        self._switched = threading.Event()
        self._stopping = threading.Event()
        self._arming = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="corner_host configuration watcher", daemon=True)

    def arm(self) -> None:
        """Watch the directories of all paths from now on."""
        with self._arming:
            directories = frozenset(d for watched in list(self.watched) for d in _directories(watched.path))
            if directories == self._directories:
                return
            following = _notify_of(directories)
            if self._next is not None:
                self._next.close()
            # the thread leaves its present one for this; what changed meanwhile it sees by the status of the files
            self._next, self._directories = following, directories
            self._switched.set()
            if not self._thread.is_alive() and not self._stopping.is_set():
                self._thread.start()

    def stop(self) -> None:
        """End the thread; returns when it has ended, unless this is the thread itself."""
        self._stopping.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(LONGEST_WAIT + 3.0)

    def _run(self) -> None:
        while True:
            with self._arming:
                notify, self._next = self._next, None
                self._switched.clear()
            if notify is None:
                return
            with contextlib.closing(notify):
                while not self._stopping.is_set() and not self._switched.is_set():
                    self._look()
                    notify.watch(50, 25, 0, _Either(self._stopping, self._switched))

    def _look(self) -> None:
        """Load what has changed and run the callbacks."""
        try:
            changed = self._settled()
            loaded = [watched for watched in changed if self._refresh(watched)]
            # several files may have the same callback, such as that of their root
            for callback in dict.fromkeys(callback for watched in loaded for callback in watched.callbacks()):
                callback()
            self.arm()
        except Exception:
            _LOGGER.exception("Watching the configuration failed; the watcher goes on.")

    def _settled(self) -> list[_Watched]:
        """Return what has changed, once nothing changes any more."""
        before = self._statuses()
        deadline = monotonic() + LONGEST_WAIT
        while any(status != watched.status for watched, status in before.items()):
            if self._stopping.wait(QUIET):
                return []
            now = self._statuses()
            if now == before or monotonic() > deadline:
                break
            before = now
        changed = [watched for watched, status in before.items() if status != watched.status]
        for watched in changed:
            watched.status = before[watched]
        return changed

    def _statuses(self) -> dict[_Watched, Any]:
        return {watched: _status(watched.path) for watched in list(self.watched)}

    def _refresh(self, watched: _Watched) -> bool:
        try:
            return watched in self.watched and watched.refresh()
        except Exception:
            _LOGGER.exception("Loading %s again failed; the last good values stay in use.", watched.path)
            return False


@final
class _Watchers:
    """The watcher of this process, if there is one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._current: _Watcher | None = None

    def add(self, watched: _Watched) -> Registration:
        with self._lock:
            watcher = self._current = self._current or _Watcher()
            watcher.watched.append(watched)
            try:
                watcher.arm()
            except BaseException:
                watcher.watched.remove(watched)
                if not watcher.watched:
                    self._current = None
                raise
        return Registration(lambda: self._remove(watcher, watched))

    def _remove(self, watcher: _Watcher, watched: _Watched) -> None:
        with self._lock:
            watcher.watched.remove(watched)
            last = not watcher.watched
            if last and self._current is watcher:
                self._current = None
        if last:
            watcher.stop()


_WATCHERS: Final = _Watchers()


def watch(
    path: Path, refresh: Callable[[], bool], callbacks: Callable[[], Iterable[Callable[[], object]]]
) -> Registration:
    """Watch *path* from the moment this returns until the registration is closed.

    Args:
        path: A file or a directory; need not exist yet.
        refresh: Called in the watching thread after a change; tells whether there are new values.
        callbacks: Gives what to call after that.

    Raises:
        ConfigurationError: The operating system refuses to watch any more.
    """
    return _WATCHERS.add(_Watched(path, refresh, callbacks))


def _notify_of(directories: frozenset[str]) -> RustNotify:
    polling = os.environ.get("WATCHFILES_FORCE_POLLING", "").lower() not in {"", "false", "disable", "disabled"}
    try:
        return RustNotify(sorted(directories), False, polling, 300, False, True)  # noqa: FBT003 - takes no keywords
    except (OSError, WatchfilesRustInternalError) as error:
        raise ConfigurationError(
            f"The configuration files cannot be watched: {error}. To fix: raise the limit of the system (on Linux "
            "fs.inotify.max_user_watches and max_user_instances), or load them without reload_on_change."
        ) from error


def _directories(path: Path) -> Iterable[str]:
    """The directories in which a change may concern *path*: its own and the one above, also behind links."""
    for start in {path, Path(os.path.realpath(path))}:
        nearest = start if start.is_dir() else start.parent
        while not nearest.is_dir() and nearest != nearest.parent:
            nearest = nearest.parent
        yield str(nearest)
        yield str(nearest.parent)


def _status(path: Path) -> Any:
    """What tells whether a file, or a file in a directory, has changed; None for what is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    try:
        entries = tuple(sorted((entry.name, _of(entry.stat())) for entry in os.scandir(path) if entry.is_file()))
    except NotADirectoryError:
        return _of(status)
    except OSError:
        return None
    return entries


def _of(status: os.stat_result) -> tuple[int, ...]:
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_dev
