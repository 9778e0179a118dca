"""Catching signals while a host lives, and putting things back afterwards.

``signal.signal`` is used on every platform: unlike an event loop's own handlers it can be put back to exactly what it was
(``asyncio.run``'s, for one), works on Windows, and on trio and asyncio alike. The handler only hands the news to the event
loop, as ``asyncio.run``'s own does.
"""

import os
import select
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from contextvars import copy_context
from types import FrameType
from typing import Any, Final, final

from corner_host.hosting.lifetime import ApplicationLifetime
from corner_host.primitives import LoopHandle

HANG_UP: Final = signal.Signals.__members__.get("SIGHUP")
"""What is sent when a terminal closes; None on Windows."""

_open: Final["list[SignalWatch]"] = []
_before: Final[dict[int, Any]] = {}  # the handlers that were there before the first watch
_masks: Final[dict[int, Any]] = {}  # of the threads that are forking


@final
class SignalWatch:
    """Tells the application's lifetime of each signal, at once and in the event loop, until closed.

    Several hosts of one process all hear of it. Off the main thread, where Python lets nobody catch signals, it does
    nothing; nor where the host leaves them to a server.

    SIGHUP is heeded, too, unless it is ignored (as by ``nohup``) or the application has a handler of its own. Where the program
    has a controlling terminal, that has been closed, and the host stops; otherwise somebody asks it to load its configuration
    again. It never cuts a stop short: a terminal sends it more than once.

    Args:
        signals: Which signals.
        lifetime: Is told; in the event loop that runs when the watch is opened.
        reload: What is called there when the configuration is to be loaded again; not once the application stops.
    """

    def __init__(
        self,
        signals: Iterable[signal.Signals],
        lifetime: ApplicationLifetime,
        reload: Callable[[], object],
    ) -> None:
        self._reload = None if _has_terminal() else reload
        self.signals = frozenset(signals)
        if HANG_UP is not None and signal.getsignal(HANG_UP) in (signal.SIG_DFL, _on_signal):
            self.signals |= {HANG_UP}
        self._lifetime = lifetime
        self._loop = LoopHandle.current()
        self._context = copy_context()  # a signal may come while a job runs, whose log scopes are none of the host's
        if lifetime.heeds_signals and threading.current_thread() is threading.main_thread():
            _open[:] = [*(watch for watch in _open if watch.is_alive), self]
            for number in self.signals:
                before = signal.signal(number, _on_signal)
                if before is not _on_signal:
                    _before[number] = before

    @property
    def is_alive(self) -> bool:
        """Whether its event loop has not ended; one that nobody closed stays behind."""
        return self._loop.post(_nothing)

    def close(self) -> None:
        """Put the handlers back that no other host needs, where nobody has replaced ours meanwhile."""
        if threading.current_thread() is not threading.main_thread() or self not in _open:
            return
        _open.remove(self)
        for number in self.signals.difference(*(watch.signals for watch in _open)):
            before = _before.pop(number, None)
            if signal.getsignal(number) is _on_signal:
                # None: it was installed by something other than Python, and cannot be put back
                signal.signal(number, signal.SIG_DFL if before is None else before)

    def tell(self, number: int) -> None:
        """Tell the lifetime of a signal, or have the configuration loaded again."""
        if number == HANG_UP:
            if self._reload is not None:
                self._loop.post(self._reload_unless_stopping)
                return
            if self._lifetime.signals:
                return
        status = 128 + number  # what a shell reports for a process that the signal ended
        self._lifetime.signal_noted(status)
        self._loop.post(lambda: self._context.run(self._lifetime.signal_received, status))

    def _reload_unless_stopping(self) -> None:
        if self._reload is not None and not self._lifetime.application_stopping.is_cancellation_requested:
            self._reload()


def _on_signal(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the shape of a handler
    if number == signal.SIGINT:
        _end_line()
    for watch in tuple(_open):
        if number in watch.signals:
            watch.tell(number)


def _has_terminal() -> bool:
    """Tell whether a standard stream is the controlling terminal; to be asked before that is closed."""
    for stream in range(3):
        with suppress(OSError, AttributeError):  # none, or none that controls us; Windows
            os.tcgetpgrp(stream)
            return True
    return False


def _nothing() -> None:
    """Do nothing."""


def _end_line() -> None:
    """Go to a new line of the terminal, which has shown ``^C``; not where that would have to wait."""
    with suppress(OSError, ValueError, AttributeError):  # closed, or none at all
        out = sys.stdout.fileno()
        if sys.platform != "win32" and os.isatty(out) and select.select([], [out], [], 0)[1]:
            os.write(out, b"\n")


def _before_fork() -> None:
    """Keep signals back: one that comes before the child has its own handlers again would be lost in it."""
    if _open:
        _masks[threading.get_ident()] = signal.pthread_sigmask(signal.SIG_BLOCK, _before)


def _after_fork() -> None:
    mask = _masks.pop(threading.get_ident(), None)
    if mask is not None:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _after_fork_in_child() -> None:
    """Leave the signals of a child to itself: our handlers, and Python's own, would wake the event loop of its parent."""
    if _open:
        signal.set_wakeup_fd(-1)
    for watch in tuple(_open):
        watch.close()
    _after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork_in_child)
