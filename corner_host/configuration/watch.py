"""Watching files and directories for changes. Needs the extra ``reload``.

One thread serves all watched files of the process; it starts with the first and ends with the last, be it closed or
forgotten: whose values nobody can read any more, such as those of a builder that was dropped, is not kept alive for being
watched. The operating system tells of changes (through watchfiles), nothing is polled. What is watched are the directories
around a file, so that a file may appear, vanish, be replaced by its editor, or be a link that a container platform turns
round; whether *the file* changed is told by its status.

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
import weakref
from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic
from typing import Any, Final, Protocol, final

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


class Follower(Protocol):
    """Has the values of a watched path."""

    @property
    def reload_callbacks(self) -> Iterable[Callable[[], object]]:
        """What to call when there are new values."""
        ...

    def refresh(self) -> bool:
        """Load what has changed, and tell whether there are new values."""
        ...


@final
class _Watched:
    """One watched path.

    Args:
        path: A file or a directory; need not exist.
        follower: Has its values; gone, once nobody else refers to it.
    """

    def __init__(self, path: Path, follower: "weakref.ref[Follower]") -> None:
        self.path = path
        self.follower = follower
        self.status = _status(path)


@final
class _Wake:
    """What ends the wait for the next change."""

    def __init__(self, watcher: "_Watcher") -> None:
        self._watcher = watcher

    def is_set(self) -> bool:
        return self._watcher.has_other_work


@final
class _Watcher:
    """The thread and what it watches."""

    def __init__(self) -> None:
        self.watched: list[_Watched] = []
        self.has_forgotten = False  # no event: it is set while garbage is collected, where no lock can be taken
        self._directories: frozenset[str] = frozenset()
        self._next: RustNotify | None = None
        self._switched = threading.Event()
        self._stopping = threading.Event()
        self._arming = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="corner_host configuration watcher", daemon=True)

    @property
    def has_other_work(self) -> bool:
        """Whether there is more to do than to wait for the next change."""
        return self.has_forgotten or self._stopping.is_set() or self._switched.is_set()

    def forget(self, _: object) -> None:
        """Note that a follower is gone."""
        self.has_forgotten = True

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
                    if self.has_forgotten:
                        self.has_forgotten = False
                        _WATCHERS.tidy(self)
                        continue
                    self._look()
                    notify.watch(50, 25, 0, _Wake(self))

    def _look(self) -> None:
        """Load what has changed and run the callbacks."""
        try:
            changed = self._settled()
            loaded = [follower for watched in changed if (follower := self._refreshed(watched)) is not None]
            # several files may have the same callback, such as that of their root
            for callback in dict.fromkeys(callback for follower in loaded for callback in follower.reload_callbacks):
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

    def _refreshed(self, watched: _Watched) -> Follower | None:
        """Return the follower of *watched* if it has new values now."""
        follower = watched.follower()
        try:
            return follower if follower is not None and watched in self.watched and follower.refresh() else None
        except Exception:
            _LOGGER.exception("Loading %s again failed; the last good values stay in use.", watched.path)
            return None


@final
class _Watchers:
    """The watcher of this process, if there is one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._current: _Watcher | None = None

    def add(self, path: Path, follower: Follower) -> Registration:
        with self._lock:
            watcher = self._current = self._current or _Watcher()
            watched = _Watched(path, weakref.ref(follower, watcher.forget))
            watcher.watched.append(watched)
            try:
                watcher.arm()
            except BaseException:
                watcher.watched.remove(watched)
                if not watcher.watched:
                    self._current = None
                raise
        return Registration(lambda: self._remove(watcher, watched))

    def tidy(self, watcher: _Watcher) -> None:
        """Have *watcher* watch nothing whose follower is gone."""
        for watched in [each for each in list(watcher.watched) if each.follower() is None]:
            self._remove(watcher, watched)

    def _remove(self, watcher: _Watcher, watched: _Watched) -> None:
        with self._lock:
            watcher.watched.remove(watched)
            last = not watcher.watched
            if last and self._current is watcher:
                self._current = None
        if last:
            watcher.stop()


_WATCHERS: Final = _Watchers()


def watch(path: Path, follower: Follower) -> Registration:
    """Watch *path* from the moment this returns until the registration is closed, or *follower* is gone.

    Args:
        path: A file or a directory; need not exist yet.
        follower: Told of each change in the watching thread. Watching does not keep it alive.

    Raises:
        ConfigurationError: The operating system refuses to watch any more.
    """
    return _WATCHERS.add(path, follower)


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
