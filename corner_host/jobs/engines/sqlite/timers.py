"""What the writer's thread does now and then, between transactions."""

import logging
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias, final

Action: TypeAlias = Callable[[sqlite3.Connection], bool | None]
"""What is done; True asks to do more of it soon."""
_SOON: Final = 0.05
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0
_log = logging.getLogger("corner_host.jobs.sqlite")


def pause_after(failures: int) -> float:
    """Return how long to leave a store alone that has refused so many times running, in seconds: up to half a minute.

    Example:
        >>> [pause_after(failures) for failures in (1, 2, 7, 1000)]
        [0.5, 1.0, 30.0, 30.0]
    """
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(failures - 1, 16))


@final
@dataclass(slots=True)
class _Timer:
    period: float
    action: Action
    due: float = 0.0
    failures: int = 0


@final
class Timers:
    """Actions, each about once a period; one that fails is left alone for longer and longer.

    Args:
        what: The store, for the log.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._timers: list[_Timer] = []

    def add(self, period: float, action: Action) -> None:
        """Have *action* run about every *period* seconds, the first time at once."""
        self._timers.append(_Timer(period, action))

    def wait(self) -> float | None:
        """Return how long nothing is due, in seconds; None for ever."""
        if not self._timers:
            return None
        return max(0.0, min(timer.due for timer in self._timers) - time.monotonic())

    def run(self, connection: sqlite3.Connection) -> None:
        """Run what is due.

        What SQLite refuses is logged; anything else is reported as an uncaught error of the thread would be. The timer
        goes on in either case.
        """
        now = time.monotonic()
        for timer in self._timers:
            if timer.due > now:
                continue
            timer.due = now + timer.period
            try:
                if timer.action(connection):
                    timer.due = now + min(timer.period, _SOON)
                timer.failures = 0
            except sqlite3.Error as error:
                self._put_off(timer, now)
                _log.warning(
                    "The job store %s cannot be looked after: %s. It is tried again in %.1f s.",
                    self._what, error, timer.due - now,
                )  # fmt: skip
            except Exception:  # noqa: BLE001 - reported below
                self._put_off(timer, now)
                _report()

    def _put_off(self, timer: _Timer, now: float) -> None:
        timer.failures += 1
        timer.due = now + max(timer.period, pause_after(timer.failures))


def _report() -> None:
    kind, error, trace = sys.exc_info()
    if kind is not None:
        threading.excepthook(threading.ExceptHookArgs((kind, error, trace, threading.current_thread())))
