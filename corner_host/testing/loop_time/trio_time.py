"""Virtual time on trio: the run's clock is changed for one that stands still, and back.

Trio takes a clock only where a run begins, and a test is run by a plug-in that begins it. So the clock of the run that
is there already is changed, on an attribute that trio does not document.
"""

import math
import sys
from typing import Any, final

from trio import abc, lowlevel
from trio.testing import wait_all_tasks_blocked

from .contracts import NoVirtualTimeError

_FAR_AWAY = 999_999_999.0


@final
class TrioTime:
    """Puts a standing clock into the run that is under way."""

    def __init__(self) -> None:
        self._before = lowlevel.current_clock()
        self._clock = _StandingClock(float(math.ceil(self._before.current_time())))  # whole: see asyncio_time
        self._runner = _current_runner()

    @property
    def now(self) -> float:
        """What the run takes for the time."""
        return self._clock.time

    @property
    def next_deadline(self) -> float | None:
        """When the next cancel scope is due."""
        left = lowlevel.current_statistics().seconds_to_next_deadline
        return None if left == float("inf") else self._clock.time + left

    def install(self) -> None:
        """Change the clock."""
        self._runner.clock = self._clock

    def uninstall(self) -> None:
        """Change it back, set so that it goes on from here."""
        self._runner.clock = _Continued(self._before, self._clock.time)

    def move_to(self, time: float) -> None:
        """Make it *time*; trio looks what is due in its next round."""
        self._clock.time = max(self._clock.time, time)

    async def settle(self) -> None:
        """Wait until all others wait."""
        await lowlevel.checkpoint()
        await wait_all_tasks_blocked()


@final
class _StandingClock(abc.Clock):
    def __init__(self, time: float) -> None:
        self.time = time

    def start_clock(self) -> None:
        """Do nothing: it does not run."""

    def current_time(self) -> float:
        """Return what was set."""
        return self.time

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """Nothing comes by waiting."""
        return 0.0 if deadline <= self.time else _FAR_AWAY


@final
class _Continued(abc.Clock):
    """Another clock, that goes on from *time*."""

    def __init__(self, clock: abc.Clock, time: float) -> None:
        self._clock = clock
        self._ahead = time - clock.current_time()

    def start_clock(self) -> None:
        """Do nothing: it runs already."""

    def current_time(self) -> float:
        """Return the time, moved on."""
        return self._clock.current_time() + self._ahead

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """Return how long to wait for *deadline*."""
        return self._clock.deadline_to_sleep_time(deadline - self._ahead)


def _current_runner() -> Any:
    run: Any = sys.modules["trio._core._run"]
    try:
        runner = run.GLOBAL_RUN_CONTEXT.runner
        if runner.clock is not lowlevel.current_clock():
            raise AttributeError("clock")
    except AttributeError as error:
        raise NoVirtualTimeError(
            "This version of trio keeps the clock of a run where it is not known.\n"
            "To fix: install a version of trio that this version of corner_host was tested with."
        ) from error
    return runner
